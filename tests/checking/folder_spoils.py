"""Plan folders whose inputs and files are spoilt on purpose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.checking.folder import Folder, rows
from tests.checking.spoil import Spoils, append, edit_json
from tests.checking.wider_example import wide
from tests.checking.worked_example import narrow

spoil = Spoils(narrow)


# --- inputs -------------------------------------------------------------------------------------


@spoil("inputs")
def arrivals_below_zero(f: Folder) -> None:
    f.row("arrivals", day=2)["patients"] = "-0.5"


@spoil("inputs")
def hazards_above_one(f: Folder) -> None:
    f.row("hazards", pool="treated", from_class="CR")["probability"] = "1.01"


@spoil("inputs")
def deaths_and_hazards_above_one(f: Folder) -> None:
    f.row("deaths", pool="boarding")["probability"] = "0.6"


@spoil("inputs")
def nobody_ever_leaves(f: Folder) -> None:
    f.row("hazards", pool="treated", from_class="SR")["probability"] = "1"


@spoil("inputs")
def half_a_person_in_the_census(f: Folder) -> None:
    f.row("opening_census", place="A", state="treated")["patients"] = "0.5"


@spoil("inputs")
def weight_of_a_class_changed(f: Folder) -> None:
    f.inputs["classes"][2]["unmet_weight"] = "2"


@spoil("inputs")
def commune_left_out(f: Folder) -> None:
    f.inputs["areas"] += rows("area commune", "C1 C0")


@spoil("inputs", wide)
def area_named_otherwise(f: Folder) -> None:
    f.inputs["areas"][1]["area"] = "K1+C2"


@spoil("inputs", wide)
def member_left_out(f: Folder) -> None:
    f.inputs["units"] = [r for r in f.inputs["units"] if r["unit_id"] != "U2"]


@spoil("inputs")
def horizon_changed(f: Folder) -> None:
    f.plan["horizon_days"] = 2


@spoil("treated_balance")
def census_changed(f: Folder) -> None:
    f.row("opening_census", place="B")["class_id"] = "SR"


@spoil("digests")
def forge_a_digest(f: Folder) -> None:
    f.after.append(lambda plan: edit_json(plan / "inputs" / "sources.json", forge))


@spoil("digests")
def table_left_out_of_the_digests(f: Folder) -> None:
    f.after.append(lambda plan: edit_json(plan / "inputs" / "sources.json", lambda x: x.pop()))


@spoil("digests")
def table_changed_since(f: Folder) -> None:
    f.after.append(
        lambda plan: append(plan.parent / "data" / "worked" / "staff.csv", "A,NUR_ICU,1,official\n")
    )


@spoil("digests")
def minutes_changed_since(f: Folder) -> None:
    f.after.append(
        lambda plan: append(plan.parent / "data" / "worked" / "travel.csv", "FA,FB,5,,\n")
    )


@spoil("objective_burden")
def minutes_shorter_than_reported(f: Folder) -> None:
    f.data["travel"] += rows("from_id to_id minutes closed_from closed_to", "FA FB 5 . .")


@spoil("digests")
def inputs_changed_since(f: Folder) -> None:
    f.after.append(lambda plan: append(plan / "inputs" / "deaths.csv", "treated,CA,0.0\n"))


# --- files --------------------------------------------------------------------------------------


def forge(listed: list[dict[str, str]]) -> None:
    listed[0]["sha256"] = "0" * 64


def _file(name: str, change: Callable[[Path], object]) -> None:
    def altered(f: Folder) -> None:
        f.after.append(change)

    altered.__name__ = f"file_{name}"
    spoil("files")(altered)


_file("plan_missing", lambda p: (p / "plan.json").unlink())
_file("plan_broken", lambda p: (p / "plan.json").write_text("{", "utf-8"))
_file("plan_a_list", lambda p: (p / "plan.json").write_text("[1]", "utf-8"))
_file("plan_nested", lambda p: (p / "plan.json").write_text("[" * 99999, "utf-8"))
_file("plan_not_finite", lambda p: (p / "plan.json").write_text('{"a": NaN}', "utf-8"))
_file("plan_key_twice", lambda p: (p / "plan.json").write_text('{"a": 1, "a": 2}', "utf-8"))
_file("no_inputs", lambda p: [x.unlink() for x in (p / "inputs").iterdir()])
_file("no_admissions", lambda p: (p / "admissions.csv").unlink())
_file("no_units", lambda p: (p.parent / "data" / "worked" / "units.csv").unlink())
_file("no_digests", lambda p: (p / "inputs" / "sources.json").unlink())
_file("digests_a_text", lambda p: (p / "inputs" / "sources.json").write_text('["x"]', "utf-8"))
_file("empty", lambda p: (p / "transfers.csv").write_text("", "utf-8"))
_file("not_utf8", lambda p: (p / "corridor.csv").write_bytes(b"day,unit,patients\n1,\xff,2\n"))
_file("utf16", lambda p: (p / "corridor.csv").write_bytes("day,unit".encode("utf-16")))
_file("quote", lambda p: append(p / "excess.csv", '1,"A,OXY,2\n'))
_file("column_missing", lambda p: (p / "excess.csv").write_text("day,unit,patients\n", "utf-8"))
_file("column_twice", lambda p: (p / "corridor.csv").write_text("day,day,unit,patients\n", "utf-8"))
_file("short_row", lambda p: append(p / "in_house.csv", "1,A\n"))
_file("word_for_a_number", lambda p: append(p / "in_house.csv", "1,A,SA,ba,official\n"))
_file("nan", lambda p: append(p / "in_house.csv", "1,A,SA,nan,official\n"))
_file("underscore", lambda p: append(p / "in_house.csv", "1,A,SA,1_0,official\n"))
_file("blank_number", lambda p: append(p / "in_house.csv", "1,A,SA,,official\n"))
_file("unknown_unit", lambda p: append(p / "in_house.csv", "1,Z,SA,1,official\n"))
_file("unknown_class", lambda p: append(p / "in_house.csv", "1,A,ZZ,1,official\n"))
_file("day_0", lambda p: append(p / "in_house.csv", "0,A,SA,1,official\n"))
_file("day_4", lambda p: append(p / "in_house.csv", "4,A,SA,1,official\n"))
_file("day_half", lambda p: append(p / "in_house.csv", "1.5,A,SA,1,official\n"))
_file("row_twice", lambda p: append(p / "in_house.csv", "2,B,CA,0,official\n"))
_file("treated_in_an_area", lambda p: append(p / "patients.csv", "1,C1,SA,treated,0,official\n"))
_file("scenario_key", lambda p: edit_json(p / "inputs/scenario.json", lambda s: s.pop("surge")))
_file("scenario_text", lambda p: edit_json(p / "inputs/scenario.json", lambda s: s.update(areas=3)))
_file(
    "scenario_staff_days",
    lambda p: edit_json(p / "inputs/scenario.json", lambda s: s["shocks"].pop("staff_to_day")),
)
_file(
    "scenario_local_only",
    lambda p: edit_json(p / "inputs/scenario.json", lambda s: s["options"].pop("local_only")),
)
_file(
    "scenario_huge",
    lambda p: edit_json(p / "inputs/scenario.json", lambda s: s.update(horizon_days=10**400)),
)


@spoil("files")
def key_twice_in_the_sources(f: Folder) -> None:
    f.data["beds"] += rows(" ".join(f.data["beds"][0]), "a OXY 9 9 9 0")


@spoil("files")
def date_that_is_none(f: Folder) -> None:
    f.row("units", unit_id="A")["valid_from"] = "1/2/2026"


@spoil("files")
def tier_that_is_none(f: Folder) -> None:
    f.row("units", unit_id="A")["tier"] = "T9"


@spoil("files")
def half_a_bed(f: Folder) -> None:
    f.row("beds", unit_id="A")["physical_beds"] = "3.5"


@spoil("files")
def census_in_a_place_nobody_has(f: Folder) -> None:
    f.row("opening_census", place="B")["place"] = "Z"
