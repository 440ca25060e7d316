"""A second city from scratch: a pack needs nothing of Baotou."""

from pathlib import Path

import pytest
from tiny_city import build

from luoshi.packs.check import check
from luoshi.packs.geo import locate
from luoshi.packs.load import categories, divisions, people, texts, units
from luoshi.packs.model import OPTIONAL_STEPS, ROLES, STEPS
from luoshi.packs.read import read
from luoshi.packs.resolve import resolve

GUIDE = Path(__file__).parents[2] / "docs" / "packs.md"


@pytest.fixture
def tiny(tmp_path):
    return read(build(tmp_path))


def test_it_is_accepted(tmp_path):
    assert check(build(tmp_path)) == []


def test_the_nearest_unit_with_the_function_answers(tiny):
    assert resolve(tiny, "010101", "990101001001") == "first.office"
    assert resolve(tiny, "010101", "990101002001") == "east.roads"


def test_a_district_matter_is_not_given_to_a_street(tiny):
    assert resolve(tiny, "010102", "990101001001") == "east.roads"


def test_without_a_district_unit_the_city_answers(tiny):
    assert resolve(tiny, "010103", "990101002001") == "city.water"
    assert resolve(tiny, "010103", None) == "city.water"


def test_what_nobody_is_responsible_for_goes_to_the_hotline(tiny):
    assert resolve(tiny, "010104", "990101002001") == "city.hotline"
    assert resolve(tiny, "010101", None) == "city.hotline"


def test_unknown_codes_and_branches_are_refused(tiny):
    with pytest.raises(KeyError):
        resolve(tiny, "999999", "990101001001")
    with pytest.raises(KeyError):
        resolve(tiny, "010101", "150200000000")
    with pytest.raises(ValueError, match="not a leaf"):
        resolve(tiny, "0101", "990101001001")


def test_a_point_in_the_hole_is_outside(tiny):
    assert locate(tiny, 40.2, 110.1) == "990101000000"
    assert locate(tiny, 40.45, 110.5) is None
    assert locate(tiny, 42.0, 110.1) is None


def test_a_file_saved_by_excel_reads_alike(tmp_path):
    folder = build(tmp_path)
    text = (folder / "people.csv").read_text(encoding="utf-8").replace("\n", "\r\n")
    (folder / "people.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert [person.login for person in read(folder).people] == ["desk"]


def test_the_guide_names_every_column_role_step_and_place_to_fill():
    guide = GUIDE.read_text(encoding="utf-8")
    headers = [",".join(table.COLUMNS) for table in (categories, divisions, people, units)]
    words = [*ROLES, *STEPS, *OPTIONAL_STEPS, *headers, *(f"{{{place}}}" for place in texts.PLACES)]
    assert [word for word in words if f"`{word}`" not in guide] == []
