"""Plans with levers spoilt on purpose, and the rule that must be named; run by test_sabotage."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.checking.folder import Folder, rows
from tests.checking.lever_example import lever_of, lever_row, levered
from tests.checking.spoil import Spoils
from tests.checking.worked_example import narrow

spoil = Spoils(levered)


def figure(f: Folder, lever: str, column: str, value: object) -> None:
    """Change a figure of a lever in the data and in the inputs."""
    for table in ("data", "inputs"):
        lever_of(f, lever, table)[column] = str(value)


# --- what is decided ----------------------------------------------------------------------------


@spoil("lever_balance")
def open_a_lever_a_day_early(f: Folder) -> None:
    f.tables["levers"].append({**lever_row(f, 3, "field"), "day": "2"})


@spoil("lever_balance")
def open_a_lever_that_nobody_began(f: Folder) -> None:
    lever_row(f, 1, "bring")["started"] = "0"


@spoil("lever_balance")
def close_a_lever_that_stays_open(f: Folder) -> None:
    lever_row(f, 3, "bring")["closed"] = "1"


@spoil("lever_balance")
def begin_less_than_nothing(f: Folder) -> None:
    lever_row(f, 3, "sent")["started"] = "-1"


@spoil("lever_balance")
def begin_what_never_opens(f: Folder) -> None:
    """Opened on day 4 at the earliest, of three days."""
    lever_row(f, 3, "field")["started"] = "1"
    figure(f, "field", "max_units", 2)


@spoil("lever_ramp")
def use_all_of_a_unit_on_its_first_day(f: Folder) -> None:
    lever_row(f, 2, "bring")["usable"] = "1"


@spoil("lever_ramp")
def use_a_unit_that_has_closed(f: Folder) -> None:
    lever_row(f, 3, "sent")["usable"] = "1"


@spoil("lever_limit")
def open_more_units_than_there_are(f: Folder) -> None:
    figure(f, "bring", "max_units", 0)


@spoil("lever_limit")
def prepare_more_units_than_there_are(f: Folder) -> None:
    lever_row(f, 1, "field")["started"] = "2"


@spoil("lever_closing")
def close_a_unit_before_its_least_days(f: Folder) -> None:
    figure(f, "sent", "min_days", 2)


@spoil("lever_closing")
def close_a_unit_before_its_ramp_is_over(f: Folder) -> None:
    figure(f, "sent", "ramp_days", 2)


@spoil("lever_closing")
def close_what_may_not_be_closed(f: Folder) -> None:
    figure(f, "sent", "may_close", 0)


@spoil("lever_pool")
def send_a_station_before_there_is_one(f: Folder) -> None:
    figure(f, "station", "delay_days", 1)
    f.tables["levers"].remove(lever_row(f, 1, "station"))
    f.tables["levers"] += rows(
        " ".join(f.tables["levers"][0]).replace(" confidence", ""),
        "1 station . 1 0 0 0 0 0 law Sở Dept",
    )


@spoil("lever_pool")
def send_two_stations_of_one(f: Folder) -> None:
    lever_row(f, 1, "sent")["started"] = "2"
    lever_row(f, 2, "sent").update(open="2", usable="2")
    lever_row(f, 3, "sent")["closed"] = "2"


@spoil("lever_giver")
def take_a_nurse_who_is_not_there(f: Folder) -> None:
    f.row("staff", unit_id="A", role="NUR")["on_duty"] = "0.1"


@spoil("staff_on_duty")
def forget_who_was_sent_away(f: Folder) -> None:
    """On day 3 A needs 0.3125 nurses for 1.25 patients; of 6.5 one unit now takes 6.4."""
    for table in (f.data["lever_yields"], f.inputs["lever_yields"]):
        row = next(r for r in table if r["place"] == "A")
        row["amount"] = "-6.4"


@spoil("budget")
def spend_more_than_the_budget(f: Folder) -> None:
    f.scenario["levers"]["budget_vnd"] = 7_100_000


@spoil("home_places")
def follow_more_at_home_than_can_be(f: Folder) -> None:
    f.tables["home"][0]["unmet"] = "4"


@spoil("home_care")
def forget_the_station_that_was_sent(f: Folder) -> None:
    f.tables["home"][1].update(home_capacity="75", unmet="5")


@spoil("whole_levers")
def open_half_a_unit(f: Folder) -> None:
    lever_row(f, 1, "field")["started"] = "0.5"
    lever_row(f, 3, "field").update(open="0.5", usable="0.5", vnd="250000", harm="0.5")


@spoil("excess_only_when_capacity_falls")
def stand_in_excess_before_a_lever_took_away(f: Folder) -> None:
    """Of A a nurse is taken from day 2 on; on day 1 nothing has fallen."""
    f.add("excess", day=1, unit="A", care_level="OXY", patients=0.5)


@spoil("excess_only_when_capacity_falls")
def stand_in_excess_where_a_lever_cannot_have_closed(f: Folder) -> None:
    """AX opens on day 3 at the earliest and stays open for three days."""
    f.add("excess", day=3, unit="AX", care_level="ICU", patients=0.5)


# --- what is told -------------------------------------------------------------------------------


@spoil("levers_told")
def forge_what_a_lever_costs(f: Folder) -> None:
    lever_row(f, 1, "field")["vnd"] = "50000"


@spoil("levers_told")
def forge_the_harm_of_a_lever(f: Folder) -> None:
    lever_row(f, 3, "field")["harm"] = "0"


@spoil("levers_told")
def forge_who_decides(f: Folder) -> None:
    lever_row(f, 1, "field")["approver_vi"] = "ai"


@spoil("levers_told")
def forge_who_decides_in_english(f: Folder) -> None:
    lever_row(f, 2, "bring")["approver_en"] = "anybody"


@spoil("levers_told")
def forge_the_legal_basis(f: Folder) -> None:
    lever_row(f, 3, "station")["legal_basis"] = "none"


@spoil("levers_told")
def forge_the_place(f: Folder) -> None:
    lever_row(f, 2, "bring")["place"] = "B"


@spoil("lever_balance")
def hide_a_row(f: Folder) -> None:
    f.tables["levers"].remove(lever_row(f, 3, "sent"))


@spoil("levers_told")
def forge_what_levers_cost_in_all(f: Folder) -> None:
    f.plan["kpis"]["levers"]["vnd"] = 7_000_000


@spoil("levers_told")
def forge_the_budget(f: Folder) -> None:
    f.plan["kpis"]["levers"]["budget_vnd"] = None


@spoil("levers_told")
def forge_what_one_lever_cost(f: Folder) -> None:
    f.plan["levers_bought"][0]["vnd"] = 1


@spoil("levers_told")
def hide_that_a_lever_was_opened(f: Folder) -> None:
    f.plan["levers_bought"].pop()


@spoil("levers_told")
def forge_who_decides_in_the_summary(f: Folder) -> None:
    f.plan["lever_titles"]["bring"]["approver_en"] = "Nobody"


@spoil("levers_told")
def forge_a_title(f: Folder) -> None:
    f.plan["lever_titles"]["field"]["vi"] = "Khác"


@spoil("levers_told", narrow)
def tell_of_levers_where_none_is_in_use(f: Folder) -> None:
    f.plan["kpis"]["levers"] = {"vnd": 0}


@spoil("confidence")
def be_surer_than_a_yield(f: Folder) -> None:
    row = next(r for r in f.data["lever_yields"] if r["lever_id"] == "sent")
    row["confidence"] = "derived"


@spoil("confidence")
def be_surer_than_a_lever(f: Folder) -> None:
    lever_of(f, "station")["confidence"] = "assumed"


@spoil("confidence")
def be_surer_of_a_unit_than_its_lever_is(f: Folder) -> None:
    lever_of(f, "bring")["confidence"] = "assumed"
    for row in f.tables["levers"]:
        row["confidence"] = "assumed"


@spoil("files")
def name_a_lever_that_is_not_in_use(f: Folder) -> None:
    lever_row(f, 1, "field")["lever"] = "hidden"


# --- what it was made from ----------------------------------------------------------------------


@spoil("inputs")
def forge_a_figure_of_a_lever(f: Folder) -> None:
    lever_of(f, "bring", "inputs")["max_units"] = "3"


@spoil("inputs")
def forge_the_pool_of_a_lever(f: Folder) -> None:
    lever_of(f, "sent", "inputs")["drawn_from"] = ""


@spoil("inputs")
def forge_a_yield(f: Folder) -> None:
    f.inputs["lever_yields"][0]["amount"] = "-0.5"


@spoil("inputs")
def use_a_lever_that_must_be_named(f: Folder) -> None:
    f.scenario["levers"]["named"] = ["hidden"]


@spoil("inputs")
def change_a_lever_in_the_scenario_alone(f: Folder) -> None:
    f.scenario["levers"]["change"] = {"bring": {"yields": 2}}


@spoil("inputs")
def forget_that_a_pool_is_not_in_use(f: Folder) -> None:
    f.scenario["levers"]["use"] = ["bring", "field", "sent"]


@spoil("inputs")
def keep_levers_that_the_scenario_does_not_allow(f: Folder) -> None:
    f.scenario["levers"] = None


@spoil("files")
def say_levers_in_a_way_nobody_knows(f: Folder) -> None:
    f.scenario["levers"]["use"] = 3


@spoil("files")
def change_a_lever_to_no_number(f: Folder) -> None:
    f.scenario["levers"]["change"] = {"bring": {"max_units": "many"}}


# --- goals and bound ----------------------------------------------------------------------------


@spoil("objective_harm")
def leave_out_the_harm_of_levers(f: Folder) -> None:
    f.plan["objective"]["harm"]["value"] -= 1.5


@spoil("objective_harm")
def leave_out_whom_nobody_follows(f: Folder) -> None:
    f.plan["objective"]["harm"]["value"] -= 2.0


@spoil("objective_burden")
def leave_out_the_burden_of_levers(f: Folder) -> None:
    f.plan["objective"]["burden"]["value"] -= 0.0772


@spoil("baselines")
def leave_out_home_of_a_baseline(f: Folder) -> None:
    f.plan["baselines"]["greedy"]["harm"] = 153.125


@spoil("bound")
def promise_more_with_a_bed_that_levers_give(f: Folder) -> None:
    """`field` takes ICU patients in AX; forged prices of its bed prove nothing more."""
    f.plan["objective"]["harm"].update(bound=154.0, gap=156.625 / 154 - 1)


@spoil("bound")
def let_a_bed_of_a_lever_count_for_nothing(f: Folder) -> None:
    """At the prices of section 7 a bed at B is worth much: with it as a yield less is proved."""
    for table in (f.data["lever_yields"], f.inputs["lever_yields"]):
        table.append({**table[1], "resource": "bed", "item": "ICU", "amount": "1"})


@spoil("files")
def write_a_price_on_other_axes(f: Folder) -> None:
    f.proof["plan/levers"] = np.array(["bring", "field", "sent", "station"])
    f.proof["plan/price:budget"] = np.zeros((4, 3))


@spoil("able_to_treat")
def keep_a_unit_that_no_lever_opens(f: Folder) -> None:
    """AX has ICU beds in ordinary times: without the lever it is closed."""
    f.scenario["levers"]["use"] = ["bring"]
    f.inputs["levers"] = [r for r in f.inputs["levers"] if r["lever_id"] == "bring"]
    f.inputs["lever_yields"] = [r for r in f.inputs["lever_yields"] if r["lever_id"] == "bring"]
    f.inputs["units"].pop()
    f.tables["levers"] = [r for r in f.tables["levers"] if r["lever"] == "bring"]


@spoil("files")
def lose_the_table_of_levers(f: Folder) -> None:
    def lose(plan: Path) -> None:
        (plan / "levers.csv").unlink()

    f.after.append(lose)


@spoil("excess_only_when_capacity_falls")
def stand_in_excess_though_there_is_no_unit_to_close(f: Folder) -> None:
    """Day 3: a unit of `bring` could have closed, if there were one."""
    figure(f, "bring", "max_units", 0)
    f.add("excess", day=3, unit="B", care_level="OXY", patients=0.5)
