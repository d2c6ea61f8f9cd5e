"""Files damaged at random: always a verdict, never a trace.

Each place takes turns with three of the strange values; all of them with ``REFERRAL_MANY=1``.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizer.checking.judge import check_plan
from tests.checking.wider_example import wide
from tests.checking.worked_example import narrow

CELLS = ["", "-1", "1e400", "nan", "0.5", "x", "A", "C1", "1e300", "2026-13-01", '"', ";", "K1"]
VALUES: list[Any] = [None, True, -1, 1.5, 1e308, 10**400, "x", [], {}, [["a", "b"]], ["x", 1]]
MANY = os.environ.get("REFERRAL_MANY") == "1"


def some(values: list[Any], turn: int) -> list[Any]:
    """Return the three values whose turn it is, or all."""
    return values if MANY else [values[(3 * turn + n) % len(values)] for n in range(3)]


def damaged(text: bytes, dice: random.Random) -> bytes:
    """Return the bytes with one byte, cell, row or end changed."""
    table = not text.startswith(b"PK")  # proof.npz is an archive
    lines = text.decode("utf-8").split("\n") if table else [""]
    row, at = dice.randrange(len(lines)), dice.randrange(len(text) + 1)
    match dice.randint(0, 4 if table else 1):
        case 0:
            return text[:at] + bytes([dice.randrange(256)]) + text[at + 1 :]
        case 1:
            return text[:at]
        case 2:
            cells = lines[row].split(",")
            cells[dice.randrange(len(cells))] = dice.choice(CELLS)
            lines[row] = ",".join(cells)
        case 3:
            lines.pop(row)
        case _:
            lines.insert(row, dice.choice(lines))
    return "\n".join(lines).encode()


@pytest.mark.parametrize("seed", range(4))
def test_check_plan_gives_a_verdict_when_a_file_is_damaged(seed: int, tmp_path: Path) -> None:
    plan = wide().write(tmp_path)
    files = sorted(p for p in tmp_path.rglob("*") if p.is_file())
    dice = random.Random(seed)
    for _ in range(100):
        path = dice.choice(files)
        sound = path.read_bytes()
        path.write_bytes(damaged(sound, dice))
        result = check_plan(plan)
        assert result.render("vi")
        assert result.render("en")
        path.write_bytes(sound)
    assert check_plan(plan).passed


def paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value below `value`."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield (*above, key)
            yield from paths(value[key], (*above, key))


@pytest.mark.parametrize("name", ["plan.json", "inputs/scenario.json"])
def test_check_plan_gives_a_verdict_when_a_json_value_is_strange(name: str, tmp_path: Path) -> None:
    plan = wide().write(tmp_path)
    text = (plan / name).read_text("utf-8")
    for turn, way in enumerate(paths(json.loads(text))):
        for value in some(VALUES, turn):
            book = here = json.loads(text)
            for key in way[:-1]:
                here = here[key]
            here[way[-1]] = value
            (plan / name).write_text(json.dumps(book), "utf-8")
            assert check_plan(plan).render("vi")


def test_check_plan_gives_a_verdict_when_the_proof_is_damaged(tmp_path: Path) -> None:
    plan = narrow().write(tmp_path)
    sound = (plan / "proof.npz").read_bytes()
    dice = random.Random(7)
    for _ in range(150):
        (plan / "proof.npz").write_bytes(damaged(sound, dice))
        assert check_plan(plan).render("vi")
    (plan / "proof.npz").write_bytes(sound)
    assert check_plan(plan).passed


STRANGE = [
    np.zeros(0), np.full((1, 1), np.nan), np.full((3, 4), -1), np.array("x"), np.array(["A", "A"]),
    np.full((2, 4), 10**9), np.zeros((2, 4, 3)), np.full((3, 4), 0.5), np.zeros((1, 2), complex),
]  # fmt: skip


def test_check_plan_gives_a_verdict_when_an_array_of_the_proof_is_strange(tmp_path: Path) -> None:
    plan = narrow().write(tmp_path)
    with np.load(plan / "proof.npz") as stored:
        sound = {name: stored[name] for name in stored.files}
    for turn, name in enumerate(sound):
        for strange in (None, *some(STRANGE, turn)):
            arrays = {**sound, name: strange}
            if strange is None:
                del arrays[name]
            np.savez(plan / "proof.npz", **arrays)
            assert check_plan(plan).render("vi")
