"""What patients are called: severity and phase, in the reader's language; the one place for it."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.domain.care import Disease, PatientClass, Severity
from optimizer.i18n import translator


def class_names(
    classes: Sequence[PatientClass],
    severities: Sequence[Severity],
    lang: str,
    diseases: Sequence[Disease] = (),
) -> dict[str, str]:
    """Return what each patient class is called, by id: ``Severe, acute``.

    Disease and population group are said where there are several. What has no row in
    ``severities.csv`` or ``diseases.csv`` is shown as it is written.
    """
    say = translator(lang)
    phases = {"acute": say("acute phase"), "recovering": say("recovering phase")}
    known = {row.severity: row.name_vi if lang == "vi" else row.name_en for row in severities}
    several = len({row.population_group for row in classes}) > 1
    illness = disease_names(diseases, lang)
    mixed = len({row.disease for row in classes}) > 1
    names = {}
    for row in classes:
        parts = [illness.get(row.disease, row.disease)] if mixed else []
        parts += [known.get(row.severity, row.severity), phases[row.phase]]
        names[row.class_id] = ", ".join([*parts, *([row.population_group] if several else [])])
    return names


def disease_names(diseases: Sequence[Disease], lang: str) -> dict[str, str]:
    """Return what each disease is called, by id."""
    return {row.disease: row.name_vi if lang == "vi" else row.name_en for row in diseases}
