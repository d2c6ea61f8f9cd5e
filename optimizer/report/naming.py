"""What places, care levels and roles are called while a plan is made, in both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from optimizer.domain.instance import Instance
from optimizer.domain.tables import Tables
from optimizer.i18n import LANGUAGES, translator


@dataclass(frozen=True, slots=True)
class Names:
    """Names by language and id; an id without a name speaks for itself."""

    places: dict[str, dict[str, str]]
    levels: dict[str, dict[str, str]]
    roles: dict[str, dict[str, str]]
    vehicles: dict[str, dict[str, str]] = field(default_factory=dict)
    """Vehicle classes and shifts."""

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

    def vehicle(self, ident: str, lang: str) -> str:
        """Return the name of a vehicle class or shift, as it stands within a sentence."""
        name = self.vehicles.get(lang, {}).get(ident, ident)
        return name if ident == name else name[:1].lower() + name[1:]


def told_apart(units: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """Return what stands behind the name of each unit of a site that has several.

    `units` are (unit, site, name of the tier). The tier tells them apart; where two units of a
    site are of one tier, their codes do as well.
    """
    of_site = Counter(site for _, site, _ in units)
    of_tier = Counter((site, tier) for _, site, tier in units)
    return {
        unit: f" · {tier}" + (f" · {unit}" if of_tier[site, tier] > 1 else "")
        for unit, site, tier in units
        if of_site[site] > 1
    }


def communes_apart(communes: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """Return the whole name of each commune that shares its name with another.

    `communes` are (id, name, name of the cluster). The cluster tells them apart; where two of a
    cluster share a name, their codes do as well.
    """
    called = Counter(name for _, name, _ in communes)
    within = Counter((name, cluster) for _, name, cluster in communes)
    return {
        ident: (f"{name} ({cluster})" if cluster else name)
        + (f" · {ident}" if within[name, cluster] > 1 else "")
        for ident, name, cluster in communes
        if called[name] > 1
    }


def names_of(tables: Tables, inst: Instance) -> Names:
    """Return the names of everything a plan speaks of."""
    areas = {row.admin_unit_id: row.name for row in tables.admin_units}
    same = communes_apart(
        [
            (row.admin_unit_id, row.name, areas.get(row.parent_id or "", ""))
            for row in tables.admin_units
            if row.kind == "commune"
        ]
    )
    kinds = {row.kind: row for row in tables.kinds}
    known = {*inst.units, *inst.outside}
    places: dict[str, dict[str, str]] = {}
    for lang in LANGUAGES:
        tiers = {row.tier: str(getattr(row, f"name_{lang}")) for row in tables.tiers}
        apart = told_apart(
            [
                (row.unit_id, row.facility_id, tiers.get(row.tier, row.tier))
                for row in tables.units
                if row.unit_id in known
            ]
        )
        mine = {**areas, **inst.unit_names}
        mine |= {area: name for area, name in same.items() if area not in known}
        for unit in inst.units:
            parts = unit.split(":")
            if parts[0] == "group" and len(parts) == 4 and parts[2] in kinds and lang != "vi":
                name = getattr(kinds[parts[2]], f"name_{lang}")
                words = translator(lang)("{kind}, {cluster}")
                mine[unit] = words.format(kind=name, cluster=areas.get(parts[1], parts[1]))
        for unit, tier in apart.items():
            mine[unit] = mine.get(unit, unit) + tier
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
        {
            lang: {
                **{r.shift: str(getattr(r, f"title_{lang}")) for r in tables.vehicle_shifts},
                **{
                    r.vehicle_class: str(getattr(r, f"title_{lang}"))
                    for r in tables.vehicle_classes
                },
            }
            for lang in LANGUAGES
        },
    )
