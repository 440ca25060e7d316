"""Where public cases are, for the map beside their list."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from luoshi.cases import clocks
from luoshi.cases.reads.lists import Filters, narrowed, whole_lit
from luoshi.cases.reads.scope import public
from luoshi.kernel.viewer import Viewer

Row = tuple[str, float | None, float | None]
_COLUMNS: Final = ("state", "status", "due_at", "warn_at", "lat", "lon")


def public_points(filters: Filters, now: datetime) -> list[Row]:
    """Light (`g`, `y`, `r`, `n`), latitude and longitude (to 100 m) of all public cases that pass; one query."""
    rows = narrowed(public(filters.source), replace(filters, light=""), Viewer(kind="public"), now)
    found = whole_lit(rows, filters.light, now).only(*_COLUMNS)
    return [(clocks.whole_light(case, now), case.lat, case.lon) for case in found]
