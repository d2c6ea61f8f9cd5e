"""The arithmetic between a fact and a row: pure functions, every number comes from rules.yaml."""

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

Rules = Mapping[str, Any]
Row = dict[str, str]

STATION = "commune_health_station"


def half_up(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def rounded_up(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_CEILING))


def rounded_down(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_FLOOR))


def largest_remainder(total: int, ideals: Mapping[str, Decimal]) -> dict[str, int]:
    """Whole numbers that sum to `total`; the largest fractions go up, ties in given order."""
    whole = {key: rounded_down(ideal) for key, ideal in ideals.items()}
    order = list(ideals)
    order.sort(key=lambda key: whole[key] - ideals[key])
    for key in order[: total - sum(whole.values())]:
        whole[key] += 1
    return whole


def joined_sources(*parts: str) -> str:
    ids = [one for part in parts for one in part.split(";") if one]
    return ";".join(dict.fromkeys(ids))


def weakest(order: list[str], *confidences: str) -> str:
    return max(confidences, key=order.index)


def oxygen_source(kind: str, rules: Rules) -> str:
    return "cylinder" if kind in rules["oxygen_source"]["cylinder_kinds"] else "central"


def split_beds(kind: str, planned: int, icu: int, rules: Rules) -> dict[str, int]:
    """Planned beds of a site by care level; levels without a bed are left out."""
    beds = rules["beds"]
    if kind == STATION:
        return {beds["station_level"]: planned} if planned else {}
    high_flow = rounded_up(icu * Decimal(beds["high_flow_per_icu_bed"]))
    others = planned - icu - high_flow
    oxygen = half_up(others * Decimal(beds["oxygen_share"][oxygen_source(kind, rules)]))
    split = {"WARD": others - oxygen, "OXY": oxygen, "HFNC": high_flow, "ICU": icu}
    if min(split.values()) < 0:
        raise ValueError(f"{kind}: {planned} planned beds are too few for {icu} ICU beds")
    return {level: count for level, count in split.items() if count}


def icu_surge(kind: str, icu: int, quota: int, quota_source: str, rules: Rules) -> Row:
    """Extra ICU beds that may be opened, with where the number comes from."""
    surge = rules["icu_surge"]
    if icu == 0:
        return {"extra": "0", "source": surge["id"], "confidence": surge["otherwise_confidence"]}
    if kind in surge["district_kinds"]:
        ready_for = surge["district_ready_for"]
    elif kind in surge["provincial_kinds"]:
        ready_for = surge["provincial_ready_for"]
    elif kind in surge["centre_kinds"]:
        ready_for = quota
    elif quota_source == surge["source"]:
        ready_for = surge["ready_factor"] * quota
    else:
        extra = surge["otherwise_extra_per_icu_bed"] * icu
        confidence = surge["otherwise_confidence"]
        return {"extra": str(extra), "source": surge["id"], "confidence": confidence}
    return {
        "extra": str(max(0, ready_for - icu)),
        "source": joined_sources(surge["source"], surge["id"]),
        "confidence": surge["confidence"],
    }


def routine_patients(province: str, beds: Mapping[str, int], rules: Rules) -> dict[str, int]:
    """Ordinary patients of a site by care level: the house total is rounded, then shared out."""
    routine = rules["routine_census"]
    share = Decimal(routine["share"].get(province, routine["share"]["default"]))
    total = half_up(share * sum(beds.values()))
    icu = min(Decimal(total), beds.get("ICU", 0) * Decimal(routine["icu_share"]))
    others = sum(count for level, count in beds.items() if level != "ICU")
    ideals = {
        level: icu if level == "ICU" else (total - icu) * count / others
        for level, count in beds.items()
    }
    return largest_remainder(total, ideals)


def routine_of_stations(province: str, beds: Mapping[str, int], rules: Rules) -> dict[str, int]:
    """Ordinary patients by station: the stations of a cluster are rounded together."""
    routine = rules["routine_census"]
    share = Decimal(routine["share"].get(province, routine["share"]["default"]))
    return largest_remainder(
        half_up(share * sum(beds.values())), {unit: share * count for unit, count in beds.items()}
    )


def ventilators_in_use(ventilators: int, routine_icu: int, rules: Rules) -> int:
    per_patient = Decimal(rules["devices"]["ventilators_per_routine_icu_patient"])
    return min(ventilators, half_up(per_patient * routine_icu))


def surge_devices(surge_beds: int, rules: Rules) -> int:
    return half_up(surge_beds * Decimal(rules["devices"]["surge_devices_per_surge_bed"]))


