"""What a province has, one row model for each table of `docs/data-format.md`.

Attribute names are the column names. An empty optional cell is ``None``, never zero. Tiers, kinds,
levels and roles are rows of tables, so nothing here knows one of them by name.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Confidence = Literal["official", "open_data", "derived", "assumed"]
CONFIDENCES: tuple[Confidence, ...] = ("official", "open_data", "derived", "assumed")
"""Strongest first."""

CarePhase = Literal["conventional", "contingency", "crisis"]
Phase = Literal["acute", "recovering"]

Id = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Whole = Annotated[int, Field(ge=0, le=100_000_000)]
Amount = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
Money = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
LeverDays = Annotated[int, Field(ge=0, le=365)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Minutes = Annotated[float, Field(ge=0, le=14_400, allow_inf_nan=False)]
Hour = Annotated[float, Field(ge=0, le=24, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


def weakest(first: Confidence, *others: Confidence) -> Confidence:
    """Return the weakest of some confidences: what a result made from all of them may claim."""
    return max((first, *others), key=CONFIDENCES.index)


_SHARED = {
    "care_level": "a care level of levels.csv",
    "role": "a role of roles.csv",
    "tier": "a tier of tiers.csv",
    "kind": "a kind of kinds.csv",
    "unit_id": "a unit of units.csv",
    "lever_id": "a lever of levers.csv",
    "facility_id": "a facility of facilities.csv",
    "name": "full name",
    "name_vi": "name in Vietnamese",
    "name_en": "name in English",
    "name_ascii": "name without accents",
    "valid_from": "first day it exists, YYYY-MM-DD; empty: open",
    "valid_to": "last day it exists, YYYY-MM-DD; empty: open",
    "note": "anything worth knowing",
    "source": "where the figures come from",
    "confidence": "official, open_data, derived or assumed",
}
"""What a column means that has the same meaning in every table."""


class Row(BaseModel):
    """One row of a table; `TABLE` is the file's stem, `KEY` the columns that tell rows apart."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    TABLE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]]

    @property
    def key(self) -> tuple[str, ...]:
        """Return the cells of the key columns."""
        cells = (getattr(self, column) for column in self.KEY)
        return tuple("" if cell is None else str(cell) for cell in cells)

    @classmethod
    def meaning(cls, column: str) -> str:
        """Return what a column means and its unit: a message id of the catalogues."""
        own = cls.model_fields[column].description
        return own or _SHARED.get(column) or _SHARED[column.rpartition("_")[2]]


class CareLevel(Row):
    """A care level: what a bed can do and a patient needs."""

    TABLE = "levels"
    KEY = ("care_level",)
    care_level: Id = Field(description="id of the level")
    rank: Whole = Field(description="whole number, higher = more care")
    name_vi: Text
    name_en: Text
    place: Literal["home", "bed"] = Field(description="home = computed outside the plan")


class Tier(Row):
    """A tier of the epidemic arrangement (tầng)."""

    TABLE = "tiers"
    KEY = ("tier",)
    tier: Id = Field(description="id of the tier")
    rank: Whole = Field(description="whole number, higher = more severe patients")
    name_vi: Text
    name_en: Text


class FacilityKind(Row):
    """A kind of facility, with what follows for the plan."""

    TABLE = "kinds"
    KEY = ("kind",)
    kind: Id = Field(description="id of the kind")
    name_vi: Text
    name_en: Text
    commune_level: bool = Field(description="1: its legs are commune legs")
    grouped: bool = Field(description="1: its sites are planned together per cluster and tier")


class Role(Row):
    """A staff role."""

    TABLE = "roles"
    KEY = ("role",)
    role: Id = Field(description="id of the role")
    name_vi: Text
    name_en: Text
    stands_in_for: Id | None = Field(None, description="role whose work this one may also do")


class CareRatio(Row):
    """How many patients one person on duty cares for."""

    TABLE = "care_ratios"
    KEY = ("care_level", "role", "care_phase")
    care_level: Id
    role: Id
    care_phase: CarePhase = Field(description="conventional, contingency or crisis")
    patients_per_staff: Positive = Field(description="patients for one person on duty")
    source: Text
    confidence: Confidence


class Disease(Row):
    """What a disease is called; it is said where there are several at once."""

    TABLE = "diseases"
    KEY = ("disease",)
    disease: Id = Field(description="disease, as patient_classes.csv names it")
    name_vi: Text
    name_en: Text


