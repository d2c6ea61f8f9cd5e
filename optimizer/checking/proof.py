"""Reads proof.npz: ways offered, prices of rows and decisions of baselines, on the judge's axes.

Nothing in it is trusted: prices of any value prove some bound, and decisions are judged as a plan.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from optimizer.checking.reader import FILES
from optimizer.checking.violation import Bench, FloatArray, IntArray

PROOF = "proof.npz"
MOST_BYTES = 2_000_000_000
"""Larger arrays are refused before they are read."""
BROKEN = (
    *(OSError, ValueError, KeyError, EOFError, MemoryError),
    *(zipfile.BadZipFile, zlib.error),
    NotImplementedError,  # a compression that zipfile does not know
    RuntimeError,  # an archive with a password
    SyntaxError,  # an array whose header numpy cannot parse
)
"""All that zipfile and numpy raise over bytes that are no such file: anybody may have made them."""

ROWS: Mapping[str, str] = {
    "waiting_balance": "OST",
    "open_requests": "OS",
    "expected_arrivals": "OS",
    "treated_balance": "FST",
    "boarding_balance": "FST",
    "only_stable_move": "FST",
    "boarders_leave_once": "FST",
    "bed_lost_once": "FST",
    "staffed_bed_capacity": "FKT",
    "house_capacity": "FT",
    "corridor_boarders_only": "FT",
    "staff_on_duty": "FRT",
    "device_capacity": "FKT",
    "supervision": "FRT",
    "oxygen_flow": "FT",
    "oxygen_stock": "FT",
    "surge_limit": "FKT",
    "surge_stays_open": "FKt",
    "vehicle_minutes": "ET",
    "outside_places": "HT",
    "nobody_waits": "OST",
    "closed_intake": "FT",
    "corridor_people": "FT",
    "reserve_share": "FLT",
    "vehicle_rank": "EVT",
    "vehicle_shift": "EDVT",
    "lever_balance": "JT",
    "lever_ramp": "JT",
    "lever_limit": "JT",
    "lever_closing": "JT",
    "lever_pool": "JT",
    "lever_giver": "FIT",
    "budget": "1",
    "home_places": "ET",
    "reception_limit": "QT",
    "no_site_worse_off": "F",
    "longest_wait": "OT",
    "pinned": "P",
}
"""Axes of the prices of each row; t is T without day 1; I: levels (beds), roles, levels again
(devices); 1: one row for all; L: pairs of levels; Q: places with a limit on what they take in, P:
pins, both as the scenario lists them. One that is not there has price 0."""
DECISIONS: Mapping[str, str] = {
    "admitted": "AT",
    "admitted_observed": "A",
    "moved": "XT",
    "in_house": "FST",
    "bed_lost": "FST",
    "corridor": "FT",
    "excess": "FKT",
    "surge_beds": "FKT",
    "oxygen_short": "FT",
}


@dataclass(frozen=True, slots=True)
class Axes:
    """Names on the judge's axes: areas, planning units then those outside, levels, and so on."""

    areas: Sequence[str]
    units: Sequence[str]
    planned: int
    levels: Sequence[str]
    classes: Sequence[str]
    roles: Sequence[str]
    bases: Sequence[str]
    days: int
    vehicles: Sequence[str] = ("",)
    shifts: Sequence[str] = ()
    levers: Sequence[str] = ()
    receptions: int = 0
    """Places with a limit on what they take in."""
    pins: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the proof.

    Parameters
    ----------
    admissions, transfers
        (A, 4) area, unit, class, kind; (X, 4) unit, unit, class, direction: the ways offered.
    prices
        By row, on the axes of `ROWS`.
    decisions
        By name, on the axes of `DECISIONS`; empty for the plan, whose decisions are its tables.
    """

    admissions: IntArray
    transfers: IntArray
    prices: Mapping[str, FloatArray]
    decisions: Mapping[str, FloatArray]


class Proof:
    """The arrays of the file; a side is put on the axes of the case that asks for it."""

    def __init__(self, path: Path, bench: Bench) -> None:
        self.bench = bench
        self.arrays: dict[str, npt.NDArray[np.generic]] = {}
        bench.checked(FILES)
        try:
            data = path.read_bytes()
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                large = sum(part.file_size for part in packed.infolist()) > MOST_BYTES
            if not large:
                with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                    self.arrays = {str(name): stored[name] for name in stored.files}
        except FileNotFoundError:
            return
        except BROKEN as error:
            self._refuse(type(error).__name__)

    def _refuse(self, what: str) -> None:
        self.bench.add(FILES, PROOF, "It cannot be read as it should be: {value}.", value=what)

    def sides(self) -> list[str]:
        """Return the names of the sides, that of the plan among them."""
        return sorted({name.partition("/")[0] for name in self.arrays})

    def side(self, name: str, axes: Axes) -> Side | None:
        """Return one side on `axes`; None, with the fault noted, if it does not fit them."""
        try:
            return self._side(name, axes)
        except (KeyError, ValueError, TypeError, IndexError) as error:
            self._refuse(f"{name}: {error}"[:120])
            return None

    def _side(self, name: str, axes: Axes) -> Side:
        def names(key: str) -> list[str]:
            return [str(text) for text in self.arrays[f"{name}/{key}"].ravel()]

        def names_of(key: str) -> list[str]:
            """Return names that a file without vehicle classes does not have."""
            return names(key) if f"{name}/{key}" in self.arrays else []

        def places(mine: Sequence[str], theirs: Sequence[str]) -> IntArray:
            at = {text: i for i, text in enumerate(theirs)}
            return np.array([at.get(text, -1) for text in mine], dtype=np.intp)

        units = places(names("units"), axes.units)
        inside = np.array([0 <= at < axes.planned for at in units], dtype=bool)
        if not inside[: int(inside.sum())].all():
            raise ValueError("units")
        planned = int(inside.sum())
        days = np.arange(axes.days)
        index: dict[str, IntArray] = {
            "O": places(names("areas"), axes.areas),
            "F": units[:planned],
            "H": units[planned:] - axes.planned,
            "K": places(names("levels"), axes.levels),
            "S": places(names("classes"), axes.classes),
            "R": places(names("roles"), axes.roles),
            "E": places(names("bases"), axes.bases),
            "V": places(names_of("vehicles"), axes.vehicles),
            "D": places(names_of("shifts"), axes.shifts),
            "T": days,
            "t": days[:-1],
            "1": np.arange(1),
        }
        k, r = len(axes.levels), len(axes.roles)
        parts = ((index["K"], 0), (index["R"], k), (index["K"], k + r))
        index["I"] = np.concatenate([np.where(at >= 0, at + n, -1) for at, n in parts])
        listed = f"{name}/levers" in self.arrays
        index["J"] = places(names("levers") if listed else (), axes.levers)
        size = {
            "O": len(axes.areas),
            "F": axes.planned,
            "H": len(axes.units) - axes.planned,
            "K": len(axes.levels),
            "S": len(axes.classes),
            "R": len(axes.roles),
            "E": len(axes.bases),
            "V": len(axes.vehicles),
            "D": len(axes.shifts),
            "T": axes.days,
            "t": max(0, axes.days - 1),
            "J": len(axes.levers),
            "I": 2 * k + r,
            "1": 1,
        }
        level, count = index["K"], len(axes.levels)
        both = (level[:, None] >= 0) & (level[None, :] >= 0)
        index["L"] = np.where(both, level[:, None] * count + level[None, :], -1).ravel()
        size["L"] = count * count
        index["Q"], size["Q"] = np.arange(axes.receptions), axes.receptions
        index["P"], size["P"] = np.arange(axes.pins), axes.pins
        admissions = self._ways(f"{name}/admissions", index["O"], units, index["S"])
        transfers = self._ways(f"{name}/transfers", units, units, index["S"])
        index |= {"A": np.arange(len(admissions)), "X": np.arange(len(transfers))}
        size |= {"A": len(admissions), "X": len(transfers)}

        def placed(key: str, letters: str) -> FloatArray:
            given = np.asarray(self._numbers(key), dtype=np.float64)
            if given.shape != tuple(len(index[x]) for x in letters) or not np.isfinite(given).all():
                raise ValueError(key)
            known = [index[x] >= 0 for x in letters]
            out = np.zeros(tuple(size[x] for x in letters))
            here = np.ix_(*(index[x][k] for x, k in zip(letters, known, strict=True)))
            out[here] = given[np.ix_(*known)]
            return out

        prices = {
            row: placed(f"{name}/price:{row}", letters)
            for row, letters in ROWS.items()
            if f"{name}/price:{row}" in self.arrays
        }
        decisions = {
            key: placed(f"{name}/{key}", letters)
            for key, letters in DECISIONS.items()
            if f"{name}/{key}" in self.arrays
        }
        return Side(admissions, transfers, prices, decisions)

    def _numbers(self, key: str) -> npt.NDArray[np.generic]:
        """Return an array of plain numbers."""
        if self.arrays[key].dtype.kind not in "iuf":
            raise ValueError(key)
        return self.arrays[key]

    def _ways(self, key: str, start: IntArray, end: IntArray, classes: IntArray) -> IntArray:
        """Return (ways, 4) on the judge's axes."""
        given = np.asarray(self._numbers(key), dtype=np.intp).reshape(-1, 4)
        out = np.stack(
            [start[given[:, 0]], end[given[:, 1]], classes[given[:, 2]], given[:, 3]], axis=1
        )
        if (given < 0).any() or (out < 0).any() or (out[:, 3] > 3).any():
            raise ValueError(key)
        return out
