"""All tables of a province, one row model for each table of `docs/data-format.md`.

Attribute names are the column names. Tiers, kinds, levels and roles are rows of tables, so nothing
here knows one of them by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from optimizer.domain.care import (
    CareLevel,
    CareRatio,
    Disease,
    OxygenDraw,
    PatientClass,
    Role,
    Severity,
    Supervision,
    Supply,
)
from optimizer.domain.facility import (
    AdminUnit,
    Beds,
    Device,
    Facility,
    FacilityKind,
    FacilityUnit,
    IcuQuota,
    MobileStation,
    OxygenSupply,
    RoutineLoad,
    StaffPool,
    Tier,
)
from optimizer.domain.lever_rows import LeverRow, LeverYield
from optimizer.domain.row import Row
from optimizer.domain.travel import (
    ReferralLink,
    TravelLeg,
    TravelRule,
    VehicleClass,
    VehicleFleet,
    VehicleShift,
)


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
