"""What a schematic map shows: the city, its crowded core closer, or one district with its neighbours; where names fit.

Everything is in pixels of the view's frame and made once for each view of a city.
"""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple, cast

from luoshi.kernel import installation
from luoshi.packs import geo
from luoshi.packs.model import Boundary, Pack
from luoshi.web import map as maps

WIDTH: Final = 288  # px: fits a phone of 320 px unscaled, since a pressed picture must not be scaled
CORE: Final = "core"  # the view of the districts that are too small on the whole city's map
PRESS: Final = 44  # px: the least that a finger hits
_LOWEST, _HIGHEST = 150, 440
_SMALL: Final = 60  # px: a district this narrow on the whole map has no room for its name
_CORE_SHARE: Final = (0.6, 0.4)  # of the map's width and height: the most that the core may take of it
_MARGIN: Final = 4.0
_NEIGHBOURS: Final = 30.0  # px round a district, in which its neighbours show
_APART: Final = 3 * 8.0  # px between two places for the same name
_ROW: Final = 8  # px between the rows on which room for a name is looked for

Ring = list[tuple[float, float]]


class Spot(NamedTuple):
    """Where a name has most room in an outline: its middle, and how wide it may be."""

    x: float
    y: float
    room: float


class View(NamedTuple):
    """A map at its size. `paths` are the districts that it is about, `around` their neighbours; `spots` are for names, the roomiest first."""

    code: str
    frame: maps.Frame
    projection: geo.Projection
    paths: dict[str, str]
    around: dict[str, str]
    spots: dict[str, list[Spot]]
    boxes: dict[str, tuple[float, float, float, float]]


class _Drawn(NamedTuple):
    """As much of a pack as the projection needs."""

    boundaries: tuple[Boundary, ...]


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


def core() -> tuple[str, ...]:
    """The districts that lie close together and are too small on the whole map; empty where there are not several."""
    return _core(installation.current().code)


@lru_cache(maxsize=4)
def _core(city: str) -> tuple[str, ...]:
    whole = view()
    if whole is None:
        return ()
    sizes = {code: (east - west, south - north) for code, (west, north, east, south) in whole.boxes.items()}
    small = [code for code, size in sizes.items() if min(size) < _SMALL]
    most = whole.frame.width * _CORE_SHARE[0], whole.frame.height * _CORE_SHARE[1]
    while len(small) > 1:
        west, north, east, south = _union([whole.boxes[code] for code in small])
        if east - west <= most[0] and south - north <= most[1]:
            return tuple(small) if len(small) < len(whole.boxes) else ()
        small.remove(_farthest(small, whole.boxes))
    return ()


