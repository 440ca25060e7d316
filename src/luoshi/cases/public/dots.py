"""Where cases are: dots on the schematic map, one path for each light, however many there are."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from luoshi.cases.flow import OPEN
from luoshi.cases.models import Case
from luoshi.cases.reads import Filters
from luoshi.cases.reads.points import public_points
from luoshi.kernel import clock
from luoshi.kernel.kept import Kept
from luoshi.kernel.text import T
from luoshi.people import place
from luoshi.web import map as maps
from luoshi.web import parts, words

WIDTH: Final = 340  # px
_SECONDS: Final = 15.0
_ROUNDED: Final = T("点的位置约到 100 米。", "Points are rounded to about 100 m.")
# in which order they are drawn: what is late lies on top
_LIGHTS: Final = ("n", "g", "y", "r")
_STILL: Final = T("时限不走", "No clock runs")
Point = tuple[float, float]


class Found(NamedTuple):
    """The points of some cases by light, how many cases each light has, and how many of all have no place."""

    points: Mapping[str, frozenset[Point]]
    counts: Mapping[str, int]
    lost: int


def _find(filters: Filters) -> Found:
    points: dict[str, set[Point]] = {}
    counts: Counter[str] = Counter()
    lost = 0
    for light, lat, lon in public_points(filters, clock.now()):
        counts[light] += 1
        if lat is None or lon is None:
            lost += 1
        else:
            points.setdefault(light, set()).add((lat, lon))
    return Found({light: frozenset(some) for light, some in points.items()}, counts, lost)


# everybody opens the list: one query a quarter of a minute for each set of filters
found: Final = Kept(_find, _SECONDS)


def _path(points: frozenset[Point], seen: place.View) -> str:
    """The points in the frame as strokes without length, whose round ends are the dots; each pixel once."""
    pixels = {tuple(round(one) for one in seen.projection.to_pixel(*point)) for point in points}
    inside = sorted(at for at in pixels if 0 <= at[0] <= seen.frame.width and 0 <= at[1] <= seen.frame.height)
    return "".join(f"M{x} {y}h0" for x, y in inside)


def _drawn(code: str, points: Mapping[str, frozenset[Point]], label: T, width: int) -> SafeString:
    """The map of the view with its dots; nothing where the pack draws none."""
    seen = place.view(code, width)
    if seen is None:
        return SafeString("")
    shown = [(light, _path(points[light], seen)) for light in _LIGHTS if light in points]
    marks = format_html_join("", '<path class="dots dots-{}" d="{}"/>', shown)
    return maps.draw(place.drawn(seen), label, above=marks)


def _figure(drawings: SafeString, note: SafeString) -> SafeString:
    if not drawings:
        return drawings
    return format_html(
        '<figure class="fig"><div class="map">{}</div>{}<figcaption class="fig-n">{} {}</figcaption></figure>',
        drawings, note, place.note(), _ROUNDED,
    )  # fmt: skip


def of_list(filters: Filters) -> SafeString:
    """All open public cases that pass the list's filters, whatever page of it is shown."""
    wanted = filters if filters.state in OPEN or filters.q else replace(filters, state="open")
    some = found(wanted)
    count = sum(some.counts.values())
    title = T("在办 {n} 件的位置", "Where the {n} open cases are").fill(n=words.number(count))
    lights = [light for light in reversed(_LIGHTS) if some.counts.get(light)]
    key = format_html_join(
        "",
        '<span><svg width="12" height="12" aria-hidden="true"><path class="dots dots-{}" d="M6 6h0"/></svg>{} {}</span>',
        (
            (light, _STILL if light == "n" else parts.LIGHTS[light], words.number(some.counts[light]))
            for light in lights
        ),
    )
    lost = T("{n} 件没有位置，不在图上。", "{n} have no place and are not on the map.").fill(n=words.number(some.lost))
    note = format_html(
        '<p class="map key">{}</p>{}', key, format_html('<p class="s">{}</p>', lost) if some.lost else ""
    )
    code = filters.county if filters.county in place.outlines() else ""
    views = [code] if code or not place.core() else ["", place.CORE]
    drawings = format_html_join("", "{}", ((_drawn(one, some.points, title, WIDTH),) for one in views))
    return format_html('<p class="fig-h">{}</p>{}', title, _figure(drawings, note))


def of_case(case: Case) -> SafeString:
    """About where one case is; nothing where that is not known."""
    if case.lat is None or case.lon is None:
        return SafeString("")
    code = case.county if case.county in place.outlines() else ""
    points = {"g": frozenset({(case.lat, case.lon)})}
    return _figure(_drawn(code, points, T("大致位置", "About where it is"), 288), SafeString(""))
