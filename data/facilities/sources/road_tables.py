"""Tables of what moves in a province: links, roads, vehicles, mobile stations."""

from decimal import Decimal
from typing import Any

import planning_rules as rule
from planning_rules import Row, joined_sources
from province_facts import Facts

Table = list[Row]


class Roads:
    """Makes the tables of one province; one method per table."""

    def __init__(self, facts: Facts, rules: dict[str, Any]) -> None:
        self.facts = facts
        self.rules = rules

    def tables(self) -> dict[str, Table]:
        return {
            "links": self.links(),
            "travel": self.travel(),
            "travel_rules": self.travel_rules(),
            "vehicles": self.vehicles(),
            "mobile_stations": self.mobile_stations(),
        }

    def links(self) -> Table:
        return [
            {
                "from_unit": fact["facility_id"],
                "to_unit": fact["refers_to"],
                "kind": "refers_to",
                "source": fact["referral_source_id"],
                "confidence": fact["referral_confidence"],
            }
            for fact in self.facts.facilities
            if fact["refers_to"]
        ]

    def travel(self) -> Table:
        return [
            {
                "from_id": fact["from_id"],
                "to_id": fact["to_id"],
                "minutes": fact["travel_min"],
                "road_km": fact["road_km"],
                "ferry_minutes": fact["ferry_minutes"],
                "closed_from": "",
                "closed_to": "",
                "source": joined_sources(
                    fact["road_km_source_id"], fact["ferry_source_id"], fact["speed_source_id"]
                ),
                "confidence": fact["travel_min_confidence"],
            }
            for fact in self.facts.distances
        ]

    def travel_rules(self) -> Table:
        rules = self.rules["travel_rules"]
        return [
            {
                "leg": leg,
                **numbers,
                "source": joined_sources(rules["source"], rules["id"]),
                "confidence": rules["confidence"],
            }
            for leg, numbers in rules["provinces"][self.facts.slug].items()
        ]

    def vehicles(self) -> Table:
        rules = self.rules["ambulances"]
        table = []
        for fact in self.facts.facilities:
            vehicles = rule.ambulances(fact["kind"], int(fact["planned_beds"]), self.rules)
            if vehicles:
                table.append(
                    {
                        "base_unit": fact["facility_id"],
                        "vehicle_class": rules["vehicle_class"],
                        "vehicles": str(vehicles),
                        "minutes_per_day": str(rules["minutes_per_day"]),
                        "source": joined_sources(rules["source"], rules["id"]),
                        "confidence": rules["confidence"],
                    }
                )
        return table

    def mobile_stations(self) -> Table:
        rules = self.rules["mobile_stations"]
        bases = {
            fact["district_code"]: fact["facility_id"]
            for fact in self.facts.facilities
            if fact["kind"] == rules["base_kind"]
        }
        table = []
        for fact in self.facts.admin_units:
            if fact["level"] != "district":
                continue
            inhabitants = Decimal(fact["population"])
            stations = rule.rounded_up(inhabitants / rules["inhabitants_per_station"])
            table += [
                {
                    "mobile_station_id": f"mobile-{fact['code']}-{number:02d}",
                    "base_unit": bases[fact["code"]],
                    "cluster_id": fact["code"],
                    "staff": str(rules["staff"]),
                    "home_patients": str(rules["home_patients"]),
                    "source": joined_sources(rules["source"], rules["id"]),
                    "confidence": rules["confidence"],
                }
                for number in range(1, stations + 1)
            ]
        return table
