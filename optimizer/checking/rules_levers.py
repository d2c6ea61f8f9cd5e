"""Rules about levers: opening, ramp, closing, pools, givers, budget, home, and what is told."""

from __future__ import annotations

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.levers import MILLION, LeverFlows, Levers
from optimizer.checking.reader import ident, read_table
from optimizer.checking.rules_objective import home_room, home_short, stated
from optimizer.checking.violation import PATIENTS, RELATIVE, WHOLE, Bench, FloatArray

USABLE = 1e-6
"""Units that are usable: fractions of 1 / (rho + 1), added up over the days."""
TOLD = ("place", "legal_basis", "approver_vi", "approver_en")


def _before(figures: FloatArray) -> FloatArray:
    """Return the figures of the day before, 0 before day 1."""
    return np.concatenate([np.zeros((len(figures), 1)), figures[:, :-1]], axis=1)


def _of(case: Case, bench: Bench, rule: str) -> tuple[Levers, LeverFlows] | None:
    """Return levers and what is done with them; None, nothing checked, without levers."""
    if case.levers is None or case.levers_done is None:
        bench.checked(rule, 0)
        return None
    return case.levers, case.levers_done


def lever_balance(case: Case, bench: Bench) -> None:
    """Check jo = jo of the day before + js of d days ago - jc (J, T), in units; none below 0."""
    rule = "lever_balance"
    if (found := _of(case, bench, rule)) is None:
        return
    levers, done = found
    axes = (levers.ids, case.days)
    message = "{right} units are below zero."
    for figures in (done.started, done.closed, done.open, done.usable):
        bench.at_most(rule, 0.0, figures, axes, message, "units", WHOLE)
    day = np.arange(case.scenario.days)[None, :]
    never = day + levers.delay[:, None] >= case.scenario.days
    message = "{left} units are begun that would open after the last day."
    late = np.where(never, done.started, 0.0)
    bench.at_most(rule, late, 0.0, axes, message, "units", WHOLE)
    due = _before(done.open) + levers.begun(done.started, levers.delay, levers.delay + 1)
    message = "{left} units are open, but {right} follow from what was begun and closed."
    bench.equal(rule, done.open, due - done.closed, axes, message, "units", WHOLE)


def lever_ramp(case: Case, bench: Bench) -> None:
    """Check ju: of each unit the share 1 / (rho + 1) more a day from its first day open (J, T)."""
    rule = "lever_ramp"
    if (found := _of(case, bench, rule)) is None:
        return
    levers, done = found
    share = 1.0 / (levers.ramp + 1.0)
    more = levers.begun(done.started, levers.delay, levers.delay + levers.ramp + 1)
    due = np.cumsum(share[:, None] * more - done.closed, axis=1)
    message = "{left} units are usable, but {right} follow from what was begun and closed."
    axes = (levers.ids, case.days)
    bench.equal(rule, done.usable, due, axes, message, "units", USABLE)


def lever_limit(case: Case, bench: Bench) -> None:
    """Units open or being prepared <= the most there may be (J, T)."""
    rule = "lever_limit"
    if (found := _of(case, bench, rule)) is None:
        return
    levers, done = found
    most = levers.figures["max_units"][:, None]
    message = "{left} units are open or being prepared, but {right} there may be."
    axes = (levers.ids, case.days)
    bench.at_most(rule, levers.standing(done), most, axes, message, "units", WHOLE)


def lever_closing(case: Case, bench: Bench) -> None:
    """What opened within the last eta days is still open; what may not close does not (J, T)."""
    rule = "lever_closing"
    if (found := _of(case, bench, rule)) is None:
        return
    levers, done = found
    axes = (levers.ids, case.days)
    closes = np.where(levers.may_close[:, None], 0.0, done.closed)
    message = "{left} units are closed of a lever that may not be closed."
    bench.at_most(rule, closes, 0.0, axes, message, "units", WHOLE)
    young = levers.begun(done.started, levers.delay, levers.delay + levers.held)
    young = np.where(levers.may_close[:, None], young, 0.0)
    message = "{left} units opened too short ago to be closed, but {right} are open."
    bench.at_most(rule, young, done.open, axes, message, "units", WHOLE)


def lever_pool(case: Case, bench: Bench) -> None:
    """Units sent out of a pool, open or being prepared, <= usable units of the pool (J, T)."""
    rule = "lever_pool"
    if (found := _of(case, bench, rule)) is None:
        return
    levers, done = found
    sent, drawn = np.zeros_like(done.open), levers.pool >= 0
    np.add.at(sent, levers.pool[drawn], levers.standing(done)[drawn])
    names_a_pool = np.isin(np.arange(len(levers.rows)), levers.pool)[:, None]
    message = "{left} units are sent somewhere, but {right} of the pool are usable."
    room = np.where(names_a_pool, done.usable, 0.0)
    bench.at_most(rule, sent, room, (levers.ids, case.days), message, "units", USABLE)


