"""The staff tables of the tiny province: as many invented people as its staff.csv has heads."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.exchange.example import ROWS

LEADS, STAYS, WILLING = 4, 10, 7
"""Of the people of a unit and role every so-manieth leads, may not be seconded, is willing."""


def _people() -> Iterator[str]:
    """Yield one row a head: pseudonymous, marked synthetic."""
    home = dict(line.split(",")[:2] for line in ROWS["units"].splitlines())
    for line in ROWS["staff"].splitlines():
        unit, role, heads = line.split(",")[:3]
        contract = "station" if unit == "U3" else "full"
        for n in range(1, int(heads) + 1):
            leads, goes = int(n % LEADS == 1), int(n % STAYS != 0)
            wish = "willing" if goes and n % WILLING == 0 else "none"
            yield (
                f"{unit}-{role}-{n:03d},{home[unit]},{role},,{contract},{leads},0,{goes},0,,"
                f"{wish},1,example,assumed"
            )


STAFF_ROWS: dict[str, str] = {
    "contracts": (
        "full,40,0.15,176,6,3,11,example,assumed\nstation,40,0.15,176,6,2,11,example,assumed"
    ),
    "substitution": "NUR,NUR_ICU,1,5,example,assumed",
    "lending": (
        "public,1,1,Luân phiên có thời hạn (Quyết định 14/2013/QĐ-TTg),"
        "Timed rotation (Decision 14/2013/QĐ-TTg),Giám đốc Sở Y tế,"
        "Director of the health department,QD14,assumed\n"
        "neighbour,1,5,Đề nghị tỉnh bạn chi viện,Request to the neighbouring province,"
        "Ủy ban nhân dân tỉnh,Provincial People's Committee,example,assumed"
    ),
    "lenders": "N1,NUR,Tỉnh bạn,Neighbouring province,neighbour,10,150,100,example,assumed",
    "staffing_rules": (
        "allowance_high_vnd,450000,VND a day,example,assumed\n"
        "allowance_vnd,300000,VND a day,example,assumed\n"
        "block_lengths,14;21;28,days,example,assumed\n"
        "churn_vnd,1000000,VND a person more or fewer than a published block,example,assumed\n"
        "high_case_share,0.25,share of the beds with patients of the wave,example,assumed\n"
        "host_share,0.5,share of those present,example,assumed\n"
        "lead_weight,2,times a missing head,example,assumed\n"
        "min_weeks_between,12,weeks,example,assumed\n"
        "move_vnd,200000,VND a person,example,assumed\n"
        "nearest_homes,12,homes,example,assumed\n"
        "rest_days_after,2,days,example,assumed\n"
        "shift_hours,8;8;8,hours of each shift of a day,example,assumed\n"
        "start_every,7,days,example,assumed\n"
        "travel_day_minutes,120,minutes from which a day is lost each way,example,assumed\n"
        "travel_vnd_per_km,3000,VND a km of one person,example,assumed\n"
        "wanted_share,0.1,share of heads above the floor that should stay,example,assumed"
    ),
    "holidays": (
        "2026-11-24,Ngày Văn hóa Việt Nam,Vietnam Culture Day,NQ28,official\n"
        "2027-01-01,Tết Dương lịch,New Year's Day,LC112,official\n"
        '2027-02-06,Tết Nguyên đán (mùng 1),"Lunar New Year, day 1",LC112,derived'
    ),
    "people": "\n".join(_people()),
}
"""Rows of every staff table, columns in the order of the row models."""
