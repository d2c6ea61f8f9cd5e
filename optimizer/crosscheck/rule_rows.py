"""The rows of docs/model.md section 4 that rules of others and closing sites add or widen."""

from __future__ import annotations

from optimizer.crosscheck.model import Model, Terms, add
from optimizer.domain.instance import ADMISSION_KINDS, STABILISE

PROPER = ADMISSION_KINDS.index("admission")


def may_leave(m: Model, f: int, s: int) -> bool:
    """Return whether the class may leave a proper bed of unit f; unless said, the recovering."""
    allowed = m.inst.may_leave
    return bool(m.inst.classes.recovering[s] if allowed is None else allowed[f, s])


def _open_on(m: Model, f: int, t: int) -> bool:
    return m.inst.no_intake is None or not m.inst.no_intake[f, t - 1]


def gone_but_counted(m: Model, f: int, level: int | None, t: int) -> Terms:
    """Return who leaves unit f on day t and still counts there that day, by the rule of senders.

    `level`: only who needs it or more and leaves a proper bed, or would have had one there; None:
    all, as the house counts them.
    """
    terms: Terms = {}
    inst = m.inst
    if not inst.rules.sender_counts:
        return terms

    def counts(s: int, boards: bool) -> bool:
        return level is None or (m.level[s] >= level and m.able[f][s] and not boards)

    for (i, day), var in m.arrive():
        own = -1 if inst.own_unit is None else int(inst.own_unit[inst.admissions.area[i]])
        boards = int(inst.admissions.kind[i]) == STABILISE
        elsewhere = own == f and int(inst.admissions.to[i]) != f
        if day == t and elsewhere and counts(int(inst.admissions.patient_class[i]), boards):
            add(terms, {var: 1.0})
    for (j, day), var in m.moved.items():
        boards = bool(inst.transfers.from_boarding[j])
        here = int(inst.transfers.origin[j]) == f
        if day == t and here and counts(int(inst.transfers.patient_class[j]), boards):
            add(terms, {var: 1.0})
    return terms


def nobody_waits(m: Model) -> None:
    """Nobody is left outside where a proper bed of a unit that is open that day can be reached."""
    if not m.inst.rules.nobody_waits:
        return
    arcs = m.inst.admissions
    for (o, s, t), var in m.waiting.items():
        ways = [
            i
            for i in range(len(arcs.area))
            if (arcs.area[i], arcs.patient_class[i], arcs.kind[i]) == (o, s, PROPER)
            and _open_on(m, int(arcs.to[i]), t)
        ]
        if ways:
            key = m.at("area", o), m.at("class", s), t
            m.at_most("nobody_waits", key, {var: 1.0}, 0.0)


def closed_intake(m: Model) -> None:
    """Nobody enters a unit on a day on which it is closed."""
    inst = m.inst
    for f in range(m.F):
        for t in m.days:
            if _open_on(m, f, t):
                continue
            terms: Terms = {
                var: 1.0 for (i, d), var in m.arrive() if d == t and inst.admissions.to[i] == f
            }
            add(
                terms,
                {
                    var: 1.0
                    for (j, d), var in m.moved.items()
                    if d == t and inst.transfers.to[j] == f
                },
            )
            m.at_most("closed_intake", (m.at("unit", f), t), terms, 0.0)


def corridor_people(m: Model) -> None:
    """In an open corridor <= all who are in the house, and who left today and still counts."""
    if not m.inst.rules.open_corridor:
        return
    for (f, t), var in m.corridor.items():
        terms: Terms = {var: 1.0}
        for s in range(m.S):
            add(terms, {m.boarding[f, s, t]: -1.0})
            if m.able[f][s]:
                add(terms, {m.treated[f, s, t]: -1.0})
        add(terms, gone_but_counted(m, f, None, t), -1.0)
        m.at_most("corridor_people", (m.at("unit", f), t), terms, 0.0)
