"""Where: the installation's schematic map, from a pressed pixel to a point and a district, and places by their names."""

import math
from functools import lru_cache
from typing import Final, NamedTuple, cast

from luoshi.kernel import installation
from luoshi.kernel.text import T, language
from luoshi.packs import geo
from luoshi.packs.model import Boundary, Pack
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.models import Division
from luoshi.web import map as maps

WIDTH: Final = 288  # px: fits a phone of 320 px unscaled, since a pressed picture must not be scaled
_LOWEST, _HIGHEST = 200, 440
_LETTER: Final = {"zh": 13.0, "en": 6.5}  # px a letter takes on the map
_LINE: Final = 14.0  # px between two lines of names
MOST_FOUND: Final = 12


class _Drawn(NamedTuple):
    """As much of a pack as the projection needs."""

    boundaries: tuple[Boundary, ...]


class View(NamedTuple):
    """A map at its size: of the whole city, or closer of one district."""

    frame: maps.Frame
    projection: geo.Projection
    paths: dict[str, str]


def outlines() -> dict[str, Boundary]:
    """The outlines that the installation has, by district."""
    return {one.code: one for one in _outlines(installation.current().code)}


@lru_cache(maxsize=4)
def _outlines(city: str) -> tuple[Boundary, ...]:
    drawn = installation.current().pack["boundaries"]
    return tuple(
        Boundary(
            b["code"],
            (b["label"][0], b["label"][1]),
            tuple(tuple(tuple((x, y) for x, y in ring) for ring in polygon) for polygon in b["polygons"]),
        )
        for b in drawn
    )


def view(code: str = "", width: int = WIDTH) -> View | None:
    """The map of a district, or of all; None where nothing is drawn. Raises KeyError for a district without outline."""
    return _view(installation.current().code, code, width)


@lru_cache(maxsize=64)
def _view(city: str, code: str, width: int) -> View | None:
    known = outlines()
    shown = (known[code],) if code else tuple(known.values())
    if not shown:
        return None
    west, south = min(b.box[0] for b in shown), min(b.box[1] for b in shown)
    east, north = max(b.box[2] for b in shown), max(b.box[3] for b in shown)
    ratio = (north - south) / ((east - west) * math.cos(math.radians((south + north) / 2)))
    frame = maps.Frame(width, round(min(max(width * ratio, _LOWEST), _HIGHEST * width / WIDTH)))
    projection = geo.projection(cast(Pack, _Drawn(shown)), frame.width, frame.height)
    return View(frame, projection, {b.code: geo.path_of(b, projection) for b in shown})


def locate(lat: float, lon: float) -> str:
    """The district whose outline holds the point; empty where none does."""
    return next((code for code, b in outlines().items() if geo.inside(b.polygons, lon, lat)), "")


def labels(seen: View) -> list[maps.Label]:
    """The names that fit on this map: inside their outlines and not over each other, large districts first."""
    found: list[maps.Label] = []
    taken: list[tuple[float, float, float]] = []
    for code in sorted(seen.paths, key=lambda code: _width(seen, code), reverse=True):
        name, boundary = people.division_name(code), outlines()[code]
        half = len(name) * _LETTER[language()] / 2
        x, y = seen.projection.to_pixel(boundary.label[1], boundary.label[0])
        free = all(abs(x - other_x) > half + other + 4 or abs(y - other_y) > _LINE for other_x, other_y, other in taken)
        if free and 2 * half <= _width(seen, code) * 1.1:
            found.append(maps.Label(x, y, name))
            taken.append((x, y, half))
    return found


def _width(seen: View, code: str) -> float:
    west, south, east, north = outlines()[code].box
    return seen.projection.to_pixel(north, east)[0] - seen.projection.to_pixel(south, west)[0]


def picture(code: str, pin: tuple[float, float] | None) -> bytes:
    """The map to press as an SVG file; `pin` in its pixels. Raises KeyError for a district without outline."""
    seen = view(code)
    if seen is None:
        raise KeyError(code)
    names = () if code else labels(seen)
    pins = [maps.Pin(*pin)] if pin else []
    return maps.picture(maps.Map(seen.frame, seen.paths, {}, names, pins))


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
