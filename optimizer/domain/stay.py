"""Stays: how patients get better, worsen or die, under care and waiting."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from optimizer.domain.part import Days, Part, contradiction, or_file
from optimizer.domain.row import Id, Share

Pool = Literal["treated", "boarding", "waiting"]


class SurvivalRow(Part):
    """One point of a survival curve in a file."""

    days_since_admission: Annotated[int, Field(ge=0, le=365)] = Field(
        description="whole days since admission; the rows count 0, 1, 2, ..."
    )
    share: Share = Field(description="share still in bed, 0-1")


class HazardRow(Part):
    """One nightly probability, where the matrices are given instead of the stays."""

    pool: Pool = Field(description="treated, boarding or waiting")
    from_class: Id = Field(description="class_id of the evening")
    to_class: Id | None = Field(None, description="class_id of the morning; empty for death")
    kind: Literal["keep", "worse", "death"] = Field(
        description="keep: stays treated; worse: to the boarding pool; death. Missing to 1: left"
    )
    probability: Share = Field(description="probability a night, 0-1")

    @model_validator(mode="after")
    def _target(self) -> Self:
        if (self.kind == "death") != (self.to_class is None):
            raise contradiction("to_class is needed for keep and worse, and stays empty for death.")
        return self


class WaitingStay(Part):
    """What happens to those who wait for a place."""

    delay_days: Days | None = Field(
        None, description="mean days of the acute phase, days; null: as treated"
    )
    worse_share: Share = Field(description="share of the acute phase that ends in worse_to, 0-1")
    death_share: Share = Field(description="share of the acute phase that ends in death, 0-1")

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.worse_share + self.death_share > 1 + 1e-9:
            raise contradiction("worse_share + death_share is more than 1.")
        return self


class Stay(Part):
    """The stay of one severity: acute phase, then recovering phase (docs/model.md, section 2)."""

    delay_days: Days | None = Field(
        None, description="mean days of the acute phase, days; null: half the stay (assumed)"
    )
    stay_days: Days | None = Field(
        None, description="mean days of both phases together, days; null beside survival"
    )
    survival: tuple[Share, ...] | None = Field(
        None,
        description="instead of two phases: share still in bed 0, 1, 2, ... days after admission",
        json_schema_extra=or_file("days_since_admission, share"),
    )
    worse_to: Id | None = Field(None, description="severity it may worsen to; null: none")
    worse_share: Share = Field(0.0, description="share of the acute phase that worsens, 0-1")
    worse_per_day: Share | None = Field(
        None, description="instead of worse_share: share that worsens each day, 0-1"
    )
    death_share: Share = Field(
        0.0, description="share of the acute phase that dies though treated, 0-1"
    )
    convalescent: Id | None = Field(
        None, description="severity of the bed in which it convalesces afterwards; null: goes home"
    )
    waiting: WaitingStay | None = Field(
        None, description="the same while waiting for a place; null: as treated"
    )

    @property
    def acute_days(self) -> float:
        """Return the mean of the acute phase as stated, before `docs/model.md` raises it."""
        return self.mean_days / 2 if self.delay_days is None else self.delay_days

    @property
    def mean_days(self) -> float:
        """Return the mean of the whole stay, days; of a survival curve its sum."""
        if self.survival is not None:
            return float(sum(self.survival))
        assert self.stay_days is not None
        return self.stay_days

    @property
    def worsens(self) -> float:
        """Return the share of the acute phase that ends in `worse_to`, however it was given."""
        if self.worse_per_day is None:
            return self.worse_share
        return self.worse_per_day * max(1.0, self.acute_days)

    @model_validator(mode="after")
    def _curve(self) -> Self:
        if (self.stay_days is None) == (self.survival is None):
            raise contradiction("Give stay_days or survival: one of the two.")
        curve = self.survival
        if curve is None:
            return self
        if not curve or abs(curve[0] - 1) > 1e-12:
            raise contradiction(
                "survival starts with 1: everybody is in bed on the day of admission."
            )
        if any(later > before + 1e-12 for before, later in pairwise(curve)):
            raise contradiction("survival rises: nobody comes back into bed.")
        if self.delay_days is not None or self.worse_share or self.worse_per_day is not None:
            raise contradiction(
                "Beside survival there is one phase: delay_days, worse_share and worse_per_day "
                "stay empty."
            )
        return self

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.worse_per_day is not None:
            if self.delay_days is not None:
                raise contradiction("Beside worse_per_day, delay_days must be null: half the stay.")
            if self.worse_share:
                raise contradiction("Give worse_share or worse_per_day, not both.")
        if self.worsens + self.death_share > 1 + 1e-9:
            raise contradiction("worse_share + death_share is more than 1.")
        waits = self.waiting.worse_share if self.waiting else 0.0
        if self.worse_to is None and (self.worsens > 0 or waits > 0):
            raise contradiction("worse_to is missing: somebody worsens, but to what?")
        return self
