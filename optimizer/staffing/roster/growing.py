"""A linear program that grows: its basis is kept while columns join and bounds move.

Solving a mix of personal rosters anew after each pricing takes most of the time of column
generation; GLOP goes on from where it was. If it ends imprecise, the program is solved afresh.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ortools.math_opt import (
    callback_pb2,
    model_parameters_pb2,
    model_pb2,
    model_update_pb2,
    parameters_pb2,
    sparse_containers_pb2,
)
from ortools.math_opt.core.python import solver as core_solver
from pybind11_abseil.status import StatusNotOk

from optimizer.staffing.roster.engine import FloatArray, Relaxed, linear_program, read_linear
from optimizer.staffing.roster.rows import IntArray


class Growing:
    """Rows that stay and columns that join.

    Parameters
    ----------
    low, high, cost
        Of the columns at the beginning.
    entries
        (row, column, coefficient), sorted by row, then column.
    row_low, row_high
        Sides of each row.
    """

    def __init__(
        self,
        low: FloatArray,
        high: FloatArray,
        cost: FloatArray,
        entries: tuple[IntArray, IntArray, FloatArray],
        row_low: FloatArray,
        row_high: FloatArray,
    ) -> None:
        self.low, self.high, self.cost = low.tolist(), high.tolist(), cost.tolist()
        self.row_low, self.row_high = row_low, row_high
        self._parts = [entries]
        self._solver: core_solver.Solver | None = None
        self._sent = self._parts_sent = 0
        self._moved: set[int] = set()

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.low)

    def join(self, cost: float, rows: IntArray, values: FloatArray) -> int:
        """Add a column from 0 up; return its number."""
        number = len(self.low)
        self.low.append(0.0)
        self.high.append(np.inf)
        self.cost.append(cost)
        self._parts.append((rows, np.full(len(rows), number, dtype=np.int64), values))
        return number

    def bound(self, column: int, low: float, high: float) -> None:
        """Move the bounds of a column."""
        self.low[column], self.high[column] = low, high
        if column < self._sent:
            self._moved.add(column)

    def solve(self, seconds: float) -> Relaxed:
        """Return the optimum, from the last basis if there is one."""
        limits = parameters_pb2.SolveParametersProto(presolve=parameters_pb2.EMPHASIS_OFF)
        limits.time_limit.FromNanoseconds(int(max(seconds, 0.01) * 1e9))
        if self._solver is None or not self._solver.update(self._update()):
            self._begin()
        assert self._solver is not None
        try:
            result = self._solver.solve(
                limits,
                model_parameters_pb2.ModelSolveParametersProto(),
                None,
                callback_pb2.CallbackRegistrationProto(),
                None,
                None,
            )
        except StatusNotOk:  # GLOP ended "abnormal"
            found = None
        else:
            found = read_linear(result, self.columns, len(self.row_low))
        if found is None or not found.optimal:
            self._solver = None
            found = self._afresh(seconds)
        return found

    def _entries(self, first: int = 0) -> tuple[IntArray, IntArray, FloatArray]:
        """Return the entries of the parts from `first` on, sorted by row, then column."""
        parts = self._parts[first:]
        row, column, value = (np.concatenate(p) for p in zip(*parts, strict=True))
        order = np.lexsort((column, row))
        return row[order], column[order], value[order]

    def _afresh(self, seconds: float) -> Relaxed:
        return linear_program(
            np.array(self.low),
            np.array(self.high),
            np.array(self.cost),
            self._entries(),
            self.row_low,
            self.row_high,
            seconds,
        )

    def _begin(self) -> None:
        """Hand the whole program to a new solver."""
        proto = model_pb2.ModelProto()
        _variables(proto.variables, range(self.columns), self.low, self.high)
        _priced(proto.objective.linear_coefficients, 0, self.cost)
        proto.linear_constraints.ids.extend(range(len(self.row_low)))
        proto.linear_constraints.lower_bounds.extend(self.row_low.tolist())
        proto.linear_constraints.upper_bounds.extend(self.row_high.tolist())
        self._parts = [self._entries()]
        _matrix(proto.linear_constraint_matrix, self._parts[0])
        self._solver = core_solver.new(
            parameters_pb2.SOLVER_TYPE_GLOP, proto, parameters_pb2.SolverInitializerProto()
        )
        self._sent, self._parts_sent, self._moved = self.columns, len(self._parts), set()

    def _update(self) -> model_update_pb2.ModelUpdateProto:
        """Return what changed since the last solve."""
        proto = model_update_pb2.ModelUpdateProto()
        if self.columns > self._sent:
            fresh = range(self._sent, self.columns)
            _variables(proto.new_variables, fresh, self.low[self._sent :], self.high[self._sent :])
            _priced(
                proto.objective_updates.linear_coefficients, self._sent, self.cost[self._sent :]
            )
            _matrix(proto.linear_constraint_matrix_updates, self._entries(self._parts_sent))
        moved = sorted(self._moved)
        if moved:
            lower, upper = proto.variable_updates.lower_bounds, proto.variable_updates.upper_bounds
            lower.ids.extend(moved)
            lower.values.extend([self.low[c] for c in moved])
            upper.ids.extend(moved)
            upper.values.extend([self.high[c] for c in moved])
        self._sent, self._parts_sent, self._moved = self.columns, len(self._parts), set()
        return proto


def _variables(
    proto: model_pb2.VariablesProto, ids: range, low: Sequence[float], high: Sequence[float]
) -> None:
    proto.ids.extend(ids)
    proto.lower_bounds.extend(low)
    proto.upper_bounds.extend(high)
    proto.integers.extend([False] * len(ids))


def _priced(
    proto: sparse_containers_pb2.SparseDoubleVectorProto, first: int, cost: Sequence[float]
) -> None:
    ids = [k for k, points in enumerate(cost) if points]
    proto.ids.extend([first + k for k in ids])
    proto.values.extend([cost[k] for k in ids])


def _matrix(
    proto: sparse_containers_pb2.SparseDoubleMatrixProto,
    entries: tuple[IntArray, IntArray, FloatArray],
) -> None:
    row, column, value = entries
    proto.row_ids.extend(row.tolist())
    proto.column_ids.extend(column.tolist())
    proto.coefficients.extend(value.tolist())
