"""Finds every message id of the exchange and of the nouns in their source text."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from pydantic import BaseModel

from optimizer.domain import scenario
from optimizer.domain.facility import ROWS

PACKAGE = Path(scenario.__file__).parent.parent
_SENTENCE = re.compile(r"[A-Z0-9{].* .*[.?]|[a-z]\w+ .*[.?]|[A-Z][a-z]+ .*", re.DOTALL)


def message_ids() -> set[str]:
    found: set[str] = set()
    for path in [*(PACKAGE / "exchange").glob("*.py"), PACKAGE / "domain" / "scenario.py"]:
        if path.name != "example.py":
            found |= _literals(ast.parse(path.read_text(encoding="utf-8")))
    for model in ROWS:
        found |= {model.meaning(column) for column in model.model_fields}
    for model in vars(scenario).values():
        if isinstance(model, type) and issubclass(model, BaseModel):
            found |= {f.description for f in model.model_fields.values() if f.description}
    return found


def _literals(tree: ast.Module) -> set[str]:
    notes = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and isinstance(node.body[0], ast.Expr)
    }
    notes |= {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    notes |= {
        id(part) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for part in ast.walk(n)
    }
    said = {
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("say", "_fault")
        and node.args
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (
            id(node) in said or (id(node) not in notes and bool(_SENTENCE.fullmatch(node.value)))
        )
    }
