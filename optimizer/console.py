"""What every command shares: language, progress on stderr, faults in the reader's language."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import typer

Result = TypeVar("Result")


class Lang(StrEnum):
    """Languages of messages."""

    vi = "vi"
    en = "en"


class Shown(StrEnum):
    """How progress is told on stderr."""

    auto = "auto"
    plain = "plain"
    json = "json"
    none = "none"


def _default_lang() -> Lang:
    wanted = os.environ.get("REFERRAL_LANG", "")[:2] or os.environ.get("LANG", "")[:2]
    return Lang.vi if wanted == "vi" else Lang.en


DEFAULT_LANG = _default_lang()
LangOption = Annotated[Lang, typer.Option("--lang", help="Language of messages.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def tell(shown: Shown, lang: str) -> Any:
    """Return a progress function that writes to stderr."""
    from optimizer.i18n import translator
    from optimizer.report.formats import num

    say = translator(lang)
    started = time.monotonic()

    def progress(stage: str, seconds: float, done: bool) -> None:
        if shown is Shown.none:
            return
        if shown is Shown.json:
            line = json.dumps({"stage": stage, "seconds": round(seconds, 3), "done": done})
        else:
            so_far = num(time.monotonic() - started, lang, 1).rjust(6)
            spent = f": {num(seconds, lang, 1)} s" if done else " …"
            line = f"[{so_far} s] {say(stage)}{spent}"
        print(line, file=sys.stderr, flush=True)

    return progress


def interruptible(work: Callable[[], Result]) -> Result:
    """Run `work` in a thread, so that Ctrl-C is heard while the solver works."""
    import threading

    done: list[Result] = []
    failed: list[BaseException] = []

    def call() -> None:
        try:
            done.append(work())
        except BaseException as error:  # handed on to the main thread
            failed.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.2)
    if failed:
        raise failed[0]
    return done[0]


def fail(error: Any, lang: str, as_json: bool) -> typer.Exit:
    """Say every fault, in the reader's language, and return the exit with its code."""
    if as_json:
        told = {
            "schema_version": 1,
            "status": "error",
            "problems": [
                {
                    "file": p.file,
                    "row": p.row,
                    "column": p.column,
                    "value": p.value,
                    "severity": p.severity,
                    "message": p.render(lang),
                }
                for p in error.problems
            ],
        }
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(error.render(lang), file=sys.stderr)
    return typer.Exit(error.exit_code)
