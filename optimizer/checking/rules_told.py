"""What the folder tells beside the plan: assumptions, names, minutes on the way, care at home."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.reader import Table, ident
from optimizer.checking.rules_objective import home_room, stated
from optimizer.checking.scenario import NO_FIGURES, SURE
from optimizer.checking.violation import Bench
from optimizer.i18n import translator

OFFICIAL, ASSUMED = "official", "assumed"
KEPT = "routine patients keep the staff the site gives them in ordinary times"
"""Source of the assumption on staff."""
MINUTES = 0.05 + 1e-6
"""Minutes are written with one decimal."""


def assumptions(case: Case, bench: Bench) -> None:
    """Check the list of assumptions: staff left for the wave, and every figure not official.

    What a key means is held against the other language, not against the planner's own words.
    """
    rule, listed = "assumptions", case.plan.get("assumptions")
    due = [*_staff(case), *_figures(case)]
    given: dict[str, Mapping[str, Any]] = {}
    for i, entry in enumerate(listed if isinstance(listed, list) else []):
        key = str(entry.get("key")) if isinstance(entry, dict) else ""
        if not key or key in given:
            bench.add(rule, f"{rule}[{i}]", "{value!r} is not known here.", value=key)
        else:
            given[key] = entry
    bench.checked(rule, len(due))
    for one in due:
        key = one["key"]
        entry = given.pop(key, None)
        where = f"{rule}({key})"
        if entry is None:
            bench.add(rule, where, "The assumption is not listed.")
            continue
        for name in ("value", "confidence", "source"):
            if not _alike(entry.get(name), one[name]):
                message = "{name}: the plan says {left}, {right} follows."
                left, right = _shown(entry.get(name)), _shown(one[name])
                bench.add(rule, where, message, name=name, left=left, right=right)
        if not one["says"](entry):
            bench.add(rule, where, "Its text is not that of its value.")
    for key in given:
        bench.add(rule, f"{rule}({key})", "No such assumption was made.")


def _shown(value: object) -> str:
    """Return a value as a person reads it."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(inner)}" for key, inner in value.items())
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _alike(left: object, right: object) -> bool:
    """Return True if two values are equal, numbers within a millionth."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_alike(left[k], right[k]) for k in right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        a, b = stated(left), stated(right)
        return bool(abs(a - b) <= 1e-6 * max(1.0, abs(b)))
    return type(left) is type(right) and left == right


def _staff(case: Case) -> Iterator[dict[str, Any]]:
    """Yield what is said of each role that care needs: on duty, and free on day 1."""
    capacity, table, roles = case.capacity, case.sources["staff"], case.sources["roles"]
    names = [case.places.unit_ids[u] for m in case.places.members[: case.places.planned] for u in m]
    planned = set(names)
    on_duty = dict.fromkeys(capacity.roles, 0.0)
    figures = table.numbers("on_duty", blank=0.0)
    for unit, role, people in zip(table.ids("unit_id"), table.ids("role"), figures, strict=True):
        if unit in planned and role in on_duty:
            on_duty[role] += float(people)
    absent = f"{100 * case.scenario.surge_absence:.0f} %"
    called = {
        lang: dict(zip(roles.ids("role"), roles.ids(f"name_{lang}"), strict=True))
        for lang in ("vi", "en")
    }
    for r, role in enumerate(capacity.roles):
        if capacity.needs[r].max(initial=0.0) <= 0:
            continue
        free, total = float(capacity.staff[:, r, 0].sum()), on_duty[role]
        share = f"{100 * free / total if total else 0.0:.0f} %"
        parts = {
            "en": (called["en"][role], f"{free:.1f}", f"{total:.1f}", share, absent),
            "vi": (
                called["vi"][role],
                f"{free:.1f}".replace(".", ","),
                f"{total:.1f}".replace(".", ","),
                share,
                absent,
            ),
        }

        def says(entry: Mapping[str, Any], parts: Mapping[str, tuple[str, ...]] = parts) -> bool:
            return all(
                str(entry.get(f"text_{lang}")).startswith(words[0])
                and all(word in str(entry.get(f"text_{lang}")) for word in words)
                for lang, words in parts.items()
            )

        yield {
            "key": f"staff.{role}",
            "value": {"free": free, "on_duty": total},
            "confidence": ASSUMED,
            "source": KEPT,
            "says": says,
        }


def _figures(case: Case) -> Iterator[dict[str, Any]]:
    """Yield every figure of the scenario that is not official; lists are not listed."""
    scenario = case.scenario.document
    told = scenario.get("provenance")
    known: Mapping[str, Any] = told if isinstance(told, dict) else {}
    vi = translator("vi")

    def walk(prefix: str, value: object) -> Iterator[dict[str, Any]]:
        if isinstance(value, dict):
            for name, inner in value.items():
                yield from walk(f"{prefix}.{name}" if prefix else str(name), inner)
            return
        if not isinstance(value, int | float):
            return
        parts = prefix.split(".")
        starts = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
        found = next((known[start] for start in starts if start in known), None)
        entry: Mapping[str, Any] = found if isinstance(found, dict) else {}
        sure = str(entry.get("confidence", ASSUMED))
        if sure == OFFICIAL or sure not in SURE:
            return

        def says(entry: Mapping[str, Any]) -> bool:
            text, head = str(entry.get("text_en")), f"{prefix} = {value}: "
            meaning = text.removeprefix(head)
            written = str(value).replace(".", ",")
            other = f"{prefix} = {written}: {vi(meaning)}"
            return text.startswith(head) and str(entry.get("text_vi")) == other

        yield {
            "key": prefix,
            "value": value,
            "confidence": sure,
            "source": str(entry.get("source", "")),
            "says": says,
        }

    rest = {key: value for key, value in scenario.items() if key not in NO_FIGURES}
    yield from walk("", rest)


def names(case: Case, bench: Bench) -> None:
    """Check the names of units, destinations and areas, and the titles of the scenario."""
    rule, told = "names", case.plan.get("names")
    told = told if isinstance(told, dict) else {}
    due = dict(place_names(case))
    bench.checked(rule, len(due))
    message = "The plan calls it {left}, the tables {right}."
    for place in sorted({*due, *map(str, told)}):
        if told.get(place) != due.get(place):
            left, right = str(told.get(place)), str(due.get(place))
            bench.add(rule, f"{rule}({place})", message, left=left, right=right)
    title, written = case.plan.get("title"), case.scenario.document.get("title")
    if title != written:
        bench.add(rule, f"{rule}(title)", message, left=_shown(title), right=_shown(written))


def place_names(case: Case) -> Iterator[tuple[str, str]]:
    """Yield (id, name) of every place of the plan, as the tables have it."""
    sources, places = case.sources, case.places
    facilities, kinds, admin = (sources[x] for x in ("facilities", "kinds", "admin_units"))
    short = _column(facilities, "facility_id", "short_name")
    kind_of = _column(facilities, "facility_id", "kind")
    cluster_of = _column(facilities, "facility_id", "cluster_id")
    called, kind_called = _column(admin, "admin_unit_id", "name"), _column(kinds, "kind", "name_vi")
    for place, rows in zip(places.names, places.members, strict=True):
        site = places.home[rows[0]]
        if place in places.names[places.planned :] and not case.scenario.out_of_province:
            continue  # nobody goes there
        if place.startswith("group:"):
            yield place, f"{kind_called[kind_of[site]]} {called.get(cluster_of[site], '')}"
        else:
            yield place, short[site]
    for area in places.areas:
        cluster, _, part = area.partition("+")
        name = called.get(cluster, cluster)
        yield area, f"{name} ({called.get(part, part)})" if part else name


def _column(table: Table, key: str, column: str) -> dict[str, str]:
    """Return one column by id."""
    return dict(zip(table.ids(key), (ident(x) for x in table.columns[column]), strict=True))


def road_minutes(case: Case, bench: Bench) -> None:
    """Check the minutes of each row of ``transfers.csv``."""
    rows = case.flows.transfers
    due = case.arcs.transfer_minutes[rows["f"], rows["g"]]
    message = "{left} minutes in transfers.csv, {right} follow from the roads."
    left = case.flows.transfers_shown["minutes"]
    wrong = np.where(np.abs(left - due) <= MINUTES, due, left)  # one decimal is shown
    bench.equal("road_minutes", wrong, due, (rows.labels,), message, "minutes")


def home_care(case: Case, bench: Bench) -> None:
    """Check ``home.csv``: a row for each cluster and day, its capacity, and who goes without.

    How many are followed at home is an input of the plan: it is only held to be no fewer than 0,
    and 0 unless cases are reported.
    """
    rule, rows, shown = "home_care", case.flows.home, case.flows.home_shown
    clusters = case.places.clusters
    due = home_room(case)[rows["e"], rows["t"]] if len(rows) else np.zeros(0)
    message = "{left} in home.csv, recomputed {right}."
    bench.equal(rule, shown["home_capacity"], due, (rows.labels,), message, "people")
    unmet = np.maximum(0.0, rows.x - due)
    bench.equal(rule, shown["unmet"], unmet, (rows.labels,), message, "people")
    bench.at_most(rule, 0.0, rows.x, (rows.labels,), "{right} is below zero.", "people")
    if case.scenario.document.get("route") not in (None, "reported_cases"):
        bench.equal(rule, rows.x, 0.0, (rows.labels,), message, "people")
    there = np.zeros((len(clusters), case.scenario.days), dtype=bool)
    there[rows["e"], rows["t"]] = True
    axes = (clusters, case.days)
    message = "The row is not in home.csv."
    bench.equal(rule, np.where(there, 0.0, 1.0), 0.0, axes, message, "rows")