def _farthest(codes: Sequence[str], boxes: dict[str, tuple[float, float, float, float]]) -> str:
    """The one that lies farthest from the middle one of all."""
    middles = {code: ((boxes[code][0] + boxes[code][2]) / 2, (boxes[code][1] + boxes[code][3]) / 2) for code in codes}
    x, y = (sorted(middle[i] for middle in middles.values())[len(codes) // 2] for i in (0, 1))
    return max(codes, key=lambda code: math.hypot(middles[code][0] - x, middles[code][1] - y))


def _union(boxes: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    west, north, east, south = zip(*boxes, strict=True)
    return min(west), min(north), max(east), max(south)


def view(code: str = "", width: int = WIDTH) -> View | None:
    """The map of a district, of the core or of all; None where nothing is drawn. Raises KeyError for an unknown one."""
    return _view(installation.current().code, code, width)


def closer(width: int = WIDTH) -> View | None:
    """The core's own map; None in a city without one."""
    return view(CORE, width) if core() else None


@lru_cache(maxsize=64)
def _view(city: str, code: str, width: int) -> View | None:
    known = outlines()
    shown = {one: known[one] for one in (core() if code == CORE else (code,) if code else known)}
    if not shown:
        if code:
            raise KeyError(code)
        return None
    west, south = min(b.box[0] for b in shown.values()), min(b.box[1] for b in shown.values())
    east, north = max(b.box[2] for b in shown.values()), max(b.box[3] for b in shown.values())
    ratio = (north - south) / ((east - west) * math.cos(math.radians((south + north) / 2)))
    margin = _NEIGHBOURS if code not in ("", CORE) else _MARGIN
    height = (width - 2 * margin) * ratio + 2 * margin
    frame = maps.Frame(width, round(min(max(height, _LOWEST * width / WIDTH), _HIGHEST * width / WIDTH)))
    projection = geo.projection(cast(Pack, _Drawn(tuple(shown.values()))), frame.width, frame.height, margin=margin)
    return _drawn(code, frame, projection, shown, known)


def _drawn(
    code: str, frame: maps.Frame, projection: geo.Projection, shown: dict[str, Boundary], known: dict[str, Boundary]
) -> View:
    """The view with all outlines that lie in the frame, cut at its edge, and where their names have room."""
    rings = {one: _cut(_pixels(boundary, projection), frame) for one, boundary in known.items()}
    paths = {one: _path(cut) for one, cut in rings.items() if cut}
    spots = {one: some for one, cut in rings.items() if cut and (some := _spots(cut, frame))}
    mine = {one: path for one, path in paths.items() if one in shown}
    around = {one: path for one, path in paths.items() if one not in shown}
    return View(code, frame, projection, mine, around, spots, {one: _box(cut) for one, cut in rings.items() if cut})


def _pixels(boundary: Boundary, projection: geo.Projection) -> list[Ring]:
    return [
        [projection.to_pixel(lat, lon) for lon, lat in ring[:-1]] for polygon in boundary.polygons for ring in polygon
    ]


def _cut(rings: list[Ring], frame: maps.Frame) -> list[Ring]:
    """The rings within the frame and a little more, so that the cut itself is not seen."""
    out = []
    for ring in rings:
        for axis, edge, sign in ((0, -6.0, 1), (0, frame.width + 6.0, -1), (1, -6.0, 1), (1, frame.height + 6.0, -1)):
            ring = _side(ring, axis, edge, sign)
        if ring:
            out.append(ring)
    return out


def _side(ring: Ring, axis: int, edge: float, sign: int) -> Ring:
    """What of a ring lies on one side of a line (Sutherland and Hodgman 1974)."""
    out: Ring = []
    for a, b in pairwise([ring[-1], *ring] if ring else []):
        inside_a, inside_b = (a[axis] - edge) * sign >= 0, (b[axis] - edge) * sign >= 0
        if inside_a != inside_b:
            t = (edge - a[axis]) / (b[axis] - a[axis])
            out.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
        if inside_b:
            out.append(b)
    return out


def _path(rings: list[Ring]) -> str:
    """Path data in tenths of a pixel, each point from the one before; what falls on that one is left out."""
    return "".join(_ring([(round(x * 10), round(y * 10)) for x, y in ring]) for ring in rings)


def _ring(points: list[tuple[int, int]]) -> str:
    """One closed ring of points in tenths of a pixel, written as short as path data may be."""
    (x, y), *rest = points
    out = f"M{_tenths(x)}" + _next(_tenths(x), _tenths(y)) + "l"
    last = "l"
    for a, b in rest:
        for text in (_tenths(a - x), _tenths(b - y)) if (a, b) != (x, y) else ():
            out, last = out + _next(last, text), text
        x, y = a, b
    return f"{out}z"


def _tenths(number: int) -> str:
    """A number of tenths as `12`, `1.2`, `.2` or `-.2`."""
    whole, tenth = divmod(abs(number), 10)
    text = f"{whole or ''}.{tenth}" if tenth else f"{whole}"
    return f"-{text}" if number < 0 else text


def _next(last: str, text: str) -> str:
    """A number after another: a space only where the two would be read as one."""
    apart = last[-1].isalpha() or text[0] == "-" or (text[0] == "." and "." in last)
    return text if apart else f" {text}"


def _box(rings: list[Ring]) -> tuple[float, float, float, float]:
    """West, north, east, south in pixels."""
    points = [point for ring in rings for point in ring]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _spots(rings: list[Ring], frame: maps.Frame) -> list[Spot]:
    """The widest places for a name, some rows apart: what three rows one above the other have in common."""
    _, north, _, south = _box(rings)
    first, last = max(0, math.ceil(north / _ROW)), min(frame.height // _ROW, math.floor(south / _ROW))
    rows = {n: _inside(rings, n * _ROW + 0.5, frame.width) for n in range(first, last + 1)}
    found = sorted(
        (
            Spot((left + right) / 2, n * _ROW + 0.5, right - left)
            for n in range(first + 1, last)
            for left, right in _common(_common(rows[n - 1], rows[n]), rows[n + 1])
        ),
        key=lambda spot: -spot.room,
    )
    apart: list[Spot] = []
    for spot in found:
        if all(abs(spot.y - other.y) >= _APART for other in apart):
            apart.append(spot)
    return apart


def _inside(rings: list[Ring], y: float, width: float) -> list[tuple[float, float]]:
    """Where a row lies inside the outline and the frame, by even and odd crossings."""
    crossings = sorted(
        x1 + (y - y1) * (x2 - x1) / (y2 - y1)
        for ring in rings
        for (x1, y1), (x2, y2) in pairwise([ring[-1], *ring])
        if (y1 > y) != (y2 > y)
    )
    pairs = zip(crossings[::2], crossings[1::2], strict=True)
    return [(max(a, 0.0), min(b, width)) for a, b in pairs if b > 0 and a < width]


def _common(some: Iterable[tuple[float, float]], others: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """What two rows have in common."""
    met = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return [(left, right) for left, right in met if left < right]


def locate(lat: float, lon: float) -> str:
    """The district whose outline holds the point; empty where none does."""
    return next((code for code, b in outlines().items() if geo.inside(b.polygons, lon, lat)), "")


def near(seen: View, x: float, y: float) -> str:
    """The district too small for a finger that was meant by a press close beside it; empty where none is."""
    for code in seen.paths:
        west, north, east, south = seen.boxes[code]
        if min(east - west, south - north) >= PRESS or (seen.code == "" and code in core()):
            continue
        reach_x, reach_y = max(PRESS, east - west) / 2, max(PRESS, south - north) / 2
        if abs(x - (west + east) / 2) <= reach_x and abs(y - (north + south) / 2) <= reach_y:
            return code
    return ""
