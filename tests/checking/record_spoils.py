"""Plans that say of themselves what is not so: promises, figures, bounds, confidence."""

from __future__ import annotations

from collections.abc import Callable

from tests.checking.folder import Folder, rows
from tests.checking.spoil import Spoils, admission
from tests.checking.wider_example import wide
from tests.checking.worked_example import narrow

spoil = Spoils(narrow)


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
_kpi("beds_lost", lambda k: k.update(beds_lost=1.0))
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