def full_draw(patients: Mapping[str, int], rules: Rules) -> Decimal:
    """Litres of oxygen a minute that so many patients by care level draw."""
    rows = rules["oxygen_draw"]["rows"]
    return sum(
        (count * Decimal(rows[k][0]) for k, count in patients.items() if k in rows), Decimal(0)
    )


def oxygen_figures(
    kind: str, beds: Mapping[str, int], routine: Mapping[str, int], rules: Rules
) -> Row:
    """What a site can give out of its beds and its kind of source; nothing if no bed has oxygen."""
    full = full_draw(beds, rules)
    if not full:
        return {}
    has = rules["oxygen"]["by_source"][oxygen_source(kind, rules)]
    a_day = full * Decimal("1.44")
    tank = half_up(a_day * Decimal(has["tank_days"]))
    used = full_draw(routine, rules) * Decimal(rules["oxygen"]["routine_use_share"])
    return {
        "flow_lpm": str(half_up(full * Decimal(has["flow_share"]))),
        "tank_m3": str(tank),
        "stored_m3": str(half_up(tank * Decimal(has["stored_share"]))),
        "daily_supply_m3": str(half_up(a_day * Decimal(has["supply_share"]))),
        "routine_lpm": str(half_up(used)),
    }


def staff_heads(fact: Row, rules: Rules) -> dict[str, int]:
    """Heads by role out of the doctors and nurses of a site."""
    staff = rules["staff"]
    doctors, nurses = int(fact["doctors"]), int(fact["nurses"])
    hospital_class = fact["hospital_class"] or staff["class_if_unknown"][fact["tier"]]
    icu_heads = int(fact["icu_beds"]) * Decimal(staff["icu_heads_per_bed"][hospital_class])
    doctor_share, cap = Decimal(staff["icu_doctor_share"]), Decimal(staff["icu_cap_share"])
    icu_doctors = min(half_up(icu_heads * doctor_share), rounded_down(cap * doctors))
    icu_nurses = min(half_up(icu_heads * (1 - doctor_share)), rounded_down(cap * nurses))
    technicians = 0
    if fact["kind"] != STATION:
        technicians = half_up(int(fact["planned_beds"]) * Decimal(staff["technicians_per_bed"]))
    heads = {
        "DOC_ICU": icu_doctors,
        "DOC": doctors - icu_doctors,
        "NUR_ICU": icu_nurses,
        "NUR": nurses - icu_nurses,
        "TECH": technicians,
    }
    return {role: count for role, count in heads.items() if count}


def ambulances(kind: str, planned: int, rules: Rules) -> int:
    fleet = rules["ambulances"]
    if kind in fleet["none_at_kinds"]:
        return 0
    return max(1, half_up(Decimal(planned) / fleet["beds_per_vehicle"]))


def unit_intake(fact: Row, rules: Rules) -> str:
    intake = rules["intake"]
    without_beds = int(fact["planned_beds"]) == 0 and fact["kind"] != STATION
    if fact["specialty"] in intake["closed_specialties"]:
        return "closed"
    return "closed" if without_beds and intake["closed_without_beds"] else "open"


def decimal_text(value: Decimal) -> str:
    """Plain digits without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def short_names(facts: Iterable[Row], cluster_names: Mapping[str, str], rules: Rules) -> Row:
    """Short name by facility id; names that clash get the name of their cluster in brackets."""
    facts = list(facts)
    names = {fact["facility_id"]: _shorten(fact["name"], rules) for fact in facts}
    often = Counter(names.values())
    for fact in facts:
        name = names[fact["facility_id"]]
        if often[name] > 1:
            names[fact["facility_id"]] = f"{name} ({cluster_names[fact['district_code']]})"
    twice = [name for name, count in Counter(names.values()).items() if count > 1]
    if twice:
        raise ValueError(f"short names used twice: {twice}")
    return names


def _shorten(name: str, rules: Rules) -> str:
    for pattern, replacement in rules["short_names"]:
        name = re.sub(pattern, replacement, name)
    return name


def minutes_from(start: str, edges: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """Shortest minutes from one node over the stated legs."""
    neighbours: dict[str, list[tuple[str, int]]] = {}
    for one, other, minutes in edges:
        neighbours.setdefault(one, []).append((other, minutes))
        neighbours.setdefault(other, []).append((one, minutes))
    best = {start: 0}
    queue = [(0, start)]
    while queue:
        so_far, node = heapq.heappop(queue)
        if so_far > best[node]:
            continue
        for neighbour, minutes in neighbours.get(node, []):
            if so_far + minutes < best.get(neighbour, so_far + minutes + 1):
                best[neighbour] = so_far + minutes
                heapq.heappush(queue, (so_far + minutes, neighbour))
    return best
