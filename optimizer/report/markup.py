"""Pieces of HTML that every section of the page is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from optimizer.report.folder import PlanReport
from optimizer.report.palette import LIGHT, level_colours


def section(title: str, note: str, body: str) -> str:
    """Return a section under its title, with a few words beside it."""
    said = f' <span class="s">{escape(note)}</span>' if note else ""
    return f"<section><h2>{escape(title)}{said}</h2>{body}</section>"


def remark(text: str) -> str:
    """Return a line of small print; nothing for no text."""
    return f'<p class="note">{escape(text)}</p>' if text else ""


def html_table(head: Sequence[tuple[str, str]], rows: Iterable[Sequence[tuple[str, str]]]) -> str:
    """Return a table; cells are (HTML, class) pairs."""

    def cells(tag: str, row: Sequence[tuple[str, str]]) -> str:
        return "".join(
            f'<{tag} class="{kind}">{inner}</{tag}>' if kind else f"<{tag}>{inner}</{tag}>"
            for inner, kind in row
        )

    top = cells("th", [(escape(text), kind) for text, kind in head])
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def level_chip(report: PlanReport, level: str, lang: str, *, named: bool = False) -> str:
    """Return a care level on its colour: its id in capitals, or its name."""
    colours = level_colours(LIGHT, list(report.levels["care_level"]))
    fill, ink = colours.get(level, (LIGHT.sub, LIGHT.ink))
    name = escape(report.level_name(level, lang))
    look = f'style="background:{fill};color:{ink}"'
    text, kind = (name, "chip long") if named else (escape(level.upper()), "chip")
    return f'<span class="{kind}" title="{name}" {look}>{text}</span>'
