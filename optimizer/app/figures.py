"""Data: the tables of the province as they stand, what is assumed, and how much rests on it."""

from __future__ import annotations

from functools import partial
from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st

from optimizer.app import blocks, catalogue, grounds, listings, state
from optimizer.app.catalogue import Places
from optimizer.app.heading import show_heading
from optimizer.app.state import Viewer
from optimizer.report import formats
from optimizer.report.folder import PlanReport, find_data_dir, read_table
from optimizer.report.naming import told_apart
from optimizer.report.placenames import unit_words

ROWS = 200
LEFT_OUT = {
    "facilities": ["name_ascii", "short_name", "existence_source", "valid_from", "valid_to"],
    "admin_units": ["name_ascii", "valid_from", "valid_to"],
}


def show() -> None:
    """Draw the page."""
    who = state.viewer()
    report = state.current_report()
    plan = report if isinstance(report, PlanReport) else None
    places = Places.from_environment()
    known = catalogue.provinces(places)
    on_show = str(plan.head.get("province")) if plan is not None else ""
    if plan is not None:
        show_heading(who, plan)
    if not known and plan is None:
        text = who.say("No province data was found in {folder}.").format(folder=places.data)
        st.html(blocks.notice(text, "bad"))
        return
    province = _province(who, known, on_show)
    folder = places.data / province
    if plan is not None and province == on_show:
        folder = find_data_dir(plan.path, plan.head)
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        _tables(who, folder)
    with right:
        _rests_on(who, plan)


def _province(who: Viewer, known: dict[str, str], on_show: str) -> str:
    """Let the reader choose whose tables to read; at first those of the plan on show."""
    names = list(known) if on_show in known or not on_show else [on_show, *known]
    with st.container(key="data_place"):
        chosen = st.selectbox(
            who.say("Province"),
            names,
            index=names.index(on_show) if on_show else 0,
            key=f"data_province_{on_show}",
            format_func=lambda p: known.get(p, p),
            persist_state="session",
            width=320,
        )
    return chosen or names[0]


def _tables(who: Viewer, folder: Path) -> None:
    say = who.say
    titles = {
        "beds": say("Beds"),
        "staff": say("Staff"),
        "devices": say("Devices"),
        "oxygen": say("Oxygen"),
        "routine": say("Routine care"),
        "vehicles": say("Vehicles"),
        "vehicle_classes": say("Vehicle classes"),
        "vehicle_shifts": say("Vehicle shifts"),
        "facilities": say("Facilities"),
        "admin_units": say("Areas"),
        "travel": say("Travel"),
        "links": say("Referral lines"),
    }
    have = [t for t in titles if len(read_table(folder, f"{t}.csv"))]
    legend = [f"{blocks.span('123', 'assumed')}&nbsp;{escape(say('assumed, not measured'))}"]
    note = say("read only; the source is on hover")
    st.html(blocks.section(say("Tables of the province"), note, legend))
    name = st.segmented_control(
        say("Table"),
        have,
        key="table",
        default=have[0],
        required=True,
        label_visibility="collapsed",
        format_func=lambda t: titles[t],
        persist_state="session",
    )
    frame, left_out = table_on_show(who, folder, name or have[0])
    names = unit_names(who, folder) | code_names(who, folder)
    st.html(listings.raw_table(frame.head(ROWS), who.lang, names, _columns(who)))
    if len(frame) > ROWS:
        shown, everything = formats.num(ROWS, who.lang), formats.num(len(frame), who.lang)
        more = say("{shown} of {all} rows shown.").format(shown=shown, all=everything)
        left_out = f"{left_out} {more}".strip()
    st.html(blocks.block(listings.note(left_out)))


def table_on_show(who: Viewer, folder: Path, name: str) -> tuple[pd.DataFrame, str]:
    """Return a table as the page shows it, and what was left out of it."""
    frame = read_table(folder, f"{name}.csv")
    if name in ("beds", "routine"):
        levels = read_table(folder, "levels.csv")
        rank = dict(zip(levels["care_level"], levels["rank"], strict=True))
        order = frame["care_level"].map(rank)
        frame = frame.assign(_rank=order).sort_values(["unit_id", "_rank"], ascending=[True, False])
        frame = frame.drop(columns="_rank")
    if name in ("beds", "staff", "devices", "oxygen", "routine"):
        few = frame.loc[~frame["unit_id"].isin(_grouped_units(folder))]
        rest = len(frame) - len(few)
        note = who.say("{n} rows of stations are left out here; the file has them.")
        return few, note.format(n=formats.num(rest, who.lang)) if rest else ""
    return frame.drop(columns=[c for c in LEFT_OUT.get(name, []) if c in frame]), ""


def _grouped_units(folder: Path) -> set[str]:
    kinds = read_table(folder, "kinds.csv")
    grouped = kinds.loc[pd.to_numeric(kinds["grouped"], errors="coerce") == 1, "kind"]
    sites = read_table(folder, "facilities.csv")
    units = read_table(folder, "units.csv")
    mine = sites.loc[sites["kind"].isin(grouped), "facility_id"]
    return set(units.loc[units["facility_id"].isin(mine), "unit_id"])


