"""Columns of a roster: who works which shift, which days and weekends, on which post.

Axes: P people, T days (0 is the first of the horizon), S kinds of shift.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from optimizer.domain.roster import ANY, Contract, RosterProblem, StaffMember
from optimizer.staffing.roster.rows import NO, YES, IntArray, Rows

Post = tuple[str, str]
"""A unit and a role."""
Group = tuple[frozenset[Post], frozenset[str]]
"""People who are alike for cover: the posts they may fill, the skills that some rule asks for."""


class RosterColumns:
    """The columns of one problem and what is known of its people.

    Parameters
    ----------
    problem
        What to roster.

    Attributes
    ----------
    assigned
        ``x``: 1 if the person works the shift on the day; `NO` where no post exists.  (P, T, S)
    working
        ``w``: 1 if the person works on the day.  (P, T)
    weekend
        1 if the person works on Saturday or Sunday.  (P, weekends)
    posted
        ``y``: how many of a group fill a post on a day and shift, where they have a choice.
    """

    def __init__(self, problem: RosterProblem) -> None:
        self.problem = problem
        self.rows = Rows()
        self.person = {member.id: i for i, member in enumerate(problem.people)}
        self.shift = {kind.code: s for s, kind in enumerate(problem.shifts)}
        contracts = {contract.id: contract for contract in problem.contracts}
        self.contract: list[Contract] = [contracts[m.contract] for m in problem.people]
        self.worked: dict[tuple[int, int], int] = {
            (self.person[w.person], w.day): self.shift[w.shift]
            for w in problem.history
            if w.person in self.person
        }
        self.earliest = [-problem.rules.history_days] * len(problem.people)
        self._groups()
        self._assignments()
        self._posts()

    def _groups(self) -> None:
        """Tell people apart by the posts they may fill and the skills that rules ask for."""
        problem = self.problem
        asked = {rule.skill for rule in problem.skill_mix}
        for rule in problem.supervision:
            asked |= {rule.trainee, rule.trained}
        wanted = sorted({(c.unit, c.role) for c in problem.cover})
        self.members: dict[Group, list[int]] = defaultdict(list)
        self.group: list[Group] = []
        for i, member in enumerate(problem.people):
            posts = frozenset(post for post in wanted if may_fill(member, post))
            group = (posts, member.skills & asked)
            self.group.append(group)
            self.members[group].append(i)
        self.open_posts: dict[tuple[int, int], list[Post]] = defaultdict(list)
        for c in problem.cover:
            self.open_posts[c.day, self.shift[c.shift]].append((c.unit, c.role))

    def _assignments(self) -> None:
        problem, rows = self.problem, self.rows
        count = (len(problem.people), problem.days, len(problem.shifts))
        self.assigned: IntArray = np.full(count, NO, dtype=np.int64)
        self.working: IntArray = np.full(count[:2], NO, dtype=np.int64)
        self.weekends = problem.weekends()
        self.weekend: IntArray = np.full((count[0], len(self.weekends)), NO, dtype=np.int64)
        opened = {
            group: {key: bool(group[0] & set(posts)) for key, posts in self.open_posts.items()}
            for group in self.members
        }
        for i in range(count[0]):
            here = opened[self.group[i]]
            barred = {s for s, most in self.contract[i].max_shifts.items() if most == 0}
            kinds = [s for code, s in self.shift.items() if code not in barred]
            for d in range(count[1]):
                self.working[i, d] = rows.new(owner=i)
                for s in kinds:
                    if here.get((d, s)):
                        self.assigned[i, d, s] = rows.new(owner=i)
            for k in range(count[2] and len(self.weekends)):
                self.weekend[i, k] = rows.new(owner=i)

    def _posts(self) -> None:
        self.posted: dict[tuple[Group, Post, int, int], int] = {}
        for group, members in self.members.items():
            for (d, s), posts in self.open_posts.items():
                options = sorted(group[0] & set(posts))
                if len(options) > 1:
                    for post in options:
                        self.posted[group, post, d, s] = self.rows.new(len(members))

    def works(self, i: int, d: int) -> int:
        """Return the column of person i working on day d; known before the horizon."""
        if d >= 0:
            return int(self.working[i, d])
        return YES if (i, d) in self.worked else NO

    def does(self, i: int, d: int, s: int) -> int:
        """Return the column of person i working shift s on day d; known before the horizon."""
        if d >= 0:
            return int(self.assigned[i, d, s])
        return YES if self.worked.get((i, d)) == s else NO

    def options(self, group: Group, d: int, s: int) -> list[Post]:
        """Return the posts that are open to a group on a day and shift."""
        return sorted(group[0] & set(self.open_posts.get((d, s), ())))

    def of_group(self, group: Group, post: Post, d: int, s: int) -> list[int]:
        """Return columns whose sum is how many of a group fill a post."""
        options = self.options(group, d, s)
        if post not in options:
            return []
        if len(options) > 1:
            return [self.posted[group, post, d, s]]
        return [int(self.assigned[i, d, s]) for i in self.members[group]]

    def on_post(self, post: Post, d: int, s: int) -> list[int]:
        """Return columns whose sum is how many people fill a post."""
        return [c for group in self.members for c in self.of_group(group, post, d, s)]

    def on_unit(self, unit: str, d: int, s: int, skill: str) -> list[int]:
        """Return columns whose sum is how many people with `skill` are on a unit."""
        posts = [post for post in self.open_posts.get((d, s), ()) if post[0] == unit]
        return [
            c
            for group in self.members
            if skill in group[1]
            for post in posts
            for c in self.of_group(group, post, d, s)
        ]

    def unit_shifts(self, unit: str, shift: str = ANY) -> Iterator[tuple[int, int]]:
        """Yield (day, shift) where a unit has cover to fill, of one kind of shift or of all."""
        wanted = {
            (c.day, self.shift[c.shift])
            for c in self.problem.cover
            if c.unit == unit and c.preferred > 0 and shift in (ANY, c.shift)
        }
        yield from sorted(wanted)


def may_fill(member: StaffMember, post: Post) -> bool:
    """Say whether a person may fill a post: the role is theirs and so is the unit."""
    unit, role = post
    return role in member.roles and (not member.units or unit in member.units)
