"""Rules that tie people together: posts, cover, skill mix, supervision, fairness, changes, wishes.

Letters: ``x[i,d,s]`` person i works shift s on day d; ``y[g,p,d,s]`` people of group g on post p (a
unit and a role), a column of its own only where a group has a choice of posts; ``n[p,d,s]``
people on post p. Medium and soft rules price what is missing instead of forbidding it.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from optimizer.domain.roster import ANY, Level
from optimizer.staffing.roster.variables import RosterColumns

Terms = list[tuple[int, int]]


def posts(v: RosterColumns) -> None:
    r"""Who works fills one post: :math:`\sum_p y_{gpds} = \sum_{i \in g} x_{ids}`.

    A pin that names a unit: at least so many of the group are on it.
    """
    for group, members in v.members.items():
        for d, s in v.open_posts:
            options = v.options(group, d, s)
            if len(options) > 1:
                terms: Terms = [(v.posted[group, post, d, s], 1) for post in options]
                terms += [(int(v.assigned[i, d, s]), -1) for i in members]
                v.rows.add("posts", (d, s), terms, 0, 0)
    pinned = Counter(
        (v.group[v.person[pin.person]], pin.unit, pin.day, v.shift[pin.shift])
        for pin in v.problem.pins
        if pin.shift != ANY and pin.unit != ANY
    )
    for (group, unit, d, s), count in pinned.items():
        on_unit = [post for post in v.options(group, d, s) if post[0] == unit]
        terms = [(c, 1) for post in on_unit for c in v.of_group(group, post, d, s)]
        v.rows.add("pins", (unit, d, s), terms, at_least=count)


def cover(v: RosterColumns) -> None:
    r"""Posts are filled, as far as there are people.

    .. math:: n_{pds} + u + q - o = P, \qquad 0 \le u \le L, \quad 0 \le q \le P - L

    L minimum, P preferred; u missing below the minimum (medium), q between minimum and preferred
    (soft), o above preferred (soft). With ``cover_level: hard`` also :math:`n_{pds} \ge L`.
    """
    hard = v.problem.rules.cover_level is Level.hard
    for c in v.problem.cover:
        s = v.shift[c.shift]
        terms: Terms = [(column, 1) for column in v.on_post((c.unit, c.role), c.day, s)]
        place = (c.unit, c.role, c.day, s)
        if hard and c.minimum:
            v.rows.add("cover_minimum", place, terms, at_least=c.minimum)
        under = v.rows.new(c.minimum, cost=c.under_weight)
        between = v.rows.new(c.preferred - c.minimum, cost=c.preferred_weight)
        over = v.rows.new(len(v.problem.people), cost=c.over_weight)
        terms += [(under, 1), (between, 1), (over, -1)]
        v.rows.add("cover", place, terms, c.preferred, c.preferred)


def skill_mix(v: RosterColumns) -> None:
    r"""Somebody with the skill is on every shift: :math:`\sum_{g \ni k} n + u \ge L`."""
    for rule in v.problem.skill_mix:
        for d, s in v.unit_shifts(rule.unit, rule.shift):
            terms: Terms = [(column, 1) for column in v.on_unit(rule.unit, d, s, rule.skill)]
            if rule.level is not Level.hard:
                terms.append((v.rows.new(rule.minimum, cost=rule.weight), 1))
            v.rows.add("skill_mix", (rule.name, d, s), terms, at_least=rule.minimum)


def supervision(v: RosterColumns) -> None:
    r"""Trainees have somebody to ask: trainees - r x trained - :math:`u \le 0`."""
    for rule in v.problem.supervision:
        for d, s in v.unit_shifts(rule.unit):
            trainees = v.on_unit(rule.unit, d, s, rule.trainee)
            trained = v.on_unit(rule.unit, d, s, rule.trained)
            terms: Terms = [(c, 1) for c in trainees] + [(c, -rule.per) for c in trained]
            if rule.level is not Level.hard:
                most = len(v.problem.people)
                terms.append((v.rows.new(most, cost=rule.weight), -1))
            v.rows.add("supervision", (rule.name, d, s), terms, at_most=0)


def requests(v: RosterColumns) -> None:
    """A wish for a shift costs its weight if not worked, a wish against it if worked."""
    for request in v.problem.requests:
        i = v.person[request.person]
        if request.shift == ANY:
            column = v.works(i, request.day)
        else:
            column = v.does(i, request.day, v.shift[request.shift])
        if request.wanted:
            v.rows.constant += request.weight
            v.rows.price(column, -request.weight)
        else:
            v.rows.price(column, request.weight)


def alike(v: RosterColumns) -> list[list[int]]:
    """Return groups of people who share a contract and roles and are here all the time.

    Fairness compares like with like; somebody here for a part of the horizon is left out.
    """
    found: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    partly = {stay.person for stay in v.problem.stays}
    for i, member in enumerate(v.problem.people):
        if member.id not in partly:
            found[member.contract, tuple(sorted(member.roles))].append(i)
    return [members for members in found.values() if len(members) > 1]


def _spread(
    v: RosterColumns, rule: str, weight: int, counted: dict[int, tuple[Terms, int]]
) -> None:
    """Price most - least of counts, each a sum of columns and what was worked before."""
    most_possible = max(len(terms) + before for terms, before in counted.values())
    most = v.rows.new(most_possible, cost=weight)
    least = v.rows.new(most_possible, cost=-weight)
    for i, (terms, before) in counted.items():
        id = v.problem.people[i].id
        v.rows.add(rule, (id, "most"), [*terms, (most, -1)], at_most=-before)
        v.rows.add(rule, (id, "least"), [*terms, (least, -1)], at_least=-before)


def night_fairness(v: RosterColumns) -> None:
    r"""Nights are shared: weight x (most - least) among people alike, earlier rosters counted."""
    weight = v.problem.rules.night_weight
    nights = [s for s, kind in enumerate(v.problem.shifts) if kind.night]
    for members in alike(v) if weight and nights else ():
        counted: dict[int, tuple[Terms, int]] = {}
        for i in members:
            columns = v.assigned[i][:, nights].ravel()
            terms = [(int(c), 1) for c in columns if c >= 0]
            counted[i] = (terms, v.problem.people[i].nights_before)
        _spread(v, "night_fairness", weight, counted)


def weekend_fairness(v: RosterColumns) -> None:
    r"""Weekends are shared: weight x (most - least) among people alike."""
    weight = v.problem.rules.weekend_weight
    for members in alike(v) if weight and v.weekends else ():
        counted: dict[int, tuple[Terms, int]] = {}
        for i in members:
            terms = [(int(c), 1) for c in v.weekend[i]]
            counted[i] = (terms, v.problem.people[i].weekends_before)
        _spread(v, "weekend_fairness", weight, counted)


def holiday_fairness(v: RosterColumns) -> None:
    r"""Holidays are shared: weight x (most - least) among people alike."""
    weight = v.problem.rules.holiday_weight
    days = sorted(v.problem.holidays)
    for members in alike(v) if weight and days else ():
        counted: dict[int, tuple[Terms, int]] = {}
        for i in members:
            terms = [(v.works(i, d), 1) for d in days]
            counted[i] = (terms, v.problem.people[i].holidays_before)
        _spread(v, "holiday_fairness", weight, counted)


def changes(v: RosterColumns) -> None:
    r"""A published roster is kept: each day of a person that differs from it costs its weight.

    A day published as worked costs unless that shift is worked; a day published as off costs if
    any shift is worked. At most ``max_changes`` days differ:
    :math:`\sum_{\text{worked}} (1 - x_{ids}) + \sum_{\text{off}} w_{id} \le C`.
    """
    rules = v.problem.rules
    if not v.problem.published:
        return
    was = {(v.person[a.person], a.day): v.shift[a.shift] for a in v.problem.published}
    terms: Terms = []
    for i in range(len(v.problem.people)):
        for d in range(v.problem.days):
            if (i, d) in was:
                v.rows.constant += rules.change_weight
                v.rows.price(v.does(i, d, was[i, d]), -rules.change_weight)
                terms.append((v.does(i, d, was[i, d]), -1))
            else:
                v.rows.price(v.works(i, d), rules.change_weight)
                terms.append((v.works(i, d), 1))
    if rules.max_changes is not None:
        v.rows.add("changes", ("published",), terms, at_most=rules.max_changes - len(was))
