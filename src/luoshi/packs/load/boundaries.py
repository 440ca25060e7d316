"""`boundaries.geojson`: schematic outlines in WGS-84; every ring closed, long enough and not crossing itself."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from luoshi.kernel.text import T
from luoshi.packs.faults import Faults
from luoshi.packs.geo import crosses_itself, inside
from luoshi.packs.model import Boundary, Point, Polygon, Ring
from luoshi.packs.tables import read_text

FILE = "boundaries.geojson"


def load_boundaries(folder: Path, divisions: Mapping[str, str], faults: Faults) -> tuple[Boundary, ...]:
    """The outlines in the file's order; `divisions` gives the level of each known code."""
    text = read_text(folder, FILE, faults)
    if text is None:
        return ()
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        faults.add(FILE, error.lineno, "JSON 格式错误：{e}", "bad JSON: {e}", e=error.msg)
        return ()
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or not features:
        faults.add(FILE, 0, "应为有 features 的 FeatureCollection", "must be a FeatureCollection with features")
        return ()
    found = [b for feature in features if (b := _boundary(feature, text, divisions, faults))]
    codes = [boundary.code for boundary in found]
    for code in sorted({c for c in codes if codes.count(c) > 1}):
        again = text.rfind(f'"{code}"')
        faults.add(FILE, text.count("\n", 0, again) + 1, "「{c}」重复", "'{c}' stands twice", c=code)
    return tuple(found)


def _line(text: str, code: str) -> int:
    position = text.find(f'"{code}"')
    return text.count("\n", 0, position) + 1 if position >= 0 else 0


def _boundary(feature: Any, text: str, divisions: Mapping[str, str], faults: Faults) -> Boundary | None:
    try:
        code = str(feature["properties"]["code"])
        label = _point(feature["properties"]["label"])
        geometry = feature["geometry"]
        parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        polygons = tuple(tuple(tuple(_point(p) for p in ring) for ring in part) for part in parts)
        if geometry["type"] not in ("Polygon", "MultiPolygon") or not all(polygons):
            raise ValueError
    except (TypeError, KeyError, ValueError):
        given = str(feature)[:90]
        known = re.search(r"\d{12}", given)
        faults.add(
            FILE,
            _line(text, known[0]) if known else 0,
            "要素应有 properties.code、label 与 Polygon/MultiPolygon 坐标：{given}",
            "a feature needs properties.code, label and Polygon/MultiPolygon coordinates: {given}",
            given=given,
        )
        return None
    line = _line(text, code)
    if code not in divisions:
        faults.add(FILE, line, "区划「{c}」不存在", "division '{c}' is unknown", c=code)
    for rule in _broken(polygons, label):
        faults.add(FILE, line, "「{c}」{rule}", "'{c}' {rule}", c=code, rule=rule)
    return Boundary(code, label, polygons)


def _point(pair: Any) -> Point:
    lon, lat = pair
    if not -180 <= lon <= 180 or not -90 <= lat <= 90:
        raise ValueError(pair)
    return float(lon), float(lat)


def _broken(polygons: tuple[Polygon, ...], label: Point) -> list[T]:
    """Which rules the outline breaks."""
    rings: list[Ring] = [ring for polygon in polygons for ring in polygon]
    broken: list[T] = []
    if any(len(ring) < 4 for ring in rings):
        broken.append(T("的环少于 4 个点", "has a ring with fewer than 4 points"))
    elif any(ring[0] != ring[-1] for ring in rings):
        broken.append(T("的环没有闭合", "has a ring that is not closed"))
    elif any(crosses_itself(ring) for ring in rings):
        broken.append(T("的环自相交", "has a ring that crosses itself"))
    elif not inside(polygons, *label):
        broken.append(T("的标注点不在其内", "has its label point outside"))
    return broken
