"""Where: the installation's schematic map, from a pressed pixel to a point and a district, and places by their names."""

from collections.abc import Mapping, Sequence
from typing import Final

from luoshi.kernel import installation
from luoshi.kernel.text import T, language
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.mapview import CORE, Spot, View, closer, core, locate, near, outlines, view
from luoshi.people.models import Division
from luoshi.web import map as maps

_LETTER: Final = {"zh": 14.0, "en": 7.2}  # px a letter takes on the map
_OVER: Final = 16.0  # px by which a name may be wider than its outline: its halo keeps it readable
_LINE: Final = 16.0  # px between two lines of names
# what an English name on the map may do without
_KINDS: Final = ("District", "County", "Banner", "Mining", "United", "Joint")
_WAYS: Final = ((1, 0), (-1, 0), (1, 0.7), (-1, 0.7), (1, -0.7), (-1, -0.7), (0, 1), (0, -1))
MOST_FOUND: Final = 12
Box = tuple[float, float, float, float]


def name_on_map(code: str) -> str:
    """A district's name as short as a map wants it."""
    words = people.division_name(code).split(" ")
    while language() == "en" and len(words) > 1 and words[-1] in _KINDS:
        words.pop()
    return " ".join(words)


def labels(
    seen: View, values: Mapping[str, str] | None = None, classes: Mapping[str, int] | None = None
) -> list[maps.Label]:
    """The names, with values below: inside where they fit, else beside their outline with a line to it.

    What the core's own map shows is not named on the whole map; neighbours are named faintly where there is room.
    """
    found: list[maps.Label] = []
    taken: list[Box] = []
    values, classes = values or {}, classes or {}
    elsewhere = set(core()) if seen.code == "" else set()
    if elsewhere:
        west, north, east, south = core_box(seen)
        taken.append((west + _OVER, north, east - _OVER, south))
    mine = [code for code in seen.spots if code in seen.paths and code not in elsewhere]
    # those with least room first: the others have more places to choose from
    order = sorted(mine, key=lambda code: _spare(seen, code))
    for code in [*order, *(code for code in seen.spots if code in seen.around)]:
        label = _label(seen, code, values.get(code, "") if code in seen.paths else "", classes.get(code, 1), taken)
        if label is not None:
            found.append(label)
    return found


def _spare(seen: View, code: str) -> float:
    return seen.spots[code][0].room - _half(name_on_map(code)) * 2


def _half(text: str) -> float:
    return len(text) * _LETTER[language()] / 2


def _label(seen: View, code: str, value: str, shade: int, taken: list[Box]) -> maps.Label | None:
    """The name of one district where it covers no other; None for a neighbour without room."""
    name, far = name_on_map(code), code in seen.around
    half, lines = _half(name), 2 if value else 1
    west, _, east, _ = seen.boxes[code]
    for spot in seen.spots[code]:
        box = _box(spot.x, spot.y, half, lines)
        fits = 2 * half <= max(spot.room + _OVER, 0 if far else east - west)
        if fits and box[0] >= 0 and box[2] <= seen.frame.width and _free(box, taken):
            taken.append(box)
            return maps.Label(spot.x, spot.y + 5 - 8 * (lines - 1), name, value, shade == 4, far)
    return None if far else _beside(seen, seen.spots[code][0], name, value, taken)


def _beside(seen: View, spot: Spot, name: str, value: str, taken: list[Box]) -> maps.Label:
    """A name beside its outline, with a line to it."""
    half, lines = _half(name), 2 if value else 1
    for reach in (26.0, 40.0, 56.0, 74.0, 94.0):
        for across, down in _WAYS:
            x, y = spot.x + across * (reach + half), spot.y + down * (reach + 4)
            box = _box(x, y, half, lines)
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= seen.frame.width and box[3] <= seen.frame.height
            if inside and _free(box, taken):
                taken.append(box)
                end = (x - across * (half + 2), y - (0 if across else down * 9))
                return maps.Label(x, y + 5 - 8 * (lines - 1), name, value, lead=(spot.x, spot.y, *end))
    return maps.Label(spot.x, spot.y + 5, name, value)


def _box(x: float, y: float, half: float, lines: int) -> Box:
    return x - half, y - _LINE * lines / 2, x + half, y + _LINE * lines / 2


def _free(box: Box, taken: list[Box]) -> bool:
    return all(box[2] + 3 < b[0] or box[0] > b[2] + 3 or box[3] < b[1] or box[1] > b[3] for b in taken)


def core_box(seen: View) -> Box:
    """Where the core lies on the whole map."""
    boxes = [seen.boxes[code] for code in core()]
    west, north, east, south = zip(*boxes, strict=True)
    return min(west), min(north), max(east), max(south)


def drawn(
    seen: View,
    pins: Sequence[maps.Pin] = (),
    values: Mapping[str, str] | None = None,
    classes: Mapping[str, int] | None = None,
) -> maps.Map:
    """The view as a map with its names, values, neighbours and, on the whole one, the frame of the core."""
    framed = [core_box(seen)] if seen.code == "" and core() else []
    if seen.code == CORE:
        framed = [(0.5, 0.5, seen.frame.width - 0.5, seen.frame.height - 0.5)]
    return maps.Map(seen.frame, seen.paths, {}, labels(seen, values, classes), pins, around=seen.around, boxes=framed)


def picture(code: str, pin: tuple[float, float] | None) -> bytes:
    """The map to press as an SVG file; `pin` in its pixels. Raises KeyError for a district without outline."""
    seen = view(code)
    if seen is None:
        raise KeyError(code)
    return maps.picture(drawn(seen, [maps.Pin(*pin)] if pin else []))


def counties() -> list[Division]:
    """The districts of today, in the order of their codes."""
    city = tree.today()
    return [division for division in city.divisions.values() if division.level == "county"]


def streets() -> list[str]:
    """The names of all streets and towns in the reader's language."""
    return [people.division_name(d.code) for d in tree.today().divisions.values() if d.level == "street"]


def found(text: str, county: str = "") -> list[Division]:
    """Streets and communities whose name holds the text, those of the county first."""
    wanted = text.strip().casefold()
    if not wanted:
        return []
    hits = [
        d
        for d in tree.today().divisions.values()
        if d.level in ("street", "community") and (wanted in d.zh.casefold() or wanted in d.en.casefold())
    ]
    return sorted(hits, key=lambda d: (county_of(d.code) != county, wanted not in (d.zh, d.en), d.level != "street"))


def county_of(code: str) -> str:
    """The district of a street or community; empty where it is unknown."""
    return people.chain(code).get("county", "")


def full_name(code: str) -> str:
    """`青山区 幸福路街道 …社区`, from above; empty for an empty code."""
    city = tree.today()
    above = [city.divisions[c] for c in city.places.up(code) if c in city.divisions] if code else []
    return " ".join(people.division_name(d.code) for d in reversed(above) if d.level != "city")


def above(division: Division) -> str:
    """The names of what stands over it, without the city."""
    parent = tree.today().places.parent.get(division.code, "")
    return full_name(parent)


def note() -> T:
    """What the pack says of its outlines."""
    given = installation.current().pack.get("map_note")
    return T(*given) if given else maps.CAPTION


__all__ = ["CORE", "View", "closer", "core", "locate", "near", "outlines", "view"]
