"""Twenty and more ways to spoil a roster by one rule, each caught and named; sound ones pass."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.checking.roster.inputs import plain
from optimizer.checking.roster.judge import RULES, check_roster
from optimizer.domain.roster import (
    Assignment,
    Contract,
    Cover,
    Leave,
    Level,
    Pin,
    Request,
    Roster,
    RosterProblem,
    RosterRules,
    RosterStatus,
    Shift,
    SkillMix,
    StaffMember,
    Stay,
    SupervisionRatio,
    Worked,
)
from optimizer.exchange.roster_folder import inputs_digests, write_roster
from optimizer.staffing.roster.score import explain, score_rows
from tests.staffing.ward import MONDAY

EARLY = Shift("E", 6 * 60, 8 * 60, not_next_day=())
LATE = Shift("L", 14 * 60, 8 * 60, not_next_day=("E",))
NIGHT = Shift("N", 22 * 60, 8 * 60, night=True)
LONG = Shift("X", 8 * 60, 30 * 60)
DAYS = 14

Work = dict[str, str]
"""For each person a letter a day; a dot is a day off."""

SOUND: Work = {
    "A": "EE..EE..LL....",
    "B": "..NN....NN....",
    "C": "LL..LL..EE....",
}


def problem(**more: object) -> RosterProblem:
    """A unit with three people; every rule has room, so that one can be broken alone."""
    contract = Contract(
        "full",
        max_minutes=62 * 60,
        min_minutes=24 * 60,
        max_consecutive_days=4,
        min_consecutive_days=2,
        max_consecutive_nights=3,
        min_days_off=2,
        max_weekends=1,
        min_rest_minutes=11 * 60,
        max_shifts={"N": 6, "E": 6},
    )
    people = tuple(
        StaffMember(id, "BV01", ("ICU",), ("nurse",), "full", frozenset(skills))
        for id, skills in (("A", {"lead"}), ("B", {"trainee"}), ("C", {"can_supervise"}))
    )
    base = RosterProblem(
        facility="BV01",
        start=MONDAY,
        days=DAYS,
        shifts=(EARLY, LATE, NIGHT, LONG),
        contracts=(contract,),
        people=people,
        cover=tuple(
            Cover("ICU", d, s, "nurse", 0, 1, 100, 10, 1) for d in range(DAYS) for s in "ELNX"
        ),
        rules=RosterRules(night_weight=2, history_days=3),
    )
    return replace(base, **more)  # type: ignore[arg-type]


def assigned(work: Work, unit: str = "ICU", role: str = "nurse") -> tuple[Assignment, ...]:
    return tuple(
        sorted(
            Assignment(d, code, person, unit, role)
            for person, days in work.items()
            for d, code in enumerate(days)
            if code != "."
        )
    )


def folder(tmp_path: Path, given: RosterProblem, roster: tuple[Assignment, ...]) -> Path:
    """Write a roster as it is, lawful or not, with a summary that fits it."""
    score = explain(given, roster).score
    told = Roster(RosterStatus.feasible, roster, score, 0.0, 0.0, 1.0, 1.0, 0.5)
    target = tmp_path / "roster"
    write_roster(target, given, told, score_rows(given, roster))
    return target


def rules_found(path: Path) -> set[str]:
    return {finding.rule for finding in check_roster(path).findings}


def changed(person: str, days: str) -> Work:
    return {**SOUND, person: days}


def test_judge_passes_the_sound_roster(tmp_path: Path) -> None:
    verdict = check_roster(folder(tmp_path, problem(), assigned(SOUND)))
    assert verdict.findings == ()
    assert verdict.score["hard"] == 0


SPOILT: dict[str, tuple[str, RosterProblem, Work]] = {
    "L before E": (
        "forbidden_successions",
        replace(problem(), contracts=(replace(problem().contracts[0], min_rest_minutes=480),)),
        changed("A", "LE..EE..LL...."),
    ),
    "N before L": ("rest_between_shifts", problem(), changed("B", "..NL....NN....")),
    "30 h, then two days later early": (
        "rest_between_shifts",
        replace(
            problem(),
            shifts=(EARLY, LATE, NIGHT, replace(LONG, minutes=40 * 60)),
            contracts=(
                replace(
                    problem().contracts[0],
                    min_consecutive_days=None,
                    min_days_off=None,
                    max_minutes=90 * 60,
                ),
            ),
        ),
        changed("A", "X.E.EE..LL...."),
    ),
    "too many hours": ("max_minutes", problem(), changed("A", "EEEE..LLLL....")),
    "too few hours": ("min_minutes", problem(), changed("B", "..NN..........")),
    "too many nights of a kind": (
        "max_shifts",
        replace(problem(), contracts=(replace(problem().contracts[0], max_shifts={"N": 3}),)),
        SOUND,
    ),
    "five days in a row": ("max_consecutive_days", problem(), changed("C", "LLLLL.........")),
    "five days with history": (
        "max_consecutive_days",
        replace(problem(), history=tuple(Worked("A", d, "E") for d in (-3, -2, -1))),
        SOUND,
    ),
    "a day alone": ("min_consecutive_days", problem(), changed("A", "EE..E...LL....")),
    "four nights": ("max_consecutive_nights", problem(), changed("B", "..NNNN........")),
    "one day off": ("min_days_off", problem(), changed("C", "LL.LLL........")),
    "one day off after history": (
        "min_days_off",
        replace(problem(), history=(Worked("B", -3, "N"), Worked("B", -2, "N"))),
        changed("B", "NN......NN...."),
    ),
    "two weekends": ("max_weekends", problem(), changed("A", "EE..EE.....LL.")),
    "leave": ("leave", replace(problem(), leave=(Leave("A", 0),)), SOUND),
    "guest too early": ("stays", replace(problem(), stays=(Stay("A", True, 1, 13),)), SOUND),
    "guest on a travel day": (
        "stays",
        replace(problem(), stays=(Stay("A", True, 0, 13, travel_days=1),)),
        SOUND,
    ),
    "lent, resting": (
        "stays",
        replace(problem(), stays=(Stay("A", False, 2, 3, rest_days=1),)),
        SOUND,
    ),
    "pin to another shift": ("pins", replace(problem(), pins=(Pin("A", 0, "L"),)), SOUND),
    "pin to a day off": ("pins", replace(problem(), pins=(Pin("A", 0, ""),)), SOUND),
    "hard cover": (
        "cover_minimum",
        replace(
            problem(),
            cover=(*problem().cover[1:], Cover("ICU", 0, "E", "nurse", 2, 2, 100, 10, 1)),
            rules=replace(problem().rules, cover_level=Level.hard),
        ),
        SOUND,
    ),
    "no lead on a shift": (
        "skill_mix",
        replace(problem(), skill_mix=(SkillMix("lead", "ICU", "N", "lead", 1, 1, Level.hard),)),
        SOUND,
    ),
    "trainee alone": (
        "supervision",
        replace(
            problem(),
            supervision=(
                SupervisionRatio("s", "ICU", "trainee", "can_supervise", 1, 1, Level.hard),
            ),
        ),
        SOUND,
    ),
    "too many changes": (
        "changes",
        replace(
            problem(),
            published=assigned({**SOUND, "A": "..EE....LL...."}),
            rules=replace(problem().rules, max_changes=3),
        ),
        SOUND,
    ),
}


@pytest.mark.parametrize("name", list(SPOILT))
def test_judge_names_the_broken_rule_and_no_other_when_one_is_broken(
    name: str, tmp_path: Path
) -> None:
    rule, given, work = SPOILT[name]
    assert rules_found(folder(tmp_path, given, assigned(work))) == {rule}


def edit(path: Path, change: Callable[[list[list[str]]], None]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def tell(path: Path, **values: object) -> None:
    summary = json.loads((path / "roster.json").read_text(encoding="utf-8"))
    (path / "roster.json").write_text(json.dumps(summary | values), encoding="utf-8")


FORGED: dict[str, tuple[set[str], Callable[[Path], None]]] = {
    "a second shift": (
        {"one_shift_a_day"},
        lambda p: edit(
            p / "roster.csv", lambda r: r.append(["2026-11-23", "N", "A", "ICU", "nurse"])
        ),
    ),
    "a post nobody asked for": (
        {"posts", "score"},
        lambda p: edit(p / "roster.csv", lambda r: r[1].__setitem__(4, "doctor")),
    ),
    "a unit that is not theirs": (
        {"posts", "files"},
        lambda p: edit(p / "inputs/people.csv", lambda r: r[1].__setitem__(2, "HDU")),
    ),
    "a stranger": (
        {"files"},
        lambda p: edit(
            p / "roster.csv", lambda r: r.append(["2026-11-25", "N", "Q", "ICU", "nurse"])
        ),
    ),
    "a lower score": ({"score"}, lambda p: tell(p, score={"hard": 0, "medium": 0, "soft": 0})),
    "lower points": ({"score", "claims"}, lambda p: tell(p, points=0)),
    "an explanation with a gap": (
        {"score"},
        lambda p: edit(p / "score.csv", lambda r: r.pop()),
    ),
    "optimal without proof": ({"claims"}, lambda p: tell(p, status="optimal")),
    "a bound above the points": ({"claims"}, lambda p: tell(p, bound=10_000)),
    "a gap of nothing": ({"claims"}, lambda p: tell(p, gap=0.0)),
    "a request with another weight": (
        {"score", "files"},
        lambda p: edit(p / "inputs/requests.csv", lambda r: r[1].__setitem__(4, "9")),
    ),
    "no roster file": ({"files"}, lambda p: (p / "roster.csv").unlink()),
}


@pytest.mark.parametrize("name", list(FORGED))
def test_judge_sees_through_a_forged_file(name: str, tmp_path: Path) -> None:
    rules, forge = FORGED[name]
    given = replace(problem(), requests=(Request("A", 0, "", False, 3),))
    path = folder(tmp_path, given, assigned(SOUND))
    assert rules_found(path) == set()
    forge(path)
    assert rules_found(path) == rules


def rewrite(name: str, was: str, now: str) -> Callable[[Path], None]:
    """Return what replaces a piece of an input."""

    def change(path: Path) -> None:
        file = path / "inputs" / name
        text = file.read_text(encoding="utf-8")
        assert was in text
        file.write_text(text.replace(was, now, 1), encoding="utf-8")

    return change


CHANGED: dict[str, tuple[str, Callable[[Path], None]]] = {
    "longer hours": ("inputs/contracts.csv", rewrite("contracts.csv", "full,62", "full,90")),
    "a shorter rest": ("inputs/rules.json", rewrite("rules.json", "11.0", "5.0")),
    "a weight by hand": ("inputs/rules.yaml", rewrite("rules.yaml", '_days": 3', '_days": 4')),
    "a table more": (
        "inputs/holidays.csv",
        lambda p: (p / "inputs/holidays.csv").write_text("date\n", encoding="utf-8") and None,
    ),
    "a table less": ("inputs/shifts.csv", lambda p: (p / "inputs/shifts.csv").unlink()),
    "the digest of all": ("roster.json inputs_sha256", lambda p: tell(p, inputs_sha256="0" * 64)),
}


@pytest.mark.parametrize("name", list(CHANGED))
def test_judge_names_the_input_that_was_changed(name: str, tmp_path: Path) -> None:
    where, change = CHANGED[name]
    path = folder(tmp_path, problem(), assigned(SOUND))
    assert check_roster(path).passed
    change(path)
    assert where in {f.where for f in check_roster(path).findings if f.rule == "files"}


def test_judge_holds_rules_json_against_rules_yaml_though_digests_are_forged_too(
    tmp_path: Path,
) -> None:
    path = folder(tmp_path, problem(), assigned(SOUND))
    rewrite("rules.json", "11.0", "5.0")(path)
    tell(path, **inputs_digests(path / "inputs"))
    (finding,) = check_roster(path).findings
    assert (finding.rule, finding.where) == ("files", "inputs/rules.json")
    assert "min_rest_hours is 5.0 here, but 11.0 by rules.yaml" in finding.render("en")
    assert "theo rules.yaml là 11.0" in finding.render("vi")


def test_reader_of_rules_knows_rows_quotes_and_remarks() -> None:
    text = """\
# our ward
facility_id: 'BV 01'   # the house
start: 2026-11-23
max_changes:
skill_mix:
  - name: lead
    minimum: 1
  - {name: other}
"""
    assert plain(text) is None  # a row in braces is another form: its digest alone counts
    found = plain(text.replace("  - {name: other}\n", ""))
    assert found == {
        "facility_id": "BV 01",
        "start": "2026-11-23",
        "max_changes": [],
        "skill_mix": [{"name": "lead", "minimum": "1"}],
    }


def test_every_rule_of_the_judge_is_broken_once_here() -> None:
    named = {rule for rule, _, _ in SPOILT.values()} | set().union(*(r for r, _ in FORGED.values()))
    assert set(RULES) - named == set()


def test_judge_speaks_both_languages(tmp_path: Path) -> None:
    path = folder(tmp_path, replace(problem(), leave=(Leave("A", 0),)), assigned(SOUND))
    verdict = check_roster(path)
    assert "Works on a day of leave." in verdict.render("en")
    assert "Làm vào ngày nghỉ phép." in verdict.render("vi")
