"""Plans under rules of others, promises and closing sites, spoilt on purpose."""

from __future__ import annotations

from tests.checking.folder import Folder, rows
from tests.checking.spoil import Spoils, admission
from tests.checking.worked_example import narrow

spoil = Spoils(narrow)


# --- rules of others, closing sites -----------------------------------------------------------


def with_rule(key: str, value: object) -> Folder:
    """Return the example planned under a rule of others."""
    f = narrow()
    f.scenario["rules"][key] = value
    return f


@spoil("nobody_waits", lambda: with_rule("wait", "none"))
def let_half_a_patient_wait(f: Folder) -> None:
    f.tables["admissions"].remove(admission(f, 2, "A"))
    f.add("patients", day=2, place="C1", class_id="SA", state="waiting", patients=0.5)


@spoil("corridor_people", lambda: with_rule("corridor", "open"))
def more_in_an_open_corridor_than_in_the_house(f: Folder) -> None:
    f.add("corridor", day=2, unit="A", patients=2.001)  # 2 are there


@spoil("reserve_share")
def say_nothing_of_a_reserve(f: Folder) -> None:
    # day 2: B's one ICU bed is full, half of it was promised
    f.scenario["promises"] = {"reserve": {"ICU": 0.5}}
    f.scenario["weights"]["reserve"] = 0.0


@spoil("objective_harm")
def a_reserve_taken_for_nothing(f: Folder) -> None:
    f.scenario["promises"] = {"reserve": {"ICU": 0.5}}
    f.scenario["weights"]["reserve"] = 0.3


@spoil("no_site_worse_off")
def tell_of_a_comparison_that_was_not_made(f: Folder) -> None:
    f.scenario["promises"] = {"no_site_worse_off": True}
    f.scenario["weights"]["no_site_worse_off"] = 5.0
    one = {"promise": "no_site_worse_off", "care_level": "", "promised": 1.0}
    f.plan["promises"] = [one | {"reached": 1.0, "missed": 0.0}]


@spoil("longest_wait")
def tell_of_a_wait_that_nobody_had(f: Folder) -> None:
    f.scenario["promises"] = {"longest_wait": {"days": 1, "severity": "severe", "hard": False}}
    f.scenario["weights"]["longest_wait"] = 5.0
    one = {"promise": "longest_wait", "care_level": "", "promised": 1.0}
    f.plan["promises"] = [one | {"reached": 1.0, "missed": 0.0}]


@spoil("pinned")
def leave_out_what_is_pinned(f: Folder) -> None:
    # .75 go down from B on day 2
    way = {"kind": "transfer", "day": 2, "from_place": "B", "to_place": "A", "class_id": "SR"}
    f.scenario["pins"] = [way | {"care_level": None, "count": 0.5}]


@spoil("churn")
def say_nothing_of_an_earlier_plan(f: Folder) -> None:
    f.scenario["previous_plan"] = {"first_day": 2, "last_day": 3, "flows": []}


@spoil("objective_burden")
def depart_from_an_earlier_plan_for_nothing(f: Folder) -> None:
    f.scenario["previous_plan"] = {"first_day": 2, "last_day": 3, "flows": []}
    f.scenario["burden"]["churn"] = 1.0


@spoil("reception_limit")
def take_in_more_than_promised(f: Folder) -> None:
    # day 2: .5 come to A, and .75 down from B
    row = {"place": "FA", "patients": 1.2, "from_day": 2, "to_day": None}
    f.scenario["promises"] = {"reception": [row]}


@spoil("baselines")
def nearest_free_place_takes_in_more_than_promised(f: Folder) -> None:
    row = {"place": "B", "patients": 0.0, "from_day": 1, "to_day": 1}
    f.scenario["promises"] = {"reception": [row]}


@spoil("closed_intake")
def admit_into_a_site_that_has_closed(f: Folder) -> None:
    f.scenario["shocks"]["closing"] = [{"facility": "FA", "day": 2}]


@spoil("house_capacity")
def stay_in_a_site_that_has_closed(f: Folder) -> None:
    f.scenario["shocks"]["closing"] = [{"facility": "FB", "day": 3}]


@spoil("house_capacity", lambda: with_rule("sender_counts_move_day", True))
def forget_who_left_today(f: Folder) -> None:
    # day 2, A: 2 of 2 beds at day's end, and .75 CA gone up that still count
    del f


@spoil("staffed_bed_capacity", lambda: with_rule("sender_counts_move_day", True))
def forget_who_left_an_icu_bed_today(f: Folder) -> None:
    # day 2, B: 1 of 1 ICU bed; a CR moved down would still count there
    f.add(
        "transfers",
        day=2,
        from_unit="B",
        to_unit="A",
        class_id="CR",
        pool="treated",
        direction="step_down",
        patients=0.1,
    )


@spoil("only_stable_move", lambda: with_rule("movers", "new"))
def move_somebody_though_only_new_patients_move(f: Folder) -> None:
    del f


@spoil("permitted_arcs", lambda: with_rule("movers", "new"))
def use_a_transfer_arc_though_they_are_closed(f: Folder) -> None:
    del f


@spoil("permitted_arcs")
def step_down_though_switched_off(f: Folder) -> None:
    f.scenario["options"]["step_down"] = False


@spoil("whole_people_day_one", lambda: with_rule("whole_window", True))
def split_a_patient_of_day_two(f: Folder) -> None:
    del f


@spoil("objective_harm", lambda: with_rule("movers", "new"))
def forget_the_price_of_going_elsewhere(f: Folder) -> None:
    f.scenario["weights"]["move_elsewhere"] = 7


@spoil("inputs")
def bend_a_survival_curve(f: Folder) -> None:
    f.scenario["disease"] = f.row("classes", class_id="SA")["disease"]
    f.scenario["stays"] = {"severe": {"survival": [1, 0.9]}}
    for table in (f.data["patient_classes"], f.inputs["classes"]):
        table[:] = [row for row in table if row["class_id"] != "SR"] or table
    f.inputs["classes"].append(dict(f.row("classes", class_id="SA"), class_id="SA~day1"))


@spoil("inputs")
def bend_a_survival_curve_of_another_disease(f: Folder) -> None:
    f.scenario["disease"] = "another"
    f.scenario["also"] = {
        f.row("classes", class_id="SA")["disease"]: {"stays": {"severe": {"survival": [1, 0.9]}}}
    }
    for table in (f.data["patient_classes"], f.inputs["classes"]):
        table[:] = [row for row in table if row["class_id"] != "SR"] or table
    f.inputs["classes"].append(dict(f.row("classes", class_id="SA"), class_id="SA~day1"))


@spoil("inputs")
def lose_a_night_of_a_known_leaving(f: Folder) -> None:
    for nights in (1, 2):
        row = dict(f.row("classes", class_id="SA"), class_id=f"SA~out{nights}")
        f.inputs["classes"].append(row)
    f.inputs["hazards"] += rows(
        "pool from_class to_class kind probability", "treated SA~out2 SA~out1 keep 0.9"
    )
