"""Travel: vehicles and their shifts, roads, stated legs, and the lines of referral."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from optimizer.domain.row import (
    Amount,
    Confidence,
    Hour,
    Id,
    Minutes,
    MonthDay,
    Row,
    Share,
    Text,
    Whole,
)


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
