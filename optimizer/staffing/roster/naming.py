"""From columns to people on posts: who of a group stands where, the same each time."""

from __future__ import annotations

from collections import defaultdict

from optimizer.domain.roster import ANY, Assignment
from optimizer.staffing.roster.rows import IntArray
from optimizer.staffing.roster.variables import Post, RosterColumns


def named(v: RosterColumns, values: IntArray) -> tuple[Assignment, ...]:
    """Return the assignments of a solution, sorted.

    Where a group has a choice of posts, pinned units come first, then home units, then ids.
    """
    pinned = {
        (pin.person, pin.day, pin.shift): pin.unit for pin in v.problem.pins if pin.unit != ANY
    }
    found: list[Assignment] = []
    at_work: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i, d, s in zip(*(v.assigned >= 0).nonzero(), strict=True):
        if values[v.assigned[i, d, s]]:
            at_work[int(d), int(s)].append(int(i))
    for (d, s), people in at_work.items():
        code = v.problem.shifts[s].code
        for group in v.members:
            members = [i for i in people if v.group[i] == group]
            options = v.options(group, d, s)
            posts: list[Post] = []
            if len(options) == 1:
                posts = options * len(members)
            else:
                for post in options:
                    posts += [post] * int(values[v.posted[group, post, d, s]])

            def wants(i: int, unit: str, code: str = code, d: int = d) -> int:
                member = v.problem.people[i]
                if pinned.get((member.id, d, code)) == unit:
                    return 0
                if (member.id, d, code) in pinned:
                    return 3
                return 1 if member.units and member.units[0] == unit else 2

            free = list(members)
            for unit, role in posts:
                best = min(free, key=lambda i: (wants(i, unit), v.problem.people[i].id))
                free.remove(best)
                found.append(Assignment(d, code, v.problem.people[best].id, unit, role))
    return tuple(sorted(found))
