"""The mapping ``promises`` of a scenario: what the plan owes beside the patients' harm.

Field names are keys of the YAML file (docs/data-format.md section 5). Nothing is promised unless
said.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from optimizer.domain.facility import Id, Share


class Promises(BaseModel):
    """Promises of a plan; each is off by default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reserve: dict[Id, Share] = Field(
        default_factory=dict,
        description="share of the open beds of a care level and above that a unit keeps free of "
        "patients in proper beds, 0-1; soft, at weights.reserve",
    )

    @property
    def made(self) -> tuple[str, ...]:
        """Return the names of the promises that are made."""
        return ("reserve",) if any(self.reserve.values()) else ()
