"""A scenario: everything assumed about a wave, as one frozen value.

Field names are the keys of the YAML file (`docs/data-format.md`, section 5); every description says
meaning and unit and feeds the JSON Schema and the template that `referral init` writes.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, FiniteFloat, model_validator

from optimizer.domain.part import Part, contradiction, or_file
from optimizer.domain.promise_keys import Pin, PreviousPlan, Promises
from optimizer.domain.row import Confidence, Id, Share, Text
from optimizer.domain.settings import (
    Burden,
    Clearing,
    Levers,
    Options,
    Rules,
    Shocks,
    StaffRules,
    SurgeRules,
    TravelOptions,
    Weights,
)
from optimizer.domain.wave import Wave


class Title(Part):
    """The scenario's name in both languages."""

    vi: Text = Field(description="title in Vietnamese")
    en: Text = Field(description="title in English")


class Provenance(Part):
    """Where a figure comes from."""

    source: Text = Field(description="source: a document, a code of docs/sources.md, a reason")
    confidence: Confidence = Field(description="official, open_data, derived or assumed")
    low: FiniteFloat | None = Field(None, description="smallest value that is plausible")
    high: FiniteFloat | None = Field(None, description="largest value that is plausible")

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise contradiction("A range has both low and high.", "Write the other end, or none.")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise contradiction("low is more than high.", "Exchange them.")
        return self


class Scenario(Wave):
    """Everything assumed about a wave."""

    title: Title = Field(description="name of the scenario in both languages")
    province: Id = Field(description="folder under data/facilities; --data DIR overrides it")
    start_date: datetime.date = Field(description="day 1, YYYY-MM-DD")
    horizon_days: Annotated[int, Field(ge=1, le=56)] = Field(
        28, description="days planned and shown, whole days"
    )
    beyond_days: Annotated[int, Field(ge=0, le=56)] = Field(
        14, description="days solved beyond what is shown, whole days"
    )
    areas: Literal["clusters", "communes"] = Field(
        "clusters", description="planning areas: clusters of communes, or each commune"
    )
    disease: Id = Field(description="picks the rows of patient_classes.csv")
    also: dict[Id, Wave] = Field(
        default_factory=dict,
        description="other diseases at the same time, each with its own wave and stays; beds, "
        "staff, oxygen and vehicles are shared",
    )
    boarding_mix: Share = Field(
        0.5, description="hazards of boarders = mix x waiting + (1 - mix) x treated, 0-1"
    )
    staff: StaffRules = Field(default_factory=StaffRules, description="how staff count")
    surge: SurgeRules = Field(default_factory=SurgeRules, description="when surge beds open")
    travel: TravelOptions = Field(default_factory=TravelOptions, description="ways offered")
    weights: Weights = Field(default_factory=Weights, description="harm, first goal")
    burden: Burden = Field(default_factory=Burden, description="effort, third goal")
    levers: Levers | None = Field(
        None, description="what the plan may decide besides where patients go; null: nothing"
    )
    shocks: Shocks = Field(default_factory=Shocks, description="what goes wrong")
    options: Options = Field(default_factory=Options, description="moves the plan may use")
    rules: Rules = Field(
        default_factory=Rules, description="rules of other planners, as options of the same model"
    )
    clearing: Clearing = Field(default_factory=Clearing, description="weights of additions")
    promises: Promises = Field(
        default_factory=Promises, description="what the plan owes beside the patients' harm"
    )
    pins: tuple[Pin, ...] = Field(
        (),
        description="decisions that are taken already; the plan holds them",
        json_schema_extra=or_file("kind, day, from_place, to_place, class_id, care_level, count"),
    )
    previous_plan: PreviousPlan | None = Field(
        None,
        description="folder of an earlier plan; its flows are kept where burden.churn says so",
        json_schema_extra={"anyOf": [{"type": "object"}, {"type": "string"}, {"type": "null"}]},
    )
    provenance: dict[Id, Provenance] = Field(
        default_factory=dict, description="source and confidence of a dotted key or its prefix"
    )

    @property
    def solved_days(self) -> int:
        """Return the number of days solved: shown and beyond."""
        return self.horizon_days + self.beyond_days

    @property
    def diseases(self) -> tuple[str, ...]:
        """Return the diseases at the same time, the scenario's own first."""
        return (self.disease, *self.also)

    @property
    def waves(self) -> tuple[Scenario, ...]:
        """Return this scenario as one scenario for each disease, with its own wave and stays."""
        own = self.model_copy(update={"also": {}})
        return (
            own,
            *(
                own.model_copy(
                    update={
                        "disease": disease,
                        **{name: getattr(wave, name) for name in Wave.model_fields},
                        "provenance": {
                            key.removeprefix(f"also.{disease}."): said
                            for key, said in self.provenance.items()
                            if key.startswith(f"also.{disease}.") or not _of_wave(key)
                        },
                    }
                )
                for disease, wave in self.also.items()
            ),
        )

    def provenance_of(self, dotted_key: str) -> tuple[str, Confidence]:
        """Return (source, confidence) by the longest prefix in `provenance`; else assumed."""
        parts = dotted_key.split(".")
        for length in range(len(parts), 0, -1):
            found = self.provenance.get(".".join(parts[:length]))
            if found is not None:
                return found.source, found.confidence
        return "", "assumed"

    def range_of(self, dotted_key: str) -> tuple[float, float] | None:
        """Return the range stated for exactly this key; None if none is."""
        said = self.provenance.get(dotted_key)
        return (
            None if said is None or said.low is None or said.high is None else (said.low, said.high)
        )

    @model_validator(mode="after")
    def _another_disease(self) -> Self:
        if self.disease in self.also:
            raise contradiction(
                "{disease} is the scenario's own disease already.", disease=self.disease
            )
        return self


def _of_wave(key: str) -> bool:
    """Return whether a dotted key is one of the figures that each disease has for itself."""
    return key.split(".", 1)[0] in Wave.model_fields
