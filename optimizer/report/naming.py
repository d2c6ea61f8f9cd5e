"""What places, care levels and roles are called while a plan is made, in both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

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
        """Return the name of a care level."""
        return self.levels[lang].get(level, level)

    def bed(self, level: str, lang: str) -> str | None:
        """Return the name of a care level as it stands within a sentence, if it is of a bed.

        "Oxygen bed" says "bed" itself, "Intensive care" does not: None.
        """
        name = self.level(level, lang)
        if translator(lang)("bed").casefold() not in name.casefold():
            return None
        return name[:1].lower() + name[1:]

    def role(self, role: str, lang: str) -> str:
        """Return the name of a role, as it stands within a sentence."""
        name = self.roles[lang].get(role, role)
        return name[:1].lower() + name[1:]

    def vehicle(self, ident: str, lang: str) -> str:
        """Return the name of a vehicle class or shift, as it stands within a sentence."""
        name = self.vehicles.get(lang, {}).get(ident, ident)
        return name if ident == name else name[:1].lower() + name[1:]


def told_apart(
    units: Sequence[tuple[str, str, str]], words: Mapping[str, Sequence[str]] | None = None
) -> dict[str, str]:
    """Return what stands behind the name of each unit of a site that has several.

    `units` are (unit, site, name of the tier). The tier tells them apart; where units of a site
    are of one tier, the first of their `words` that differs does as well, else a number.
    """
    known = words or {}
    of_site = Counter(site for _, site, _ in units)
    alike: dict[tuple[str, str], list[str]] = {}
    for unit, site, tier in units:
        if of_site[site] > 1:
            alike.setdefault((site, tier), []).append(unit)
    apart: dict[str, str] = {}
    for (_, tier), group in alike.items():
        told = [list(known.get(unit, ())) for unit in group]
        numbers = [str(i + 1) for i in range(len(group))]
        for said in (*zip_longest(*told, fillvalue=""), numbers):
            if len(set(said)) == len(group):
                break
        for unit, word in zip(group, said if len(group) > 1 else [""], strict=True):
            apart[unit] = f" · {tier}" + (f" · {word}" if word else "")
    return apart


def words_of_units(
    site_names: Mapping[str, str],
    units: Iterable[tuple[str, str]],
    opened_by: Iterable[tuple[str, str]],
    beds: Iterable[tuple[str, str]],
    levels: Mapping[str, str],
) -> dict[str, list[str]]:
    """Return in words what each unit is: the lever that opens it, its highest level of beds.

    Parameters
    ----------
    site_names
        What each site is called: a lever's title need not say it again.
    units
        (unit, site).
    opened_by
        (unit without beds of its own, title of a lever that gives it some).
    beds
        (unit, level) of all beds, those of levers too.
    levels
        Names of levels, in rising order.
    """
    site = dict(units)
    titles: dict[str, str] = {}
    for unit, title in opened_by:
        bare = title.removesuffix(site_names.get(site.get(unit, ""), "")).strip() or title
        titles.setdefault(unit, bare)
    rank = {level: number for number, level in enumerate(levels)}
    highest: dict[str, str] = {}
    for unit, level in beds:
        if rank.get(level, -1) > rank.get(highest.get(unit, ""), -1):
            highest[unit] = level
    return {unit: [titles.get(unit, ""), levels.get(highest.get(unit, ""), "")] for unit in site}


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
    own = {row.unit_id for row in tables.beds}
    given = [y for y in tables.lever_yields if y.resource == "bed" and y.amount > 0]
    rising = sorted(tables.levels, key=lambda row: row.rank)
    places: dict[str, dict[str, str]] = {}
    for lang in LANGUAGES:
        tiers = {row.tier: str(getattr(row, f"name_{lang}")) for row in tables.tiers}
        titles = {row.lever_id: str(getattr(row, f"title_{lang}")) for row in tables.levers}
        apart = told_apart(
            [
                (row.unit_id, row.facility_id, tiers.get(row.tier, row.tier))
                for row in tables.units
                if row.unit_id in known
            ],
            words_of_units(
                {row.facility_id: row.short_name for row in tables.facilities},
                [(row.unit_id, row.facility_id) for row in tables.units],
                [(y.place, titles[y.lever_id]) for y in given if y.place not in own],
                [
                    *((row.unit_id, row.care_level) for row in tables.beds),
                    *((y.place, y.item) for y in given),
                ],
                {row.care_level: str(getattr(row, f"name_{lang}")) for row in rising},
            ),
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