def lever_giver(case: Case, bench: Bench) -> None:
    """Nothing is taken that is not there: c', h', G' >= 0 (F, 2K + R, T), where levers take."""
    rule = "lever_giver"
    if (found := _of(case, bench, rule)) is None:
        return
    levers, _ = found
    capacity, terms = case.capacity, case.capacity.terms
    for name, rooms, items in (
        ("bed", capacity.beds, capacity.levels),
        ("staff", capacity.staff, capacity.roles),
        ("device", np.where(terms.counted[:, :, None], terms.devices, 0.0), capacity.levels),
    ):
        taken = np.asarray(np.any(levers.yields[name] < 0, axis=0))[:, :, None]
        message = "{left} are taken more than there are."
        axes = (case.units, items, case.days)
        bench.at_most(rule, np.where(taken, -rooms, 0.0), 0.0, axes, message, name)


def budget(case: Case, bench: Bench) -> None:
    """All that levers cost on the days solved <= the budget, in million VND."""
    rule = "budget"
    if (found := _of(case, bench, rule)) is None:
        return
    levers, done = found
    spent, most = float(levers.vnd(done).sum()) / MILLION, levers.asked.budget_vnd / MILLION
    message = "Levers cost {left} million VND, but the budget is {right}."
    slack = RELATIVE * max(1.0, abs(spent)) / max(1.0, spent / 100)
    limited = spent if np.isfinite(most) else 0.0
    bench.at_most(rule, limited, most if np.isfinite(most) else 0.0, (), message, "VND", slack)


def home_places(case: Case, bench: Bench) -> None:
    """Patients at home less those nobody follows <= capacity and what levers yield (E, T)."""
    rule = "home_places"
    if (found := _of(case, bench, rule)) is None:
        return
    rows, unmet = case.flows.home, case.flows.home_shown["unmet"]
    room = home_room(case)[rows["e"], rows["t"]]
    names = set(np.array(case.own.bases)[found[0].followed].tolist())
    here = np.array([c in names for c in case.places.clusters], dtype=bool)[rows["e"]]
    left = np.where(here, rows.x - unmet, 0.0)
    message = "{left} patients are said to be followed at home, but {right} can be."
    bench.at_most(rule, left, np.where(here, room, 0.0), (rows.labels,), message)


def whole_levers(case: Case, bench: Bench) -> None:
    """Units begun, closed and open are whole (J, T)."""
    rule = "whole_levers"
    if (found := _of(case, bench, rule)) is None:
        return
    levers, done = found
    for figures in (done.started, done.closed, done.open):
        message = "{left} units of a lever: units are whole."
        bench.whole(rule, figures, (levers.ids, case.days), message, "units")


def levers_told(case: Case, bench: Bench) -> None:
    """Check what the plan tells of each lever and day: place, costs, harm, basis, who decides."""
    rule, path = "levers_told", case.folder / "levers.csv"
    if case.levers is None or case.levers_done is None:
        bench.checked(rule)
        for found in (path.exists() and "levers.csv", "levers" in _book(case) and "kpis.levers"):
            if found:
                bench.add(rule, str(found), "No lever is in use: it should not be here.")
        return
    levers, done = case.levers, case.levers_done
    rows, shown = case.flows.levers_rows, case.flows.levers_shown
    at = (rows["j"], rows["t"])
    due = {"vnd": levers.vnd(done), "harm": levers.harm[:, None] * done.open}
    for name, figures in due.items():
        message = "{left} in levers.csv, recomputed {right}."
        bench.equal(rule, shown[name], figures[at], (rows.labels,), message, name)
    _told_in_words(case, levers, bench)
    _kpis(case, levers, done, bench)


def _book(case: Case) -> dict[str, object]:
    """Return the KPIs of the plan."""
    book = case.plan.get("kpis")
    return book if isinstance(book, dict) else {}


def places_of(case: Case, levers: Levers) -> list[str]:
    """Return (J,) the places of the yields of each lever, joined by ``;``."""
    places, own = case.places, case.own
    units, outside = places.names[: places.planned], places.names[places.planned :]
    where = {"vehicle_minutes": own.bases, "home_place": own.bases, "outside_place": outside}
    found: list[set[str]] = [set() for _ in levers.rows]
    for resource, amounts in levers.yields.items():
        for j, p, *_ in np.argwhere(np.abs(amounts) > 0).tolist():
            found[j].add(where.get(resource, units)[p])
    return [";".join(sorted(names)) for names in found]


