"""Writes a folder to start from: commented tables of a tiny province, a scenario, a README."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from optimizer.domain.people import STAFF_ROWS as STAFF_MODELS
from optimizer.domain.row import Row
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import ROWS as MODELS
from optimizer.domain.wave import Wave
from optimizer.errors import DataError, Problem, system_fault
from optimizer.exchange.cells import base_type, columns
from optimizer.exchange.example import ROWS, SCENARIO
from optimizer.exchange.example_staff import STAFF_ROWS
from optimizer.exchange.scenarios import models_in
from optimizer.exchange.staff_tables import OPTIONAL
from optimizer.exchange.tables import MAY_BE_ABSENT
from optimizer.i18n import translator

SCENARIO_FILE = "scenario.yaml"
README_FILE = "README.md"

_README = """# {title}

{intro}

{steps}

{tables}
"""


def write_template(directory: Path, lang: str) -> tuple[Path, ...]:
    """Write the templates and return their paths.

    Raises
    ------
    DataError
        If one of the files is there already: nothing is overwritten, and nothing written.
    """
    texts = {f"{model.TABLE}.csv": _table(model, lang) for model in (*MODELS, *STAFF_MODELS)}
    texts[SCENARIO_FILE] = _scenario(lang)
    texts[README_FILE] = _readme(lang)
    there = [directory / name for name in texts if (directory / name).exists()]
    if there or (directory.exists() and not directory.is_dir()):
        raise DataError(
            Problem(
                "It is there already; nothing was written.",
                "Choose an empty folder.",
                str(path),
            )
            for path in there or [directory]
        )
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            with (directory / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        raise DataError(
            [
                Problem(
                    "The folder cannot be written ({reason}).",
                    "Choose another one.",
                    str(directory),
                    values={"reason": system_fault(error)},
                )
            ]
        ) from error
    return tuple(directory / name for name in texts)


def _table(model: type[Row], lang: str) -> str:
    """Return a CSV file: a comment for each column, the header, the example's rows."""
    say = translator(lang)
    lines = [f"# {model.TABLE}.csv", f"# {say('The rows are an invented example: replace them.')}"]
    if model in STAFF_MODELS:
        lines.append(f"# {say('For planning staff (referral staff) only; beds do not read it.')}")
    if model.TABLE in MAY_BE_ABSENT or model in OPTIONAL:
        lines.append(f"# {say('This file may be deleted if there is nothing to tell.')}")
    for column, (_, may_be_empty) in columns(model).items():
        empty = f" ({say('may be empty')})" if may_be_empty else ""
        lines.append(f"# {column}{empty}: {say(model.meaning(column))}")
    lines.append(",".join(model.model_fields))
    return "\n".join([*lines, (ROWS | STAFF_ROWS)[model.TABLE].strip(), ""])


def _scenario(lang: str) -> str:
    """Return a YAML file with every key, its meaning, unit and default."""
    say = translator(lang)
    lines = [
        f"# {say('A scenario: everything assumed about a wave.')}",
        f"# {say('Keys with a default may be left out.')}",
        f"# {say('extends: another.yaml would take over all that is not said here.')}",
        "",
        *_keys(Scenario, SCENARIO, "", lang),
    ]
    return "\n".join(lines) + "\n"


def _keys(
    model: type[BaseModel], given: Any, indent: str, lang: str, *, silent: bool = False
) -> Iterator[str]:
    """Yield the lines of a mapping; what has no value is shown as a comment."""
    for name, field in _in_order(model):
        if not silent:
            yield f"{indent}# {_meaning(field, lang)}"
        value = given.get(name, field.get_default(call_default_factory=True))
        inner = models_in(field.annotation)
        by_name = get_origin(field.annotation) is dict
        if by_name and inner and value:
            yield f"{indent}{name}:"
            for index, (key, part) in enumerate(value.items()):
                yield f"{indent}  {_scalar(key)}:"
                yield from _keys(inner[0], part, indent + "    ", lang, silent=index > 0)
        elif inner and not by_name and isinstance(value, dict | BaseModel):
            yield f"{indent}{name}:"
            below = value if isinstance(value, dict) else value.model_dump(mode="json")
            yield from _keys(inner[0], below, indent + "  ", lang, silent=silent)
        else:
            yield f"{indent}{name}: {_scalar(value)}"
            if inner and not silent and not by_name:
                yield from _hints(inner[0], indent, lang)
        if not indent:
            yield ""


def _in_order(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    """Return the keys as a reader expects them: the wave stands behind the diseases."""
    fields = model.model_fields
    if model is not Scenario:
        return list(fields.items())
    own = [name for name in fields if name not in Wave.model_fields]
    behind = own.index("also") + 1
    names = [*own[:behind], *Wave.model_fields, *own[behind:]]
    return [(name, fields[name]) for name in names]


def _hints(model: type[BaseModel], indent: str, lang: str) -> Iterator[str]:
    """Yield as comments the keys that would stand here."""
    for name, field in model.model_fields.items():
        yield f"{indent}#   {name}: {_meaning(field, lang)}"


def _meaning(field: FieldInfo, lang: str) -> str:
    """Return meaning, unit and default of a key."""
    say = translator(lang)
    text = say(field.description or "")
    default = field.get_default(call_default_factory=True)
    if default is PydanticUndefined:
        return f"{text} ({say('required')})"
    if models_in(field.annotation) or base_type(field.annotation)[0] is dict:
        return text
    return f"{text} ({say('default')}: {_scalar(default)})"


def _scalar(value: Any) -> str:
    """Return a value as one YAML word."""
    if isinstance(value, tuple):
        value = list(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and value[:4].isdigit():
        return value
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")


def _readme(lang: str) -> str:
    say = translator(lang)
    rows = [
        f"| `{m.TABLE}.csv` | {', '.join(f'`{k}`' for k in m.KEY)} |"
        for m in (*MODELS, *STAFF_MODELS)
    ]
    head = f"| {say('file')} | {say('key')} |\n|---|---|"
    steps = (
        "Replace the rows of the tables by those of your province; keep the headers.",
        "Change scenario.yaml to the wave you plan for.",
        "Check: referral validate DIR; all faults are said at once.",
        "Plan: referral plan DIR/scenario.yaml --data DIR.",
        "Beds and staff together: referral staff DIR/scenario.yaml --data DIR. Without people.csv "
        "and the tables that go with it beds are planned as well.",
    )
    return _README.format(
        title=say("Example province for the referral planner"),
        intro=say(
            "Everything here is invented. The tables are UTF-8 with commas or semicolons and a "
            "decimal point; an empty cell means unknown, never zero; lines with # before the "
            "header are comments."
        ),
        steps="\n".join(f"{n}. {say(step)}" for n, step in enumerate(steps, start=1)),
        tables="\n".join([head, *rows]),
    )
