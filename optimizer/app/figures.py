"""Data: the tables of the province as they stand, what is assumed, and how much rests on it."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st

from optimizer.app import blocks, catalogue, state
from optimizer.app.catalogue import Places
from optimizer.app.state import Viewer
from optimizer.report import formats
from optimizer.report.folder import CONFIDENCES, PlanReport, find_data_dir, read_table

ROWS = 200


def show() -> None:
    """Draw the page."""
    who = state.viewer()
    report = state.current_report()
    plan = report if isinstance(report, PlanReport) else None
    places = Places.from_environment()
    known = catalogue.provinces(places)
    if plan is not None:
        st.html(blocks.context_bar(plan, who.lang))
        folder = find_data_dir(plan.path, plan.head)
    elif known:
        folder = places.data / next(iter(known))
    else:
        text = who.say("No province data was found in {folder}.").format(folder=places.data)
        st.html(blocks.block(f'<div class="state bad">▲ {escape(text)}</div>'))
        return
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        _tables(who, folder)
    with right:
        _rests_on(who, plan)


def _tables(who: Viewer, folder: Path) -> None:
    say = who.say
    titles = {
        "beds": say("Beds"), "staff": say("Staff"), "devices": say("Devices"), "routine": say("Routine care"), "vehicles": say("Vehicles"),
        "facilities": say("Facilities"), "admin_units": say("Areas"), "travel": say("Travel"), "links": say("Referral lines"),
    }  # fmt: skip
    have = [t for t in titles if len(read_table(folder, f"{t}.csv"))]
    legend = [f'<span class="assumed">123</span>&nbsp;{escape(say("assumed, not measured"))}']
    st.html(blocks.section(say("Tables of the province"), say("read only; the source is on hover"), legend))
    name = st.segmented_control(say("Table"), have, key="table", default=have[0], required=True, label_visibility="collapsed",
                                format_func=lambda t: titles[t], persist_state="session") or have[0]  # fmt: skip
    frame, note = table_on_show(who, folder, name)
    st.html(blocks.raw_table(frame.head(ROWS), who.lang, unit_names(folder) | code_names(who, folder), _columns(who)))
    more = say("{shown} of {all} rows shown.").format(shown=formats.num(min(ROWS, len(frame)), who.lang), all=formats.num(len(frame), who.lang))
    st.html(blocks.block(f'<div class="note">{escape(" ".join(x for x in (note, more if len(frame) > ROWS else "") if x))}</div>'))


def table_on_show(who: Viewer, folder: Path, name: str) -> tuple[pd.DataFrame, str]:
    """Return a table as the page shows it, and what was left out of it."""
    frame = read_table(folder, f"{name}.csv")
    if name in ("beds", "staff", "devices", "routine"):
        grouped = _grouped_units(folder)
        few = frame.loc[~frame["unit_id"].isin(grouped)]
        note = who.say("{n} rows of stations are left out here; the file has them.").format(n=formats.num(len(frame) - len(few), who.lang))
        return few, note if len(few) < len(frame) else ""
    if name == "facilities":
        frame = frame.drop(columns=[c for c in ("name_ascii", "short_name", "existence_source") if c in frame])
    if name == "admin_units":
        frame = frame.drop(columns=[c for c in ("name_ascii", "valid_from", "valid_to") if c in frame])
    return frame, ""


def _grouped_units(folder: Path) -> set[str]:
    kinds = read_table(folder, "kinds.csv")
    grouped = set(kinds.loc[pd.to_numeric(kinds["grouped"], errors="coerce") == 1, "kind"])
    sites = read_table(folder, "facilities.csv")
    units = read_table(folder, "units.csv")
    return set(units.loc[units["facility_id"].isin(sites.loc[sites["kind"].isin(grouped), "facility_id"]), "unit_id"])


def unit_names(folder: Path) -> dict[str, str]:
    """Return the short names of facilities and units, and the names of clusters, by id."""
    sites = read_table(folder, "facilities.csv")
    short = dict(zip(sites["facility_id"], sites["short_name"], strict=True))
    units = read_table(folder, "units.csv")
    names = {u: short.get(f, u) for u, f in zip(units["unit_id"], units["facility_id"], strict=True)}
    admin = read_table(folder, "admin_units.csv")
    areas = admin.loc[admin["kind"] != "commune"]
    return short | names | dict(zip(areas["admin_unit_id"], areas["name"], strict=True))


def code_names(who: Viewer, folder: Path) -> dict[str, str]:
    """Return what care levels, roles, kinds and fixed codes are called."""
    names: dict[str, str] = {}
    for table, key in (("levels.csv", "care_level"), ("roles.csv", "role"), ("kinds.csv", "kind")):
        frame = read_table(folder, table)
        if len(frame):
            names |= dict(zip(frame[key], frame[f"name_{who.lang}"], strict=True))
    say = who.say
    return names | {
        "public": say("public"), "private": say("private"), "military_civil": say("military and civil"), "central": say("central supply"),
        "cylinder": say("cylinders"), "none": say("none"), "refers_to": say("refers to"), "never": say("never"),
        "province": say("province"), "cluster": say("cluster"), "commune": say("commune"),
    }  # fmt: skip


def _columns(who: Viewer) -> dict[str, str]:
    say = who.say
    return {
        "unit_id": say("Unit"), "care_level": say("Level"), "planned_beds": say("Planned"), "physical_beds": say("Physical"),
        "staffed_beds": say("Staffed"), "surge_limit": say("Surge limit"), "role": say("Role"), "heads": say("Heads"), "on_duty": say("On duty"),
        "device": say("Device"), "devices": say("Devices"), "routine_in_use": say("In routine use"), "routine_patients": say("Routine patients"),
        "facility_id": say("Facility"), "name": say("Name"), "kind": say("Kind"), "ownership": say("Ownership"), "cluster_id": say("Cluster"),
        "admin_unit_id": say("Code"), "parent_id": say("Part of"), "population": say("Population"), "area_km2": "km²", "lat": say("Latitude"),
        "lon": say("Longitude"), "from_id": say("From"), "to_id": say("To"), "minutes": say("Minutes"), "road_km": say("Road km"),
        "ferry_minutes": say("Ferry minutes"), "base_unit": say("Base"), "vehicle_class": say("Class"), "vehicles": say("Vehicles"),
        "minutes_per_day": say("Minutes a day"), "from_unit": say("From"), "to_unit": say("To"), "hospital_class": say("Hospital class"),
        "oxygen_source": say("Oxygen"), "island": say("Island"), "remote": say("Remote"), "specialty": say("Specialty"), "tier": say("Tier"),
        "note": say("Note"),
    }  # fmt: skip


def confidence_names(who: Viewer) -> dict[str, str]:
    """Return what each confidence is called."""
    say = who.say
    return {"official": say("official"), "open_data": say("open data"), "derived": say("derived"), "assumed": say("assumed")}


def _rests_on(who: Viewer, plan: PlanReport | None) -> None:
    say = who.say
    st.html(blocks.section(say("What the plan rests on"), say("usable beds by confidence of the figure")))
    if plan is None:
        st.html(blocks.block(f'<div class="state">{escape(say("Solve a plan to see its assumptions printed here."))}</div>'))
        return
    st.html(blocks.block(confidence_bar(plan, who)))
    listed = plan.head.get("assumptions", [])
    st.html(blocks.section(say("Assumptions"), say("{n} printed with this plan").format(n=formats.num(len(listed), who.lang))))
    names = confidence_names(who)
    order = {k: i for i, k in enumerate(reversed(CONFIDENCES))}
    rows = "".join(
        f'<tr><td><span class="{"assumed" if a.get("confidence") == "assumed" else ""}">{escape(str(a.get(f"text_{who.lang}") or a.get("key")))}</span>'
        f'<br><span class="note">{escape(str(a.get("key", "")))}</span></td><td class=w>{escape(names.get(str(a.get("confidence")), ""))}</td>'
        f'<td class="m w">{escape(str(a.get("source") or ""))}</td></tr>'
        for a in sorted(listed, key=lambda a: order.get(str(a.get("confidence")), 9))
    )
    head = f"<th>{escape(say('Assumption'))}</th><th>{escape(say('Confidence'))}</th><th>{escape(say('Source'))}</th>"
    st.html(blocks.block(f'<div class="scroll"><table class="t"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'))


def confidence_bar(plan: PlanReport, who: Viewer) -> str:
    """Return the share of the plan's beds by confidence: a bar and its figures."""
    fills = dict(zip(CONFIDENCES, (who.palette.ramp[5], who.palette.ramp[3], who.palette.ramp[1], ""), strict=True))
    parts, legend = [], []
    names = confidence_names(who)
    for key, share in plan.confidence_share.items():
        look = f'style="width:{share * 100:.2f}%;background:{fills[key]}"' if fills[key] else f'class="hatch" style="width:{share * 100:.2f}%"'
        parts.append(f"<i {look}></i>")
        swatch = f'style="background:{fills[key]}"' if fills[key] else ""
        legend.append(f'<span><i class="c {"hatch" if not fills[key] else ""}" {swatch}></i>&nbsp;&nbsp;{escape(names[key])} '
                      f"<b>{formats.pct(share, who.lang, 1)}</b></span>")  # fmt: skip
    return f'<div class="bar">{"".join(parts)}</div><div class="leg">{"".join(legend)}</div>'


if __name__ == "__main__":
    show()
