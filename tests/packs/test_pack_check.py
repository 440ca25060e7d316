"""A damaged copy of the Baotou pack: each fault is named with its file, its line and the rule that is broken."""

import re
import shutil
from pathlib import Path

import pytest

from luoshi.packs.check import check
from luoshi.packs.faults import PackError
from luoshi.packs.read import BAOTOU, read

# file, what stands there once, what it becomes, words of the rule; a fault is expected on the line of the change
DAMAGES = [
    ("city.toml", 'timezone = "Asia/Shanghai"', 'timezone = "Asia/Baotou"', "unknown timezone 'Asia/Baotou'"),
    ("city.toml", 'timezone = "Asia/Shanghai"', 'timezone = "Asia"', "unknown timezone 'Asia'"),
    ("city.toml", 'coordinates = "WGS-84"', 'coordinates = "GCJ-02"', "must be WGS-84"),
    ("city.toml", '"08:30-12:00"', '"08:30+08:00-12:00"', "must be like 08:30-12:00"),
    ("city.toml", '"14:30-17:30"', '"11:30-17:30"', "overlaps"),
    ("city.toml", 'en = "Baotou"', 'en = ""', "name.en: must be a text that is not empty"),
    ("city.toml", "n = 30", "n = 0", "clocks.accept.n: must be a whole number from 1 to 999"),
    ("city.toml", 'kind = "workminutes"', 'kind = "moons"', "clocks.accept.kind: 'moons' must be one of"),
    ("city.toml", "[clocks.ask]", "[clocks.asks]", "clocks.asks: unknown step"),
    ("city.toml", "yellow_percent = 25", "yellow_percent = true", "light.yellow_percent: must be a whole number"),
    ("city.toml", 'hotline = "12345"', 'hotlines = "12345"', "hotlines: unknown key"),
    ("city.toml", "[light]", "[light", "bad TOML"),
    ("hotline.toml", 'number = "110"', 'number = "one"', "must be a telephone number"),
    ("hotline.toml", 'en = "Police"', 'en = ""', "desks.police.name.en: must be a text that is not empty"),
    ("hotline.toml", "010202 =", "999999 =", "is no category of the third level"),
    ("hotline.toml", '"盲道", "盲人"', '"盲道", "盲道"', "holds a word twice"),
    ("hotline.toml", '"盲道", "盲人"', '""', "must be 1 to 20 characters"),
    ("hotline.toml", "[words]", "[word]", "word: unknown key"),
    ("divisions.csv", "150202001000,150202000000", "15020200100,150202000000", "must be 12 digits"),
    ("divisions.csv", "150202002000,150202000000", "150202001000,150202000000", "stands twice, first on line"),
    ("divisions.csv", "150202003000,150202000000", "150202003001,150202000000", "only zeros after digit 9"),
    ("divisions.csv", "150202004000,150202000000", "150202004000,150203000000", "does not begin with its parent's"),
    ("divisions.csv", "150202005000,150202000000", "150202005000,159999000000", "parent '159999000000' is unknown"),
    ("divisions.csv", "150202006000,150202000000", "150202006000,150202007000", "must be of a higher level"),
    ("divisions.csv", "150202007000,150202000000", "150202007000,", "parent is missing"),
    ("divisions.csv", "Huimin Subdistrict", "", "en may not be empty"),
    ("divisions.csv", "Huimin Subdistrict,2007-01-01", "Huimin Subdistrict,2007-02-30", "must be a date like"),
    ("divisions.csv", "150202008000,150202000000,street", "150202008000,150202000000,road", "must be one of: city"),
    ("divisions.csv", "回民街道,Huimin Subdistrict", "回民街道", "has 7 cells, must have 8"),
    ("divisions.csv", "code,parent,level", "code,parents,level", "column parent is missing"),
    ("units.csv", "city.gov,,city", "city.gov,city.supervision,city", "parents run in a circle"),
    ("units.csv", "department,police,150200000000", "department,police,150300000000", "'150300000000' is unknown"),
    ("units.csv", "department,police,150200000000", "department,police,", "covers may not be empty"),
    ("units.csv", "department,police,", "department,traffic,", "already belongs to 'city.traffic'"),
    ("units.csv", "department,police,", "department,Police!,", "must be a lower-case word"),
    ("units.csv", "city.police,city.gov,city,", "city.police,city.gov,town,", "must be one of: city, district, street"),
    ("categories.csv", "roads@city,2,workhours,3", "rods@city,2,workhours,3", "no unit carries the function 'rods'"),
    ("categories.csv", "roads@city,2,workhours,3", "roads@town,2,workhours,3", "must be function@city|district|street"),
    ("categories.csv", "roads@city,2,workhours,3", "roads@city,two,workhours,3", "must be a whole number from 1 to 999"),
    ("categories.csv", "roads@city,2,workhours,3", "roads@city,2,weeks,3", "respond_kind 'weeks' must be one of"),
    ("categories.csv", "3,workdays,photo,no", "3,workdays,video,no", "evidence: 'video' is unknown"),
    ("categories.csv", "3,workdays,photo,no", "3,workdays,photo,maybe", "emergency 'maybe' must be one of: yes, no"),
    ("categories.csv", "010103,0101,", "010103,0102,", "the parent must be '0101'"),
    ("categories.csv", "010103,0101,", "0101032,0101,", "must be 2, 4 or 6 digits"),
    ("categories.csv", "Roads and bridges,yes,yes,", "Roads and bridges,yes,yes,roads@city", "for the third level only"),
    ("categories.csv", "120301,1203,治安线索,Reports to the police,no", "120301,1203,治安线索,Reports to the police,yes",
     "its parent is private"),
    ("people.csv", "city.hotline,desk,yes", "city.cool,desk,yes", "unit 'city.cool' is unknown"),
    ("people.csv", "city.hotline,desk,yes", "city.hotline,boss,yes", "role 'boss' must be one of"),
    ("people.csv", "desk2,", "desk,", "login 'desk' stands twice"),
    ("people.csv", "city.hotline,desk,yes,yes", "city.hotline,desk,yes,no", "simulated 'no' must be one of: yes"),
    ("calendars/2021.json", '"isOffDay": true', '"isOffDay": "yes"', "isOffDay (true/false)"),
    ("calendars/2021.json", '"date": "2021-10-01"', '"date": "2021-10-32"', "'2021-10-32'"),
    ("calendars/2021.json", '"date": "2021-10-01",', '"date": "2021-10-01"', "bad JSON"),
    ("boundaries.geojson", '"code":"150203000000"', '"code":"150299000000"', "division '150299000000' is unknown"),
    ("boundaries.geojson", '"code":"150203000000"', '"code":"150202000000"', "stands twice"),
    ("boundaries.geojson", '"code":"150203000000","zh":"昆都仑区","label":[', '"code":"150203000000","zh":"昆都仑区","label":[1,',
     "a feature needs properties.code, label"),
    ("texts.toml", "Sent to {unit}", "Sent to them", "different places to fill"),
    ("texts.toml", "Sent to {unit}", "Sent to {unit", "bad braces"),
]  # fmt: skip


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BAOTOU, tmp_path / "copy"))


