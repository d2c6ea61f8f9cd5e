"""Compile the catalogues: ``python -m optimizer.i18n``, or ``--check`` to only look.

Needs Babel (the ``test`` extra has it); the planner itself reads the compiled ``.mo`` with the
standard library and never imports Babel.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

FOLDER = Path(__file__).parent

EXIT_FINDINGS = 1
EXIT_MISSING_EXTRA = 5


def sources(folder: Path = FOLDER) -> Iterator[Path]:
    """Yield every ``.po`` of every language, in order."""
    yield from sorted(folder.glob("*/LC_MESSAGES/*.po"))


def is_current(source: Path) -> bool:
    """Say whether the ``.mo`` beside `source` holds the same messages (fuzzy ones count as absent).

    Messages are compared, not bytes: releases of Babel lay a ``.mo`` out differently.
    """
    from babel.messages.mofile import read_mo
    from babel.messages.pofile import read_po

    compiled = source.with_suffix(".mo")
    if not compiled.is_file():
        return False
    with source.open("rb") as file:
        wanted = {
            (m.context, m.id): m.string for m in read_po(file) if m.id and m.string and not m.fuzzy
        }
    with compiled.open("rb") as file:
        found = {(m.context, m.id): m.string for m in read_mo(file) if m.id}
    return wanted == found


def compile_one(source: Path) -> Path:
    """Write the ``.mo`` beside `source` and return it."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parents[1].name)
    compiled = source.with_suffix(".mo")
    with compiled.open("wb") as file:
        write_mo(file, catalogue)
    return compiled


def main(argv: Sequence[str] | None = None) -> int:
    """Compile what is out of date; with ``--check`` only name it and return 1 if anything is."""
    parser = argparse.ArgumentParser(
        prog="python -m optimizer.i18n", description="Compile catalogues."
    )
    parser.add_argument("--check", action="store_true", help="only name what is out of date")
    options = parser.parse_args(argv)
    if importlib.util.find_spec("babel") is None:
        sys.stderr.write(
            "Babel is not installed, so the catalogues cannot be compiled. "
            "Install the test extra: pip install -c constraints.txt -e '.[test]'\n"
        )
        return EXIT_MISSING_EXTRA
    stale = [source for source in sources() if not is_current(source)]
    for source in stale:
        name = source.relative_to(FOLDER)
        if options.check:
            sys.stdout.write(f"{name}: the .mo is out of date; run python -m optimizer.i18n\n")
        else:
            compile_one(source)
            sys.stdout.write(f"{name}: compiled\n")
    return EXIT_FINDINGS if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
