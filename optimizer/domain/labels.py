"""Names of rows and columns that LP and MPS files can hold, each unlike every other of its model.

``staffed_bed_capacity(BV01,ICU,3)``: a block and its axes. Identifiers keep ASCII letters and
digits; every other character becomes ``_``, and what would then be equal gets a number.
"""

from __future__ import annotations

Part = tuple[str, str] | int
"""(axis, identifier), or a number such as a day."""
LONGEST_WORD = 40


class Labels:
    """Makes the names of one model."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._words: dict[str, dict[str, str]] = {}
        self._used: dict[str, set[str]] = {}

    def name(self, block: str, *key: Part) -> str:
        """Return the name of one row or column; a second one of the same key gets a number."""
        parts = [str(part) if isinstance(part, int) else self._word(*part) for part in key]
        text = f"{block}({','.join(parts)})" if parts else block
        name, number = text, 1
        while name in self._taken:
            number += 1
            name = f"{text}.{number}"
        self._taken.add(name)
        return name

    def _word(self, axis: str, ident: str) -> str:
        words = self._words.setdefault(axis, {})
        if ident not in words:
            used = self._used.setdefault(axis, set())
            plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in ident)
            plain = plain[:LONGEST_WORD] or "_"
            word, number = plain, 1
            while word in used:
                number += 1
                word = f"{plain}.{number}"
            words[ident] = word
            used.add(word)
        return words[ident]
