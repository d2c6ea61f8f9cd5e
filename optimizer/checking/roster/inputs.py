"""Holds the inputs of a roster against their digests, and ``rules.json`` against ``rules.yaml``.

The judge reads ``rules.json``, in which every default is filled in; people write ``rules.yaml``.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from optimizer.checking.roster.files import RosterFiles

DEFAULTS: dict[str, object] = {
    "cover_level": "medium",
    "under_weight": 100,
    "preferred_weight": 10,
    "over_weight": 1,
    "request_weight": 2,
    "night_weight": 2,
    "weekend_weight": 2,
    "holiday_weight": 5,
    "change_weight": 10,
    "max_changes": None,
    "history_days": 0,
    "min_rest_hours": 11,
    "skill_mix": [],
    "supervision": [],
}
"""What a key of ``rules.yaml`` means where it is left out: docs/data-format.md, section 8."""
PAIR = re.compile(r"(\w+):(?:\s+(.*))?")


def inputs(files: RosterFiles) -> None:
    """Every file of ``inputs/`` is the one that the roster was made from."""
    given = {path.name: path.read_bytes() for path in sorted((files.folder / "inputs").iterdir())}
    sealed = {name: hashlib.sha256(data).hexdigest() for name, data in given.items()}
    told = files.summary.get("inputs")
    if isinstance(told, dict):
        for name in sorted(sealed.keys() | told.keys()):
            where = f"inputs/{name}"
            if name not in sealed:
                files.find("files", where, "The roster was made from this file; it is missing.")
            elif name not in told:
                files.find("files", where, "The roster was made without this file.")
            elif told[name] != sealed[name]:
                files.find("files", where, "The file was changed after the roster was made.")
    whole = hashlib.sha256()
    for name, digest in sealed.items():
        whole.update(name.encode() + b"\0" + bytes.fromhex(digest))
    if files.summary.get("inputs_sha256") != whole.hexdigest() and told in (None, sealed):
        text = "Some file of inputs was changed after the roster was made."
        files.find("files", "roster.json inputs_sha256", text)
    _same_rules(files, given.get("rules.yaml"))


def _same_rules(files: RosterFiles, text: bytes | None) -> None:
    """``rules.json`` says what ``rules.yaml`` says, or its default."""
    written = None if text is None else plain(text.decode("utf-8-sig", "replace"))
    if written is None:
        return
    for key in sorted(files.rules.keys() | written.keys()):
        if key not in written and key not in DEFAULTS:
            continue
        wanted = written.get(key, DEFAULTS.get(key))
        if not _agrees(wanted, files.rules.get(key)):
            text_ = "{key} is {told} here, but {wanted} by rules.yaml."
            values = {"key": key, "told": str(files.rules.get(key)), "wanted": str(wanted)}
            files.find("files", "inputs/rules.json", text_, **values)


def _agrees(wanted: object, told: object) -> bool:
    """Tell whether a value of YAML and one of JSON say the same; keys of a row left out may be."""
    if isinstance(wanted, list) and isinstance(told, list):
        return len(wanted) == len(told) and all(map(_agrees, wanted, told))
    if isinstance(wanted, dict) and isinstance(told, dict):
        return all(_agrees(value, told.get(key)) for key, value in wanted.items())
    if wanted is UNREAD or not (wanted or told or 0 in (wanted, told)):
        return True
    if isinstance(told, int | float) and isinstance(wanted, str):
        try:
            return float(wanted) == told
        except ValueError:
            return False
    return wanted == told


UNREAD = object()
"""A value in a form that this reader does not know; its digest alone is held against it."""


def plain(text: str) -> dict[str, Any] | None:
    """Return JSON, or YAML of keys, plain values and lists of such rows; None: another form."""
    try:
        found = json.loads(text)
        return found if isinstance(found, dict) else None
    except ValueError:
        pass
    out: dict[str, Any] = {}
    key, rows = "", list[dict[str, Any]]()
    for line in text.splitlines():
        bare = re.sub(r"(^|\s)#.*$", "", line).rstrip()
        if not bare.strip() or bare.strip() == "---":
            continue
        item = bare.lstrip().removeprefix("- ").lstrip()
        pair = PAIR.fullmatch(item)
        if pair is None:
            return None
        if bare[0] not in " -":
            key, rows = pair[1], []
            out[key] = _value(pair[2]) if pair[2] else rows
        elif not key:
            return None
        else:
            if bare.lstrip().startswith("- "):
                rows.append({})
            if not rows:
                return None
            rows[-1][pair[1]] = _value(pair[2] or "")
    return out


def _value(text: str) -> object:
    """Return a plain value of YAML; a number is still text."""
    text = text.strip()
    if text in ("", "~", "null"):
        return None
    if text[0] in "\"'":
        return text[1:-1] if text[-1] == text[0] and "\\" not in text else UNREAD
    if text == "[]":
        return []
    if text[0] in "[{&*!|>":
        return UNREAD
    return text
