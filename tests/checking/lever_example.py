"""The worked example of docs/model.md section 7 with levers, written by hand.

Four levers beside the plan of section 7, which stays as it is:

=========  =======================================  ==========================================
`bring`    1 nurse from A to B; delay 1, ramp 1     begun day 1: open 0 1 1, usable 0 0.5 1
`field`    1 ICU bed in AX, closed of itself        begun day 1, delay 2: open 0 0 1
`station`  a pool of stations, nothing of its own   begun day 1: open 1 1 1
`sent`     a station sent to K1: 10 places at home  begun day 1, delay 1, closed day 3: 0 1 0
=========  =======================================  ==========================================

Harm: 153.125; `bring` 2 unit-days x 0.25, `field` 1 x 1; 5 + 0 + 5 at home unfollowed x 0.2. VND:
1 + 2 x 0.2, 5 + 0.5, 3 x 0.1 million. Burden: 2.055 + 7 unit-days x 0.01 + 7.2 x 0.001.
"""

from __future__ import annotations

from tests.checking.folder import HEADERS, Folder, Row, rows
from tests.checking.worked_example import narrow

LEVERS = "day lever place started closed open usable vnd harm legal_basis approver_vi approver_en"
BOUGHT = ("first_day", "last_day", "most", "unit_days", "vnd", "harm")
FIGURES = "max_units delay_days ramp_days min_days may_close open_vnd day_vnd harm_per_day"


def levered() -> Folder:
    """Return the worked example with levers: harm 156.625."""
    f = narrow()
    f.data["levers"] = rows(
        f"lever_id kind title_vi title_en {FIGURES} reversible named_only drawn_from legal_basis "
        "approver_vi approver_en source confidence",
        "bring borrow Điều Bring 2 1 1 1 1 1000000 200000 0.25 1 0 . law Sở Dept me official",
        "field site Dựng Field 1 2 0 3 1 5000000 500000 1 1 0 . law Sở Dept me official",
        "hidden site Kín Hidden 1 0 0 1 1 0 0 0 1 1 . law Sở Dept me official",
        "sent mobile Cử Sent 2 1 0 1 1 0 0 0 1 0 station law Sở Dept me official",
        "station mobile Trạm Pool 2 0 0 1 0 0 100000 0 1 0 . law Sở Dept me official",
    )
    f.data["lever_yields"] = rows(
        "lever_id resource place item amount source confidence",
        "bring staff A NUR -1 me official",
        "bring staff B NUR 1 me official",
        "field bed AX ICU 1 me official",
        "hidden bed B ICU 1 me official",
        "sent home_place K1 - 10 me official",
    )
    f.scenario["levers"] = {
        "use": "all",
        "named": [],
        "budget_vnd": 10_000_000,
        "harm": 1,
        "home_unmet": 0.2,
        "unit_day": 0.01,
        "million_vnd": 0.001,
        "change": {},
    }
    f.scenario["provenance"]["levers"] = {"source": "worked", "confidence": "official"}
    f.inputs["levers"] = rows(
        f"lever_id {FIGURES} drawn_from",
        "bring 2 1 1 1 1 1000000 200000 0.25 .",
        "field 1 2 0 3 1 5000000 500000 1 .",
        "sent 2 1 0 1 1 0 0 0 station",
        "station 2 0 0 1 0 0 100000 0 .",
    )
    f.inputs["lever_yields"] = rows(
        "lever_id resource place item amount",
        "bring staff A NUR -1",
        "bring staff B NUR 1",
        "field bed AX ICU 1",
        "sent home_place K1 - 10",
    )
    f.inputs["units"] += rows("planning_unit unit_id", "AX AX")
    f.tables["levers"] = rows(
        LEVERS,
        "1 bring A;B 1 0 0 0 1000000 0 law Sở Dept",
        "1 field AX 1 0 0 0 5000000 0 law Sở Dept",
        "1 sent K1 1 0 0 0 0 0 law Sở Dept",
        "1 station . 1 0 1 1 100000 0 law Sở Dept",
        "2 bring A;B 0 0 1 0.5 200000 0.25 law Sở Dept",
        "2 sent K1 0 0 1 1 0 0 law Sở Dept",
        "2 station . 0 0 1 1 100000 0 law Sở Dept",
        "3 bring A;B 0 0 1 1 200000 0.25 law Sở Dept",
        "3 field AX 0 0 1 1 500000 1 law Sở Dept",
        "3 sent K1 0 1 0 0 0 0 law Sở Dept",
        "3 station . 0 0 1 1 100000 0 law Sở Dept",
    )
    f.tables["home"] = rows(HEADERS["home"], "1 K1 80 75 5", "2 K1 80 85 0", "3 K1 80 75 5")
    f.tables["capacity"] += rows(HEADERS["capacity"], "3 AX ICU 1 0 0 0 .")
    harm = 153.125 + 2 * 0.25 + 1 + 10 * 0.2
    f.plan["objective"]["harm"] = {"value": harm, "bound": 153.125, "gap": harm / 153.125 - 1}
    burden = 2.055 + 0.07 + 0.0072
    f.plan["objective"]["burden"] = {"value": burden, "bound": 2.0, "gap": burden / 2 - 1}
    f.plan["status"] = "feasible"
    f.plan["names"]["AX"] = "FA"
    f.plan["kpis"]["harm"] = harm
    f.plan["kpis"]["levers"] = {
        "vnd": 7_200_000,
        "vnd_solved": 7_200_000,
        "budget_vnd": 10_000_000,
        "unit_days": 7,
        "harm": 1.5,
        "home_short_days": 10,
    }
    names = {
        "bring": "Điều Bring",
        "field": "Dựng Field",
        "sent": "Cử Sent",
        "station": "Trạm Pool",
    }
    decides = {"approver_vi": "Sở", "approver_en": "Dept", "legal_basis": "law"}
    f.plan["lever_titles"] = {
        lever: dict(zip(("vi", "en"), words.split(), strict=True)) | decides
        for lever, words in names.items()
    }
    bought = {
        "field": (3, 3, 1, 1, 5_500_000, 1),
        "bring": (2, 3, 1, 2, 1_400_000, 0.5),
        "station": (1, 3, 1, 3, 300_000, 0),
        "sent": (2, 2, 1, 1, 0, 0),
    }
    f.plan["levers_bought"] = [
        {"lever": lever} | dict(zip(BOUGHT, figures, strict=True))
        for lever, figures in bought.items()
    ]
    # no levers: 5 at home on each of three days go without
    f.plan["baselines"]["greedy"]["harm"] = 153.125 + 3 * 5 * 0.2
    # AX by levers: 4 in from the commune, 4 up from A and from B each, 2 down from B; 2 and 4 up
    # out of it to A and B
    f.plan["ways"]["permitted"] += 4 + 4 + 4 + 2 + 2 + 4
    return f


def lever_row(f: Folder, day: int, lever: str) -> Row:
    """Return the row of a lever and day in levers.csv of the plan."""
    found = [r for r in f.tables["levers"] if (str(r["day"]), r["lever"]) == (str(day), lever)]
    assert len(found) == 1
    return found[0]


def lever_of(f: Folder, lever: str, table: str = "data") -> Row:
    """Return the lever's row in levers.csv of the data folder, or of ``inputs``."""
    tables = {"data": f.data, "inputs": f.inputs}[table]
    found = [r for r in tables["levers"] if r["lever_id"] == lever]
    assert len(found) == 1
    return found[0]
