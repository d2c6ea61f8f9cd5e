"""What each kind of bad table must get: refused, said, or read exactly; and what is named."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.errors import DataError
from optimizer.exchange.tables import MOST_PROBLEMS, read_tables
from optimizer.exchange.templates import write_template

Edit = Callable[[str, str, str], None]
Heard = Callable[[], list[str]]

# (table, old, new, words that one message must hold together)
REFUSED = {
    "more oxygen in store than it holds": (
        "oxygen",
        "8000,6000",
        "5000,6000",
        ["oxygen.csv", "stored_m3", "6000", "5000"],
    ),
    "oxygen of a unit that is not there": ("oxygen", "\nU2,", "\nU9,", ["unit_id", "U9"]),
    "a lower level draws more": ("oxygen_draw", "OXY,10", "OXY,25", ["OXY", "HFNC", "25"]),
    "a level at home draws": ("oxygen_draw", "OXY,10", "HOME,10", ["care_level", "HOME"]),
    "a lower level needs more supervisors": (
        "supervision",
        "ICU,DOC_ICU,crisis",
        "HFNC,DOC_ICU,crisis",
        ["patients_per_supervisor", "HFNC", "DOC_ICU"],
    ),
    "nobody to oversee": ("supervision", "ICU,DOC_ICU,crisis", "ICU,BOSS,crisis", ["BOSS"]),
    "a required column is not there": ("tiers", "rank,", "", ["tiers.csv:1", "rank", "missing"]),
    "a column twice": (
        "tiers",
        "tier,rank,name_vi,name_en\n1,1,",
        "tier,rank,rank,name_vi,name_en\n1,1,5,",
        ["tiers.csv:1", "rank", "twice"],
    ),
    "a column misspelt": ("beds", "staffed_beds", "staffed_bed", ["staffed_bed", "staffed_beds"]),
    "an id twice": ("facilities", "\nH3,", "\nH1,", ["row 2", "row 4", "H1"]),
    "ids that differ by case and spaces": ("facilities", "\nH3,", "\n h1 ,", ["h1", "row 4"]),
    "a count below zero": ("beds", "HFNC,8,8,6,4", "HFNC,8,8,6,-4", [":4", "surge_limit", "-4"]),
    "a count that is not whole": ("beds", "OXY,40,", "OXY,12.5,", [":3", "planned_beds", "12.5"]),
    "words for a number": ("beds", "WARD,120,", "WARD,ba mươi,", [":2", "planned_beds", "ba mươi"]),
    "a dot for thousands": ("beds", "WARD,120,", "WARD,1.200,", [":2", "planned_beds", "1.200"]),
    "a number that reads two ways": ("staff", "DOC,60,", "DOC,1.200,", [":2", "heads", "1.200"]),
    "not a number": ("beds", "OXY,40,", "OXY,NaN,", [":3", "planned_beds", "NaN"]),
    "infinity": ("staff", "DOC,60,", "DOC,inf,", [":2", "heads", "inf"]),
    "a blank count": ("beds", "OXY,40,", "OXY,,", [":3", "planned_beds", "blank"]),
    "a blank id": ("facilities", "\nH3,", "\n,", [":4", "facility_id", "blank"]),
    "an impossible latitude": ("facilities", "9.452,", "106.5552,", [":3", "lat", "106.5552"]),
    "a decimal comma": ("facilities", "9.452,", '"20,8203",', [":3", "lat", "20,8203"]),
    "no such tier": ("units", "U2,H2,2,", "U2,H2,7,", [":3", "tier", "7", "tiers.csv"]),
    "no such facility": ("units", "U2,H2,", "U2,HP99,", [":3", "facility_id", "HP99"]),
    "a field too many": ("tiers", "1,1,Tầng 1,Tier 1", "1,1,Tầng 1,Tier 1,x", [":2", "5", "4"]),
    "a field too few": ("tiers", "1,1,Tầng 1,Tier 1", "1,1,Tầng 1", [":2", "3", "4"]),
    "an open quote": ("tiers", "2,2,Tầng 2", '2,2,"Tầng 2', [":3", "quote"]),
    "a quote inside a cell": ("tiers", "2,2,Tầng 2", '2,2,"Tầng" 2', [":3", "quote"]),
    "a NUL in an id": ("facilities", "\nH3,", "\nH\x003,", [":4", "facility_id", "unprintable"]),
    "a totals row": ("tiers", "3,3,", "Tổng cộng,6,,\n3,3,", [":4", "Tổng cộng", "totals"]),
    "title lines": ("tiers", "tier,", "CÁC TẦNG,,,\n\ntier,", [":1", "tier", "Title", "row 3"]),
    "mixed separators": ("tiers", "rank,name_vi", "rank;name_vi", [":1", "commas and semicolons"]),
    "a row of another separator": ("tiers", "1,1,Tầng 1,Tier 1", "1;1;T;T", [":2", "separated"]),
    "tabs": ("tiers", "tier,rank,name_vi,name_en", "tier\trank\tname_vi\tname_en", ["tabs"]),
    "31 February": (
        "units",
        "U1,H1,3,open,,,,",
        "U1,H1,3,open,,2026-02-31,,",
        [":2", "valid_from", "2026-02-31"],
    ),
    "month and day swapped": (
        "units",
        "U1,H1,3,open,,,,",
        "U1,H1,3,open,,04/13/2026,,",
        [":2", "valid_from", "04/13/2026"],
    ),
    "a flag that is a word": (
        "kinds",
        "hospital,0,0\ndistrict",
        "hospital,yes,0\ndistrict",
        [":2", "commune_level", "yes"],
    ),
    "a word that is not in the list": ("units", "U1,H1,3,open", "U1,H1,3,opne", ["opne", "open"]),
    "a confidence that is none": ("links", "example,assumed", "example,sure", [":2", "confidence"]),
    "more staffed than physical beds": ("beds", "HFNC,8,8,6,", "HFNC,8,8,9,", [":4", "9", "8"]),
    "referral in a circle": (
        "links",
        "U2,U1,refers_to",
        "U1,U3,refers_to",
        ["links.csv", "circle", "U1 > U3 > U1"],
    ),
    "roles in a circle": ("roles", "Nurse,\n", "Nurse,NUR_ICU\n", ["roles.csv", "circle"]),
    "the same leg from both ends": (
        "travel",
        "H2,H1,45,24,0,,,example,assumed",
        "H2,H1,45,24,0,,,example,assumed\nH1,H2,50,24,0,,,example,assumed",
        ["row 2", "row 3"],
    ),
    "a leg to itself": ("travel", "H2,H1,45", "H2,H2,45", [":2", "to_id"]),
    "a leg to a cluster": ("travel", "H2,H1,45", "C1,H1,45", [":2", "from_id", "cluster"]),
    "a ferry longer than the leg": ("travel", "H1,45,24,0", "H1,45,24,60", [":2", "ferry_minutes"]),
    "half a closed season": ("travel", "45,24,0,,", "45,24,0,09-01,", [":2", "closed_from"]),
    "a closed season of no month": ("travel", "45,24,0,,", "45,24,0,13-01,", [":2", "closed_from"]),
    "a commune without people": ("admin_units", "C1,52000,", "C1,,", [":5", "population", "blank"]),
    "a commune in no cluster": ("admin_units", "Trung tâm,,C1", "Trung tâm,,", [":5", "parent_id"]),
    "a facility in the wrong cluster": ("facilities", "X3,C2", "X3,C1", [":3", "cluster_id", "C2"]),
    "a facility named like a commune": ("facilities", "\nH3,", "\nX1,", [":4", "X1"]),
    "beds at home": ("beds", "U3,ISO,", "U3,HOME,", [":8", "care_level", "HOME"]),
    "a level of equal rank": ("levels", "ICU,5", "ICU,4", ["levels.csv", "rank", "row 6"]),
    "out of province without places": (
        "units",
        "out_of_province,4",
        "out_of_province,",
        [":5", "daily_places"],
    ),
    "a site of the province in no cluster": (
        "units",
        "UE,E1,3,out_of_province,4",
        "UE,E1,3,open,",
        [":5", "facility_id", "E1", "no cluster"],
    ),
    "places a day inside": ("units", "U1,H1,3,open,,", "U1,H1,3,open,4,", [":2", "daily_places"]),
    "more on duty than employed": ("staff", "DOC,60,12", "DOC,6,12", [":2", "on_duty", "12"]),
    "an end before the beginning": (
        "units",
        "U1,H1,3,open,,,,",
        "U1,H1,3,open,,2026-02-01,2026-01-01,",
        [":2", "valid_to"],
    ),
    "a station of no cluster": ("mobile_stations", "U3,C1", "U3,X1", [":2", "cluster_id", "X1"]),
    "a class twice": ("patient_classes", "all,mild,recovering", "all,mild,acute", [":3", "Row 2"]),
    "recovering at a higher level": (
        "patient_classes",
        "mild,recovering,ISO",
        "mild,recovering,WARD",
        [":3", "care_level", "WARD", "ISO"],
    ),
    "a closed season from no day": (
        "travel",
        "45,24,0,,",
        "45,24,0,02-30,03-10",
        [":2", "closed_from", "02-30"],
    ),
    "a closed season to no day": (
        "travel",
        "45,24,0,,",
        "45,24,0,02-29,04-31",
        [":2", "closed_to", "04-31"],
    ),
    "half a closed season, the end": ("travel", "45,24,0,,", "45,24,0,,09-01", [":2", "09-01"]),
    "blank rows first": ("tiers", "tier,", "\n,,,\ntier,", ["tiers.csv:1", "blank"]),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_read_tables_refuses_and_names_the_place_when(
    case: str, edit: Edit, refused: Heard
) -> None:
    table, old, new, words = REFUSED[case]
    edit(table, old, new)
    said = refused()
    assert any(all(w in line for w in words) for line in said), said


def test_read_tables_refuses_an_empty_file(province: Path, refused: Heard) -> None:
    (province / "beds.csv").write_bytes(b"")
    assert any("beds.csv" in line and "empty" in line for line in refused())


def test_read_tables_refuses_a_header_without_rows(province: Path, refused: Heard) -> None:
    (province / "tiers.csv").write_text("tier,rank,name_vi,name_en\n")
    assert any("tiers.csv" in line and "no rows" in line for line in refused())


def test_read_tables_refuses_a_missing_table(province: Path, refused: Heard) -> None:
    (province / "tiers.csv").unlink()
    assert refused() == [f"{province / 'tiers.csv'}: The table is missing. "
        "Put it into the folder or its parent; referral init DIR writes examples."]  # fmt: skip


def test_read_tables_refuses_ids_that_differ_by_composition_only(
    edit: Edit, province: Path, refused: Heard
) -> None:
    edit("facilities", "\nH2,", "\nBV-Hà,")
    edit("facilities", "\nH3,", f"\n{unicodedata.normalize('NFD', 'BV-Hà')},")
    assert any("row 3" in line and "row 4" in line for line in refused())


@pytest.mark.parametrize(("encoding", "word"), [("utf-16", "UTF-16"), ("utf-16-le", "UTF-16")])
def test_read_tables_refuses_utf_16(
    encoding: str, word: str, province: Path, refused: Heard
) -> None:
    path = province / "tiers.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    assert any("tiers.csv" in line and word in line for line in refused())


def test_read_tables_refuses_an_old_code_page(province: Path, refused: Heard) -> None:
    path = province / "admin_units.csv"
    text = unicodedata.normalize("NFD", path.read_text(encoding="utf-8"))
    path.write_bytes(text.encode("cp1258", errors="replace"))
    assert any("admin_units.csv" in line and "UTF-8" in line for line in refused())


def test_read_tables_names_the_row_that_is_not_utf_8(province: Path, refused: Heard) -> None:
    path = province / "tiers.csv"
    path.write_bytes(path.read_bytes().replace("Tầng 2".encode(), b"T\xe2ng 2"))
    assert any("tiers.csv:3 name_vi" in line and "UTF-8" in line for line in refused())


def test_read_tables_counts_records_when_a_cell_has_a_line_break(
    edit: Edit, refused: Heard
) -> None:
    edit("facilities", "Bệnh viện đa khoa tỉnh Mẫu", '"Bệnh viện\nđa khoa"')
    edit("facilities", "9.651", "x")
    assert any("facilities.csv:4 lat [x]" in line for line in refused())


def test_read_tables_repeats_no_value_when_a_column_is_about_persons(
    province: Path, refused: Heard
) -> None:
    (province / "tiers.csv").write_text(
        "tier,rank,name_vi,name_en,ho_ten,cccd\n1,x,T,T,Nguyễn Văn An,079123456789\n",
        encoding="utf-8",
    )
    said = "\n".join(refused())
    assert "ho_ten" in said
    assert "cccd" in said
    assert "Nguyễn" not in said
    assert "079123456789" not in said


def test_read_tables_masks_long_numbers_when_they_stand_in_a_wrong_cell(
    edit: Edit, refused: Heard
) -> None:
    edit("beds", "WARD,120,", "WARD,079123456789 An,")
    assert "079123456789" not in "\n".join(refused())


def test_read_tables_says_all_faults_of_all_files_at_once(edit: Edit, refused: Heard) -> None:
    edit("beds", "OXY,40,40", "OXY,x,y")
    edit("units", "U2,H2,2", "U2,H2,9")
    edit("staff", "DOC,60", "DOC,-1")
    said = "\n".join(refused())
    for word in ("beds.csv:3 planned_beds", "beds.csv:3 physical_beds", "units.csv:3", "staff.csv"):
        assert word in said


def test_read_tables_says_only_the_true_fault_when_a_cell_that_may_be_blank_cannot_be_read(
    edit: Edit, refused: Heard, province: Path
) -> None:
    text = (province / "admin_units.csv").read_text(encoding="utf-8")
    people = next(line.split(",")[5] for line in text.splitlines() if line.startswith("X1,"))
    edit("admin_units", f",{people},", ",1.200,")
    said = refused()
    assert len(said) == 1
    assert "1.200" in said[0]
    assert "thousands" in said[0]


def test_read_tables_says_how_many_more_when_faults_are_very_many(
    province: Path, refused: Heard
) -> None:
    rows = "\n".join(f"T{n},x,T,T" for n in range(MOST_PROBLEMS + 50))
    (province / "tiers.csv").write_text(f"tier,rank,name_vi,name_en\n{rows}\n")
    said = refused()
    assert len(said) == MOST_PROBLEMS + 1
    assert "more faults" in said[-1]


def test_read_tables_does_not_call_ids_unknown_when_their_table_is_cut_short(
    edit: Edit, refused: Heard
) -> None:
    edit("units", "U2,H2", '"U2,H2')
    assert all("units.csv" in line and "Not in" not in line for line in refused())


WARNED = {
    "0, 0": ("facilities", "9.452,106.102", "0,0", ["facilities.csv:3", "lat", "0, 0"]),
    "far away": ("facilities", "9.452,106.102", "11.452,106.102", [":3", "H2", "km"]),
    "beds without nurses": (
        "staff",
        "U1,NUR_ICU,40,8",
        "U1,NUR_ICU,40,0",
        ["beds.csv:5", "NUR_ICU", "10 beds"],
    ),
    "900 ventilators": ("devices", "ICU,12,3", "ICU,900,3", ["devices.csv:2", "devices", "900"]),
    "more devices in use than there are": ("devices", "ICU,12,3", "ICU,12,30", [":2", "30"]),
    "more ordinary patients than beds": ("routine", "ICU,3", "ICU,30", ["routine.csv:4", "30"]),
    "surge beds without devices": (
        "devices",
        "ICU,12,3,4",
        "ICU,12,3,",
        ["devices.csv:2", "surge_devices", "2 of 4"],
    ),
    "ordinary patients draw all oxygen": (
        "oxygen",
        "120,250,200,120,20",
        "20,250,200,120,20",
        ["oxygen.csv", "routine_lpm", "28.8"],
    ),
    "oxygen beds of which nothing is told": (
        "oxygen",
        "U2,120,250,200,120,20,example,assumed",
        "",
        ["units.csv", "U2", "18"],
    ),
    "hours for minutes": ("travel", "H2,H1,45", "H2,H1,0.9", ["travel.csv:2", "minutes", "0.9"]),
}


@pytest.mark.parametrize("case", WARNED)
def test_read_tables_keeps_and_says_when(case: str, edit: Edit, warned: Heard) -> None:
    table, old, new, words = WARNED[case]
    assert warned() == []
    edit(table, old, new)
    said = warned()
    assert any(all(w in line for w in words) for line in said), said


def test_read_tables_keeps_ids_exactly(edit: Edit, province: Path) -> None:
    for path in province.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("U2", "NA").replace("U1", "0012").replace("UE", "12"))
    tables, _ = read_tables(province)
    assert [u.unit_id for u in tables.units] == ["0012", "12", "NA", "U3"]


def test_read_tables_keeps_names_that_a_spreadsheet_would_run(edit: Edit, province: Path) -> None:
    edit("facilities", "TTYT Ven biển", '"=HYPERLINK(""http://x"")"')
    tables, _ = read_tables(province)
    assert tables.facilities[2].short_name == '=HYPERLINK("http://x")'


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b",", b";"),
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n", b",,\n").replace(b",,\n", b",,\n"),
        lambda data: b'# note, with "quotes\n\n' + data + b",,,\n\n",
    ],
)
def test_read_tables_reads_the_same_when_a_spreadsheet_saved_it(
    damage: Callable[[bytes], bytes], province: Path
) -> None:
    before, _ = read_tables(province)
    path = province / "tiers.csv"
    path.write_bytes(damage(path.read_bytes()))
    after, _ = read_tables(province)
    assert after.tiers == before.tiers


def test_read_tables_does_not_care_for_the_order_of_rows(province: Path) -> None:
    before, _ = read_tables(province)
    for path in province.glob("*.csv"):
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([header, *reversed(rows)]), encoding="utf-8")
    after, _ = read_tables(province)
    for name in before.__slots__:
        if name != "files":
            assert getattr(after, name) == getattr(before, name)


def test_read_tables_inherits_from_the_parent_folder(province: Path) -> None:
    (province / "tiers.csv").rename(province.parent / "tiers.csv")
    tables, _ = read_tables(province)
    assert {f.path for f in tables.files} >= {"../tiers.csv", "beds.csv"}
    assert all(len(f.sha256) == 64 for f in tables.files)


def test_read_tables_says_what_follows_when_an_optional_table_is_absent(
    province: Path, warned: Heard
) -> None:
    for name in ("travel_rules", "links", "mobile_stations", "routine"):
        (province / f"{name}.csv").unlink()
    assert [line for line in warned() if "No routine.csv" in line]


def test_read_tables_suggests_a_folder_when_there_is_none(province: Path) -> None:
    with pytest.raises(DataError, match="province\\?"):
        read_tables(province.parent / "provinc")


def test_ratios_are_refused_when_a_lower_level_needs_more_staff(tmp_path: Path) -> None:
    """HFNC needs no technician in this row order, OXY needs one: who recovers would need more."""
    folder = tmp_path / "province"
    write_template(folder, "en")
    path = folder / "care_ratios.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    header = next(line for line in lines if not line.startswith("#"))
    cells = {"care_level": "ISO", "role": "DOC_ICU", "care_phase": "conventional"}
    cells |= {"patients_per_staff": "0.5", "source": "test", "confidence": "assumed"}
    row = ",".join(cells[column] for column in header.split(","))
    path.write_text("\n".join([*lines, row]) + "\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_tables(folder)
    assert "need more DOC_ICU" in caught.value.render("en")
    assert "care_ratios.csv" in caught.value.render("vi")
