"""Places on the schematic map: which division a point lies in, and the map as SVG paths.

Coordinates are degrees, WGS-84; on a pack's map 1 px is some hundred metres, so a flat projection is exact enough.
"""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

from luoshi.packs.model import Boundary, Pack, Point, Polygon, Ring


def locate(pack: Pack, lat: float, lon: float) -> str | None:
    """Code of the division whose outline holds the point (the smallest level drawn); None outside all of them."""
    for boundary in pack.boundaries:
        west, south, east, north = boundary.box
        if west <= lon <= east and south <= lat <= north and inside(boundary.polygons, lon, lat):
            return boundary.code
    return None


def inside(polygons: Iterable[Polygon], lon: float, lat: float) -> bool:
    """Whether the point lies in one of the polygons: an odd number of crossings of all its rings, holes included."""
    return any(sum(_crossings(ring, lon, lat) for ring in polygon) % 2 == 1 for polygon in polygons)


def _crossings(ring: Ring, lon: float, lat: float) -> int:
    """How often a ray from the point to the east meets the ring; half-open edges count a corner once."""
    count = 0
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) * (x2 - x1) / (y2 - y1):
            count += 1
    return count


def crosses_itself(ring: Ring) -> bool:
    """Whether a closed ring touches or crosses itself: a corner twice, a fold back, or two edges that meet."""
    corners = ring[:-1]
    turns = zip(corners, ring[1:], (*ring[2:], ring[1]), strict=True)
    if len(set(corners)) != len(corners) or any(_folds(*turn) for turn in turns):
        return True
    edges = sorted((min(a[0], b[0]), max(a[0], b[0]), i, a, b) for i, (a, b) in enumerate(pairwise(ring)))
    last = len(edges) - 1
    for k, (_, right, i, a, b) in enumerate(edges):
        for left, _, j, c, d in edges[k + 1 :]:
            if left > right:
                break
            if abs(i - j) not in (1, last) and _meet(a, b, c, d):
                return True
    return False


def _folds(a: Point, b: Point, c: Point) -> bool:
    """Whether the line a-b-c turns back on itself at b."""
    return _side(a, b, c) == 0 and (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _on(a: Point, b: Point, c: Point) -> bool:
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    sides = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if (sides[0] > 0) != (sides[1] > 0) and (sides[2] > 0) != (sides[3] > 0) and all(sides):
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(side == 0 and _on(*end) for side, end in zip(sides, ends, strict=True))


@dataclass(frozen=True)
class Projection:
    """Equirectangular, true at the middle latitude: `scale` px a degree of latitude, `stretch` = its cosine."""

    west: float
    north: float
    scale: float
    stretch: float
    left: float
    top: float

    def to_pixel(self, lat: float, lon: float) -> tuple[float, float]:
        """Pixels (x to the right, y down) of a place."""
        return (
            self.left + (lon - self.west) * self.stretch * self.scale,
            self.top + (self.north - lat) * self.scale,
        )

    def from_pixel(self, x: float, y: float) -> tuple[float, float]:
        """Latitude and longitude of a pixel."""
        return self.north - (y - self.top) / self.scale, self.west + (x - self.left) / self.scale / self.stretch


def projection(
    pack: Pack, width: float, height: float, codes: Collection[str] | None = None, margin: float = 4
) -> Projection:
    """The largest map of all outlines (or of `codes` only: a closer view) that fits, centred, `margin` px free.

    Raises ValueError where there is no outline to show.
    """
    boxes = [b.box for b in pack.boundaries if codes is None or b.code in codes]
    if not boxes:
        raise ValueError("no outline to project")
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    stretch = math.cos(math.radians((south + north) / 2))
    scale = min((width - 2 * margin) / ((east - west) * stretch), (height - 2 * margin) / (north - south))
    left = (width - (east - west) * stretch * scale) / 2
    top = (height - (north - south) * scale) / 2
    return Projection(west, north, scale, stretch, left, top)


def to_svg_paths(pack: Pack, width: float, height: float, codes: Collection[str] | None = None) -> dict[str, str]:
    """SVG path data by division code, for a view box `0 0 width height`; with `codes` only those, drawn larger."""
    view = projection(pack, width, height, codes)
    return {b.code: path_of(b, view) for b in pack.boundaries if codes is None or b.code in codes}


def path_of(boundary: Boundary, view: Projection) -> str:
    """Path data of one outline, tenths of a pixel; points that fall on the one before are left out."""
    return "".join(_ring_path(ring, view) for polygon in boundary.polygons for ring in polygon)


def _ring_path(ring: Ring, view: Projection) -> str:
    steps: list[str] = []
    for lon, lat in ring[:-1]:
        x, y = view.to_pixel(lat, lon)
        step = f"{x:.1f} {y:.1f}"
        if not steps or steps[-1] != step:
            steps.append(step)
    return "M" + "L".join(steps) + "Z"