class Severity(Row):
    """What a severity is called; how ill somebody is stands in the patient classes."""

    TABLE = "severities"
    KEY = ("severity",)
    severity: Id = Field(description="severity, as patient_classes.csv names it")
    name_vi: Text
    name_en: Text


class Supervision(Row):
    """How many patients one supervisor on duty may oversee."""

    TABLE = "supervision"
    KEY = ("care_level", "role", "care_phase")
    care_level: Id
    role: Id
    care_phase: CarePhase = Field(description="conventional, contingency or crisis")
    patients_per_supervisor: Positive = Field(description="patients for one supervisor on duty")
    source: Text
    confidence: Confidence


class Supply(Row):
    """What care uses up a day, or must have at the bed."""

    TABLE = "supplies"
    KEY = ("item", "per")
    item: Id = Field(description="id of the item")
    name_vi: Text
    name_en: Text
    unit: Text = Field(description="unit of the amount")
    per: Literal["worker_shift", "patient_day", "bed"] = Field(
        description="worker_shift: one shift of a worker at the beds; patient_day; bed: an "
        "occupied bed of care_level, what must stand there"
    )
    care_level: Id | None = Field(None, description="level of the bed; empty: every patient")
    amount: Amount = Field(description="amount for one of them")
    source: Text
    confidence: Confidence


class IcuQuota(Row):
    """Intensive-care beds a facility of a kind is asked to have, and to be ready for."""

    TABLE = "icu_quota"
    KEY = ("kind",)
    kind: Id = Field(description="kind of facility")
    beds: Whole = Field(description="intensive-care beds asked for, whole")
    ready_beds: Whole = Field(description="intensive-care beds to be ready for, whole")
    source: Text
    confidence: Confidence


class OxygenDraw(Row):
    """Oxygen that a patient of a care level draws."""

    TABLE = "oxygen_draw"
    KEY = ("care_level",)
    care_level: Id
    lpm_per_patient: Amount = Field(description="litres a minute of one patient")
    source: Text
    confidence: Confidence


class PatientClass(Row):
    """A class of patients: disease, group, severity and phase, with what it needs."""

    TABLE = "patient_classes"
    KEY = ("class_id",)
    class_id: Id = Field(description="id of the class")
    disease: Id = Field(description="the scenario names it")
    population_group: Id = Field(description="such as all, children")
    severity: Id = Field(description="severity, as the stays of the scenario name it")
    phase: Phase = Field(description="acute (may worsen) or recovering")
    care_level: Id
    unmet_weight: Positive = Field(description="harm of one unmet patient-day")
    move_risk: Share = Field(description="risk of one transfer, share 0-1")
    travel_limit_minutes: Minutes = Field(description="target, minutes")
    ground_limit_minutes: Minutes | None = Field(None, description="hard limit, minutes")
    needs_vehicle: bool = Field(description="1: comes by ambulance")
    top_tier_direct: bool = Field(description="1: may be admitted to every top-tier unit")
    vehicle_class: Id | None = Field(None, description="least vehicle class that suffices")
    urgent: bool | None = Field(None, description="1: cannot wait for the next shift of vehicles")
    source: Text
    confidence: Confidence


class VehicleClass(Row):
    """A class of vehicles; a better one may carry whoever a lesser one may."""

    TABLE = "vehicle_classes"
    KEY = ("vehicle_class",)
    vehicle_class: Id = Field(description="id of the vehicle class")
    rank: Whole = Field(description="whole number, higher = may carry graver patients")
    patients_per_trip: Annotated[float, Field(ge=1, le=200, allow_inf_nan=False)] = Field(
        description="patients on one trip, mean; a coach is counted by the seats taken"
    )
    oxygen: bool = Field(description="1: patients on oxygen may ride in it")
    title_vi: Text = Field(description="name in Vietnamese")
    title_en: Text = Field(description="name in English")
    source: Text
    confidence: Confidence


class VehicleShift(Row):
    """A shift of the day in which vehicles drive."""

    TABLE = "vehicle_shifts"
    KEY = ("shift",)
    shift: Id = Field(description="id of the shift")
    from_hour: Hour = Field(description="hour at which it begins, 0-24")
    to_hour: Hour = Field(description="hour at which it ends, 0-24; earlier: the next day")
    urgent_share: Share = Field(
        description="share of a day's urgent trips that must leave in it, 0-1; in all 1"
    )
    title_vi: Text = Field(description="name in Vietnamese")
    title_en: Text = Field(description="name in English")
    source: Text
    confidence: Confidence


