"""The tables of one province, out of its raw facts and the rules."""

import re
from collections import Counter
from decimal import Decimal
from typing import Any

import planning_rules as rule
from lever_tables import Levers
from people import lenders, people
from planning_rules import STATION, Row, joined_sources
from province_facts import Facts
from road_tables import Roads

Table = list[Row]


class Province:
    """Makes the tables of one province; one method per table."""

    def __init__(self, facts: Facts, rules: dict[str, Any]) -> None:
        self.facts = facts
        self.rules = rules
        self.roads = Roads(facts, rules)
        self.beds_by_unit = {
            fact["facility_id"]: rule.split_beds(
                fact["kind"], int(fact["planned_beds"]), int(fact["icu_beds"]), rules
            )
            for fact in facts.facilities
        }
        self.routine_by_unit = self._routine_by_unit()

    def tables(self) -> dict[str, Table]:
        tables = self._without_levers()
        levers = Levers(tables, self.rules)
        tables["units"] = tables["units"] + levers.units
        return {**tables, "levers": levers.levers, "lever_yields": levers.yields}

    def _without_levers(self) -> dict[str, Table]:
        return {
            "admin_units": self.admin_units(),
            "facilities": self.facilities(),
            "units": self.units(),
            "beds": self.beds(),
            "routine": self.routine(),
            "devices": self.devices(),
            "oxygen": self.oxygen(),
            "staff": self.staff(),
            **self.roads.tables(),
            "people": people(self.staff(), self._remote_units(), self.rules, self.facts.slug),
            "lenders": lenders(self.rules, self.facts.slug),
        }

    def _remote_units(self) -> set[str]:
        """Units in remote communes and on islands: their people stay."""
        remote = {row["admin_unit_id"] for row in self.admin_units() if row["remote"] == "1"}
        return {
            row["facility_id"]
            for row in self.facilities()
            if row["island"] == "1" or row.get("admin_unit_id") in remote
        }

    def admin_units(self) -> Table:
        remote = self._remote_communes()
        kinds = {"province": "province", "district": "cluster", "commune": "commune"}
        table = []
        for fact in self.facts.admin_units:
            kind = kinds[fact["level"]]
            merged = fact["merged_2025_into"]
            table.append(
                {
                    "admin_unit_id": fact["code"],
                    "kind": kind,
                    "name": fact["name"],
                    "name_ascii": fact["name_ascii"],
                    "parent_id": "" if kind == "province" else fact["parent_code"],
                    "population": fact["population"],
                    "population_source": fact["population_source_id"],
                    "population_confidence": fact["population_confidence"],
                    "area_km2": fact["area_km2"],
                    "area_source": fact["area_source_id"],
                    "area_confidence": fact["area_confidence"],
                    "lat": fact["lat"],
                    "lon": fact["lon"],
                    "coord_source": fact["coord_source_id"],
                    "coord_confidence": fact["coord_confidence"],
                    "island": fact["needs_ferry"] or "0",
                    "island_confidence": fact["ferry_confidence"] or "assumed",
                    "remote": str(int(fact["code"] in remote)),
                    "remote_confidence": self.rules["remote"]["confidence"],
                    "valid_from": self.facts.metadata["boundary_valid_from"],
                    "valid_to": self.facts.metadata["boundary_valid_to"],
                    "merged_into": "" if kind == "cluster" else re.sub(r" \([-\d]+\)$", "", merged),
                    "note": joined_note(merged if kind == "cluster" else "", fact["note"]),
                }
            )
        return table

    def facilities(self) -> Table:
        clusters = {
            fact["code"]: re.sub(r"^(Thành phố|Thị xã|Huyện|Quận) ", "", fact["name"])
            for fact in self.facts.admin_units
            if fact["level"] == "district"
        }
        short = rule.short_names(self.facts.facilities, clusters, self.rules)
        inside = [
            {
                **{key: fact[key] for key in ("facility_id", "name", "name_ascii", "kind")},
                "short_name": short[fact["facility_id"]],
                "ownership": fact["ownership"],
                "hospital_class": fact["hospital_class"],
                "hospital_class_confidence": fact["hospital_class_confidence"],
                "specialty": fact["specialty"],
                "admin_unit_id": fact["commune_code"],
                "cluster_id": fact["district_code"],
                "lat": fact["lat"],
                "lon": fact["lon"],
                "coord_source": fact["coord_source_id"],
                "coord_confidence": fact["coord_confidence"],
                "island": fact["needs_ferry"],
                "oxygen_source": rule.oxygen_source(fact["kind"], self.rules),
                "oxygen_confidence": self.rules["oxygen_source"]["confidence"],
                "existence_source": fact["existence_source_id"],
                "existence_confidence": fact["existence_confidence"],
                "note": fact["note"],
            }
            for fact in self.facts.facilities
        ]
        return inside + self._external_facilities()

    def _external_facilities(self) -> Table:
        external = self.rules["external"]
        table = []
        for fact in self.facts.external:
            judged = fact["coord_source_id"].startswith("A")
            confidence = "assumed" if judged else "open_data"
            table.append(
                {
                    **{key: fact[key] for key in ("facility_id", "name", "kind", "lat", "lon")},
                    "short_name": rule.short_names([fact], {}, self.rules)[fact["facility_id"]],
                    "ownership": external["ownership"],
                    "specialty": external["specialty"],
                    "coord_source": fact["coord_source_id"],
                    "coord_confidence": confidence,
                    "island": "0",
                    "oxygen_source": external["oxygen_source"],
                    "oxygen_confidence": external["confidence"],
                    "existence_source": "A08" if judged else fact["coord_source_id"],
                    "existence_confidence": confidence,
                    "note": "outside the province; its places for this province are assumed",
                }
            )
        return table

    def units(self) -> Table:
        tiers, intake = self.rules["epidemic_tiers"], self.rules["intake"]
        figures = {
            "source": joined_sources(tiers["id"], intake["id"]),
            "confidence": self._weakest(tiers["confidence"], intake["confidence"]),
        }
        inside = [
            {
                "unit_id": fact["facility_id"],
                "facility_id": fact["facility_id"],
                "tier": tiers["by_kind"][fact["kind"]],
                "intake": rule.unit_intake(fact, self.rules),
                **figures,
            }
            for fact in self.facts.facilities
        ]
        places = intake["out_of_province_daily_places"]
        outside = [
            {
                "unit_id": fact["facility_id"],
                "facility_id": fact["facility_id"],
                "tier": tiers["by_kind"][fact["kind"]],
                "intake": "out_of_province",
                "daily_places": str(places["first" if index == 0 else "other"]),
                **figures,
            }
            for index, fact in enumerate(self.facts.external)
        ]
        return inside + outside

    def beds(self) -> Table:
        table = []
        for fact in self.facts.facilities:
            icu_surge = rule.icu_surge(
                fact["kind"],
                int(fact["icu_beds"]),
                int(fact["icu_beds_quota"]),
                fact["icu_surge_source_id"],
                self.rules,
            )
            for level, count in self.beds_by_unit[fact["facility_id"]].items():
                surge = icu_surge if level == "ICU" else self._no_surge()
                table.append(self._bed_row(fact, level, count, surge))
        return table

    def _bed_row(self, fact: Row, level: str, count: int, surge: Row) -> Row:
        rules = self.rules["beds"]
        used = ["icu_beds"] if level in ("ICU", "HFNC") else ["planned_beds", "icu_beds"]
        used = ["planned_beds"] if fact["kind"] == STATION else used
        sources = [fact[f"{name}_source_id"] for name in used]
        confidences = [fact[f"{name}_confidence"] for name in used]
        return {
            "unit_id": fact["facility_id"],
            "care_level": level,
            "planned_beds": str(count),
            "physical_beds": str(count),
            "staffed_beds": str(count),
            "surge_limit": surge["extra"],
            "source": joined_sources(*sources, rules["id"]),
            "confidence": self._weakest(*confidences, rules["confidence"]),
            "surge_source": surge["source"],
            "surge_confidence": surge["confidence"],
        }

    def _no_surge(self) -> Row:
        surge = self.rules["icu_surge"]
        return {"extra": "0", "source": surge["id"], "confidence": surge["otherwise_confidence"]}

    def routine(self) -> Table:
        rules = self.rules["routine_census"]
        return [
            {
                "unit_id": unit,
                "care_level": level,
                "routine_patients": str(count),
                "source": joined_sources(rules["source"], rules["id"]),
                "confidence": rules["confidence"],
            }
            for unit, levels in self.routine_by_unit.items()
            for level, count in levels.items()
        ]

    def devices(self) -> Table:
        rules = self.rules["devices"]
        surge_beds = {
            (row["unit_id"], row["care_level"]): int(row["surge_limit"]) for row in self.beds()
        }
        table = []
        for fact in self.facts.facilities:
            unit = fact["facility_id"]
            ventilators = int(fact["ventilators"])
            routine = self.routine_by_unit[unit]
            if ventilators:
                in_use = rule.ventilators_in_use(ventilators, routine.get("ICU", 0), self.rules)
                more = rule.surge_devices(surge_beds.get((unit, "ICU"), 0), self.rules)
                source = joined_sources(fact["ventilators_source_id"], rules["source"], rules["id"])
                confidence = self._weakest(fact["ventilators_confidence"], rules["confidence"])
                ventilator = ("ventilator", "ICU", ventilators, in_use, more, source, confidence)
                table.append(device_row(unit, *ventilator))
            if high_flow := self.beds_by_unit[unit].get("HFNC", 0):
                source = joined_sources(self.rules["beds"]["id"], rules["id"])
                in_use = routine.get("HFNC", 0)
                more = rule.surge_devices(surge_beds.get((unit, "HFNC"), 0), self.rules)
                figures = (high_flow, in_use, more, source, rules["confidence"])
                table.append(device_row(unit, "high_flow", "HFNC", *figures))
        return table

    def oxygen(self) -> Table:
        rules = self.rules["oxygen"]
        table = []
        for fact in self.facts.facilities:
            unit = fact["facility_id"]
            figures = rule.oxygen_figures(
                fact["kind"], self.beds_by_unit[unit], self.routine_by_unit[unit], self.rules
            )
            if figures:
                source = joined_sources(rules["source"], rules["id"])
                marks = {"source": source, "confidence": rules["confidence"]}
                table.append({"unit_id": unit, **figures, **marks})
        return table

    def staff(self) -> Table:
        rules = self.rules["staff"]
        table = []
        for fact in self.facts.facilities:
            source = joined_sources(fact["staff_source_id"], rules["source"], rules["id"])
            confidence = self._weakest(
                fact["doctors_confidence"], fact["nurses_confidence"], rules["confidence"]
            )
            for role, heads in rule.staff_heads(fact, self.rules).items():
                row = self._staff_row(fact["facility_id"], role, heads, source, confidence)
                table.append(row)
        return table + self._ambulance_crews() + self._mobile_teams()

    def _ambulance_crews(self) -> Table:
        fleet = self.rules["ambulances"]
        heads_per_vehicle = fleet["crew"] * self.rules["staff"]["heads_per_post"]
        figures = (fleet["id"], fleet["confidence"])
        return [
            self._staff_row(
                row["base_unit"], "AMB_CREW", int(row["vehicles"]) * heads_per_vehicle, *figures
            )
            for row in self.roads.vehicles()
        ]

    def _mobile_teams(self) -> Table:
        mobile = self.rules["mobile_stations"]
        figures = (mobile["id"], mobile["confidence"])
        heads = Counter()
        for row in self.roads.mobile_stations():
            heads[row["base_unit"]] += int(row["staff"])
        return [
            self._staff_row(unit, "STATION_TEAM", count, *figures) for unit, count in heads.items()
        ]

    def _staff_row(self, unit: str, role: str, heads: int, source: str, confidence: str) -> Row:
        on_duty = Decimal(heads) / self.rules["staff"]["heads_per_post"]
        return {
            "unit_id": unit,
            "role": role,
            "heads": str(heads),
            "on_duty": rule.decimal_text(on_duty),
            "source": source,
            "confidence": confidence,
        }

    def _routine_by_unit(self) -> dict[str, dict[str, int]]:
        routine = {}
        stations: dict[str, dict[str, int]] = {}
        level = self.rules["beds"]["station_level"]
        for fact in sorted(self.facts.facilities, key=lambda fact: fact["facility_id"]):
            unit = fact["facility_id"]
            beds = self.beds_by_unit[unit]
            if fact["kind"] == STATION:
                stations.setdefault(fact["district_code"], {})[unit] = sum(beds.values())
            else:
                routine[unit] = rule.routine_patients(self.facts.slug, beds, self.rules)
        for beds_of_cluster in stations.values():
            shared = rule.routine_of_stations(self.facts.slug, beds_of_cluster, self.rules)
            routine.update({unit: {level: count} for unit, count in shared.items()})
        return routine

    def _remote_communes(self) -> set[str]:
        rules = self.rules["remote"]
        communes = [fact for fact in self.facts.admin_units if fact["level"] == "commune"]
        remote = {
            fact["code"]
            for fact in communes
            if rules["island_communes"] and fact["needs_ferry"] == "1"
        }
        if self.facts.slug in rules["provinces"]:
            edges = [
                (fact["from_id"], fact["to_id"], int(fact["travel_min"]))
                for fact in self.facts.distances
            ]
            hospital = self.facts.metadata["provincial_general_hospital"]
            minutes = rule.minutes_from(hospital, edges)
            remote |= {
                fact["commune_code"]
                for fact in self.facts.facilities
                if fact["kind"] == STATION
                and minutes[fact["facility_id"]] > rules["minutes_to_provincial_hospital"]
            }
        return remote

    def _weakest(self, *confidences: str) -> str:
        return rule.weakest(self.rules["confidence_order"], *confidences)


def joined_note(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def device_row(
    unit: str,
    device: str,
    level: str,
    count: int,
    in_use: int,
    more: int,
    source: str,
    confidence: str,
) -> Row:
    return {
        "unit_id": unit,
        "device": device,
        "care_level": level,
        "devices": str(count),
        "routine_in_use": str(in_use),
        "surge_devices": str(more),
        "source": source,
        "confidence": confidence,
    }