@pytest.mark.parametrize(("file", "old", "new", "rule"), DAMAGES)
def test_a_damage_is_named_with_file_line_and_rule(copy, file, old, new, rule):
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    found = [fault for fault in check(copy) if fault.file == file and rule in fault.rule.en]
    assert found, [str(fault) for fault in check(copy)]
    assert any(abs(fault.line - line) <= ("JSON" in rule or "isOffDay" in rule) for fault in found), found
    assert all(re.search(r"[一-鿿]", fault.rule.zh) for fault in found)


@pytest.mark.parametrize(
    "file",
    ["city.toml", "divisions.csv", "units.csv", "categories.csv", "people.csv", "boundaries.geojson", "texts.toml"],
)
def test_a_missing_or_badly_encoded_file_is_named(copy, file):
    original = (copy / file).read_bytes()
    (copy / file).unlink()
    assert (file, 0, "file is missing") in [(f.file, f.line, f.rule.en) for f in check(copy)]
    (copy / file).write_bytes(original[:200].rsplit(b"\n", 1)[0] + "\n包头".encode("gb18030") + original[200:])
    assert any(f.file == file and f.line and f.rule.en == "not UTF-8" for f in check(copy))


def test_a_pack_without_calendars_or_hotline_is_refused(copy):
    shutil.rmtree(copy / "calendars")
    units = (copy / "units.csv").read_text(encoding="utf-8")
    (copy / "units.csv").write_text(units.replace("hotline,hotline,1502", "hotline,phone,1502"), encoding="utf-8")
    rules = {(f.file, f.rule.en) for f in check(copy)}
    assert ("calendars", "has no calendar files") in rules
    assert ("units.csv", "has no unit of level city with function hotline") in rules


@pytest.mark.parametrize(
    ("ring", "rule"),
    [
        ([[110, 40], [111, 40], [111, 41]], "fewer than 4 points"),
        ([[110, 40], [111, 40], [111, 41], [110, 41]], "not closed"),
        ([[110, 40], [111, 41], [111, 40], [110, 41], [110, 40]], "crosses itself"),
        ([[110, 40], [111, 40], [111, 41], [110, 41], [110, 40]], "label point outside"),
    ],
)
def test_a_bad_outline_is_named(copy, ring, rule):
    lines = (copy / "boundaries.geojson").read_text(encoding="utf-8").split("\n")
    geometry = f'"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}'
    lines[1] = re.sub(r'"geometry".*\}\}', geometry, lines[1])
    lines[1] = re.sub(r'"label":\[[^]]*\]', '"label":[109.5,40.5]', lines[1])
    (copy / "boundaries.geojson").write_text("\n".join(lines), encoding="utf-8")
    faults = [(f.file, f.line, f.rule.en.partition("' ")[2]) for f in check(copy)]
    assert [(file, line) for file, line, text in faults if rule in text] == [("boundaries.geojson", 2)]


def test_all_faults_come_at_once_and_reading_is_refused(copy):
    (copy / "texts.toml").unlink()
    people = (copy / "people.csv").read_text(encoding="utf-8")
    (copy / "people.csv").write_text(people.replace(",desk,yes", ",boss,yes", 1), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        read(copy)
    assert {fault.file for fault in refused.value.faults} == {"people.csv", "texts.toml"}
    assert "people.csv:2:" in str(refused.value)


def test_a_folder_that_does_not_exist_is_one_fault(tmp_path):
    assert len(check(tmp_path / "nowhere")) == 1
