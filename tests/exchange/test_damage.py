"""Random damage to a sound folder: every cell is accounted for, or the refusal says where."""

from __future__ import annotations

import csv
import datetime
import io
import tempfile
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from conftest import sound_folder
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.domain.row import Row
from optimizer.domain.tables import ROWS, Tables
from optimizer.errors import DataError
from optimizer.exchange.scenarios import read_scenario
from optimizer.exchange.tables import read_tables

T = TypeVar("T")

NASTY = [b",", b";", b'"', b"\n", b"\r\n", b"\x00", b"\xff", b"#", b".", b"-", b" ", b"0", b"1e9"]
NASTY += [
    "ế".encode(),
    b"NaN",
    b"\xef\xbb\xbf",
    b"\t",
    b"=1+1",
    b"null",
    b": ",
    b"&a ",
    b"*a",
    b"!!x ",
]
CUTS = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 12),
        st.one_of(st.sampled_from(NASTY), st.binary(max_size=4)),
    ),
    min_size=1,
    max_size=4,
)


def spoilt(data: bytes, cuts: list[tuple[float, int, bytes]]) -> bytes:
    for where, length, put in cuts:
        at = int(where * len(data))
        data = data[:at] + put + data[at + length :]
    return data


def kept_or_refused(read: Callable[[], T]) -> T | None:
    """Return what was read, or None if it was refused with a place and words that can be shown."""
    try:
        return read()
    except DataError as error:
        refusal = error
    assert all(problem.file for problem in refusal.problems)
    assert refusal.render("vi").encode("utf-8")
    assert refusal.render("en").encode("utf-8")
    return None


def meaning(value: object) -> object:
    if isinstance(value, bool):
        return str(int(value))
    return value.isoformat() if isinstance(value, datetime.date) else value


def accounted(model: type[Row], rows: tuple[Row, ...], data: bytes) -> None:
    """Hold the rows against a second, naive reading of the file."""
    text = data.decode("utf-8-sig")
    while text.lstrip(' "\t').startswith("#") or not text.split("\n", 1)[0].strip(" ,;\t"):
        text = text.split("\n", 1)[1]
    sign = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    cells = [
        [unicodedata.normalize("NFC", c).strip() for c in record]
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    ]
    header, *records = [record for record in cells if any(record)]
    assert len(records) == len(rows)
    by_key = {row.key: row for row in rows}
    for record in records:
        found = dict(zip(header, record, strict=False))
        row = by_key[tuple(found[k] for k in model.KEY)]
        for column in model.model_fields:
            value, cell = meaning(getattr(row, column)), found.get(column, "")
            if value is None:
                assert cell == ""
            else:
                assert value == (float(cell) if isinstance(value, int | float) else cell)


@pytest.fixture(scope="module")
def sound() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as name:
        folder = sound_folder(Path(name) / "p")
        return {path.name: path.read_bytes() for path in folder.iterdir()}


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(model=st.sampled_from(ROWS), cuts=CUTS)
def test_read_tables_accounts_for_every_cell_or_says_where_when_bytes_are_spoilt(
    sound: dict[str, bytes], model: type[Row], cuts: list[tuple[float, int, bytes]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "p"
        folder.mkdir()
        for file, data in sound.items():
            (folder / file).write_bytes(data)
        damaged = spoilt(sound[f"{model.TABLE}.csv"], cuts)
        (folder / f"{model.TABLE}.csv").write_bytes(damaged)
        found = kept_or_refused(lambda: read_tables(folder))
        if found is None:
            return
        tables, warnings = found
        assert isinstance(tables, Tables)
        assert all(w.severity == "warning" and w.render("vi") for w in warnings)
        accounted(model, getattr(tables, model.TABLE), damaged)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(cuts=CUTS)
def test_read_scenario_reads_or_says_where_when_bytes_are_spoilt(
    sound: dict[str, bytes], cuts: list[tuple[float, int, bytes]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "s.yaml"
        path.write_bytes(spoilt(sound["scenario.yaml"], cuts))
        kept_or_refused(lambda: read_scenario(path))
