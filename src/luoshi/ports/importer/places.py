"""In which county a point lies."""

from functools import lru_cache

from luoshi.cases.public.place import outlines
from luoshi.packs import geo


@lru_cache(maxsize=1)
def _box() -> tuple[float, float, float, float]:
    boxes = [boundary.box for boundary in outlines().values()]
    west, south, east, north = zip(*boxes, strict=True) if boxes else ((1.0,), (1.0,), (0.0,), (0.0,))
    return min(west), min(south), max(east), max(north)


def county(lat: float, lon: float) -> str:
    """The county whose outline holds the point; empty outside all of them."""
    west, south, east, north = _box()
    if not (west <= lon <= east and south <= lat <= north):
        return ""
    return next((code for code, b in outlines().items() if geo.inside(b.polygons, lon, lat)), "")
