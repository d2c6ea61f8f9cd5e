"""Which class of vehicle is short, in both languages: bottlenecks, why here, clearing, matters."""

from __future__ import annotations

import datetime as dt

import pytest

from optimizer.domain.instance import ADMISSION, Instance
from optimizer.planning.solve import solve_plan
from optimizer.report.bottlenecks import bottlenecks
from optimizer.report.explain import binding, bottleneck_sentence, one_more, thing
from optimizer.report.naming import Names
from optimizer.report.why import bind_words, binds_at
from tests.planning.instances import sketch
from tests.planning.vehicles import with_fleet

NAMES = Names(
    {"vi": {"base": "Cụm A"}, "en": {"base": "Cluster A"}},
    {"vi": {}, "en": {}},
    {"vi": {}, "en": {}},
    {
        "vi": {"ICU": "Xe cứu thương hồi sức", "night": "Ca đêm"},
        "en": {"ICU": "Intensive-care ambulance", "night": "Night shift"},
    },
)
NIGHT = {"day": (0.5, 0.5), "night": (0.5, 0.5)}


def house() -> Instance:
    return sketch(
        beds={"B": {"OXY": 9, "ICU": 9}},
        admissions=[("o", "B", s, ADMISSION, 10.0) for s in ("SA", "CA")],
        requests={("o", "CA"): 2, ("o", "SA"): 1},
        needs_vehicle=("SA", "CA"),
    )


def short_of_ambulances() -> Instance:
    return with_fleet(house(), {"CAR": 500, "ICU": 70}, {"CA": "ICU"})


def short_at_night() -> Instance:
    stated = {("day", "ICU"): 500.0, ("night", "ICU"): 35.0}
    fleet = {"CAR": 500, "ICU": 535}
    return with_fleet(house(), fleet, {"CA": "ICU"}, urgent=("CA",), shifts=NIGHT, stated=stated)


def test_bottleneck_is_the_class_that_is_short_and_its_sentence_is_short() -> None:
    inst = short_of_ambulances()
    found = bottlenecks(inst, solve_plan(inst))
    assert [(b.kind, b.place, b.item, b.cluster) for b in found] == [
        ("vehicle_minutes", "base", "ICU", "base")
    ]
    assert found[0].at_most == pytest.approx(60 * 20 / 70)
    for lang, words in (("vi", "xe cứu thương hồi sức"), ("en", "intensive-care ambulance")):
        text = bottleneck_sentence(inst, found[0], NAMES, dt.date(2026, 11, 23), lang)
        assert words in text
        assert len(text.split()) <= 80
        assert words in one_more(NAMES, "vehicle_minutes", "ICU", lang, 60.0)
        assert words in thing(NAMES, "vehicle_minutes", "ICU", lang, 70.0)
        assert words in binding(NAMES, "vehicle_minutes", "ICU", lang)
        assert one_more(NAMES, "vehicle_minutes", "", lang, 60.0) != one_more(
            NAMES, "vehicle_minutes", "ICU", lang, 60.0
        )


@pytest.mark.parametrize(
    ("minutes", "named"),
    [
        ({"CAR": 0, "BASIC": 0, "ICU": 70}, ["ICU"]),  # one vehicle stands there
        ({"CAR": 30, "BASIC": 0, "ICU": 40}, ["CAR", "ICU"]),  # CAR alone does not help CA
    ],
)
def test_one_scarcity_of_vehicles_is_said_once(minutes: dict[str, float], named: list[str]) -> None:
    everybody = {"SA": "BASIC", "CA": "ICU"} if len(named) == 1 else {"CA": "ICU"}
    inst = with_fleet(house(), minutes, everybody)
    found = bottlenecks(inst, solve_plan(inst))
    assert sorted(b.item for b in found if b.kind == "vehicle_minutes") == named


def test_why_here_names_class_and_shift() -> None:
    inst = short_of_ambulances()
    critical, severe = inst.classes.ids.index("CA"), inst.classes.ids.index("SA")
    plan = solve_plan(inst)
    assert binds_at(inst, plan, 0, critical, 0, 0, True) == ("vehicles:ICU",)
    assert binds_at(inst, plan, 0, severe, 0, 0, True) == ()
    assert "intensive-care ambulance" in bind_words(NAMES, ("vehicles:ICU",), "en")
    inst = short_at_night()
    assert binds_at(inst, solve_plan(inst), 0, critical, 0, 0, True) == ("shift:night",)
    assert "night shift" in bind_words(NAMES, ("shift:night",), "en")
    assert "ca đêm" in bind_words(NAMES, ("shift:night",), "vi")


def test_why_here_says_vehicles_alone_when_one_class_is_all() -> None:
    inst = house().changed(vehicle_minutes=with_fleet(house(), {"A": 70}, {}).vehicle_minutes)
    assert binds_at(inst, solve_plan(inst), 0, 2, 0, 0, True) == ("vehicles",)


@pytest.mark.parametrize(
    ("level", "lang", "more", "some", "full"),
    [
        ("WARD", "en", "one more ward bed without oxygen", "2 × ward bed", "ward bed without"),
        ("WARD", "vi", "thêm một giường thường", "2 giường thường", "giường thường trở lên"),
        ("HFNC", "en", "one more High-flow oxygen or", "2 × High-flow oxygen", "beds of High-flow"),
        ("HFNC", "vi", "thêm một giường Oxy dòng cao", "2 giường Oxy dòng", "giường Oxy dòng cao"),
    ],
)
def test_sentences_call_a_level_by_its_name_and_say_bed_once(
    level: str, lang: str, more: str, some: str, full: str
) -> None:
    levels = {
        "vi": {"WARD": "Giường thường", "HFNC": "Oxy dòng cao hoặc thở máy không xâm lấn"},
        "en": {
            "WARD": "Ward bed without oxygen",
            "HFNC": "High-flow oxygen or non-invasive ventilation",
        },
    }
    names = Names({"vi": {}, "en": {}}, levels, {"vi": {}, "en": {}})
    assert one_more(names, "bed", level, lang, 1.0).startswith(more)
    assert thing(names, "bed", level, lang, 2.0).startswith(some)
    assert binding(names, "bed", level, lang).startswith(full)
    told = bind_words(names, [f"bed:{level}"], lang)
    assert names.level(level, lang).casefold() in told.casefold()
    assert level not in told
