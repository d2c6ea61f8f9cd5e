"""What a cell means: text to values, by the row models; a `Problem` for each that does not fit."""

from __future__ import annotations

import datetime
import re
import types
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from optimizer.errors import Problem
from optimizer.exchange.reading import Record, nearest_name, shown

M = TypeVar("M", bound=BaseModel)

_WHOLE = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_THOUSANDS = re.compile(r"-?[0-9]{1,3}([.,  ][0-9]{3})+")
_TWO_WAYS = re.compile(r"-?[1-9][0-9]{0,2}(\.[0-9]{3})*\.[0-9]{2}0")
_DECIMAL_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def base_type(annotation: Any) -> tuple[Any, bool]:
    """Return (type without Optional and Annotated, whether it may be empty)."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return base_type(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        rest = [a for a in get_args(annotation) if a is not type(None)]
        return base_type(rest[0])[0], len(rest) < len(get_args(annotation))
    return annotation, False


@cache
def columns(model: type[BaseModel]) -> dict[str, tuple[Any, bool]]:
    """Return for each column (type, may be empty)."""
    return {name: base_type(field.annotation) for name, field in model.model_fields.items()}


def required_columns(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the columns that a file must have; the others may be left out with all their cells."""
    found = columns(model)
    return tuple(name for name, (_, empty) in found.items() if not empty)


def convert(record: Record, model: type[M], file: str, problems: list[Problem]) -> M | None:
    """Return a row model made from text cells, or None with every fault of the row.

    A cell that may be blank and cannot be read is not a blank one: the row says nothing then.
    """
    values: dict[str, Any] = {}
    failed: set[str] = set()
    for column, cell in record.cells.items():
        kind, may_be_empty = columns(model)[column]
        value, fault, remedy = _value(cell, kind, may_be_empty)
        if fault:
            failed.add(column)
            problems.append(Problem(fault, remedy, file, record.row, column, shown(cell)))
        else:
            values[column] = value
    try:
        row = model.model_validate(values)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            column = str(detail["loc"][0]) if detail["loc"] else ""
            if column in failed:
                continue
            fault, remedy, facts = explain(detail)
            cell = shown(record.cells.get(column, ""))
            problems.append(Problem(fault, remedy, file, record.row, column, cell, values=facts))
        return None
    return None if failed else row


def _value(cell: str, kind: Any, may_be_empty: bool) -> tuple[Any, str, str]:
    """Return (value, fault, remedy) of one cell."""
    if not cell:
        if may_be_empty:
            return None, "", ""
        return None, "The cell is blank.", "Blank is unknown, not zero: write the value."
    if kind is int or kind is float:
        return _number(cell, whole=kind is int)
    if kind is bool:
        if cell in ("0", "1"):
            return cell == "1", "", ""
        return None, "Neither 0 nor 1.", "Write 1 for yes, 0 for no."
    if kind is datetime.date:
        return _date(cell)
    return cell, "", ""


def _number(cell: str, *, whole: bool) -> tuple[Any, str, str]:
    if (_WHOLE if whole else _NUMBER).fullmatch(cell) and (whole or not _TWO_WAYS.fullmatch(cell)):
        if len(cell) > 40:
            return None, "The number is too long.", "Look whether cells have run together."
        return (int if whole else float)(cell), "", ""
    if _THOUSANDS.fullmatch(cell) or _TWO_WAYS.fullmatch(cell):
        return (
            None,
            "This can be read in two ways: as thousands or as a decimal number.",
            "Write thousands without any separator (1200), and no zeros after decimals (1.2).",
        )
    if _DECIMAL_COMMA.fullmatch(cell):
        return None, "A decimal comma is not read.", "Write a decimal point, such as 20.8203."
    if _NUMBER.fullmatch(cell):
        return None, "Not a whole number.", "Write a whole number; nothing is rounded here."
    return None, "Not a number.", "Write digits only; leave out words and units."


def _date(cell: str) -> tuple[Any, str, str]:
    if not _DATE.fullmatch(cell):
        return (
            None,
            "Not a date as YYYY-MM-DD; day and month are never guessed.",
            "Write it like 2026-11-23.",
        )
    try:
        return datetime.date.fromisoformat(cell), "", ""
    except ValueError:
        return None, "There is no such day in the calendar.", "Correct the date."


def explain(detail: ErrorDetails) -> tuple[str, str, Mapping[str, object]]:
    """Return (fault, remedy, values) for an error of pydantic, in message ids of ours."""
    kind, facts = detail["type"], detail.get("ctx", {})
    if kind == "contradiction":
        return str(facts["fault"]), str(facts["remedy"]), facts["values"]
    for name, (fault, key) in _LIMITS.items():
        if kind == name:
            return fault, "Correct the number.", {"limit": f"{facts[key]:.15g}"}
    if kind == "literal_error":
        given = str(detail.get("input", ""))
        options = re.findall(r"'([^']*)'", str(facts.get("expected", "")))
        meant = nearest_name(given, options)
        return (
            "It must be one of: {options}.",
            "Did you mean {meant}?" if meant else "",
            {"options": ", ".join(options), "meant": meant},
        )
    if kind in _TYPES:
        return *_TYPES[kind], {}
    return "It does not fit: {reason}.", "", {"reason": detail["msg"]}


_LIMITS = {
    "greater_than_equal": ("It must be {limit} or more.", "ge"),
    "greater_than": ("It must be more than {limit}.", "gt"),
    "less_than_equal": ("It must be {limit} or less.", "le"),
    "less_than": ("It must be less than {limit}.", "lt"),
    "too_short": ("The list must have {limit} entries or more.", "min_length"),
    "too_long": ("The list must have {limit} entries or fewer.", "max_length"),
    "string_too_long": ("The text must have {limit} signs or fewer.", "max_length"),
}
_MAPPING = ("It must be a mapping of keys to values.", "Indent the keys below it.")
_LIST = ("It must be a list.", "Write it in square brackets, or one line with - for each entry.")
_TYPES: dict[str, tuple[str, str]] = {
    "missing": ("It is missing.", "Add it."),
    "string_too_short": ("It must not be empty.", "Write the value."),
    "string_pattern_mismatch": ("It must be a day of the year as MM-DD.", "Write it like 09-15."),
    "string_type": ("It must be text.", "Put it in quotes."),
    "int_type": ("It must be a whole number.", "Write digits without quotes."),
    "int_from_float": ("It must be a whole number.", "Write digits without quotes."),
    "float_type": ("It must be a number.", "Write digits without quotes."),
    "finite_number": ("It must be a number.", "Write digits without quotes."),
    "bool_type": ("It must be true or false.", "Write true or false without quotes."),
    "date_type": ("It must be a date.", "Write it like 2026-11-23."),
    "date_parsing": ("It must be a date.", "Write it like 2026-11-23."),
    "date_from_datetime_parsing": ("It must be a date.", "Write it like 2026-11-23."),
    "date_from_datetime_inexact": ("It must be a date.", "Write it like 2026-11-23."),
    "model_type": _MAPPING,
    "dict_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "tuple_type": _LIST,
    "list_type": _LIST,
}
