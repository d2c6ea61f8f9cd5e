"""Plans that take more than there is: beds, devices, oxygen, staff, vehicles."""

from __future__ import annotations

from tests.checking.folder import Folder
from tests.checking.spoil import Spoils, admission, patients
from tests.checking.wider_example import ranked, wide
from tests.checking.worked_example import GROUP, breathing, narrow

spoil = Spoils(narrow)


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


@spoil("bed_lost_only_when_capacity_falls")
def bed_lost_for_nothing(f: Folder) -> None:
    f.add("bed_lost", day=2, unit="A", class_id="SR", patients=0.1)


@spoil("bed_lost_only_when_capacity_falls")
def bed_lost_a_day_after_staff_fell_ill(f: Folder) -> None:
    f.scenario["shocks"].update(staff_factor=0.9, staff_from_day=2)
    f.add("bed_lost", day=3, unit="A", class_id="SR", patients=0.1)


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