class TravelRule(Row):
    """Detour and speed of a kind of leg, where `travel.csv` is silent."""

    TABLE = "travel_rules"
    KEY = ("leg",)
    leg: Literal["local", "city", "town", "central"] = Field(
        description="kind of leg: local, city, town or central"
    )
    detour: Annotated[float, Field(ge=1, le=10, allow_inf_nan=False)] = Field(
        description="road length / great circle"
    )
    speed_kmh: Annotated[float, Field(gt=0, le=120, allow_inf_nan=False)] = Field(
        description="km/h"
    )
    source: Text
    confidence: Confidence


class AdminUnit(Row):
    """A province, a cluster of communes, or a commune."""

    TABLE = "admin_units"
    KEY = ("admin_unit_id",)
    admin_unit_id: Id = Field(description="id of the area")
    kind: Literal["province", "cluster", "commune"] = Field(
        description="province, cluster or commune"
    )
    name: Text
    name_ascii: Text | None = None
    parent_id: Id | None = Field(None, description="the area in which it lies")
    population: Whole | None = Field(None, description="people; required for a commune")
    population_source: Text | None = None
    population_confidence: Confidence | None = None
    area_km2: Amount | None = Field(None, description="km2")
    area_source: Text | None = None
    area_confidence: Confidence | None = None
    lat: Latitude = Field(description="degrees north")
    lon: Longitude = Field(description="degrees east")
    coord_source: Text
    coord_confidence: Confidence
    island: bool = Field(description="1: reached only by stated legs")
    island_confidence: Confidence
    remote: bool = Field(description="1: remote or hard to reach")
    remote_confidence: Confidence
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    merged_into: Id | None = Field(None, description="the area that took its place")
    note: Text | None = None


class Facility(Row):
    """A site; what it does in the epidemic stands in its units."""

    TABLE = "facilities"
    KEY = ("facility_id",)
    facility_id: Id = Field(description="id of the site")
    name: Text
    short_name: Text = Field(description="name for maps and tables")
    name_ascii: Text | None = None
    kind: Id
    ownership: Text = Field(description="such as public, private, military")
    hospital_class: Text | None = Field(None, description="class of the hospital")
    hospital_class_confidence: Confidence | None = None
    specialty: Text | None = Field(None, description="such as general, maternity")
    admin_unit_id: Id | None = Field(None, description="its commune; empty outside the province")
    cluster_id: Id | None = Field(None, description="its cluster; empty outside the province")
    lat: Latitude = Field(description="degrees north")
    lon: Longitude = Field(description="degrees east")
    coord_source: Text
    coord_confidence: Confidence
    island: bool = Field(description="1: reached only by stated legs")
    oxygen_source: Literal["central", "cylinder", "none"] = Field(
        description="central, cylinder or none"
    )
    oxygen_confidence: Confidence
    existence_source: Text
    existence_confidence: Confidence
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    note: Text | None = None


class FacilityUnit(Row):
    """A facility in one tier; one site may hold several."""

    TABLE = "units"
    KEY = ("unit_id",)
    unit_id: Id = Field(description="id of the unit")
    facility_id: Id
    tier: Id
    intake: Literal["open", "closed", "out_of_province"] = Field(
        description="open, closed (not for the wave) or out_of_province"
    )
    daily_places: Whole | None = Field(None, description="patients a day; out of province only")
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    source: Text
    confidence: Confidence


class Beds(Row):
    """Beds of a unit at one care level: planned, physical, staffed, and what a surge may add."""

    TABLE = "beds"
    KEY = ("unit_id", "care_level")
    unit_id: Id
    care_level: Id
    planned_beds: Whole = Field(description="beds")
    physical_beds: Whole = Field(description="beds")
    staffed_beds: Whole | None = Field(None, description="beds; empty: staff do not limit")
    surge_limit: Whole = Field(description="extra beds that may be opened")
    source: Text
    confidence: Confidence
    surge_source: Text
    surge_confidence: Confidence


class RoutineLoad(Row):
    """Ordinary patients who stay, whatever the wave does."""

    TABLE = "routine"
    KEY = ("unit_id", "care_level")
    unit_id: Id
    care_level: Id
    routine_patients: Whole = Field(description="patients")
    source: Text
    confidence: Confidence


