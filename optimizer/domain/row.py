"""A row of a table: the kinds of its columns, and what a column means.

An empty optional cell is ``None``, never zero.
"""

from __future__ import annotations

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
