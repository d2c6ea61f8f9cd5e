"""Plans whose patients are spoilt on purpose: who comes, who is moved, on which way."""

from __future__ import annotations

from tests.checking.folder import Folder, rows
from tests.checking.spoil import Spoils, admission, patients
from tests.checking.wider_example import wide
from tests.checking.worked_example import narrow

spoil = Spoils(narrow)


# --- people -------------------------------------------------------------------------------------


@spoil("treated_balance")
def drop_a_treated_patient(f: Folder) -> None:
    f.tables["patients"].remove(patients(f, 1, "B", "CR"))


@spoil("boarding_balance")
def drop_a_boarder(f: Folder) -> None:
    f.tables["patients"].remove(patients(f, 3, "A", "CA", "boarding"))


@spoil("conservation")
def invent_a_patient(f: Folder) -> None:
    patients(f, 3, "A", "SA")["patients"] = "0.501"


@spoil("conservation")
def conservation_when_a_boarder_vanishes(f: Folder) -> None:
    patients(f, 3, "B", "CA", "boarding")["patients"] = "0.025"


@spoil("treated_balance")
def swap_two_units(f: Folder) -> None:
    a, b = patients(f, 2, "A", "SA"), patients(f, 2, "B", "SA")
    a["patients"], b["patients"] = b["patients"], a["patients"]


@spoil("treated_balance")
def swap_two_classes(f: Folder) -> None:
    patients(f, 3, "B", "SR")["class_id"] = "SX"
    patients(f, 3, "B", "CA")["class_id"] = "SR"
    patients(f, 3, "B", "SX")["class_id"] = "CA"


@spoil("treated_balance")
def shift_a_transfer_by_a_day(f: Folder) -> None:
    f.row("transfers", class_id="SR")["day"] = "3"


@spoil("waiting_balance")
def shift_an_admission_by_a_day(f: Folder) -> None:
    admission(f, 2, "A")["day"] = "3"


@spoil("waiting_balance")
def forget_who_was_not_admitted(f: Folder) -> None:
    f.tables["admissions"].remove(admission(f, 2, "A"))


@spoil("open_requests")
def admit_more_than_asked(f: Folder) -> None:
    admission(f, 1, "B")["patients"] = "2"


@spoil("open_requests")
def observe_somebody_tomorrow(f: Folder) -> None:
    admission(f, 2, "A")["observed"] = "1"


@spoil("expected_arrivals")
def admit_more_than_expected_today(f: Folder) -> None:
    f.add(
        "admissions",
        day=1,
        area="C1",
        unit="A",
        class_id="SA",
        observed=0,
        kind="admission",
        patients=1,
    )


@spoil("expected_arrivals")
def call_an_observed_patient_expected(f: Folder) -> None:
    admission(f, 1, "B")["observed"] = "0"


@spoil("only_stable_move")
def move_an_acute_patient(f: Folder) -> None:
    f.row("transfers", class_id="SR")["class_id"] = "SA"


@spoil("permitted_arcs")
def move_an_acute_patient_on_no_arc(f: Folder) -> None:
    f.row("transfers", class_id="SR")["class_id"] = "SA"


@spoil("only_stable_move")
def move_more_recovering_than_there_are(f: Folder) -> None:
    f.row("transfers", class_id="SR")["patients"] = "1.251"  # 1.25 after the night


@spoil("boarders_leave_once")
def move_a_boarder_twice(f: Folder) -> None:
    f.add("in_house", day=2, unit="A", class_id="CA", patients=0.1)


@spoil("boarders_leave_once")
def move_a_boarder_who_is_not_there(f: Folder) -> None:
    f.row("in_house", day=2)["patients"] = "0.26"  # 0.25 after the night


@spoil("bed_lost_once")
def take_a_bed_from_more_than_lie_there(f: Folder) -> None:
    f.scenario["shocks"].update(staff_factor=0.9, staff_from_day=2)
    f.add("bed_lost", day=2, unit="A", class_id="SA", patients=5)


@spoil("whole_people_day_one")
def round_half_a_patient_on_day_one(f: Folder) -> None:
    admission(f, 1, "B")["patients"] = "0.5"


@spoil("whole_people_day_one")
def transfer_half_a_patient_on_day_one(f: Folder) -> None:
    f.row("transfers", class_id="CA")["day"] = "1"


@spoil("whole_people_day_one")
def move_half_a_patient_in_house_on_day_one(f: Folder) -> None:
    f.row("in_house", day=2)["day"] = "1"


@spoil("nonnegative")
def negative_flow(f: Folder) -> None:
    f.row("in_house", day=2)["patients"] = "-0.25"


@spoil("nonnegative")
def negative_state(f: Folder) -> None:
    f.add("patients", day=3, place="C1", class_id="SA", state="waiting", patients=-0.001)


@spoil("nonnegative")
def negative_transfer(f: Folder) -> None:
    f.row("transfers", class_id="CA")["patients"] = "-0.75"


@spoil("able_to_treat")
def treat_where_nobody_can(f: Folder) -> None:
    patients(f, 3, "A", "CA", "boarding")["state"] = "treated"


