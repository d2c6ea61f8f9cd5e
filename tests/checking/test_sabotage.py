"""Plans spoilt on purpose: each is refused, and the broken rule is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.checking.judge import RULES, check_plan
from tests.checking.lever_spoils import LEVER_SPOILS
from tests.checking.worked_example import GROUP, Folder, breathing, narrow, ranked, rows, wide

Spoil = Callable[[Folder], object]
SPOILS: list[tuple[str, str, Callable[[], Folder], Spoil]] = []


def spoil(rule: str, make: Callable[[], Folder] = narrow) -> Callable[[Spoil], Spoil]:
    """Register one way to spoil the example and the rule that must be named."""

    def note(change: Spoil) -> Spoil:
        SPOILS.append((change.__name__, rule, make, change))
        return change

    return note


def patients(f: Folder, day: int, place: str, s: str, state: str = "treated") -> dict[str, str]:
    return f.row("patients", day=day, place=place, class_id=s, state=state)


def admission(f: Folder, day: int, unit: str) -> dict[str, str]:
    return f.row("admissions", day=day, unit=unit)


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


# --- beds, staff, vehicles ----------------------------------------------------------------------


@spoil("staffed_bed_capacity")
def use_an_icu_bed_that_is_not_there(f: Folder) -> None:
    f.row("in_house", day=2)["patients"] = "0.2500201"
    patients(f, 2, "B", "CA")["patients"] = "1.0000201"


@spoil("device_capacity")
def one_ventilator_less(f: Folder) -> None:
    f.row("devices", unit_id="B")["routine_in_use"] = "2"


@spoil("device_capacity", wide)
def ventilators_that_come_with_the_surge_beds_are_late(f: Folder) -> None:
    f.row("devices", unit_id="B")["devices"] = "1"
    f.scenario["surge"]["delay_days"] = 2


@spoil("supervision", breathing)
def nobody_oversees_intensive_care(f: Folder) -> None:
    f.row("supervision", care_level="ICU")["patients_per_supervisor"] = "0.5"  # 1.8 of 2 are there


@spoil("oxygen_flow", breathing)
def draw_more_oxygen_than_flows(f: Folder) -> None:
    f.data["oxygen"][0]["flow_lpm"] = "24.9"


@spoil("oxygen_flow", breathing)
def ordinary_patients_draw_more_oxygen(f: Folder) -> None:
    f.data["oxygen"][0]["routine_lpm"] = "6"


@spoil("oxygen_stock", breathing)
def draw_from_an_empty_store(f: Folder) -> None:
    f.data["oxygen"][0]["daily_supply_m3"] = "35"


@spoil("oxygen_stock", breathing)
def a_tank_that_holds_less(f: Folder) -> None:
    f.data["oxygen"][0]["tank_m3"] = "7"


@spoil("oxygen_stock", breathing)
def hours_to_empty_made_longer(f: Folder) -> None:
    f.tables["oxygen"][2]["hours_to_empty"] = "60.0"


@spoil("objective_harm", breathing)
def oxygen_short_for_nothing(f: Folder) -> None:
    f.tables["oxygen"][2]["short_m3"] = "1"


@spoil("house_capacity")
def use_bed_n_plus_one(f: Folder) -> None:
    patients(f, 2, "A", "SR")["patients"] = "2"


@spoil("house_capacity")
def beds_that_ordinary_patients_lie_in(f: Folder) -> None:
    f.row("routine", unit_id="A")["routine_patients"] = "2"


@spoil("house_capacity")
def corridor_forgotten(f: Folder) -> None:
    f.row("beds", unit_id="A")["staffed_beds"] = "2"


@spoil("corridor_boarders_only")
def treated_in_the_corridor(f: Folder) -> None:
    f.add("corridor", day=2, unit="A", patients=1)


@spoil("corridor_boarders_only", wide)
def admit_into_a_corridor(f: Folder) -> None:
    f.add("corridor", day=1, unit=GROUP, patients=1)


@spoil("staff_on_duty")
def a_nurse_short(f: Folder) -> None:
    f.row("staff", unit_id="A")["on_duty"] = "0.7"  # 0.7 x 0.65 = 0.455 < 2 x 1/4


@spoil("staff_on_duty")
def an_icu_nurse_short(f: Folder) -> None:
    f.row("staff", unit_id="B", role="NUR_ICU")["on_duty"] = "0.5"  # 0.45 < 1 x 1/2


@spoil("staff_on_duty")
def staff_fall_ill(f: Folder) -> None:
    f.scenario["shocks"]["staff_factor"] = 0.3


@spoil("staff_on_duty")
def staff_fall_ill_on_the_last_day(f: Folder) -> None:
    f.scenario["shocks"].update(staff_factor=0.3, staff_from_day=3)


@spoil("staff_on_duty")
def staff_fall_ill_on_one_day(f: Folder) -> None:
    f.scenario["shocks"].update(staff_factor=0.3, staff_from_day=2, staff_to_day=2)


@spoil("surge_limit", wide)
def open_a_surge_bed_too_many(f: Folder) -> None:
    f.row("surge_beds", day=3)["beds"] = "2"


@spoil("surge_limit", wide)
def open_a_surge_bed_too_early(f: Folder) -> None:
    f.add("surge_beds", day=1, unit="B", care_level="ICU", beds=1)


@spoil("surge_stays_open", wide)
def close_a_surge_bed(f: Folder) -> None:
    f.tables["surge_beds"].remove(f.row("surge_beds", day=3))


@spoil("whole_surge_beds", wide)
def open_half_a_surge_bed(f: Folder) -> None:
    f.row("surge_beds", day=2)["beds"] = "0.5"


@spoil("vehicle_minutes")
def exceed_vehicle_minutes(f: Folder) -> None:
    f.row("vehicles", base_unit="A")["minutes_per_day"] = "90.5"  # day 2: 0.5 x 80 + 1.5 x 94 = 181
    f.row("vehicles", base_unit="A")["vehicles"] = "1"


@spoil("vehicle_minutes")
def vehicles_of_nobody(f: Folder) -> None:
    f.row("facilities", facility_id="FA")["cluster_id"] = ""


@spoil("vehicle_rank", ranked)
def send_a_lesser_ambulance(f: Folder) -> None:
    f.row("vehicles", vehicle_class="ICU", shift="day")["minutes_per_day"] = "36"  # 70.5 > 70
    f.row("vehicles", vehicle_class="ICU", shift="night")["minutes_per_day"] = "34"


@spoil("vehicle_rank", ranked)
def ask_for_a_better_ambulance(f: Folder) -> None:
    for table in (f.data["patient_classes"], f.inputs["classes"]):
        for row in table:
            row["vehicle_class"] = "ICU"  # day 2: 181 minutes of 180
    for row in f.data["vehicles"][1:]:
        row["minutes_per_day"] = "90"


@spoil("vehicle_shift", ranked)
def let_nobody_drive_at_night(f: Folder) -> None:
    f.row("vehicles", vehicle_class="ICU", shift="night")["minutes_per_day"] = "35"  # half of 70.5


@spoil("vehicle_shift", ranked)
def send_everybody_by_day(f: Folder) -> None:
    f.row("vehicle_shifts", shift="night")["urgent_share"] = "0"
    f.row("vehicle_shifts", shift="day")["urgent_share"] = "3"


@spoil("vehicle_minutes", ranked)
def count_a_seat_twice(f: Folder) -> None:
    f.row("vehicles", vehicle_class="BASIC")["minutes_per_day"] = "5"
    f.row("vehicles", vehicle_class="ICU", shift="day")["minutes_per_day"] = "100"
    f.row("vehicles", vehicle_class="ICU", shift="night")["minutes_per_day"] = "75"


@spoil("outside_places", wide)
def more_than_the_places_outside(f: Folder) -> None:
    admission(f, 1, "H")["patients"] = "2"


@spoil("excess_only_when_capacity_falls")
def excess_from_nothing(f: Folder) -> None:
    f.add("excess", day=2, unit="A", care_level="OXY", patients=0.5)


@spoil("excess_only_when_capacity_falls")
def excess_before_staff_fall_ill(f: Folder) -> None:
    f.scenario["shocks"].update(staff_factor=0.9, staff_from_day=3)
    f.add("excess", day=2, unit="A", care_level="OXY", patients=0.5)


@spoil("excess_only_when_capacity_falls")
def excess_though_staff_were_ill_from_the_start(f: Folder) -> None:
    f.scenario["shocks"]["staff_factor"] = 0.9
    f.add("excess", day=2, unit="A", care_level="OXY", patients=0.5)


@spoil("excess_only_when_capacity_falls")
def excess_after_staff_are_well_again(f: Folder) -> None:
    f.scenario["shocks"].update(staff_factor=0.9, staff_to_day=1)
    f.add("excess", day=3, unit="A", care_level="OXY", patients=0.5)


# --- what is promised and said ------------------------------------------------------------------


@spoil("places_kept")
def keep_a_place_too_few(f: Folder) -> None:
    f.row("places_kept", unit="A")["places"] = "1"


@spoil("places_kept")
def forget_a_place(f: Folder) -> None:
    f.tables["places_kept"].remove(f.row("places_kept", unit="B"))


@spoil("places_kept")
def keep_a_place_for_nobody(f: Folder) -> None:
    f.add("places_kept", day=3, unit="A", care_level="OXY", places=1, expected=0, if_free=0)


@spoil("places_kept")
def promise_a_bed_that_is_not_free(f: Folder) -> None:
    f.row("places_kept", unit="B")["if_free"] = "0"


@spoil("places_kept")
def wrong_mean_of_those_who_come(f: Folder) -> None:
    f.row("places_kept", unit="A")["expected"] = "1.5"


@spoil("commune_split", wide)
def communes_do_not_sum(f: Folder) -> None:
    f.row("admissions_by_commune", day=2)["patients"] = "0.4"


@spoil("commune_split", wide)
def commune_admits_people_of_another(f: Folder) -> None:
    f.row("admissions_by_commune", day=2)["commune"] = "C2"


@spoil("commune_split", wide)
def commune_without_a_request(f: Folder) -> None:
    f.row("admissions_by_commune", unit="H")["commune"] = "C1"


@spoil("commune_split", wide)
def commune_split_in_halves(f: Folder) -> None:
    f.row("admissions_by_commune", unit="H")["patients"] = "0.5"
    f.add(
        "admissions_by_commune",
        day=1,
        commune="C1",
        unit="H",
        class_id="CA",
        observed=1,
        kind="out_of_province",
        patients=0.5,
    )


@spoil("objective_harm")
def wrong_harm(f: Folder) -> None:
    f.plan["objective"]["harm"]["value"] = 153.126


@spoil("objective_harm")
def no_harm(f: Folder) -> None:
    f.plan["objective"]["harm"]["value"] = None


@spoil("objective_harm", wide)
def harm_without_lateness(f: Folder) -> None:
    f.plan["objective"]["harm"]["value"] = 350.625


@spoil("objective_burden")
def wrong_burden(f: Folder) -> None:
    f.plan["objective"]["burden"]["value"] = 2.0


@spoil("worst_area_waiting")
def longer_waits_than_there_are(f: Folder) -> None:
    f.plan["objective"]["fairness"]["value"] = 0.1


@spoil("worst_area_waiting")
def bound_above_the_waits(f: Folder) -> None:
    f.plan["objective"]["fairness"]["bound"] = 0.1


@spoil("worst_area_waiting")
def waits_left_out(f: Folder) -> None:
    f.tables["admissions"].remove(admission(f, 2, "A"))  # half a patient of 1.5 waits two days
    f.add("patients", day=2, place="C1", class_id="SA", state="waiting", patients=0.5)


@spoil("bound")
def bound_above_the_harm(f: Folder) -> None:
    f.plan["objective"]["harm"] = {"value": 153.125, "bound": 153.2, "gap": 0.0}


@spoil("bound")
def gap_too_small(f: Folder) -> None:
    f.plan["objective"]["harm"]["bound"] = 140.0


@spoil("bound")
def bound_left_out(f: Folder) -> None:
    f.plan["objective"]["harm"]["bound"] = None


def _kpi(name: str, change: Callable[[dict[str, object]], object]) -> None:
    def altered(f: Folder) -> None:
        change(f.plan["kpis"])

    altered.__name__ = f"kpi_{name}"
    spoil("kpis")(altered)


_kpi("harm", lambda k: k.update(harm=150.0))
_kpi("unmet", lambda k: k["unmet_patient_days"].update(ICU=1.0))
_kpi("waiting", lambda k: k.update(waiting_patient_days=1.0))
_kpi("boarding", lambda k: k.update(boarding_patient_days=1.0))
_kpi("corridor", lambda k: k.update(corridor_patient_days=1.0))
_kpi("deaths", lambda k: k.update(deaths_for_want_of_care=0.0))
_kpi("deaths_missing", lambda k: k.pop("deaths_for_want_of_care"))
_kpi("peak", lambda k: k["peak_short"]["ICU"].update(patients=2.0))
_kpi("peak_day", lambda k: k["peak_short"]["ICU"].update(day=3))
_kpi("first_day", lambda k: k["first_short_day"].update(ICU=2))
_kpi("first_day_never", lambda k: k["first_short_day"].update(ICU=None))
_kpi("step_up", lambda k: k["transfers"].update(step_up=1.0))
_kpi("out", lambda k: k.update(admissions_out_of_province=1.0))
_kpi("minutes", lambda k: k.update(transfer_minutes=66.0))
_kpi("worst_share", lambda k: k["worst_unit"].update(share=0.9))
_kpi("worst_unit", lambda k: k["worst_unit"].update(unit="Z"))
_kpi("worst_day", lambda k: k["worst_unit"].update(unit="A", day=3))
_kpi("worst_area", lambda k: k["worst_waiting_area"].update(patient_days=4))
_kpi("in_time_above_one", lambda k: k.update(placed_in_time_share=1.2))
_kpi("in_time_too_low", lambda k: k.update(placed_in_time_share=0.99))
_kpi("in_time_missing", lambda k: k.pop("placed_in_time_share"))


@spoil("shortfalls")
def shortfall_made_small(f: Folder) -> None:
    f.plan["shortfalls"][0]["patient_days"] = 0.5


@spoil("shortfalls")
def shortfall_on_another_day(f: Folder) -> None:
    f.plan["shortfalls"][0]["peak_day"] = 2


@spoil("shortfalls")
def shortfall_of_nowhere(f: Folder) -> None:
    f.plan["shortfalls"][0]["place"] = "Z"


@spoil("shortfalls", wide)
def shortfalls_in_another_order(f: Folder) -> None:
    f.plan["shortfalls"].reverse()


@spoil("shortfalls", wide)
def shortfall_forgotten(f: Folder) -> None:
    f.plan["shortfalls"].pop()


@spoil("kpis")
def capacity_overstated(f: Folder) -> None:
    f.row("capacity", day=2, unit="A", care_level="OXY")["usable_beds"] = "3"


@spoil("kpis")
def capacity_row_left_out(f: Folder) -> None:
    f.tables["capacity"].remove(f.row("capacity", day=2, unit="B", care_level="ICU"))


# --- what the folder tells, how good the plan is, the plans beside it -----------------------------


@spoil("road_minutes")
def road_of_another_length(f: Folder) -> None:
    f.row("transfers", class_id="SR")["minutes"] = "21.0"


@spoil("names")
def unit_called_otherwise(f: Folder) -> None:
    f.row("facilities", facility_id="FA")["short_name"] = "Hospital A"


@spoil("assumptions")
def more_nurses_on_duty_than_told(f: Folder) -> None:
    f.row("staff", unit_id="A")["on_duty"] = "11"


@spoil("assumptions")
def assumed_figure_not_told(f: Folder) -> None:
    f.scenario["provenance"]["burden"]["confidence"] = "derived"


@spoil("home_care")
def station_follows_fewer_at_home(f: Folder) -> None:
    f.row("mobile_stations", mobile_station_id="M1")["home_patients"] = "74"


@spoil("home_care")
def people_at_home_though_none_are_reported(f: Folder) -> None:
    f.scenario["route"] = "explicit"
    f.row("home", day=2)["home_patients"] = "3"


@spoil("status")
def feasible_called_optimal(f: Folder) -> None:
    f.plan["objective"]["harm"].update(bound=150.0, gap=3.125 / 150)


@spoil("status", wide)
def optimal_without_a_bound(f: Folder) -> None:
    f.plan["status"] = "optimal"


@spoil("bound", wide)
def bound_that_nobody_proves(f: Folder) -> None:
    harm = f.plan["objective"]["harm"]
    harm.update(bound=300.0, gap=(harm["value"] - 300) / 300)


@spoil("bound")
def one_bed_more_than_the_prices_knew(f: Folder) -> None:
    f.row("beds", unit_id="B", care_level="ICU")["physical_beds"] = "2"
    f.row("devices", unit_id="B")["devices"] = "3"


@spoil("bound")
def death_made_cheaper_than_the_prices_knew(f: Folder) -> None:
    f.scenario["weights"]["death"] = 90


@spoil("bound")
def people_come_sooner_than_the_prices_knew(f: Folder) -> None:
    f.inputs["arrivals"] = rows("day commune class_id patients", "3 C1 SA 0.5")


@spoil("bound")
def price_of_a_bed_that_nobody_misses(f: Folder) -> None:
    f.proof["plan/price:house_capacity"][0, 2] = 30.0


@spoil("baselines")
def nearest_free_place_with_other_figures(f: Folder) -> None:
    f.plan["baselines"]["greedy"]["boarding_patient_days"] = 9.0


@spoil("baselines")
def nearest_free_place_left_out(f: Folder) -> None:
    f.plan["baselines"] = {}


@spoil("baselines")
def nearest_free_place_admits_more_than_asked(f: Folder) -> None:
    f.proof["greedy/admitted_observed"] = f.proof["greedy/admitted_observed"] + 1.0


# --- inputs -------------------------------------------------------------------------------------


@spoil("inputs")
def arrivals_below_zero(f: Folder) -> None:
    f.row("arrivals", day=2)["patients"] = "-0.5"


@spoil("inputs")
def hazards_above_one(f: Folder) -> None:
    f.row("hazards", pool="treated", from_class="CR")["probability"] = "1.01"


@spoil("inputs")
def deaths_and_hazards_above_one(f: Folder) -> None:
    f.row("deaths", pool="boarding")["probability"] = "0.6"


@spoil("inputs")
def nobody_ever_leaves(f: Folder) -> None:
    f.row("hazards", pool="treated", from_class="SR")["probability"] = "1"


@spoil("inputs")
def half_a_person_in_the_census(f: Folder) -> None:
    f.row("opening_census", place="A", state="treated")["patients"] = "0.5"


@spoil("inputs")
def weight_of_a_class_changed(f: Folder) -> None:
    f.inputs["classes"][2]["unmet_weight"] = "2"


@spoil("inputs")
def commune_left_out(f: Folder) -> None:
    f.inputs["areas"] += rows("area commune", "C1 C0")


@spoil("inputs", wide)
def area_named_otherwise(f: Folder) -> None:
    f.inputs["areas"][1]["area"] = "K1+C2"


@spoil("inputs", wide)
def member_left_out(f: Folder) -> None:
    f.inputs["units"] = [r for r in f.inputs["units"] if r["unit_id"] != "U2"]


@spoil("inputs")
def horizon_changed(f: Folder) -> None:
    f.plan["horizon_days"] = 2


@spoil("treated_balance")
def census_changed(f: Folder) -> None:
    f.row("opening_census", place="B")["class_id"] = "SR"


@spoil("digests")
def forge_a_digest(f: Folder) -> None:
    f.after.append(lambda plan: edit_json(plan / "inputs" / "sources.json", forge))


@spoil("digests")
def table_left_out_of_the_digests(f: Folder) -> None:
    f.after.append(lambda plan: edit_json(plan / "inputs" / "sources.json", lambda x: x.pop()))


@spoil("digests")
def table_changed_since(f: Folder) -> None:
    f.after.append(
        lambda plan: append(plan.parent / "data" / "worked" / "staff.csv", "A,NUR_ICU,1,official\n")
    )


@spoil("digests")
def minutes_changed_since(f: Folder) -> None:
    f.after.append(
        lambda plan: append(plan.parent / "data" / "worked" / "travel.csv", "FA,FB,5,,\n")
    )


@spoil("objective_burden")
def minutes_shorter_than_reported(f: Folder) -> None:
    f.data["travel"] += rows("from_id to_id minutes closed_from closed_to", "FA FB 5 . .")


@spoil("digests")
def inputs_changed_since(f: Folder) -> None:
    f.after.append(lambda plan: append(plan / "inputs" / "deaths.csv", "treated,CA,0.0\n"))


# --- files --------------------------------------------------------------------------------------


def edit_json(path: Path, change: Callable[[object], object]) -> None:
    value = json.loads(path.read_text("utf-8"))
    change(value)
    path.write_text(json.dumps(value), "utf-8")


def forge(listed: list[dict[str, str]]) -> None:
    listed[0]["sha256"] = "0" * 64


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def _file(name: str, change: Callable[[Path], object]) -> None:
    def altered(f: Folder) -> None:
        f.after.append(change)

    altered.__name__ = f"file_{name}"
    spoil("files")(altered)


_file("plan_missing", lambda p: (p / "plan.json").unlink())
_file("plan_broken", lambda p: (p / "plan.json").write_text("{", "utf-8"))
_file("plan_a_list", lambda p: (p / "plan.json").write_text("[1]", "utf-8"))
_file("plan_nested", lambda p: (p / "plan.json").write_text("[" * 99999, "utf-8"))
_file("plan_not_finite", lambda p: (p / "plan.json").write_text('{"a": NaN}', "utf-8"))
_file("plan_key_twice", lambda p: (p / "plan.json").write_text('{"a": 1, "a": 2}', "utf-8"))
_file("no_inputs", lambda p: [x.unlink() for x in (p / "inputs").iterdir()])
_file("no_admissions", lambda p: (p / "admissions.csv").unlink())
_file("no_units", lambda p: (p.parent / "data" / "worked" / "units.csv").unlink())
_file("no_digests", lambda p: (p / "inputs" / "sources.json").unlink())
_file("digests_a_text", lambda p: (p / "inputs" / "sources.json").write_text('["x"]', "utf-8"))
_file("empty", lambda p: (p / "transfers.csv").write_text("", "utf-8"))
_file("not_utf8", lambda p: (p / "corridor.csv").write_bytes(b"day,unit,patients\n1,\xff,2\n"))
_file("utf16", lambda p: (p / "corridor.csv").write_bytes("day,unit".encode("utf-16")))
_file("quote", lambda p: append(p / "excess.csv", '1,"A,OXY,2\n'))
_file("column_missing", lambda p: (p / "excess.csv").write_text("day,unit,patients\n", "utf-8"))
_file("column_twice", lambda p: (p / "corridor.csv").write_text("day,day,unit,patients\n", "utf-8"))
_file("short_row", lambda p: append(p / "in_house.csv", "1,A\n"))
_file("word_for_a_number", lambda p: append(p / "in_house.csv", "1,A,SA,ba,official\n"))
_file("nan", lambda p: append(p / "in_house.csv", "1,A,SA,nan,official\n"))
_file("underscore", lambda p: append(p / "in_house.csv", "1,A,SA,1_0,official\n"))
_file("blank_number", lambda p: append(p / "in_house.csv", "1,A,SA,,official\n"))
_file("unknown_unit", lambda p: append(p / "in_house.csv", "1,Z,SA,1,official\n"))
_file("unknown_class", lambda p: append(p / "in_house.csv", "1,A,ZZ,1,official\n"))
_file("day_0", lambda p: append(p / "in_house.csv", "0,A,SA,1,official\n"))
_file("day_4", lambda p: append(p / "in_house.csv", "4,A,SA,1,official\n"))
_file("day_half", lambda p: append(p / "in_house.csv", "1.5,A,SA,1,official\n"))
_file("row_twice", lambda p: append(p / "in_house.csv", "2,B,CA,0,official\n"))
_file("treated_in_an_area", lambda p: append(p / "patients.csv", "1,C1,SA,treated,0,official\n"))
_file("scenario_key", lambda p: edit_json(p / "inputs/scenario.json", lambda s: s.pop("surge")))
_file("scenario_text", lambda p: edit_json(p / "inputs/scenario.json", lambda s: s.update(areas=3)))
_file(
    "scenario_staff_days",
    lambda p: edit_json(p / "inputs/scenario.json", lambda s: s["shocks"].pop("staff_to_day")),
)
_file(
    "scenario_local_only",
    lambda p: edit_json(p / "inputs/scenario.json", lambda s: s["options"].pop("local_only")),
)
_file(
    "scenario_huge",
    lambda p: edit_json(p / "inputs/scenario.json", lambda s: s.update(horizon_days=10**400)),
)


@spoil("files")
def key_twice_in_the_sources(f: Folder) -> None:
    f.data["beds"] += rows(" ".join(f.data["beds"][0]), "a OXY 9 9 9 0")


@spoil("files")
def date_that_is_none(f: Folder) -> None:
    f.row("units", unit_id="A")["valid_from"] = "1/2/2026"


@spoil("files")
def tier_that_is_none(f: Folder) -> None:
    f.row("units", unit_id="A")["tier"] = "T9"


@spoil("files")
def half_a_bed(f: Folder) -> None:
    f.row("beds", unit_id="A")["physical_beds"] = "3.5"


@spoil("files")
def census_in_a_place_nobody_has(f: Folder) -> None:
    f.row("opening_census", place="B")["place"] = "Z"


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


# --- confidence ---------------------------------------------------------------------------------


@spoil("files")
def confidence_that_is_none(f: Folder) -> None:
    f.row("in_house", day=2)["confidence"] = "sure"


@spoil("confidence")
def staff_of_one_receiver_are_assumed(f: Folder) -> None:
    f.row("staff", unit_id="B", role="NUR")["confidence"] = "assumed"


@spoil("confidence")
def shortfall_surer_than_its_unit(f: Folder) -> None:
    f.row("devices", unit_id="B")["confidence"] = "assumed"
    for table in f.tables.values():
        for row in table:
            row["confidence"] = "assumed"
    f.plan["shortfalls"][0]["place"] = "B"


@spoil("confidence")
def shortfall_that_does_not_say_how_sure_it_is(f: Folder) -> None:
    del f.plan["shortfalls"][0]["confidence"]


SPOILS += LEVER_SPOILS


@pytest.mark.parametrize(("name", "rule", "make", "change"), SPOILS, ids=[s[0] for s in SPOILS])
def test_check_plan_names_the_rule_when_spoilt(
    name: str, rule: str, make: Callable[[], Folder], change: Spoil, tmp_path: Path
) -> None:
    folder = make()
    change(folder)
    result = check_plan(folder.write(tmp_path))
    assert not result.passed
    assert rule in {v.rule for v in result.violations}, result.render()
    assert rule in result.broken
    for v in result.violations:
        assert v.amount >= 0 or v.amount != v.amount
        for lang in ("vi", "en"):
            assert "{" not in v.render(lang), v
            assert v.problem().render(lang)
    assert result.render("vi") != result.render("en")


def test_every_rule_is_sabotaged() -> None:
    assert {*RULES, "files", "inputs"} == {rule for _, rule, _, _ in SPOILS}
    assert len({name for name, *_ in SPOILS}) == len(SPOILS) >= 40
