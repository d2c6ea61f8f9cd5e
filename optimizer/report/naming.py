"""What places, care levels and roles are called while a plan is made, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.domain.facility import Tables
from optimizer.domain.instance import Instance
from optimizer.i18n import LANGUAGES, translator


@dataclass(frozen=True, slots=True)
class Names:
    """Names by language and id; an id without a name speaks for itself."""

    places: dict[str, dict[str, str]]
    levels: dict[str, dict[str, str]]
    roles: dict[str, dict[str, str]]

    def place(self, place: str, lang: str) -> str:
        """Return the name of a unit, destination, area or cluster."""
        return self.places[lang].get(place, place)

    def level(self, level: str, lang: str) -> str:
        """Return the name of a care level; its code if the name is long."""
        name = self.levels[lang].get(level, level)
        return name if len(name) <= 16 else level.upper()

    def role(self, role: str, lang: str) -> str:
        """Return the name of a role, as it stands within a sentence."""
        name = self.roles[lang].get(role, role)
        return name[:1].lower() + name[1:]


def names_of(tables: Tables, inst: Instance) -> Names:
    """Return the names of everything a plan speaks of."""
    areas = {row.admin_unit_id: row.name for row in tables.admin_units}
    kinds = {row.kind: row for row in tables.kinds}
    sites = {row.facility_id: row for row in tables.facilities}
    of_site: dict[str, list[str]] = {}
    tier = {row.unit_id: row.tier for row in tables.units}
    for row in tables.units:
        if row.unit_id in inst.units:
            of_site.setdefault(sites[row.facility_id].facility_id, []).append(row.unit_id)
    twice = {unit for units in of_site.values() if len(units) > 1 for unit in units}
    places: dict[str, dict[str, str]] = {}
    for lang in LANGUAGES:
        mine = {**areas, **inst.unit_names}
        for unit in inst.units:
            parts = unit.split(":")
            if parts[0] == "group" and len(parts) == 4 and parts[2] in kinds and lang != "vi":
                name = getattr(kinds[parts[2]], f"name_{lang}")
                words = translator(lang)("{kind}, {cluster}")
                mine[unit] = words.format(kind=name, cluster=areas.get(parts[1], parts[1]))
            elif unit in twice:
                mine[unit] = f"{mine.get(unit, unit)} · {tier[unit]}"
        for area in inst.areas:
            mine.setdefault(area, areas.get(area.split("+")[0], area))
        places[lang] = mine
    return Names(
        places,
        {
            lang: {row.care_level: str(getattr(row, f"name_{lang}")) for row in tables.levels}
            for lang in LANGUAGES
        },
        {
            lang: {row.role: str(getattr(row, f"name_{lang}")) for row in tables.roles}
            for lang in LANGUAGES
        },
    )
