"""A part of a scenario: a mapping of the YAML file, its kinds of numbers, and what it refuses."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

Days = Annotated[float, Field(gt=0, le=365, allow_inf_nan=False)]
DaysOrNone = Annotated[float, Field(ge=0, le=365, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Price = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
TripMinutes = Annotated[float, Field(ge=0, le=1440, allow_inf_nan=False)]
DayNumber = Annotated[int, Field(ge=1, le=112)]
Count = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


class Part(BaseModel):
    """A mapping of the scenario: frozen, and no key that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def or_file(what: str) -> dict[str, Any]:
    """Let the JSON Schema accept the name of a CSV file where the value holds its rows."""
    note = f"or the name of a CSV file beside the scenario with {what}"
    return {"anyOf": [{"type": "array"}, {"type": "string", "description": note}, {"type": "null"}]}


def contradiction(fault: str, remedy: str = "", **values: object) -> PydanticCustomError:
    """Return an error of a mapping; `fault` and `remedy` are message ids of the catalogues."""
    said = {"fault": fault, "remedy": remedy, "values": values}
    return PydanticCustomError("contradiction", "{fault}", said)
