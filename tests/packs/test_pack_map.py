"""The map: points find their district as an independent library says, pixels lead back, coordinates convert."""

import math
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshi.packs.coordinates import gcj02_to_wgs84, wgs84_to_gcj02
from luoshi.packs.geo import crosses_itself, locate, projection, to_svg_paths
from luoshi.packs.model import Pack
from luoshi.packs.read import BAOTOU, read

shapely = pytest.importorskip("shapely")


@pytest.fixture(scope="module")
def baotou() -> Pack:
    return read(BAOTOU)


@pytest.fixture(scope="module")
def outlines(baotou):
    return {b.code: shapely.MultiPolygon([shapely.Polygon(p[0], p[1:]) for p in b.polygons]) for b in baotou.boundaries}


def test_outlines_are_valid_and_do_not_overlap(outlines):
    assert all(outline.is_valid for outline in outlines.values())
    codes = sorted(outlines)
    shared = [outlines[a].intersection(outlines[b]).area for i, a in enumerate(codes) for b in codes[i + 1 :]]
    assert max(shared) < 1e-7


def test_points_are_located_as_shapely_says(baotou, outlines):
    rng = random.Random(7)
    for _ in range(2000):
        lon, lat = rng.uniform(109.2, 111.5), rng.uniform(40.2, 42.8)
        holding = [code for code, outline in outlines.items() if outline.covers(shapely.Point(lon, lat))]
        assert locate(baotou, lat, lon) in (holding or [None])


def test_every_label_lies_in_its_own_district(baotou):
    assert [b.code for b in baotou.boundaries if locate(baotou, b.label[1], b.label[0]) != b.code] == []


def test_pixels_lead_back_to_places(baotou):
    view = projection(baotou, 640, 480)
    lat, lon = view.from_pixel(*view.to_pixel(40.65, 109.84))
    assert (lat, lon) == pytest.approx((40.65, 109.84), abs=1e-9)


def test_the_map_fits_its_box_and_keeps_proportions(baotou):
    view = projection(baotou, 640, 480)
    for path in to_svg_paths(baotou, 640, 480).values():
        numbers = [float(n) for n in re.findall(r"[\d.]+", path)]
        assert min(numbers) >= 3.9
        assert max(numbers[::2]) <= 636.1
        assert max(numbers[1::2]) <= 476.1
    (x1, y1), (x2, _), (_, y3) = view.to_pixel(41.5, 110), view.to_pixel(41.5, 110.1), view.to_pixel(41.4, 110)
    assert (x2 - x1) / (y3 - y1) == pytest.approx(math.cos(math.radians(41.5)), rel=0.01)


def test_a_closer_view_shows_only_what_was_asked_for(baotou):
    town = ["150202000000", "150203000000", "150204000000", "150207000000"]
    assert list(to_svg_paths(baotou, 400, 300, town)) == town
    assert projection(baotou, 400, 300, town).scale > 3 * projection(baotou, 400, 300).scale
    with pytest.raises(ValueError, match="no outline"):
        projection(baotou, 400, 300, ["150271000000"])


@pytest.mark.parametrize(
    ("ring", "crosses"),
    [
        (((0, 0), (1, 0), (1, 1), (0, 1), (0, 0)), False),
        (((0, 0), (1, 1), (1, 0), (0, 1), (0, 0)), True),
        (((0, 0), (2, 0), (2, 2), (1, 0), (0, 2), (0, 0)), True),
        (((0, 0), (2, 0), (1, 1), (2, 2), (0, 2), (1, 1), (0, 0)), True),
        (((0, 0), (2, 0), (2, 1), (1, 0.5), (0, 1), (0, 0)), False),
    ],
)
def test_a_ring_that_crosses_or_touches_itself_is_seen(ring, crosses):
    assert crosses_itself(ring) is crosses


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda p: (float(p[0]), float(p[1]))),
        min_size=3,
        max_size=9,
        unique=True,
    )
)
def test_crossing_is_what_shapely_says(corners):
    ring = (*corners, corners[0])
    assert crosses_itself(ring) is not shapely.LinearRing(ring).is_simple


@given(st.floats(18, 53.5), st.floats(73.6, 135))
def test_there_and_back_is_less_than_a_centimetre(lat, lon):
    back_lat, back_lon = gcj02_to_wgs84(*wgs84_to_gcj02(lat, lon))
    north = (back_lat - lat) * 111_320
    east = (back_lon - lon) * 111_320 * math.cos(math.radians(lat))
    assert math.hypot(north, east) < 0.01


@given(st.floats(40.2, 42.8), st.floats(109.2, 111.5))
def test_the_shift_around_baotou_is_some_hundred_metres_to_the_east(lat, lon):
    shifted_lat, shifted_lon = wgs84_to_gcj02(lat, lon)
    assert 0 < (shifted_lat - lat) * 111_320 < 300
    assert 300 < (shifted_lon - lon) * 111_320 * math.cos(math.radians(lat)) < 700


def test_the_shift_of_a_known_place_in_beijing():
    # A point at Tiananmen as both systems give it in common use; the formula stands for them to a few metres.
    assert wgs84_to_gcj02(39.90734, 116.39089) == pytest.approx((39.90874, 116.39713), abs=5e-5)


def test_outside_china_nothing_moves():
    assert wgs84_to_gcj02(42.36, -71.06) == (42.36, -71.06)
    assert gcj02_to_wgs84(37.77, -122.42) == (37.77, -122.42)