def _told_in_words(case: Case, levers: Levers, bench: Bench) -> None:
    """Compare the words of each row with the tables, and the titles in plan.json."""
    rule, source = "levers_told", case.sources["levers"]
    table = read_table(case.folder / "levers.csv", "levers.csv", ("lever", "day", *TOLD), bench)
    at = [lever.row for lever in levers.rows]
    due = {
        name: [ident(source.columns[name][row]) for row in at]
        for name in (*TOLD[1:], "title_vi", "title_en")
    }
    due["place"] = places_of(case, levers)
    number = {name: j for j, name in enumerate(levers.ids)}
    message = "The plan says {left!r}, the tables {right!r}."
    for i, lever in enumerate(table.ids("lever")):
        if lever not in number:
            continue
        for name in TOLD:
            bench.checked(rule)
            left, right = ident(table.columns[name][i]), due[name][number[lever]]
            if name == "place":
                left = ";".join(sorted(left.split(";")))
            if left != right:
                where = f"{rule}({lever},{table.columns['day'][i]},{name})"
                bench.add(rule, where, message, left=left, right=right)
    told = case.plan.get("lever_titles")
    called = told if isinstance(told, dict) else {}
    for lever in sorted({*levers.ids, *map(str, called)}):
        j, titles = number.get(lever, -1), called.get(lever)
        stands = titles if isinstance(titles, dict) else {}
        for key in sorted({"vi", "en", *map(str, stands)}):
            bench.checked(rule)
            column = f"title_{key}" if key in ("vi", "en") else key
            right = due[column][j] if j >= 0 and column in due else ""
            if (left := str(stands.get(key))) != right:
                where = f"{rule}(lever_titles.{lever}.{key})"
                bench.add(rule, where, message, left=left, right=right)


def _kpis(case: Case, levers: Levers, done: LeverFlows, bench: Bench) -> None:
    """Compare the KPIs of levers, and what each is said to have cost."""
    rule, shown = "levers_told", case.scenario.horizon
    vnd, short = levers.vnd(done), home_short(case)[2]
    limit = levers.asked.budget_vnd
    told = _book(case).get("levers")
    book = told if isinstance(told, dict) else {}
    due = {
        "vnd": float(vnd[:, :shown].sum()),
        "vnd_solved": float(vnd.sum()),
        "unit_days": float(done.open[:, :shown].sum()),
        "harm": float((levers.harm[:, None] * done.open)[:, :shown].sum()),
        "home_short_days": float(short[levers.followed, :shown].sum()),
    }
    message = "The plan reports {left}; recomputed it is {right}."
    labels = [f"kpis.levers.{key}" for key in due]
    left = [stated(book.get(key)) for key in due]
    bench.equal(rule, left, list(due.values()), (labels,), message, "", 10 * PATIENTS)
    known = stated(book.get("budget_vnd")) if book.get("budget_vnd") is not None else np.inf
    bench.checked(rule)
    if known != limit:
        bench.add(rule, "kpis.levers.budget_vnd", message, left=known, right=limit)
    _bought(case, levers, done, bench)


def _bought(case: Case, levers: Levers, done: LeverFlows, bench: Bench) -> None:
    """Compare what is told of each lever that the plan opens, over all days solved.

    What it bought (``worth``, ``solved_without``) is not proved.
    """
    rule, told = "levers_told", case.plan.get("levers_bought")
    if told is None:
        return
    vnd, number = levers.vnd(done), {name: j for j, name in enumerate(levers.ids)}
    entries = [one if isinstance(one, dict) else {} for one in told] if _is_list(told) else []
    listed = [str(one.get("lever")) for one in entries]
    due = [name for name in levers.ids if (done.open[number[name]] > WHOLE).any()]
    bench.checked(rule)
    if sorted(listed) != due:
        message = "The plan says {left!r}, the tables {right!r}."
        left, right = ", ".join(sorted(listed)), ", ".join(due)
        bench.add(rule, f"{rule}(levers_bought)", message, left=left, right=right)
    for one, name in zip(entries, listed, strict=True):
        if name not in due:
            continue
        j = number[name]
        days = np.flatnonzero(done.open[j] > WHOLE) + 1
        parts = {
            "first_day": float(days[0]),
            "last_day": float(days[-1]),
            "most": float(done.open[j].max()),
            "vnd": float(vnd[j].sum()),
            "unit_days": float(done.open[j].sum()),
            "harm": float(levers.harm[j] * done.open[j].sum()),
        }
        labels = [f"levers_bought.{name}.{key}" for key in parts]
        left_ = [stated(one.get(key)) for key in parts]
        message = "The plan reports {left}; recomputed it is {right}."
        bench.equal(rule, left_, list(parts.values()), (labels,), message, "", 10 * PATIENTS)


def _is_list(value: object) -> bool:
    return isinstance(value, list)