@spoil("able_to_treat")
def admit_where_nobody_can(f: Folder) -> None:
    admission(f, 1, "B")["unit"] = "A"
    admission(f, 1, "A")["class_id"] = "CA"


@spoil("able_to_treat")
def admit_to_a_closed_unit(f: Folder) -> None:
    admission(f, 2, "A")["unit"] = "AX"


@spoil("able_to_treat")
def admit_to_a_unit_no_longer_valid(f: Folder) -> None:
    admission(f, 2, "A")["unit"] = "BX"


@spoil("able_to_treat", wide)
def admit_out_of_province_into_a_unit_inside(f: Folder) -> None:
    admission(f, 1, "H")["unit"] = "B"


@spoil("permitted_arcs")
def step_down_to_a_higher_tier(f: Folder) -> None:
    row = f.row("transfers", class_id="SR")
    row["from_unit"], row["to_unit"] = "A", "B"


@spoil("permitted_arcs")
def transfer_to_oneself(f: Folder) -> None:
    f.row("transfers", class_id="CA")["to_unit"] = "A"


@spoil("permitted_arcs")
def boarder_moved_down_by_name(f: Folder) -> None:
    f.row("transfers", class_id="CA")["direction"] = "step_down"


@spoil("permitted_arcs")
def pool_not_of_the_direction(f: Folder) -> None:
    f.row("transfers", class_id="SR")["pool"] = "boarding"


@spoil("permitted_arcs")
def lateral_though_not_an_option(f: Folder) -> None:
    f.row("transfers", class_id="SR")["direction"] = "lateral"


@spoil("permitted_arcs")
def transfers_though_switched_off(f: Folder) -> None:
    f.scenario["options"]["transfers"] = False


@spoil("permitted_arcs")
def step_down_beyond_the_nearest_lower(f: Folder) -> None:
    # a lower unit of B's own house, at 0 minutes: A is the second nearest
    f.scenario["travel"]["transfer_nearest"] = 1
    f.data["units"] += rows(" ".join(f.data["units"][0]), "B1 FB T1 open . . .")
    f.data["beds"] += rows(" ".join(f.data["beds"][0]), "B1 OXY 1 1 1 0")
    f.inputs["units"] += rows("planning_unit unit_id", "B1 B1")


@spoil("permitted_arcs")
def step_down_to_an_equal_tier(f: Folder) -> None:
    f.row("units", unit_id="A")["tier"] = "T2"


@spoil("permitted_arcs")
def sideways_to_a_lower_tier(f: Folder) -> None:
    f.scenario["options"]["lateral"] = True
    f.row("transfers", class_id="SR")["direction"] = "lateral"


@spoil("permitted_arcs", wide)
def recovering_boarder_sent_outside(f: Folder) -> None:
    row = f.row("transfers", class_id="CA")
    row.update(class_id="CR", to_unit="H", direction="out_of_province")


@spoil("permitted_arcs", wide)
def severe_boarder_sent_outside(f: Folder) -> None:
    row = f.row("transfers", class_id="CA")
    row.update(class_id="SA", to_unit="H", direction="out_of_province")


@spoil("permitted_arcs", wide)
def treated_patient_sent_outside(f: Folder) -> None:
    row = f.row("transfers", class_id="CA")
    row.update(pool="treated", to_unit="H", direction="out_of_province")


@spoil("permitted_arcs", wide)
def outside_though_local_only(f: Folder) -> None:
    f.scenario["options"]["local_only"] = True


@spoil("permitted_arcs")
def another_cluster_though_local_only(f: Folder) -> None:
    f.scenario["options"]["local_only"] = True
    f.row("facilities", facility_id="FB")["cluster_id"] = "K2"


@spoil("permitted_arcs", wide)
def outside_though_switched_off(f: Folder) -> None:
    f.scenario["options"]["out_of_province"] = False


@spoil("permitted_arcs", wide)
def outside_for_a_class_that_may_not(f: Folder) -> None:
    admission(f, 1, "H")["class_id"] = "SA"


@spoil("permitted_arcs")
def transfer_on_a_link_never_used(f: Folder) -> None:
    f.data["links"] += rows("from_unit to_unit kind", "B A never")


@spoil("permitted_arcs")
def transfer_beyond_the_hard_limit(f: Folder) -> None:
    for table in (f.data["patient_classes"], f.inputs["classes"]):
        table[2]["ground_limit_minutes"] = "21"  # A to B takes 22


@spoil("permitted_arcs", wide)
def stabilise_though_a_bed_is_near(f: Folder) -> None:
    for table in (f.data["patient_classes"], f.inputs["classes"]):
        table[2]["travel_limit_minutes"] = "145"  # C2 to B takes 145


@spoil("permitted_arcs")
def admit_to_the_fourth_nearest(f: Folder) -> None:
    f.scenario["travel"]["nearest"] = 1  # A and B at 15 minutes: A comes first


@spoil("permitted_arcs")
def admit_though_all_roads_are_cut(f: Folder) -> None:
    f.scenario["shocks"]["roads_cut"] = "all"
