"""report.xlsx: the plan as a workbook, both languages, ready for A4."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from optimizer.i18n import LANGUAGES, translator
from optimizer.report import levers
from optimizer.report.findings import finding, rivals_note, rule_note
from optimizer.report.folder import PlanReport, read_csv
from optimizer.report.indicators import RIVALS, indicators, rival_name
from optimizer.report.occupancy import strip_table
from optimizer.report.palette import LIGHT
from optimizer.report.promises import HEAD as PROMISE_HEAD
from optimizer.report.promises import promise_cells
from optimizer.report.tables import orders, shortfalls

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so could be taken for a formula; it gets an apostrophe before it."""
WIDEST, NARROWEST = 70, 8
Cell = str | float | int | None


def harmless(text: str) -> str:
    """Return a text no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


class _Book:
    """A workbook with one look: bold header that stays, A4, fitted to the width."""

    def __init__(self, path: Path, plan_id: str) -> None:
        options = {
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            "in_memory": True,
        }
        self.book = xlsxwriter.Workbook(str(path), options)
        self.plan_id = plan_id
        line = {"bottom": 1, "bottom_color": LIGHT.line, "valign": "top"}
        self.head = self.book.add_format(
            {"bold": True, "text_wrap": True, "bg_color": LIGHT.sub, "bottom": 2, "valign": "top"}
        )
        self.words = self.book.add_format({**line, "text_wrap": True})
        self.number = self.book.add_format({**line, "num_format": "#,##0.0##"})
        self.whole = self.book.add_format({**line, "num_format": "#,##0"})

    def sheet(self, key: str, head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Write one sheet; `key` is a message id, its name stands in both languages."""
        names = [translator(lang)(key) for lang in LANGUAGES]
        sheet = self.book.add_worksheet(" · ".join(dict.fromkeys(names))[:31])
        titles = [both(text) for text in head]
        sheet.write_row(0, 0, titles, self.head)
        sheet.set_row(0, 32)
        widths = [max(len(part) for part in title.split("\n")) + 2 for title in titles]
        for r, row in enumerate(rows, start=1):
            for c, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(r, c, harmless(value), self.words)
                    widths[c] = max(widths[c], min(len(value), WIDEST))
                elif value is None or value != value:
                    sheet.write_blank(r, c, None, self.words)
                else:
                    look = self.whole if float(value).is_integer() else self.number
                    sheet.write_number(r, c, float(value), look)
        for c, width in enumerate(widths):
            sheet.set_column(c, c, max(NARROWEST, min(WIDEST, width)))
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.set_margins(left=0.8, right=0.6, top=0.7, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{self.plan_id}&C&A&R&P/&N")
        if rows:
            sheet.autofilter(0, 0, len(rows), len(head) - 1)

    def close(self) -> None:
        """Finish the file."""
        self.book.close()


def both(message: str) -> str:
    """Return a message in both languages, one below the other; one line if they are the same."""
    return "\n".join(dict.fromkeys(translator(lang)(message) for lang in LANGUAGES))


def level(report: PlanReport, care_level: object) -> str:
    """Return what a care level is called, in both languages."""
    names = [report.level_name(str(care_level), lang) for lang in LANGUAGES]
    return " · ".join(dict.fromkeys(names))


def write_workbook(path: Path, report: PlanReport) -> None:
    """Write the workbook of a plan folder."""
    book = _Book(path, report.plan_id)
    told = report.head.get("explanation") or {}
    book.sheet("Summary", ("Figure", "Unit", "Value", *RIVALS_HEAD), _summary(report))
    book.sheet(
        "Shortfalls",
        ("Place", "Code", "Level", "From", "Peak", "on", "Patient-days"),
        [
            [
                report.place_name(str(r["place"]), "vi"),
                str(r["place"]),
                level(report, r["care_level"]),
                str(report.date(int(r["first_day"]))),
                float(r["peak_patients"]),
                str(report.date(int(r["peak_day"]))),
                float(r["patient_days"]),
            ]
            for r in shortfalls(report).to_dict("records")
        ],
    )
    book.sheet(
        "Moves",
        ("Day", "From", "To", "Kind", "Level", "Patients", "Minutes"),
        _moves(report),
    )
    strips = strip_table(report)
    book.sheet(
        "Occupancy",
        ("Level", "Day", "In care", "Usable", "Unmet"),
        [
            [level(report, k), str(report.date(int(d))), float(a), float(b), float(c)]
            for k, d, a, b, c in strips.itertuples(index=False)
        ],
    )
    book.sheet("Occupancy of units", ("Place", "Code", "Day", "People", "Beds"), _load(report))
    _explained(book, report, told)
    lines = promise_cells(report.head, {k: level(report, k) for k in report.levels["care_level"]})
    if lines:
        book.sheet("Promises", PROMISE_HEAD, lines)
    if levers.totals(report.head, "en"):
        book.sheet(
            "Levers",
            ("Lever (vi)", *levers.heading("en")),
            [
                [vi[0], en[0], *(str(report.date(day)) for day in en[1:3]), *en[3:]]
                for vi, en in zip(
                    levers.rows(report.head, "vi"), levers.rows(report.head, "en"), strict=True
                )
            ],
        )
    book.sheet(
        "Assumptions",
        ("Assumption (vi)", "Assumption (en)", "Confidence", "Source"),
        [
            [str(one.get(key) or "") for key in ("text_vi", "text_en", "confidence", "source")]
            for one in report.head.get("assumptions", [])
        ],
    )
    book.close()


RIVALS_HEAD = tuple(rival_name(r, "en") for r in RIVALS)
"""English names are the message ids."""


def _summary(report: PlanReport) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for lang in LANGUAGES:
        said = (
            rule_note(report.head, lang),
            finding(report, lang).text,
            rivals_note(report.head, lang),
        )
        rows += [[text, "", "", *[""] * len(RIVALS)] for text in said if text]
    for vi, en in zip(indicators(report, "vi"), indicators(report, "en"), strict=True):
        figures = [en.read(report.kpis)]
        figures += [en.read(report.rivals[r]) if r in report.rivals else None for r in RIVALS]
        scaled = [None if f is None else f * (100 if en.share else 1) for f in figures]
        rows.append([f"{vi.label} · {en.label}", f"{vi.unit} · {en.unit}", *scaled])
    say = [translator(lang) for lang in LANGUAGES]
    words = "Decision support for places, routes and staff; not medical advice."
    rows.append([" · ".join(one(words) for one in say), "", "", *[""] * len(RIVALS)])
    return rows


def _moves(report: PlanReport) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    found = orders(report, "vi", days=tuple(range(1, min(3, report.horizon) + 1)))
    for r in found.to_dict("records"):
        minutes = float(r["minutes"])
        rows.append(
            [
                str(report.date(int(r["day"]))),
                report.place_name(str(r["origin"]), "vi"),
                report.place_name(str(r["destination"]), "vi"),
                both(_WAYS[str(r["direction"])]).replace("\n", " · "),
                level(report, r["care_level"]),
                float(r["patients"]),
                None if minutes != minutes else minutes,
            ]
        )
    return rows


_WAYS = {
    "up": "step up",
    "down": "step down",
    "lateral": "lateral",
    "outside": "out of province",
    "in": "admission",
}


def _load(report: PlanReport) -> list[list[Cell]]:
    rows = report.load.loc[report.load["day"] <= report.horizon].sort_values(["unit", "day"])
    return [
        [
            report.place_name(str(unit), "vi"),
            str(unit),
            str(report.date(int(day))),
            float(n),
            float(b),
        ]
        for day, unit, b, n, _ in rows.itertuples(index=False)
    ]


def _explained(book: _Book, report: PlanReport, told: dict[str, Any]) -> None:
    """Write bottlenecks, why and clear from the folder's tables; their sentences from plan.json."""
    sentences = {
        (one["resource"], one["place"], one["item"], int(one["week"])): (
            str(one["text_vi"]),
            str(one["text_en"]),
        )
        for one in told.get("bottlenecks") or []
    }
    frame = read_csv(report.path / "bottlenecks.csv") if told else None
    rows: list[list[Cell]] = []
    for r in frame.to_dict("records") if frame is not None else []:
        key = (str(r["resource"]), str(r["place"]), str(r["item"] or ""), int(r["week"]))
        again = r.get("solved_again_harm")
        rows.append(
            [
                report.place_name(str(r["place"]), "vi"),
                str(r["resource"]),
                str(r["item"] or ""),
                int(r["week"]),
                float(r["at_most_harm"]),
                None if again is None or again != again else float(again),
                *sentences.get(key, ("", "")),
            ]
        )
    head = ("Place", "Resource", "Item", "Week", "At most, harm", "Solved again, harm")
    book.sheet("Bottlenecks", (*head, "In words (vi)", "In words (en)"), rows)
    book.sheet(
        "Why here",
        ("Day", "Level", "People", "In words (vi)", "In words (en)"),
        [
            [
                str(report.date(int(one["day"]))),
                level(report, one["care_level"]),
                float(one["patients"]),
                str(one["text_vi"]),
                str(one["text_en"]),
            ]
            for one in told.get("why") or []
        ],
    )
    clear = told.get("clear") or {}
    lines: list[list[Cell]] = [
        [
            report.place_name(str(one["place"]), "vi"),
            str(one["thing_vi"]),
            str(one["thing_en"]),
            float(one["amount"]),
            str(report.date(int(one["needed_from_day"]))),
        ]
        for one in clear.get("additions") or []
    ]
    if clear:
        lines.append([str(clear["text_vi"]), str(clear["text_en"]), "", "", ""])
    book.sheet("Clearing", ("Place", "Add (vi)", "Add (en)", "Amount", "Needed from"), lines)
