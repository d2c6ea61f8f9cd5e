"""The tables all provinces share, out of the rules."""

from decimal import Decimal
from typing import Any

import planning_rules as rule
from planning_rules import Row, joined_sources

Table = list[Row]

CONTRACTS = [
    "contract_id",
    "weekly_hours",
    "absence",
    "max_hours",
    "max_consecutive_days",
    "max_consecutive_nights",
    "min_rest_hours",
]
SUBSTITUTION = ["role", "post", "per_trained", "training_days"]
LENDING = [
    "ownership",
    "may_lend",
    "lead_days",
    "legal_basis_vi",
    "legal_basis_en",
    "approver_vi",
    "approver_en",
]
HOLIDAYS = ["date", "name_vi", "name_en", "source", "confidence"]
STAFFING_RULES = ["rule", "value", "unit", "source", "confidence"]


def shared_tables(rules: dict[str, Any]) -> dict[str, Table]:
    words = rules["vocabulary"]
    ranks = rules["epidemic_tiers"]["tiers"]
    tiers = [[tier, ranks[tier], *names] for tier, *names in words["tiers"]]
    return {
        "levels": named(["care_level", "rank", "name_vi", "name_en", "place"], words["levels"]),
        "tiers": named(["tier", "rank", "name_vi", "name_en"], tiers),
        "kinds": named(["kind", "name_vi", "name_en", "commune_level", "grouped"], words["kinds"]),
        "roles": named(["role", "name_vi", "name_en", "stands_in_for"], words["roles"]),
        "care_ratios": care_ratios(rules["care_ratios"]),
        "diseases": named(["disease", "name_vi", "name_en"], words["diseases"]),
        "severities": named(["severity", "name_vi", "name_en"], words["severities"]),
        "supervision": supervision(rules["supervision"]),
        "oxygen_draw": oxygen_draw(rules["oxygen_draw"]),
        "supplies": supplies(rules["supplies"]),
        "icu_quota": icu_quota(rules["icu_quota"]),
        "contracts": sourced(CONTRACTS, rules["contracts"]),
        "substitution": sourced(SUBSTITUTION, rules["substitution"]),
        "lending": sourced(LENDING, rules["lending"]),
        "staffing_rules": named(STAFFING_RULES, rules["staffing_rules"]["rows"]),
        "holidays": named(HOLIDAYS, rules["holidays"]["rows"]),
        "patient_classes": patient_classes(rules["patient_classes"]),
        "vehicle_classes": vehicle_classes(rules["vehicle_classes"]),
    }


def named(columns: list[str], rows: list[list[Any]]) -> Table:
    return [{column: str(cell) for column, cell in zip(columns, row, strict=True)} for row in rows]


def supplies(rules: dict[str, Any]) -> Table:
    columns = ["item", "name_vi", "name_en", "unit", "per", "care_level", "amount"]
    source = {"source": joined_sources(rules["source"], rules["id"])}
    return [
        {**row, **source, "confidence": rules["confidence"]}
        for row in named(columns, rules["rows"])
    ]


def sourced(columns: list[str], rules: dict[str, Any]) -> Table:
    """Rows of a rule, each with the source and confidence of the rule."""
    marks = {
        "source": joined_sources(rules["source"], rules["id"]),
        "confidence": rules["confidence"],
    }
    return [{**row, **marks} for row in named(columns, rules["rows"])]


def icu_quota(rules: dict[str, Any]) -> Table:
    source = {"source": joined_sources(rules["source"], rules["id"])}
    return [
        {**row, **source, "confidence": rules["confidence"]}
        for row in named(["kind", "beds", "ready_beds"], rules["rows"])
    ]


def care_ratios(rules: dict[str, Any]) -> Table:
    return ratios_by_phase(rules, "patients_per_staff")


def supervision(rules: dict[str, Any]) -> Table:
    return ratios_by_phase(rules, "patients_per_supervisor")


def oxygen_draw(rules: dict[str, Any]) -> Table:
    return [
        {
            "care_level": level,
            "lpm_per_patient": figure,
            "source": joined_sources(source, rules["id"]),
            "confidence": confidence,
        }
        for level, (figure, source, confidence) in rules["rows"].items()
    ]


def vehicle_classes(rules: dict[str, Any]) -> Table:
    columns = ["vehicle_class", "rank", "patients_per_trip", "oxygen", "title_vi", "title_en"]
    return [
        {
            **named(columns, [cells])[0],
            "source": joined_sources(source, rules["id"]),
            "confidence": rules["confidence"],
        }
        for *cells, source in rules["rows"]
    ]


def ratios_by_phase(rules: dict[str, Any], figure: str) -> Table:
    return [
        {
            "care_level": level,
            "role": role,
            "care_phase": phase,
            figure: ratio,
            "source": joined_sources(source, rules["id"]),
            "confidence": confidence,
        }
        for level, role, ratios, sources, confidences in rules["rows"]
        for phase, ratio, source, confidence in zip(
            rules["phases"], ratios, sources, confidences, strict=True
        )
    ]


def patient_classes(rules: dict[str, Any]) -> Table:
    return [
        patient_class(disease, group, severity, phase, rules)
        for disease in rules["diseases"]
        for group in rules["population_groups"]
        for severity, numbers in rules["severities"].items()
        for phase in numbers["phases"]
    ]


def patient_class(
    disease: str, group: str, severity: str, phase: str, rules: dict[str, Any]
) -> Row:
    numbers = rules["severities"][severity]
    weight = Decimal(numbers["unmet_weight"])
    if phase == "recovering" and "acute" in numbers["phases"]:
        weight *= Decimal(rules["recovering_weight_factor"])
    group_part = "" if group == "all" else f"-{group}"
    return {
        "class_id": f"{disease}{group_part}-{severity}-{phase}",
        "disease": disease,
        "population_group": group,
        "severity": severity,
        "phase": phase,
        "care_level": numbers["care_level"],
        "unmet_weight": rule.decimal_text(weight),
        "move_risk": numbers["move_risk"],
        "travel_limit_minutes": str(numbers["travel_limit_minutes"]),
        "ground_limit_minutes": str(numbers.get("ground_limit_minutes", "")),
        "needs_vehicle": str(numbers["needs_vehicle"]),
        "top_tier_direct": str(
            rules["recovering_top_tier_direct"]
            if phase == "recovering"
            else numbers["top_tier_direct"]
        ),
        "source": joined_sources(rules["source"], rules["id"]),
        "confidence": rules["confidence"],
    }
