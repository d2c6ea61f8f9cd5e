"""The tables of a plan folder as arrays: what was decided and who is where at each day's end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from optimizer.checking.capacity import Capacity
from optimizer.checking.inputs import Inputs, look_up_day
from optimizer.checking.levers import LeverFlows, Levers
from optimizer.checking.places import Places
from optimizer.checking.reader import Table, read_table
from optimizer.checking.scenario import SURE, Scenario
from optimizer.checking.violation import Bench, BoolArray, FloatArray, IntArray, Labels

KINDS = ("admission", "stabilise", "out_of_province")
ADMISSION, STABILISE, OUTSIDE = range(3)
BOARDING, TREATED = range(2)
DIRECTIONS = ("step_up", "step_down", "lateral", "out_of_province")
STEP_UP, STEP_DOWN, LATERAL, LEAVES = range(4)
MAY_BE_BLANK = frozenset({"devices", "flow_lpm", "stored_m3", "hours_to_empty"})
CLOSED = "able_to_treat"
"""The rule that a closed or invalid unit breaks by standing in a plan table."""


class Rows:
    """A sparse table: index columns with their labels, and one figure a row."""

    def __init__(
        self, axes: Mapping[str, Sequence[object]], columns: Mapping[str, IntArray], x: FloatArray
    ) -> None:
        self.axes = axes
        self.columns = columns
        self.x = x

    def __len__(self) -> int:
        return self.x.size

    def __getitem__(self, name: str) -> IntArray:
        return self.columns[name]

    def total(
        self, axes: str, where: BoolArray | None = None, times: FloatArray | None = None
    ) -> FloatArray:
        """Return the dense sum over the named axes, of the rows `where`, `times` a figure."""
        names = axes.split()
        shape = tuple(len(self.axes[n]) for n in names)
        x = self.x if times is None else self.x * times
        if where is not None:
            x = np.where(where, x, 0.0)
        size = int(np.prod(shape))
        if not size or not x.size:
            return np.zeros(shape)
        at = np.ravel_multi_index(tuple(self.columns[n] for n in names), shape)
        return np.asarray(
            np.bincount(at, weights=x, minlength=size).reshape(shape), dtype=np.float64
        )

    def key(self, axes: str) -> IntArray:
        """Return one number a row that stands for its place on the named axes."""
        names = axes.split()
        if not len(self):
            return np.zeros(0, dtype=np.intp)
        shape = tuple(max(1, len(self.axes[n])) for n in names)
        return np.asarray(np.ravel_multi_index(tuple(self.columns[n] for n in names), shape))

    def only(self, where: BoolArray) -> Rows:
        """Return the rows `where`."""
        return Rows(self.axes, {n: c[where] for n, c in self.columns.items()}, self.x[where])

    @property
    def labels(self) -> Labels:
        """Names of the rows: their ids, comma-separated."""
        return _RowLabels(self)


class _RowLabels:
    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def __getitem__(self, index: int, /) -> str:
        return ",".join(
            str(labels[self.rows.columns[name][index]]) for name, labels in self.rows.axes.items()
        )


@dataclass(frozen=True, slots=True)
class Flows:
    """Decisions and states; days on the last axis, counted from 0.

    Parameters
    ----------
    admissions
        Axes o, g, s, obs, kind, t. `by_commune`: axes c, g, s, obs, kind, t.
    transfers
        Axes f, g, s, pool, way, t.
    in_house, bed_lost, treated, boarding
        (F, S, T). `waiting`: (O, S, T).
    corridor, excess, surge_beds
        (F, T), (F, K, T), (F, K, T).
    kept
        Axes g, k, t; `x` is the places; `expected` and `if_free` a row.
    capacity
        Axes f, k, t; `x` is ``usable_beds``; `shown` holds the other columns.
    sure
        Per table its rows and their ``confidence``, as places in `CONFIDENCES`; -1 if unknown.
        Axes g, k, t; `x` is ``usable_beds``; `shown` holds the other columns.
    oxygen
        Axes f, t; `x` is ``short_m3``; `shown` holds the other columns, nan where blank.
    home
        Axes e, t; `x` is ``home_patients``; `shown` holds the other columns.
    """

    admissions: Rows
    by_commune: Rows
    transfers: Rows
    in_house: FloatArray
    bed_lost: FloatArray
    treated: FloatArray
    boarding: FloatArray
    waiting: FloatArray
    corridor: FloatArray
    excess: FloatArray
    surge_beds: FloatArray
    kept: Rows
    kept_shown: Mapping[str, FloatArray]
    capacity: Rows
    capacity_shown: Mapping[str, FloatArray]
    sure: Mapping[str, tuple[Rows, IntArray]]
    oxygen: Rows
    oxygen_shown: Mapping[str, FloatArray]
    transfers_shown: Mapping[str, FloatArray] = field(default_factory=dict)
    home: Rows = field(default_factory=lambda: Rows({}, {}, np.zeros(0)))
    home_shown: Mapping[str, FloatArray] = field(default_factory=dict)
    levers: LeverFlows | None = None
    levers_rows: Rows = field(default_factory=lambda: Rows({}, {}, np.zeros(0)))
    """Rows of ``levers.csv``, axes j, t; `x` is ``started``; `levers_shown`: `vnd`, `harm`."""
    levers_shown: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def oxygen_short(self) -> FloatArray:
        """(F, T) cubic metres that patients in beds went without."""
        return self.oxygen.total("f t")


@dataclass(frozen=True, slots=True)
class _Reader:
    folder: Path
    bench: Bench
    known: Mapping[str, str]
    days: int
    sure: dict[str, tuple[Rows, IntArray]] = field(default_factory=dict)

    def rows(
        self, name: str, axes: Mapping[str, tuple[str, Sequence[object]]], figure: str, *others: str
    ) -> tuple[Rows, dict[str, FloatArray]]:
        """Read one table; `axes`: letter -> (column, labels). Unknown ids are noted, left out."""
        columns = [column for column, _ in axes.values()]
        wanted = [*columns, figure, *others, "confidence"]
        table = read_table(self.folder / name, name, wanted, self.bench)
        found: dict[str, IntArray] = {}
        for letter, (column, labels) in axes.items():
            if column == "day":
                found[letter] = look_up_day(table, self.days)
                continue
            index = {str(label): i for i, label in enumerate(labels)}
            places = column in ("unit", "from_unit", "to_unit", "place")
            found[letter] = table.look_up_else(column, index, self.known if places else {})
        return self._sound(table, axes, found, figure, others)

    def _sound(
        self,
        table: Table,
        axes: Mapping[str, tuple[str, Sequence[object]]],
        found: dict[str, IntArray],
        figure: str,
        others: tuple[str, ...],
    ) -> tuple[Rows, dict[str, FloatArray]]:
        good = np.ones(len(table), dtype=bool)
        for column in found.values():
            good &= column >= 0
        labels = {letter: labels for letter, (_, labels) in axes.items()}
        blank = {name: np.nan for name in others if name in MAY_BE_BLANK}
        shown = {name: table.numbers(name, blank.get(name))[good] for name in others}
        rows = Rows(labels, {n: c[good] for n, c in found.items()}, table.numbers(figure)[good])
        self.sure[table.name] = rows, table.look_up("confidence", SURE)[good]
        key = rows.key(" ".join(axes))
        if np.unique(key).size != key.size:
            _, first, times = np.unique(key, return_index=True, return_counts=True)
            for i in first[times > 1][:20]:
                message = "{key} stands twice."
                self.bench.add("files", table.name, message, key=rows.labels[int(i)])
        return rows, shown


def read_flows(
    folder: Path,
    scenario: Scenario,
    places: Places,
    capacity: Capacity,
    inputs: Inputs,
    bench: Bench,
    levers: Levers | None = None,
) -> Flows:
    """Read every table of the plan folder that the rules speak of."""
    read = _Reader(folder, bench, dict.fromkeys(places.not_planned, CLOSED), scenario.days)
    f = places.names[: places.planned]
    areas, levels = places.areas, capacity.levels
    day = ("day", range(1, scenario.days + 1))
    unit, anywhere = ("unit", f), ("unit", places.names)
    s = ("class_id", inputs.classes.names)
    k = ("care_level", levels)
    split = {
        "g": anywhere,
        "s": s,
        "obs": ("observed", ("0", "1")),
        "kind": ("kind", KINDS),
        "t": day,
    }

    admissions, _ = read.rows("admissions.csv", {"o": ("area", areas), **split}, "patients")
    by_commune = Rows({}, {}, np.zeros(0))
    if scenario.areas == "clusters":
        by_commune, _ = read.rows(
            "admissions_by_commune.csv", {"c": ("commune", places.communes), **split}, "patients"
        )
    transfers, transfers_shown = read.rows(
        "transfers.csv",
        {
            "f": ("from_unit", f),
            "g": ("to_unit", places.names),
            "s": s,
            "pool": ("pool", ("boarding", "treated")),
            "way": ("direction", DIRECTIONS),
            "t": day,
        },
        "patients",
        "minutes",
    )
    in_house, _ = read.rows("in_house.csv", {"f": unit, "s": s, "t": day}, "patients")
    bed_lost, _ = read.rows("bed_lost.csv", {"f": unit, "s": s, "t": day}, "patients")
    states = {
        "p": ("place", [*f, *areas]),
        "s": s,
        "q": ("state", ("treated", "boarding", "waiting")),
    }
    patients, _ = read.rows("patients.csv", {**states, "t": day}, "patients")
    in_area = patients["p"] >= len(f)
    for i in np.flatnonzero(in_area != (patients["q"] == 2))[:20]:
        message = "{key}: people wait in areas, and are treated or board in units."
        bench.add("files", "patients.csv", message, key=patients.labels[int(i)])
    present = patients.total("q p s t")
    corridor, _ = read.rows("corridor.csv", {"f": unit, "t": day}, "patients")
    slots = {"f": unit, "k": k, "t": day}
    excess, _ = read.rows("excess.csv", slots, "patients")
    surge, _ = read.rows("surge_beds.csv", slots, "beds")
    kept, kept_shown = read.rows("places_kept.csv", slots, "places", "expected", "if_free")
    shown = ("surge_beds", "treated", "need_at_or_above", "devices")
    table, table_shown = read.rows("capacity.csv", slots, "usable_beds", *shown)
    gas = ("drawn_lpm", "flow_lpm", "stored_m3", "hours_to_empty")
    oxygen, oxygen_shown = read.rows("oxygen.csv", {"f": unit, "t": day}, "short_m3", *gas)
    bases = {"e": ("cluster", places.clusters), "t": day}
    home, home_shown = read.rows("home.csv", bases, "home_patients", "home_capacity", "unmet")
    done, lever_rows = None, Rows({}, {}, np.zeros(0))
    lever_shown: Mapping[str, FloatArray] = {}
    if levers is not None:
        columns = ("closed", "open", "usable", "vnd", "harm")
        both = {"j": ("lever", levers.ids), "t": day}
        lever_rows, lever_shown = read.rows("levers.csv", both, "started", *columns)
        parts = [lever_rows.total("j t")]
        parts += [replaced(lever_rows, lever_shown[c]).total("j t") for c in columns[:3]]
        done = LeverFlows(*parts)
    return Flows(
        admissions=admissions,
        by_commune=by_commune,
        transfers=transfers,
        in_house=in_house.total("f s t"),
        bed_lost=bed_lost.total("f s t"),
        treated=present[0, : len(f)],
        boarding=present[1, : len(f)],
        waiting=present[2, len(f) :],
        corridor=corridor.total("f t"),
        excess=excess.total("f k t"),
        surge_beds=surge.total("f k t"),
        kept=kept,
        kept_shown=kept_shown,
        capacity=table,
        capacity_shown=table_shown,
        sure=read.sure,
        oxygen=oxygen,
        oxygen_shown=oxygen_shown,
        transfers_shown=transfers_shown,
        home=home,
        home_shown=home_shown,
        levers=done,
        levers_rows=lever_rows,
        levers_shown=lever_shown,
    )


def replaced(rows: Rows, x: FloatArray) -> Rows:
    """Return the rows with another figure each."""
    return Rows(rows.axes, rows.columns, x)
