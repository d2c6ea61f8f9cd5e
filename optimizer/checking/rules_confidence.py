"""How sure a row may be: never surer than the weakest figure behind what it names.

Worked out from the source tables and the scenario alone. Minutes on the way are not traced back to
their legs here, so of them a row may claim too much unseen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.reader import Table, ident
from optimizer.checking.scenario import ASSUMED, CONFIDENCES, SURE
from optimizer.checking.violation import SHOWN, Bench, IntArray

OF_A_UNIT = ("beds", "routine", "staff", "devices", "oxygen")
"""Tables with the figures of units."""


def confidence(case: Case, bench: Bench) -> None:
    """Check every row of every table of the plan folder, and the shortfalls."""
    behind = _Behind(case)
    for table, (rows, stated) in case.flows.sure.items():
        due = np.zeros(len(rows), dtype=np.intp)
        for axis in rows.axes:
            if axis in behind.axes:
                due = np.maximum(due, behind.axes[axis][rows[axis]])
        if table == "capacity.csv":  # speaks of the unit's own figures, whatever the wave
            due = behind.figures[rows["f"]]
        if table == "surge_beds.csv":
            due = np.maximum(due, behind.surge[rows["f"], rows["k"]])
        bench.checked("confidence", len(rows))
        wrong = np.flatnonzero((stated < due) & (stated >= 0))
        for i in map(int, wrong[:SHOWN]):
            _refuse(bench, f"confidence({table},{rows.labels[i]})", int(stated[i]), int(due[i]))
        bench.more("confidence", wrong.size - SHOWN)
    _shortfalls(case, bench, behind)


def _shortfalls(case: Case, bench: Bench, behind: _Behind) -> None:
    names = [*case.units, *case.places.areas]
    due = dict(zip(names, behind.axes["p"].tolist(), strict=True))
    listed = case.plan.get("shortfalls")
    for i, entry in enumerate(listed if isinstance(listed, list) else []):
        told = entry.get("confidence") if isinstance(entry, dict) else None
        place = str(entry.get("place")) if isinstance(entry, dict) else ""
        bench.checked("confidence")
        if str(told) not in SURE:
            where = f"confidence(shortfalls[{i}])"
            bench.add("confidence", where, "{value!r} is not known here.", value=str(told))
        elif SURE[str(told)] < due.get(place, 0):
            _refuse(bench, f"confidence(shortfalls[{i}])", SURE[str(told)], due[place])


def _refuse(bench: Bench, where: str, stated: int, due: int) -> None:
    message = "The row claims {left}, but rests on figures that are {right}."
    bench.add("confidence", where, message, left=CONFIDENCES[stated], right=CONFIDENCES[due])


class _Behind:
    """The weakest confidence behind what a row can name.

    Parameters
    ----------
    axes
        Letter of an axis of the plan tables -> one place in `CONFIDENCES` for each of its names.
    figures, surge
        (F,) a unit's figures alone; (F, K) its surge limits by level.
    """

    def __init__(self, case: Case) -> None:
        sources, places, wave = case.sources, case.places, case.scenario.confidence
        ratios = sources["care_ratios"]
        phase = np.array([p == case.scenario.care_phase for p in ratios.text("care_phase")], bool)
        care = max(wave, int(_told(ratios)[phase].max(initial=0)))
        row = {name: i for i, name in enumerate(places.unit_ids)}

        own = np.full(len(places.unit_ids), -1, dtype=np.intp)
        for name in OF_A_UNIT:
            _weaken(own, row, sources[name].ids("unit_id"), _told(sources[name]))
        at_levers, at_yields = _told(sources["levers"]), _told(sources["lever_yields"])
        for lever in case.levers.rows if case.levers else ():
            given = [y.place for y in lever.yields]
            codes = [max(int(at_levers[lever.row]), int(at_yields[y.row])) for y in lever.yields]
            _weaken(own, row, given, np.array(codes, dtype=np.intp))
        own[own < 0] = ASSUMED  # no figures at all
        planned = places.members[: places.planned]
        self.figures = np.array([own[list(m)].max() for m in planned], dtype=np.intp)
        outside = _told(sources["units"])[[m[0] for m in places.members[places.planned :]]]
        at = np.concatenate([np.maximum(self.figures, care), np.maximum(outside, wave)])

        admin = sources["admin_units"]
        told = _told(admin, "population_confidence")
        people = dict(zip(admin.ids("admin_unit_id"), told.tolist(), strict=True))
        communes = np.array([max(wave, people[c]) for c in places.communes], dtype=np.intp)
        areas = np.full(len(places.areas), wave, dtype=np.intp)
        np.maximum.at(areas, places.area_of, communes)

        bases = {name: i for i, name in enumerate(places.clusters)}
        home = np.full(len(bases), wave, dtype=np.intp)
        _weaken(home, bases, places.commune_cluster, communes)
        stations = sources["mobile_stations"]
        _weaken(home, bases, stations.ids("cluster_id"), _told(stations))

        known = sources["patient_classes"]
        of_class = dict(zip(known.ids("class_id"), _told(known).tolist(), strict=True))
        names = case.inputs.classes.names
        classes = np.array([max(wave, of_class.get(s, ASSUMED)) for s in names], dtype=np.intp)
        self.axes = {
            "o": areas,
            "c": communes,
            "f": at[: places.planned],
            "g": at,
            "p": np.concatenate([at[: places.planned], areas]),
            "s": classes,
            "e": home,
            "j": self._levers(case, wave),
        }
        self.surge = self._surge(case, row)

    @staticmethod
    def _levers(case: Case, wave: int) -> IntArray:
        """(J,) the weakest of the scenario, the lever's row and its yields."""
        if case.levers is None:
            return np.zeros(0, dtype=np.intp)
        own, yields = _told(case.sources["levers"]), _told(case.sources["lever_yields"])
        out = [
            max([wave, int(own[lever.row]), *(int(yields[y.row]) for y in lever.yields)])
            for lever in case.levers.rows
        ]
        return np.array(out, dtype=np.intp)

    @staticmethod
    def _surge(case: Case, row: dict[str, int]) -> IntArray:
        beds, levels = case.sources["beds"], case.capacity.levels
        column = {name: k for k, name in enumerate(levels)}
        out = np.zeros((len(row), len(levels)), dtype=np.intp)
        told = _told(beds, "surge_confidence")
        pairs = zip(beds.ids("unit_id"), beds.ids("care_level"), told.tolist(), strict=True)
        for unit, level, code in pairs:
            if unit in row and level in column:
                out[row[unit], column[level]] = code
        planned = case.places.members[: case.places.planned]
        return np.array([out[list(m)].max(axis=0) for m in planned], dtype=np.intp).reshape(
            -1, len(levels)
        )


def _told(table: Table, column: str = "confidence") -> IntArray:
    """Return the confidence of each row; what is blank or unknown is assumed."""
    cells = table.columns[column]
    return np.array([SURE.get(ident(cell), ASSUMED) for cell in cells], dtype=np.intp)


def _weaken(out: IntArray, row: dict[str, int], names: Sequence[str], codes: IntArray) -> None:
    """Raise `out` at the rows of `names` to `codes`, where they are weaker."""
    for name, code in zip(names, codes.tolist(), strict=True):
        if name in row:
            out[row[name]] = max(out[row[name]], code)
