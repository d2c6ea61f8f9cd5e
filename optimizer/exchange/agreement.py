"""Says whether a scenario fits the tables of a province; `cross_check` lists the checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from optimizer.domain.network import ReferralNetwork
from optimizer.domain.scenario import Scenario
from optimizer.domain.sites import planning_sites
from optimizer.domain.tables import Tables
from optimizer.errors import Problem
from optimizer.exchange.lever_checks import lever_checks
from optimizer.exchange.reading import nearest_name, shown
from optimizer.exchange.rule_checks import rule_checks, wave_checks
from optimizer.exchange.soundness import circle

MOST_NAMED = 12
"""So many communes are named in one line."""


def cross_check(scenario: Scenario, tables: Tables) -> tuple[Problem, ...]:
    """Return what of a scenario does not fit the tables: errors, and warnings."""
    return (
        *_of_each_disease(scenario, tables),
        *_shocks_name_places(scenario, tables),
        *_cut_roads_isolate(scenario, tables),
        *_staff_have_ratios(scenario, tables),
        *_lent_staff_name_places(scenario, tables),
        *rule_checks(scenario, tables),
        *lever_checks(scenario, tables),
    )


def _of_each_disease(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Yield what does not fit of the wave of each disease, under the key where it stands."""
    for wave in scenario.waves:
        under = "" if wave.disease == scenario.disease else f"also.{wave.disease}."
        for problem in (
            *_severities_have_classes(wave, tables, f"also.{wave.disease}" if under else "disease"),
            *_stays_lead_somewhere(wave),
            *_convalescence_steps_down(wave, tables),
            *_groups_add_up(wave, tables),
            *_explicit_rows_name_places(wave, tables),
            *_hazards_add_up(wave, tables),
            *wave_checks(wave, tables),
        ):
            column = problem.column
            if not column.startswith(("also.", "disease")):
                column = under + column
            yield replace(problem, column=column)


def _odd(
    column: str,
    fault: str,
    remedy: str,
    value: str = "",
    known: Iterable[str] = (),
    **facts: object,
) -> Problem:
    """Return a problem of the scenario; a close name among `known` becomes the remedy."""
    meant = nearest_name(value, known) if value else ""
    said = "Did you mean {meant}?" if meant else remedy
    return Problem(fault, said, "", 0, column, shown(value), values={**facts, "meant": meant})


