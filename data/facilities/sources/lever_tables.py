"""levers.csv and lever_yields.csv of one province, and the closed units that levers open.

One method for each kind of lever of rules.yaml; every number comes from there or from a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import planning_rules as rule
from planning_rules import Row, joined_sources

Table = list[Row]
M3_A_DAY = Decimal("1.44")
POOLS = ("mobile_team", "neighbour_nurses", "neighbour_doctors")
"""Kinds that give nothing where they are: their units are sent somewhere."""


class Levers:
    """Makes the levers of one province out of its other tables."""

    def __init__(self, tables: Mapping[str, Table], rules: Mapping[str, Any]) -> None:
        self.tables = tables
        self.rules = rules["levers"]
        self.draw = {k: Decimal(row[0]) for k, row in rules["oxygen_draw"]["rows"].items()}
        self.names = {row["facility_id"]: row["short_name"] for row in tables["facilities"]}
        self.sites = {row["facility_id"]: row for row in tables["facilities"]}
        self.open_units = [row for row in tables["units"] if row["intake"] == "open"]
        self.beds = {(r["unit_id"], r["care_level"]): r for r in tables["beds"]}
        self.routine = {
            (r["unit_id"], r["care_level"]): int(r["routine_patients"]) for r in tables["routine"]
        }
        self.on_duty = {(r["unit_id"], r["role"]): Decimal(r["on_duty"]) for r in tables["staff"]}
        self.levers: Table = []
        self.yields: Table = []
        self.units: Table = []
        for kind in self.rules["kinds"]:
            getattr(self, f"_{kind}")(self.rules["kinds"][kind])

    # what every kind shares

    def _add(
        self,
        lever: str,
        kind: str,
        words: Mapping[str, Any],
        gives: Mapping[tuple[str, str, str], Decimal],
        place: str = "",
        **more: Any,
    ) -> None:
        """Add one lever with its yields; `gives` by (resource, place, item)."""
        told = {key: value for key, value in gives.items() if value}
        if not told and kind not in POOLS:
            return
        figures = dict(words["figures"]) | more
        if not int(figures["max_units"]):
            return
        approver = self.rules["approvers"][words["by"]]
        marks = {
            "source": joined_sources(words["source"], self.rules["id"]),
            "confidence": self.rules["confidence"],
        }
        vi, en = words["title"]
        self.levers.append(
            {
                "lever_id": lever,
                "kind": kind,
                "title_vi": f"{vi} {place}".strip(),
                "title_en": f"{en} {place}".strip(),
                "max_units": str(figures["max_units"]),
                "delay_days": str(figures["delay"]),
                "ramp_days": str(figures["ramp"]),
                "min_days": str(figures["min"]),
                "may_close": str(figures["close"]),
                "open_vnd": rule.decimal_text(Decimal(figures["open_vnd"])),
                "day_vnd": rule.decimal_text(Decimal(figures["day_vnd"])),
                "harm_per_day": rule.decimal_text(Decimal(figures["harm"])),
                "reversible": str(figures["reversible"]),
                "named_only": str(words.get("named", 0)),
                "drawn_from": figures.get("drawn_from", ""),
                "legal_basis": self.rules["legal"][words["legal"]],
                "approver_vi": approver[0],
                "approver_en": approver[1],
                **marks,
            }
        )
        self.yields += [
            {
                "lever_id": lever,
                "resource": resource,
                "place": where,
                "item": item,
                "amount": rule.decimal_text(amount),
                **marks,
            }
            for (resource, where, item), amount in told.items()
        ]

    def _name(self, unit: str) -> str:
        return self.names[unit]

    def _hospitals(self) -> list[str]:
        """Open units above the stations: those that have other beds than observation."""
        return [row["unit_id"] for row in self.open_units if (row["unit_id"], "WARD") in self.beds]

    def _kept(self, unit: str, share: Decimal, levels: tuple[str, ...]) -> dict[str, Decimal]:
        """Beds that a share of the ordinary patients would leave, by level; half up."""
        return {
            level: Decimal(rule.half_up(share * self.routine.get((unit, level), 0)))
            for level in levels
        }

    def _staff_of(self, unit: str, beds: Mapping[str, Decimal]) -> dict[Any, Decimal]:
        """Doctors and nurses at so many of the unit's ordinary beds: they come with them."""
        planned = sum(int(r["planned_beds"]) for (u, _), r in self.beds.items() if u == unit)
        share = sum(beds.values(), Decimal(0)) / planned if planned else Decimal(0)
        return {
            ("staff", unit, role): (self.on_duty.get((unit, role), Decimal(0)) * share).quantize(
                Decimal("0.01")
            )
            for role in ("NUR", "DOC", "NUR_ICU", "DOC_ICU")
        }

    # the kinds

    def _discharge(self, words: Mapping[str, Any]) -> None:
        for unit in self._hospitals():
            beds = self._kept(unit, Decimal(words["share"]), ("WARD", "OXY"))
            harm = Decimal(words["harm_per_bed"]) * sum(beds.values())
            gives = {("bed", unit, level): count for level, count in beds.items()}
            gives |= self._staff_of(unit, beds)
            self._add(f"discharge:{unit}", "discharge", words, gives, self._name(unit), harm=harm)

    def _postpone_elective(self, words: Mapping[str, Any]) -> None:
        steps = words["steps"]
        for unit in self._hospitals():
            if self.sites[unit]["kind"] not in words["kinds"]:
                continue
            beds = self._kept(unit, Decimal(words["ward_share"]) / steps, ("WARD", "OXY"))
            beds |= self._kept(unit, Decimal(words["icu_share"]) / steps, ("ICU",))
            count = sum(beds.values())
            self._add(
                f"elective:{unit}",
                "postpone_elective",
                words,
                {("bed", unit, k): n for k, n in beds.items()} | self._staff_of(unit, beds),
                self._name(unit),
                max_units=steps,
                day_vnd=words["day_vnd_per_bed"] * count,
                harm=Decimal(words["harm_per_bed"]) * count,
            )

    def _convert_wards(self, words: Mapping[str, Any]) -> None:
        beds = words["beds"]
        for unit in self._hospitals():
            row = self.beds[unit, "WARD"]
            free = int(row["staffed_beds"]) - self.routine.get((unit, "WARD"), 0)
            if (unit, "OXY") not in self.beds:
                continue
            gives = {
                ("bed", unit, "WARD"): Decimal(-beds),
                ("bed", unit, "OXY"): Decimal(beds),
                ("oxygen_flow", unit, "-"): Decimal(beds * words["lpm_per_bed"]),
                ("oxygen_supply", unit, "-"): beds * words["lpm_per_bed"] * M3_A_DAY,
            }
            self._add(
                f"convert:{unit}",
                "convert_wards",
                words,
                gives,
                self._name(unit),
                max_units=min(free, words["most_beds"]) // beds,
                harm=Decimal(words["harm_per_bed"]) * beds,
            )

    def _surge_icu(self, words: Mapping[str, Any]) -> None:
        for unit in self._hospitals():
            if (unit, "ICU") not in self.beds:
                continue
            limit = int(self.beds[unit, "ICU"]["surge_limit"])
            beds = min(words["beds"], limit)
            counted = [
                r
                for r in self.tables["devices"]
                if (r["unit_id"], r["care_level"]) == (unit, "ICU")
            ]
            gives = {("bed", unit, "ICU"): Decimal(beds)}
            if counted:
                gives["device", unit, "ICU"] = Decimal(beds)
            self._add(
                f"icu:{unit}",
                "surge_icu",
                words,
                gives,
                self._name(unit),
                max_units=limit // beds if beds else 0,
                harm=Decimal(words["harm_per_bed"]) * beds,
            )

    def _unit(self, site: str, name: str, tier: str) -> str:
        """Add a closed unit that only levers open, and return its id."""
        unit = f"{site}:{name}"
        figures = {"source": self.rules["id"], "confidence": self.rules["confidence"]}
        self.units.append(
            {"unit_id": unit, "facility_id": site, "tier": tier, "intake": "closed", **figures}
        )
        return unit

    def _field_site(self, words: Mapping[str, Any]) -> None:
        people = {
            row["admin_unit_id"]: int(row["population"] or 0) for row in self.tables["admin_units"]
        }
        centres = [
            row["unit_id"]
            for row in self.open_units
            if self.sites[row["unit_id"]]["kind"] == "district_health_centre"
        ]
        centres.sort(key=lambda unit: (-people[self.sites[unit]["cluster_id"]], unit))
        heads = Decimal(words["heads_per_bed"]) * words["beds"]
        for site in centres[: words["sites"]]:
            unit = self._unit(site, "field", words["tier"])
            gives = {
                ("bed", unit, words["level"]): Decimal(words["beds"]),
                ("staff", unit, "NUR"): heads / 5,
            }
            self._add(
                f"field:{site}",
                "field_site",
                words,
                gives,
                self._name(site),
                max_units=words["most_units"],
                day_vnd=heads * words["allowance_vnd"],
                harm=Decimal(words["harm_per_bed"]) * words["beds"],
            )

    def _clusters(self) -> list[Row]:
        return [row for row in self.tables["admin_units"] if row["kind"] == "cluster"]

    def _mobile_team(self, words: Mapping[str, Any]) -> None:
        people = sum(int(row["population"] or 0) for row in self._clusters())
        teams = rule.rounded_up(Decimal(people) * words["teams_per_100k"] / 100_000)
        self._add("mobile", "mobile_team", words, {}, max_units=teams, harm=words["harm"])

    def _mobile_station(self, words: Mapping[str, Any]) -> None:
        most = next(row["max_units"] for row in self.levers if row["lever_id"] == "mobile")
        for row in self._clusters():
            cluster = row["admin_unit_id"]
            self._add(
                f"mobile:{cluster}",
                "mobile_station",
                words,
                {("home_place", cluster, "-"): Decimal(words["home_patients"])},
                row["name"],
                max_units=most,
                harm=words["harm"],
                drawn_from="mobile",
            )

    def _private_beds(self, words: Mapping[str, Any]) -> None:
        for unit in self._hospitals():
            if self.sites[unit]["ownership"] not in words["ownerships"]:
                continue
            share = Decimal(words["share"]) / words["steps"]
            beds = self._kept(unit, share, ("WARD", "OXY", "ICU"))
            count = sum(beds.values())
            self._add(
                f"private:{unit}",
                "private_beds",
                words,
                {("bed", unit, k): n for k, n in beds.items()} | self._staff_of(unit, beds),
                self._name(unit),
                max_units=words["steps"],
                day_vnd=words["day_vnd_per_bed"] * count,
                harm=Decimal(words["harm_per_bed"]) * count,
            )

    def _closed_hospital(self, words: Mapping[str, Any]) -> None:
        for row in self.tables["units"]:
            unit = row["unit_id"]
            if row["intake"] != "closed" or unit not in self.sites:
                continue
            if self.sites[unit]["specialty"] not in words["specialties"]:
                continue
            planned = sum(int(r["planned_beds"]) for (u, _), r in self.beds.items() if u == unit)
            half = Decimal(rule.rounded_down(Decimal(words["share"]) * planned / 2))
            beds = {"WARD": half, "OXY": half}
            gives: dict[Any, Decimal] = {("bed", unit, k): n for k, n in beds.items()}
            gives |= self._staff_of(unit, beds)
            self._add(
                f"hospital:{unit}",
                "closed_hospital",
                words,
                gives,
                self._name(unit),
                open_vnd=words["open_vnd_per_bed"] * 2 * half,
                day_vnd=words["day_vnd_per_bed"] * 2 * half,
                harm=Decimal(words["harm_per_bed"]) * 2 * half,
            )

    def _neighbour_nurses(self, words: Mapping[str, Any]) -> None:
        self._asked("neighbour_nurses", words)

    def _neighbour_doctors(self, words: Mapping[str, Any]) -> None:
        self._asked("neighbour_doctors", words)

    def _asked(self, pool: str, words: Mapping[str, Any]) -> None:
        """People of neighbours, of whom each is then sent somewhere."""
        most = words["most_units"]
        self._add(pool.replace("_", "-"), pool, words, {}, max_units=most, harm=words["harm"])

    def _with_most_icu(self) -> list[str]:
        """Open units with beds of intensive care, those with most first."""
        having = [u for u in self._hospitals() if (u, "ICU") in self.beds]
        having.sort(key=lambda unit: (-int(self.beds[unit, "ICU"]["planned_beds"]), unit))
        return having

    def _neighbour_nurse_at(self, words: Mapping[str, Any]) -> None:
        self._sent("neighbour_nurse_at", words)

    def _neighbour_doctor_at(self, words: Mapping[str, Any]) -> None:
        self._sent("neighbour_doctor_at", words)

    def _sent(self, kind: str, words: Mapping[str, Any]) -> None:
        """People of a pool sent to the units with most beds of intensive care."""
        pool = words["pool"]
        for unit in self._with_most_icu()[: words["hospitals"]]:
            self._add(
                f"{pool.replace('_', '-')}:{unit}",
                kind,
                words,
                {("staff", unit, role): Decimal(n) for role, n in words["on_duty"].items()},
                self._name(unit),
                max_units=self.rules["kinds"][pool]["most_units"],
                harm=words["harm"],
                drawn_from=pool.replace("_", "-"),
            )

    def _move_staff(self, words: Mapping[str, Any]) -> None:
        main = self._with_most_icu()
        if not main:
            return
        to = main[0]
        for row in self.open_units:
            giver = row["unit_id"]
            if self.sites[giver]["kind"] not in words["givers"] or giver == to:
                continue
            nurses = self.on_duty.get((giver, "NUR"), Decimal(0))
            self._add(
                f"move:{giver}",
                "move_staff",
                words,
                {("staff", giver, "NUR"): Decimal(-1), ("staff", to, "NUR"): Decimal(1)},
                f"{self._name(giver)} > {self._name(to)}",
                max_units=rule.rounded_down(Decimal(words["share"]) * nurses),
                harm=words["harm"],
            )

    def _train_up(self, words: Mapping[str, Any]) -> None:
        for unit in self._with_most_icu():
            icu = self.on_duty.get((unit, "NUR_ICU"), Decimal(0))
            gives = {
                ("staff", unit, "NUR"): Decimal(-1),
                ("staff", unit, "NUR_ICU"): Decimal(words["worth"]),
            }
            most = rule.rounded_down(icu)
            name = self._name(unit)
            self._add(
                f"train:{unit}", "train_up", words, gives, name, max_units=most, harm=words["harm"]
            )

    def _taxis(self, words: Mapping[str, Any]) -> None:
        for row in self._clusters():
            base = row["admin_unit_id"]
            self._add(
                f"taxis:{base}",
                "taxis",
                words,
                {("vehicle_minutes", base, "-"): Decimal(words["minutes"])},
                row["name"],
                max_units=words["most_units"],
                harm=words["harm"],
            )

    def _outside(self, words: Mapping[str, Any]) -> None:
        for row in self.tables["units"]:
            if row["intake"] == "out_of_province":
                unit = row["unit_id"]
                self._add(
                    f"outside:{unit}",
                    "outside",
                    words,
                    {("outside_place", unit, "-"): Decimal(1)},
                    self._name(unit),
                    max_units=words["most_units"],
                    harm=words["harm"],
                )

    def _icu_centre(self, words: Mapping[str, Any]) -> None:
        main = self._with_most_icu()
        if not main:
            return
        unit = self._unit(main[0], "icu-centre", words["tier"])
        beds = Decimal(words["beds"])
        gives = {
            ("bed", unit, "ICU"): beds,
            ("device", unit, "ICU"): beds,
            ("oxygen_flow", unit, "-"): beds * self.draw["ICU"],
            ("oxygen_supply", unit, "-"): beds * self.draw["ICU"] * M3_A_DAY,
        }
        gives |= {("staff", unit, role): Decimal(n) for role, n in words["on_duty"].items()}
        name = self._name(main[0])
        self._add("icu-centre", "icu_centre", words, gives, name, harm=words["harm"])

    def _crisis_ratio(self, words: Mapping[str, Any]) -> None:
        for unit in self._with_most_icu():
            extra = {
                role: (Decimal(words["extra"]) * self.on_duty.get((unit, role), Decimal(0)))
                for role in ("NUR_ICU", "DOC_ICU")
            }
            self._add(
                f"crisis:{unit}",
                "crisis_ratio",
                words,
                {("staff", unit, role): count for role, count in extra.items()},
                self._name(unit),
                harm=Decimal(words["harm_per_nurse"]) * extra["NUR_ICU"],
            )
