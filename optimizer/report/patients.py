"""What patients are called: severity and phase, in the reader's language; the one place for it."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.domain.facility import PatientClass, Severity
from optimizer.i18n import translator


def class_names(
    classes: Sequence[PatientClass], severities: Sequence[Severity], lang: str
) -> dict[str, str]:
    """Return what each patient class is called, by id: ``Severe, acute``.

    The disease is the scenario's and not said; the population group is where there are several. A
    severity without a row in ``severities.csv`` is shown as it is written.
    """
    say = translator(lang)
    phases = {"acute": say("acute phase"), "recovering": say("recovering phase")}
    known = {row.severity: row.name_vi if lang == "vi" else row.name_en for row in severities}
    several = len({row.population_group for row in classes}) > 1
    names = {}
    for row in classes:
        parts = [known.get(row.severity, row.severity), phases[row.phase]]
        names[row.class_id] = ", ".join([*parts, *([row.population_group] if several else [])])
    return names