def _starts(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield (key, severity) of everybody who comes in the acute phase."""
    if scenario.route == "reported_cases" and (cases := scenario.reported_cases):
        yield "reported_cases.hospital_severity", cases.hospital_severity
        if cases.isolation_severity:
            yield "reported_cases.isolation_severity", cases.isolation_severity
    if scenario.route == "infections" and scenario.infections:
        yield "infections.hospital_severity", scenario.infections.hospital_severity
    for index, arrival in enumerate(scenario.explicit.arrivals, start=1):
        yield f"explicit.arrivals[{index}].severity", arrival.severity
    for index, request in enumerate(scenario.explicit.open_requests, start=1):
        yield f"explicit.open_requests[{index}].severity", request.severity
    for index, person in enumerate(scenario.explicit.census, start=1):
        if person.phase == "acute":
            yield f"explicit.census[{index}].severity", person.severity


def _convalesce(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield (key, severity) of everybody who is there in the recovering phase."""
    for index, person in enumerate(scenario.explicit.census, start=1):
        if person.phase == "recovering":
            yield f"explicit.census[{index}].severity", person.severity


def _severities_have_classes(scenario: Scenario, tables: Tables, named: str) -> Iterator[Problem]:
    """Everybody who comes, worsens or convalesces needs a stay and a row of classes."""
    diseases = {c.disease for c in tables.patient_classes}
    classes = {
        (c.severity, c.phase) for c in tables.patient_classes if c.disease == scenario.disease
    }
    if scenario.disease not in diseases:
        yield _odd(
            named,
            "patient_classes.csv has no such disease.",
            "Write one that it has.",
            scenario.disease,
            diseases,
        )
        return
    both: tuple[str, ...] = ("acute", "recovering")
    needs = [(key, severity, both) for key, severity in _starts(scenario)]
    needs += [(key, severity, ("recovering",)) for key, severity in _convalesce(scenario)]
    for name, stay in scenario.stays.items():
        if stay.worse_to:
            needs.append((f"stays.{name}.worse_to", stay.worse_to, both))
        if stay.convalescent:
            needs.append((f"stays.{name}.convalescent", stay.convalescent, ("recovering",)))
    needs += [(f"stays.{name}", name, ("recovering",)) for name in scenario.stays]
    known = {severity for severity, _ in classes}
    curves = {name for name, stay in scenario.stays.items() if stay.survival is not None}
    needs = [  # a stay with a survival curve has one phase only
        (key, severity, ("acute",) if severity in curves else phases)
        for key, severity, phases in needs
    ]
    for key, severity, phases in needs:
        if severity not in known and severity not in scenario.stays:
            yield _odd(
                key,
                "patient_classes.csv has no such severity for the disease.",
                "Correct it.",
                severity,
                known,
            )
            continue
        for phase in phases:
            if (severity, phase) not in classes:
                yield _odd(
                    key,
                    "patient_classes.csv has no row for {disease}, {severity}, {phase}.",
                    "Add the row, or name another severity.",
                    severity,
                    known - {severity},
                    disease=scenario.disease,
                    severity=severity,
                    phase=phase,
                )
        if scenario.hazards is None and severity not in scenario.stays:
            yield _odd(
                key,
                "There is no stay for severity {severity}.",
                "Add it under stays.",
                severity,
                scenario.stays,
                severity=severity,
            )
        if "acute" in phases and severity in scenario.recovering_only:
            yield _odd(
                key,
                "Severity {severity} only convalesces: nobody comes or worsens into it.",
                "Name another severity.",
                severity,
                severity=severity,
            )


def _stays_lead_somewhere(scenario: Scenario) -> Iterator[Problem]:
    """Refuse stays that lead back to themselves; say keys of a convalescence that do nothing."""
    for key in ("worse_to", "convalescent"):
        links = {n: [to] for n, s in scenario.stays.items() if (to := getattr(s, key))}
        if members := circle(links):
            yield _odd(
                f"stays.{members[0]}.{key}",
                "These lead in a circle: {members}.",
                "Delete one of the links.",
                links[members[0]][0],
                members=" > ".join([*members, members[0]]),
            )
    for name in sorted(scenario.recovering_only & set(scenario.stays)):
        for key in ("death_share", "delay_days", "worse_to", "waiting"):
            given = getattr(scenario.stays[name], key)
            if given is not None and given != 0:
                yield Problem(
                    "Severity {severity} only convalesces: {key} has no effect.",
                    "Delete it.",
                    column=f"stays.{name}.{key}",
                    value="" if key == "waiting" else str(given),
                    severity="warning",
                    values={"severity": name, "key": key},
                )


def _convalescence_steps_down(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Refuse a convalescence at a higher level than the illness: nobody steps up to get well."""
    ranks = {level.care_level: level.rank for level in tables.levels}
    rows = [c for c in tables.patient_classes if c.disease == scenario.disease]
    levels = {(c.population_group, c.severity, c.phase): c.care_level for c in rows}
    for name, stay in scenario.stays.items():
        for group in sorted({c.population_group for c in rows}):
            ill = levels.get((group, name, "recovering")) or levels.get((group, name, "acute"))
            well = levels.get((group, stay.convalescent or "", "recovering"))
            if ill and well and ranks[well] > ranks[ill]:
                yield Problem(
                    "{severity} convalesces at level {well}, higher than its own {ill} "
                    "(group {group}).",
                    "Name a severity of the same or a lower level, or correct patient_classes.csv.",
                    column=f"stays.{name}.convalescent",
                    value=shown(stay.convalescent or ""),
                    values={"severity": name, "well": well, "ill": ill, "group": group},
                )


def _groups_add_up(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Refuse shares of population groups that leave somebody out."""
    rows = [c for c in tables.patient_classes if c.disease == scenario.disease]
    known, shares = {c.population_group for c in rows}, scenario.population_groups
    for given in sorted(set(shares) - known):
        fault, remedy = "patient_classes.csv has no such population_group.", "Correct it."
        yield _odd(f"population_groups.{given}", fault, remedy, given, known)
    total = sum(shares.values())
    if shares and abs(total - 1) > 1e-6:
        yield _odd(
            "population_groups",
            "The shares of the groups add up to {total}, not 1.",
            "Correct them.",
            total=f"{total:.6g}",
        )
    if not shares and len(known) > 1:
        yield _odd(
            "population_groups",
            "patient_classes.csv has several groups ({groups}), the scenario gives no shares.",
            "Write the share of each group; all add up to 1.",
            groups=", ".join(sorted(known)),
        )
    phases = {(c.severity, c.phase) for c in rows}
    for group in sorted(set(shares) & known):
        own = {(c.severity, c.phase) for c in rows if c.population_group == group}
        for severity, phase in sorted(phases - own):
            yield _odd(
                f"population_groups.{group}",
                "patient_classes.csv has no row for {disease}, {severity}, {phase}.",
                "Add the row for this group, or leave the group out.",
                group,
                disease=scenario.disease,
                severity=severity,
                phase=phase,
            )


def _explicit_rows_name_places(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Rows name communes, clusters and units that are there, and days that are solved."""
    areas = {u.admin_unit_id for u in tables.admin_units if u.kind != "province"}
    inside = {u.unit_id for u in tables.units if u.intake != "out_of_province"}
    rows = scenario.explicit
    given = [(f"arrivals[{n}]", row.area) for n, row in enumerate(rows.arrivals, start=1)]
    given += [
        (f"open_requests[{n}]", row.area) for n, row in enumerate(rows.open_requests, start=1)
    ]
    for place, area in given:
        if area not in areas:
            fault, remedy = "No commune or cluster has this id.", "Correct it."
            yield _odd(f"explicit.{place}.area", fault, remedy, area, areas)
    for index, person in enumerate(rows.census, start=1):
        if person.unit not in inside:
            fault, remedy = "No unit of the province has this id.", "Correct it."
            yield _odd(f"explicit.census[{index}].unit", fault, remedy, person.unit, inside)
    planned = {u.unit_id for u in tables.units if u.intake == "open"}
    for index, person in enumerate(rows.census, start=1):
        if person.unit in inside - planned:
            yield Problem(
                "The unit is not open, so not planned: the people there are not counted.",
                "Move them to an open unit, or leave them out knowingly.",
                column=f"explicit.census[{index}].unit",
                value=shown(person.unit),
                severity="warning",
            )
    late = [
        index
        for index, arrival in enumerate(rows.arrivals, start=1)
        if arrival.day > scenario.solved_days
    ]
    if late:
        yield Problem(
            "{count} rows from here on ({patients} patients) come after the last day solved "
            "({last}): they are not counted.",
            "Raise horizon_days or beyond_days, or leave them out knowingly.",
            column=f"explicit.arrivals[{late[0]}].day",
            value=str(rows.arrivals[late[0] - 1].day),
            severity="warning",
            values={
                "count": len(late),
                "patients": f"{sum(rows.arrivals[i - 1].count for i in late):.6g}",
                "last": scenario.solved_days,
            },
        )
    if rows.arrivals and scenario.route != "explicit":
        yield Problem(
            "Arrivals are read only under route explicit: they would be ignored.",
            "Write route: explicit, or delete them.",
            column="explicit.arrivals",
            value=scenario.route,
        )


def _hazards_add_up(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Refuse probabilities out of one class that add up to more than 1."""
    if scenario.hazards is None:
        return
    known = {c.class_id for c in tables.patient_classes if c.disease == scenario.disease}
    sums: dict[tuple[str, str], float] = {}
    targets: set[tuple[str, ...]] = set()
    for index, row in enumerate(scenario.hazards, start=1):
        for column, given in (("from_class", row.from_class), ("to_class", row.to_class)):
            if given and given not in known:
                fault, remedy = "patient_classes.csv has no such class_id.", "Correct it."
                yield _odd(f"hazards[{index}].{column}", fault, remedy, given, known)
        target = (row.pool, row.from_class, row.to_class or "", row.kind)
        if target in targets:
            fault, remedy = "The same transition is given twice.", "Delete one of the two."
            yield _odd(f"hazards[{index}]", fault, remedy, " ".join(target))
        targets.add(target)
        pool = (row.pool, row.from_class)
        sums[pool] = sums.get(pool, 0.0) + row.probability
    for (where, name), total in sorted(sums.items()):
        if total > 1 + 1e-9:
            yield _odd(
                "hazards",
                "The probabilities out of {name} ({pool}) add up to {total}, more than 1.",
                "Lower them.",
                name=name,
                pool=where,
                total=f"{total:.6g}",
            )


def _shocks_name_places(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Refuse closed facilities and cut roads that are not in the tables."""
    facilities = {f.facility_id for f in tables.facilities}
    nodes = facilities | {u.admin_unit_id for u in tables.admin_units if u.kind == "commune"}
    for index, given in enumerate(scenario.shocks.closed_facilities, start=1):
        if given not in facilities:
            fault, remedy = "No facility has this id.", "Correct it."
            yield _odd(f"shocks.closed_facilities[{index}]", fault, remedy, given, facilities)
    if scenario.shocks.roads_cut == "all":
        return
    for index, pair in enumerate(scenario.shocks.roads_cut, start=1):
        for given in pair:
            if given not in nodes:
                fault, remedy = "No commune or facility has this id.", "Correct it."
                yield _odd(f"shocks.roads_cut[{index}]", fault, remedy, given, nodes)


def _cut_roads_isolate(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Say which communes reach no open unit any more when the scenario's roads are cut."""
    cut = scenario.shocks.roads_cut
    known = {f.facility_id for f in tables.facilities}
    nodes = known | {u.admin_unit_id for u in tables.admin_units}
    if not cut or (cut != "all" and any(place not in nodes for pair in cut for place in pair)):
        return
    shocks = scenario.shocks.model_copy(update={"roads_cut": ()})
    whole = ReferralNetwork(tables, scenario.model_copy(update={"shocks": shocks}))
    hubs = {u.facility_id for u in tables.units if u.intake == "open"}
    lost = whole.isolated_by(cut, hubs - set(scenario.shocks.closed_facilities))
    if lost:
        yield Problem(
            "Communes without a way to any open unit when the roads are cut: {communes} "
            "({count} in all).",
            "Nobody there can be admitted: plan for care on the spot.",
            column="shocks.roads_cut",
            severity="warning",
            values={
                "count": len(lost),
                "communes": ", ".join(lost[:MOST_NAMED]) + (" …" if lost[MOST_NAMED:] else ""),
            },
        )


def _staff_have_ratios(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Ask for ratios of the phase in force, and for a unit that is valid on day 1."""
    phase, day = scenario.staff.care_phase, scenario.start_date
    if not any(ratio.care_phase == phase for ratio in tables.care_ratios):
        fault, remedy = "care_ratios.csv has no row for this phase.", "Add rows or change it."
        yield _odd("staff.care_phase", fault, remedy, phase)
    facilities = {f.facility_id: f for f in tables.facilities}
    if not any(
        unit.intake == "open"
        and all(
            (item.valid_from is None or item.valid_from <= day)
            and (item.valid_to is None or day <= item.valid_to)
            for item in (unit, facilities[unit.facility_id])
        )
        for unit in tables.units
    ):
        fault, remedy = "No open unit is valid on this day.", "Look at valid_from and valid_to."
        yield _odd("start_date", fault, remedy, str(day))


def _lent_staff_name_places(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """People are lent and borrowed by planning units that are there, in roles that are there."""
    if not scenario.staff.lent:
        return
    units = {unit.unit_id for unit in planning_sites(tables, scenario).inside}
    roles = {row.role for row in tables.roles}
    for index, row in enumerate(scenario.staff.lent, start=1):
        place = f"staff.lent[{index}]"
        if row.unit not in units:
            fault, remedy = "No unit of the plan has this id.", "Correct it, or leave the row out."
            yield _odd(f"{place}.unit", fault, remedy, row.unit, units)
        if row.role not in roles:
            fault, remedy = "roles.csv has no such role.", "Write one that it has."
            yield _odd(f"{place}.role", fault, remedy, row.role, roles)
        if row.from_day > scenario.solved_days:
            yield _odd(
                f"{place}.from_day",
                "It begins after the last day solved ({last}).",
                "Correct it, or leave the row out.",
                last=scenario.solved_days,
            )
