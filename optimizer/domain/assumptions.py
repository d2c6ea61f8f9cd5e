"""How much staff is free for the wave decides every result.

Said in words and figures with each plan.
"""

from __future__ import annotations

from typing import Any

from optimizer.domain.assemble import Assembled
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables


def staff_assumptions(tables: Tables, scenario: Scenario, made: Assembled) -> list[dict[str, Any]]:
    """For each role that care needs: on duty in ordinary times, and free for the wave on day 1."""
    inst = made.instance
    members = {member for inside in inst.unit_members.values() for member in inside}
    on_duty: dict[str, float] = {}
    for pool in tables.staff:
        if pool.unit_id in members:
            on_duty[pool.role] = on_duty.get(pool.role, 0.0) + pool.on_duty
    names = {row.role: row for row in tables.roles}
    out: list[dict[str, Any]] = []
    for r, role in enumerate(inst.roles):
        if inst.staff_need[r].max(initial=0.0) <= 0:
            continue
        free, total = float(inst.staff[:, r, 0].sum()), on_duty.get(role, 0.0)
        share = 100 * free / total if total else 0.0
        row = names[role]
        absent = 100 * scenario.staff.surge_absence
        out.append(
            {
                "key": f"staff.{role}",
                "value": {"free": free, "on_duty": total},
                "confidence": "assumed",
                "source": "routine patients keep the staff the site gives them in ordinary times",
                "text_vi": f"{row.name_vi}: {_vi(free)} trên {_vi(total)} người trực dành cho đợt "
                f"dịch ({share:.0f} %), sau khi giữ phần thường quy và trừ {absent:.0f} % vắng mặt",
                "text_en": f"{row.name_en}: {free:.1f} of {total:.1f} on duty are free for "
                f"the wave ({share:.0f} %), after routine care and {absent:.0f} % absence",
            }
        )
    return out


def _vi(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")