class Device(Row):
    """Devices that limit a care level."""

    TABLE = "devices"
    KEY = ("unit_id", "device")
    unit_id: Id
    device: Id = Field(description="such as ventilator, high_flow")
    care_level: Id = Field(description="the level it limits")
    devices: Whole = Field(description="devices in all")
    routine_in_use: Whole = Field(description="of these in use for ordinary patients")
    surge_devices: Whole | None = Field(
        None, description="more of them from the day surge beds may open; empty: none"
    )
    source: Text
    confidence: Confidence


class OxygenSupply(Row):
    """Oxygen of a unit: what flows at once, what is in store, what comes each day."""

    TABLE = "oxygen"
    KEY = ("unit_id",)
    unit_id: Id
    flow_lpm: Amount | None = Field(
        None, description="litres a minute at once; empty: the flow is no limit"
    )
    tank_m3: Amount = Field(description="cubic metres of gas the store holds")
    stored_m3: Amount = Field(description="cubic metres of gas in store on the first morning")
    daily_supply_m3: Amount | None = Field(
        None, description="cubic metres of gas that come each day; empty: the store is no limit"
    )
    routine_lpm: Amount = Field(description="litres a minute that ordinary patients draw")
    source: Text
    confidence: Confidence


class StaffPool(Row):
    """People of one role at a unit."""

    TABLE = "staff"
    KEY = ("unit_id", "role")
    unit_id: Id
    role: Id
    heads: Amount = Field(description="people employed")
    on_duty: Amount = Field(description="average on duty at any moment, not rounded")
    source: Text
    confidence: Confidence


class ReferralLink(Row):
    """The ordinary line of referral, or a pair that may not be used."""

    TABLE = "links"
    KEY = ("from_unit", "to_unit")
    from_unit: Id = Field(description="unit that sends")
    to_unit: Id = Field(description="unit that receives")
    kind: Literal["refers_to", "never"] = Field(
        description="refers_to (ordinary line) or never (may not be used)"
    )
    source: Text
    confidence: Confidence


class TravelLeg(Row):
    """Stated minutes between two places; the same both ways."""

    TABLE = "travel"
    KEY = ("from_id", "to_id")
    from_id: Id = Field(description="commune or facility at one end")
    to_id: Id = Field(description="commune or facility at the other end")
    minutes: Minutes = Field(description="minutes, ferry included")
    road_km: Amount | None = Field(None, description="km")
    ferry_minutes: Minutes = Field(description="minutes of these on a ferry; 0 if none")
    closed_from: MonthDay | None = Field(None, description="MM-DD, first day of the closed season")
    closed_to: MonthDay | None = Field(None, description="MM-DD, last day of the closed season")
    source: Text
    confidence: Confidence


class VehicleFleet(Row):
    """Vehicles of one class at a unit."""

    TABLE = "vehicles"
    KEY = ("base_unit", "vehicle_class", "shift")
    base_unit: Id = Field(description="unit where they stand")
    vehicle_class: Id = Field(description="such as ambulance")
    shift: Id | None = Field(None, description="shift in which they drive; empty: all day")
    vehicles: Whole = Field(description="number of vehicles")
    minutes_per_day: Annotated[float, Field(ge=0, le=1440, allow_inf_nan=False)] = Field(
        description="minutes a day of one vehicle for this work"
    )
    source: Text
    confidence: Confidence


class MobileStation(Row):
    """A mobile station that follows patients at home."""

    TABLE = "mobile_stations"
    KEY = ("mobile_station_id",)
    mobile_station_id: Id = Field(description="id of the station")
    base_unit: Id = Field(description="unit that runs it")
    cluster_id: Id = Field(description="cluster it serves")
    staff: Whole = Field(description="people")
    home_patients: Whole = Field(description="patients it can follow at home")
    source: Text
    confidence: Confidence