def unit_names(who: Viewer, folder: Path) -> dict[str, str]:
    """Return the short names of facilities and units, and the names of clusters, by id."""
    sites = read_table(folder, "facilities.csv")
    short = dict(zip(sites["facility_id"], sites["short_name"], strict=True))
    units = read_table(folder, "units.csv")
    tiers = read_table(folder, "tiers.csv").set_index("tier")[f"name_{who.lang}"]
    of_tier = units["tier"].map(tiers).fillna(units["tier"])
    rows = list(zip(units["unit_id"], units["facility_id"], of_tier, strict=True))
    apart = told_apart(rows, unit_words(partial(read_table, folder), who.lang))
    names = {unit: short.get(site, unit) + apart.get(unit, "") for unit, site, _ in rows}
    admin = read_table(folder, "admin_units.csv")
    areas = admin.loc[admin["kind"] != "commune"]
    return short | names | dict(zip(areas["admin_unit_id"], areas["name"], strict=True))


def code_names(who: Viewer, folder: Path) -> dict[str, str]:
    """Return what care levels, roles, kinds and fixed codes are called."""
    names: dict[str, str] = {}
    for table, key in (("levels", "care_level"), ("roles", "role"), ("kinds", "kind")):
        frame = read_table(folder, f"{table}.csv")
        if len(frame):
            names |= dict(zip(frame[key], frame[f"name_{who.lang}"], strict=True))
    for table, key in (("vehicle_classes", "vehicle_class"), ("vehicle_shifts", "shift")):
        frame = read_table(folder, f"{table}.csv")
        if len(frame):
            names |= dict(zip(frame[key], frame[f"title_{who.lang}"], strict=True))
    say = who.say
    return names | {
        "public": say("public"),
        "private": say("private"),
        "military_civil": say("military and civil"),
        "central": say("central supply"),
        "cylinder": say("cylinders"),
        "none": say("none"),
        "refers_to": say("refers to"),
        "never": say("never"),
        "province": say("province"),
        "cluster": say("cluster"),
        "commune": say("commune"),
    }


def _columns(who: Viewer) -> dict[str, str]:
    say = who.say
    return {
        "unit_id": say("Unit"),
        "care_level": say("Level"),
        "planned_beds": say("Planned"),
        "physical_beds": say("Physical"),
        "staffed_beds": say("Staffed"),
        "surge_limit": say("Surge limit"),
        "role": say("Role"),
        "heads": say("Heads"),
        "on_duty": say("On duty"),
        "device": say("Device"),
        "devices": say("Devices"),
        "routine_in_use": say("In routine use"),
        "surge_devices": say("With surge beds"),
        "flow_lpm": say("Flow, L/min"),
        "tank_m3": say("Store holds, m³"),
        "stored_m3": say("In store, m³"),
        "daily_supply_m3": say("Comes each day, m³"),
        "routine_lpm": say("Routine use, L/min"),
        "routine_patients": say("Routine patients"),
        "facility_id": say("Code"),
        "name": say("Name"),
        "kind": say("Kind"),
        "ownership": say("Ownership"),
        "cluster_id": say("Cluster"),
        "admin_unit_id": say("Code"),
        "parent_id": say("Part of"),
        "population": say("Population"),
        "area_km2": "km²",
        "lat": say("Latitude"),
        "lon": say("Longitude"),
        "from_id": say("From"),
        "to_id": say("To"),
        "minutes": say("Minutes"),
        "road_km": say("Road km"),
        "ferry_minutes": say("Ferry minutes"),
        "base_unit": say("Base"),
        "vehicle_class": say("Class"),
        "vehicles": say("Vehicles"),
        "minutes_per_day": say("Minutes a day"),
        "shift": say("Shift"),
        "rank": say("Rank"),
        "patients_per_trip": say("Patients a trip"),
        "oxygen": say("Oxygen"),
        "title_vi": say("Name in Vietnamese"),
        "title_en": say("Name in English"),
        "from_hour": say("From hour"),
        "to_hour": say("To hour"),
        "urgent_share": say("Share of urgent trips"),
        "from_unit": say("From"),
        "to_unit": say("To"),
        "hospital_class": say("Hospital class"),
        "oxygen_source": say("Oxygen"),
        "island": say("Island"),
        "remote": say("Remote"),
        "specialty": say("Specialty"),
        "note": say("Note"),
    }


def _rests_on(who: Viewer, plan: PlanReport | None) -> None:
    say = who.say
    note = say("usable beds by confidence of the figure")
    if plan is not None:
        note = f"{plan.province.get('name', '')}, #{plan.plan_id[:10]} · {note}"
    st.html(blocks.section(say("What the plan rests on"), note))
    if plan is None:
        st.html(blocks.notice(say("Solve a plan to see its assumptions printed here.")))
        return
    st.html(grounds.confidence_bar(plan, who.lang, who.palette))
    told = (plan.head.get("explanation") or {}).get("matters") or []
    if told:
        note = say("to first order, the plan not solved again; all figures in matters.csv")
        st.html(blocks.section(say("Which assumption matters"), note))
        st.html(
            blocks.block("".join(listings.note(f"≈ {one[f'text_{who.lang}']}") for one in told))
        )
    count = formats.num(len(plan.head.get("assumptions", [])), who.lang)
    st.html(blocks.section(say("Assumptions"), say("{n} printed with this plan").format(n=count)))
    st.html(grounds.assumption_table(plan, who.lang))


if __name__ == "__main__":
    show()
