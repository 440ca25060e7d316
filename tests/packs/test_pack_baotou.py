"""The pack that comes with the product: whole, complete in both languages, and as large as its sources say."""

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from luoshi.packs.check import check
from luoshi.packs.model import ROLES, Pack
from luoshi.packs.read import BAOTOU, read
from luoshi.packs.resolve import resolve

SOURCES = Path(__file__).parents[3] / "shared" / "data" / "divisions"


@pytest.fixture(scope="module")
def baotou() -> Pack:
    return read(BAOTOU)


def test_the_pack_has_no_fault():
    assert check(BAOTOU) == []


def test_it_holds_ten_counties_91_streets_and_855_communities(baotou):
    assert Counter(d.level for d in baotou.divisions) == {"city": 1, "county": 10, "street": 91, "community": 855}


def test_codes_and_names_are_those_of_the_source(baotou):
    if not SOURCES.is_dir():
        pytest.skip("shared data are absent")
    names = {d.code: d.name.zh for d in baotou.divisions}
    for file, digits in (("streets_baotou.csv", 9), ("villages_baotou.csv", 12)):
        with (SOURCES / file).open(encoding="utf-8") as source:
            wanted = {row["code"].ljust(12, "0"): row["name"] for row in csv.DictReader(source)}
        level = {code: name for code, name in names.items() if code in wanted}
        assert level == wanted
        assert all(not code[digits:].strip("0") for code in wanted)


def test_no_english_name_holds_a_chinese_character(baotou):
    named = [*baotou.divisions, *baotou.units, *baotou.categories, *baotou.people]
    texts = [item.name.en for item in named] + [text.en for text in baotou.texts.values()] + [baotou.city.map_note.en]
    assert [text for text in texts if re.search(r"[一-鿿]", text)] == []


def test_every_leaf_finds_a_unit_everywhere_that_covers_the_place(baotou):
    leaves = [c.code for c in baotou.categories if c.handling]
    assert len(leaves) > 100
    for division in baotou.divisions:
        if division.level != "street":
            continue
        above = baotou.ancestors(division.code)
        for leaf in leaves:
            unit = baotou.unit_by_code[resolve(baotou, leaf, division.code)]
            assert set(unit.covers) & set(above), (leaf, division.code, unit.code)
            assert baotou.category_by_code[leaf].handling.function in unit.functions


def test_a_pothole_on_a_side_street_belongs_to_the_district_and_on_a_main_road_to_the_city(baotou):
    street = "150203001000"
    assert resolve(baotou, "010102", street) == "150203.urban"
    assert resolve(baotou, "010101", street) == "city.roads"
    assert resolve(baotou, "080104", street) == "150203001.office"
    assert resolve(baotou, "080104", "150203000000") == "150203.gov"
    assert resolve(baotou, "080104", None) == "city.hotline"


def test_every_unit_a_case_can_reach_has_somebody_to_handle_it(baotou):
    staffed = {p.unit for p in baotou.people if p.role in ("handler", "street")}
    places = [d.code for d in baotou.divisions if d.level in ("county", "street")]
    reached = {resolve(baotou, c.code, place) for c in baotou.categories if c.handling for place in [*places, None]}
    assert reached - staffed == set()


def test_each_role_has_a_login_and_verifiers_are_other_people(baotou):
    assert {p.role for p in baotou.people if p.shown} == set(ROLES)
    assert len({p.name.zh for p in baotou.people}) == len(baotou.people)


def test_calendars_reach_from_2007_to_2026(baotou):
    assert baotou.calendar_years == tuple(range(2007, 2027))
    days = {day.date: day.off for day in baotou.days}
    assert days[date(2021, 10, 7)] is True
    assert days[date(2021, 10, 9)] is False


def test_the_promised_clocks_stand_in_the_pack(baotou):
    clocks = {step: (rule.n, rule.kind) for step, rule in baotou.city.clocks.items()}
    assert clocks["accept"] == (30, "workminutes")
    assert clocks["callback"] == (2, "workdays")
    assert clocks["unrated"] == (7, "days")


def test_nine_outlines_are_drawn_and_the_zone_is_said_to_have_none(baotou):
    drawn = {b.code for b in baotou.boundaries}
    counties = {d.code for d in baotou.divisions if d.level == "county"}
    assert counties - drawn == {"150271000000"}
    assert "稀土高新区" in baotou.city.map_note.zh
