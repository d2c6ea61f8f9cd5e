"""Names of places from the tables of a province folder, as a plan folder is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from optimizer.i18n import translator
from optimizer.report.naming import communes_apart, told_apart, words_of_units

Read = Callable[[str], pd.DataFrame]


def unit_words(read: Read, lang: str) -> dict[str, list[str]]:
    """Return in words what each unit of a province folder is, see `words_of_units`.

    `read` returns a table of the province by file name, empty if there is none.
    """
    sites, units, beds, levels, levers, yields = (
        read(f"{name}.csv")
        for name in ("facilities", "units", "beds", "levels", "levers", "lever_yields")
    )
    own = [(r["unit_id"], r["care_level"]) for r in beds.to_dict("records")]
    more: list[dict[Any, Any]] = []
    if len(yields):
        gives = (yields["resource"] == "bed") & (yields["amount"].astype(float) > 0)
        more = yields.loc[gives].to_dict("records")
    titles = dict(zip(levers["lever_id"], levers[f"title_{lang}"], strict=True)) if more else {}
    has = {unit for unit, _ in own}
    rising = levels.sort_values("rank")
    return words_of_units(
        dict(zip(sites["facility_id"], sites["short_name"], strict=True)),
        zip(units["unit_id"], units["facility_id"], strict=True),
        [(y["place"], titles.get(y["lever_id"], "")) for y in more if y["place"] not in has],
        [*own, *((y["place"], y["item"]) for y in more)],
        dict(zip(rising["care_level"], rising[f"name_{lang}"], strict=True)),
    )


def place_names(
    read: Read,
    head: Mapping[str, Any],
    units: pd.DataFrame,
    tiers: pd.DataFrame,
    admin: pd.DataFrame,
) -> dict[str, dict[str, str]]:
    """Return what places are called: as the plan says, groups of stations in each language.

    Units of one facility are told apart by their tier, or by what they are; communes of one name by
    their cluster.
    """
    told = {str(k): str(v) for k, v in (head.get("names") or {}).items()}
    kinds = read("kinds.csv")
    kind_names = kinds.set_index("kind") if len(kinds) else kinds
    areas = dict(zip(admin["admin_unit_id"], admin["name"], strict=True))
    communes = admin.loc[admin["kind"] == "commune"].to_dict("records")
    same = communes_apart(
        [
            (str(r["admin_unit_id"]), str(r["name"]), str(areas.get(r["parent_id"], "")))
            for r in communes
        ]
    )
    single = units.loc[~units["grouped"]]
    names = {}
    for lang in ("vi", "en"):
        mine = {**areas, **told, **same}
        called = dict(zip(tiers["tier"], tiers[f"name_{lang}"], strict=True))
        apart = told_apart(
            [
                (str(unit), str(site), str(called.get(tier, tier)))
                for unit, site, tier in zip(
                    single["unit"], single["facility_id"], single["tier"], strict=True
                )
            ],
            unit_words(read, lang),
        )
        for r in units.to_dict("records"):
            unit, kind = str(r["unit"]), r["kind"]
            if r["grouped"] and kind in kind_names.index and (lang != "vi" or unit not in told):
                cluster = areas.get(r["cluster"], r["cluster"])
                words = translator(lang)("{kind}, {cluster}")
                kind_name = kind_names.at[kind, f"name_{lang}"]
                mine[unit] = words.format(kind=kind_name, cluster=cluster)
            else:
                mine[unit] = told.get(unit, str(r["short"])) + apart.get(unit, "")
        names[lang] = mine
    return names
