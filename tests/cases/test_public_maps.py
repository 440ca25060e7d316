"""The schematic maps: every district is named, can be pressed with a finger, and stands among its neighbours."""

import re

import pytest
from django.test import Client
from public_walk import Walk

from luoshi.kernel.text import set_language
from luoshi.people import place
from luoshi.people.mapview import PRESS
from luoshi.web import map as maps

OBO = "150206000000"  # lies within another district and is small


def views() -> list[place.View]:
    whole, core = place.view(), place.closer()
    assert whole is not None and core is not None
    return [whole, core]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_district_is_named_once_and_no_name_covers_another(db: None, language: str) -> None:
    set_language(language)
    try:
        found = [(seen, place.labels(seen)) for seen in views()]
        mine = [str(label.text) for _, labels in found for label in labels if not label.far]
        assert sorted(mine) == sorted(place.name_on_map(code) for code in place.outlines())
        for seen, labels in found:
            boxes = [(one.x, one.y, len(str(one.text)) * (14 if language == "zh" else 7.2) / 2) for one in labels]
            for n, (x, y, half) in enumerate(boxes):
                assert half - 8 <= x <= seen.frame.width - half + 8 and 0 < y < seen.frame.height
                assert all(abs(x - a) > half + b - 1 or abs(y - c) > 12 for a, c, b in boxes[n + 1 :])
    finally:
        set_language("zh")


def test_a_name_without_a_line_stands_on_its_own_district(db: None) -> None:
    values = dict.fromkeys(place.outlines(), "17,371")
    for seen in (place.view("", 200), place.closer(288)):
        assert seen is not None
        for label in place.labels(seen, values, dict.fromkeys(values, 1)):
            code = place.locate(*seen.projection.from_pixel(label.x, label.y + 3))
            x, y = (label.lead or (label.x, label.y))[:2]
            meant = place.locate(*seen.projection.from_pixel(x, y))
            assert place.name_on_map(meant) == label.text, (label, code)


def test_every_district_can_be_pressed_with_a_finger(db: None) -> None:
    """Somewhere on a map a square of 44 px that holds the district's own pixels leads to it, or its own box is larger."""
    sizes = dict.fromkeys(place.outlines(), 0.0)
    for seen in views():
        for code in seen.paths:
            xs, ys = set(), set()
            for x in range(0, seen.frame.width, 4):
                for y in range(0, seen.frame.height, 4):
                    lat, lon = seen.projection.from_pixel(x, y)
                    if (place.near(seen, x, y) or place.locate(lat, lon)) == code:
                        xs.add(x)
                        ys.add(y)
            if xs:
                sizes[code] = max(sizes[code], min(max(xs) - min(xs), max(ys) - min(ys)) + 4)
    assert {code for code, size in sizes.items() if size < PRESS} == set()


def test_a_press_on_the_cores_map_gives_the_point_and_comes_closer(browse: Client) -> None:
    walk, core = Walk(browse), place.closer()
    assert core is not None and 'name="core"' in walk.page and 'name="at"' in walk.page
    lon, lat = place.outlines()["150203000000"].label
    x, y = core.projection.to_pixel(lat, lon)
    walk.press("", **{"core.x": round(x), "core.y": round(y)})
    assert "在昆都仑区的图上按一下" in walk.page and "已标点" in walk.page and 'name="core"' not in walk.page


def test_a_press_beside_a_small_district_means_it_without_a_point(browse: Client) -> None:
    walk, seen = Walk(browse), place.view()
    assert seen is not None
    west, north, east, south = seen.boxes[OBO]
    x, y = round((west + east) / 2 + PRESS / 2 - 1), round((north + south) / 2)
    assert place.locate(*seen.projection.from_pixel(x, y)) != OBO
    walk.press("", **{"at.x": x, "at.y": y})
    assert "在白云鄂博矿区的图上按一下" in walk.page and "已标点" not in walk.page


def test_a_district_stands_among_its_neighbours(db: None) -> None:
    seen = place.view("150204000000")
    assert seen is not None and set(seen.paths) == {"150204000000"}
    assert {"150203000000", "150205000000"} <= set(seen.around)
    drawn = str(maps.draw(place.drawn(seen), "青山区"))
    assert drawn.count('class="k0"') == len(seen.around) and 'class="far"' in drawn
    assert place.picture("150204000000", None).count(b'stroke="#b7c0c4"') == len(seen.around)


def test_home_shades_four_classes_with_a_legend_and_numbers_on_the_map(browse: Client) -> None:
    shown = browse.get("/").content.decode()
    assert re.search(r'<p class="map key"><span><svg[^>]*><path class="k1"', shown)
    main = shown.partition('class="map"')[2]
    for name in ("昆都仑区", "青山区", "东河区", "白云鄂博矿区", "石拐区"):
        assert re.search(rf"<text[^>]*>{name}</text><text[^>]*>\d+</text>", main), name