class LeverRow(Row):
    """Something that may be decided: what a unit of it costs, when it is there, who decides."""

    TABLE = "levers"
    KEY = ("lever_id",)
    lever_id: Id = Field(description="id of the lever")
    kind: Id = Field(description="kind of lever, such as postpone_elective or field_site")
    title_vi: Text = Field(description="name in Vietnamese")
    title_en: Text = Field(description="name in English")
    max_units: Whole = Field(description="most units at once, being prepared or open")
    delay_days: LeverDays = Field(description="days from the decision to the first day open")
    ramp_days: LeverDays = Field(
        description="days after opening until all of it is usable; 0: at once"
    )
    min_days: Annotated[int, Field(ge=1, le=365)] = Field(
        description="days a unit stays open at least"
    )
    may_close: bool = Field(description="1: may be closed again")
    open_vnd: Money = Field(description="VND to open a unit")
    day_vnd: Money = Field(description="VND a unit and day open")
    harm_per_day: Amount = Field(
        description="harm of a unit and day open (1: an unmet day of a patient of weight 1)"
    )
    reversible: bool = Field(description="1: can be undone afterwards; changes no plan")
    named_only: bool = Field(description="1: used only where the scenario names it")
    drawn_from: Id | None = Field(
        None, description="lever whose units this one sends somewhere; empty: none"
    )
    legal_basis: Text = Field(description="what allows it")
    approver_vi: Text = Field(description="who decides, in Vietnamese")
    approver_en: Text = Field(description="who decides, in English")
    source: Text
    confidence: Confidence


LeverResource = Literal[
    "bed",
    "staff",
    "device",
    "oxygen_flow",
    "oxygen_supply",
    "vehicle_minutes",
    "outside_place",
    "home_place",
]


class LeverYield(Row):
    """What one unit of a lever gives at a place, or takes away."""

    TABLE = "lever_yields"
    KEY = ("lever_id", "resource", "place", "item")
    lever_id: Id
    resource: LeverResource = Field(
        description="bed, staff, device, oxygen_flow (L/min), oxygen_supply (m3 a day), "
        "vehicle_minutes (a day), outside_place (a day) or home_place"
    )
    place: Id = Field(description="unit; cluster for vehicle_minutes and home_place")
    item: Id = Field(description="care level of a bed or device, role of staff; - for the others")
    amount: Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)] = Field(
        description="amount for one unit of the lever; negative takes away (bed, staff, device)"
    )
    source: Text
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read: its path relative to the data folder, and its SHA-256."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables of a province, rows sorted by key: the order in the files changes nothing."""

    levels: tuple[CareLevel, ...]
    tiers: tuple[Tier, ...]
    kinds: tuple[FacilityKind, ...]
    roles: tuple[Role, ...]
    care_ratios: tuple[CareRatio, ...]
    severities: tuple[Severity, ...]
    diseases: tuple[Disease, ...]
    supervision: tuple[Supervision, ...]
    oxygen_draw: tuple[OxygenDraw, ...]
    supplies: tuple[Supply, ...]
    icu_quota: tuple[IcuQuota, ...]
    patient_classes: tuple[PatientClass, ...]
    travel_rules: tuple[TravelRule, ...]
    admin_units: tuple[AdminUnit, ...]
    facilities: tuple[Facility, ...]
    units: tuple[FacilityUnit, ...]
    beds: tuple[Beds, ...]
    routine: tuple[RoutineLoad, ...]
    devices: tuple[Device, ...]
    oxygen: tuple[OxygenSupply, ...]
    staff: tuple[StaffPool, ...]
    links: tuple[ReferralLink, ...]
    travel: tuple[TravelLeg, ...]
    vehicles: tuple[VehicleFleet, ...]
    mobile_stations: tuple[MobileStation, ...]
    directory: Path
    files: tuple[SourceFile, ...]
    levers: tuple[LeverRow, ...] = ()
    lever_yields: tuple[LeverYield, ...] = ()
    vehicle_classes: tuple[VehicleClass, ...] = ()
    vehicle_shifts: tuple[VehicleShift, ...] = ()


ROWS: tuple[type[Row], ...] = (
    CareLevel,
    Tier,
    FacilityKind,
    Role,
    CareRatio,
    Severity,
    Disease,
    Supervision,
    OxygenDraw,
    Supply,
    IcuQuota,
    PatientClass,
    TravelRule,
    AdminUnit,
    Facility,
    FacilityUnit,
    Beds,
    RoutineLoad,
    Device,
    OxygenSupply,
    StaffPool,
    ReferralLink,
    TravelLeg,
    VehicleFleet,
    MobileStation,
    LeverRow,
    LeverYield,
    VehicleClass,
    VehicleShift,
)
"""The row model of every table, in the order of `Tables`."""
