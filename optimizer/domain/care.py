"""Care: its levels, who gives it, what it takes, and the classes of patients who need it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from optimizer.domain.row import (
    Amount,
    CarePhase,
    Confidence,
    Id,
    Minutes,
    Phase,
    Positive,
    Row,
    Share,
    Text,
    Whole,
)


class CareLevel(Row):
    """A care level: what a bed can do and a patient needs."""

    TABLE = "levels"
    KEY = ("care_level",)
    care_level: Id = Field(description="id of the level")
    rank: Whole = Field(description="whole number, higher = more care")
    name_vi: Text
    name_en: Text
    place: Literal["home", "bed"] = Field(description="home = computed outside the plan")


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


class OxygenDraw(Row):
    """Oxygen that a patient of a care level draws."""

    TABLE = "oxygen_draw"
    KEY = ("care_level",)
    care_level: Id
    lpm_per_patient: Amount = Field(description="litres a minute of one patient")
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
