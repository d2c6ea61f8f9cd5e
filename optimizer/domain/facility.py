"""Places: tiers, kinds, areas, facilities and their units, and what each has."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field

from optimizer.domain.row import Amount, Confidence, Id, Latitude, Longitude, Row, Text, Whole


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


class IcuQuota(Row):
    """Intensive-care beds a facility of a kind is asked to have, and to be ready for."""

    TABLE = "icu_quota"
    KEY = ("kind",)
    kind: Id = Field(description="kind of facility")
    beds: Whole = Field(description="intensive-care beds asked for, whole")
    ready_beds: Whole = Field(description="intensive-care beds to be ready for, whole")
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
