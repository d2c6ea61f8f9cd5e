"""People of a province, one row a head of staff.csv: generated, pseudonymous, no real person.

Role counts are those of the facts; who they are is drawn with a seed of rules.yaml, so that the
same rules give the same people. Ids say the place and the role and count on; there are no names.
"""

import datetime
import random
from decimal import Decimal
from typing import Any

from planning_rules import Row, joined_sources

Table = list[Row]


def people(staff: Table, protected: set[str], rules: dict[str, Any], province: str) -> Table:
    """One row a head; `protected` are the units whose people stay, remote posts."""
    rule = rules["people"]
    table = []
    for pool in sorted(staff, key=lambda row: (row["unit_id"], row["role"])):
        unit, role = pool["unit_id"], pool["role"]
        draw = random.Random(f"{rule['seed']}:{province}:{unit}:{role}")
        for number in range(1, int(pool["heads"]) + 1):
            table.append(_person(f"{unit}:{role}:{number:03d}", unit, role, draw, protected, rule))
    return table


def _person(
    person: str,
    unit: str,
    role: str,
    draw: random.Random,
    protected: set[str],
    rule: dict[str, Any],
) -> Row:
    def happens(share: str) -> bool:
        return draw.random() < float(Decimal(share))

    trained = [
        further for further, share in rule["further_roles"].get(role, {}).items() if happens(share)
    ]
    leads = happens(rule["can_supervise"].get(role, rule["can_supervise_others"]))
    may_go = happens(rule["may_be_seconded"])
    days, returned = 0, ""
    if happens(rule["was_away"]):
        days = draw.choice(rule["days_away"])
        base = datetime.date.fromisoformat(rule["history_until"])
        returned = str(base - datetime.timedelta(days=draw.randint(7, 330)))
    wishes = list(rule["preferences"])
    weights = [float(Decimal(share)) for share in rule["preferences"].values()]
    wish = draw.choices(wishes, weights)[0]
    return {
        "person_id": person,
        "facility_id": unit,
        "role": role,
        "further_roles": ";".join(trained),
        "contract_id": rule["contracts"].get(role, rule["contract_others"]),
        "can_supervise": str(int(leads)),
        "remote_protected": str(int(unit in protected)),
        "may_be_seconded": str(int(may_go)),
        "days_away_last_year": str(days),
        "returned_on": returned,
        "preference": wish,
        "synthetic": "1",
        "source": joined_sources(rule["source"], rule["id"]),
        "confidence": "assumed",
    }


def lenders(rules: dict[str, Any], province: str) -> Table:
    """Pools outside a province that may be asked, by role."""
    rule = rules["lenders"]
    marks = {"source": joined_sources(rule["source"], rule["id"]), "confidence": "assumed"}
    return [
        {
            "lender_id": lender,
            "role": role,
            "name_vi": name_vi,
            "name_en": name_en,
            "ownership": ownership,
            "heads": str(heads),
            "minutes": str(minutes),
            "road_km": str(km),
            **marks,
        }
        for lender, name_vi, name_en, ownership, minutes, km, by_role in rule["rows"][province]
        for role, heads in by_role.items()
    ]
