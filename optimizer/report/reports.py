"""The reports of a plan folder: report.xlsx and report.html, from its checked files alone."""

from __future__ import annotations

from pathlib import Path

REPORTS = ("report.html", "report.xlsx")


def write_reports(folder: Path) -> None:
    """Write both reports into a plan folder that has its tables and plan.json."""
    from optimizer.report.folder import read_plan_folder
    from optimizer.report.page import report_page
    from optimizer.report.workbook import write_workbook

    report = read_plan_folder(folder)
    (folder / "report.html").write_text(report_page(report), encoding="utf-8")
    write_workbook(folder / "report.xlsx", report)
