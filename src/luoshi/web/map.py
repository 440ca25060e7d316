"""The city's schematic map as SVG: for a page, or as a picture to press (`<input type="image">`, without script).

Outlines are path data in the units of the frame (`packs.geo.to_svg_paths` with the frame's width and height).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from django.http import QueryDict
from django.utils.safestring import SafeString

from luoshi.kernel.text import T
from luoshi.web.markup import format_html, format_html_join
from luoshi.web.svg import length

CAPTION: Final = T("示意图，不是审定地图。", "Schematic, not an official map.")
_NOTHING: Final = SafeString("")
# For the picture, which no stylesheet reaches: fill and stroke of the neighbours and of the classes k1 … k4.
_PAINT: Final = {
    0: ("#ffffff", "#b7c0c4"),
    1: ("#eff2f2", "#75828a"),
    2: ("#e3eef2", "#75828a"),
    3: ("#9fc3cf", "#ffffff"),
    4: ("#11566f", "#ffffff"),
}


class Frame(NamedTuple):
    """The size of a map in its own units; a picture to press is shown at exactly this many CSS pixels."""

    width: int = 288
    height: int = 440


class Label(NamedTuple):
    """A name on the map, centred at (x, y), with an optional value below; `light` on dark ground, `far` for a neighbour.

    `lead` is the line (x1, y1, x2, y2) from the outline to a name that stands beside it.
    """

    x: float
    y: float
    text: str | T
    value: str = ""
    light: bool = False
    far: bool = False
    lead: tuple[float, float, float, float] | None = None


class Pin(NamedTuple):
    """A place: its tip stands at (x, y)."""

    x: float
    y: float


@dataclass(frozen=True)
class Map:
    """A map: outlines by code, their class (1 … 4, else 1), names, pins, and addresses that open from an outline.

    `around` are neighbours' outlines, drawn faintly; `boxes` (x1, y1, x2, y2) frame what another map shows closer.
    """

    frame: Frame
    outlines: Mapping[str, str]
    classes: Mapping[str, int] = field(default_factory=dict)
    labels: Iterable[Label] = ()
    pins: Iterable[Pin] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str | T] = field(default_factory=dict)
    around: Mapping[str, str] = field(default_factory=dict)
    boxes: Iterable[tuple[float, float, float, float]] = ()


def _class(city: Map, code: str) -> int:
    return min(max(city.classes.get(code, 1), 1), 4)


def _outline(city: Map, code: str, shape: str) -> SafeString:
    path = format_html('<path class="k{}" d="{}"/>', _class(city, code), shape)
    if code not in city.links:
        return path
    return format_html('<a href="{}" aria-label="{}">{}</a>', city.links[code], city.names.get(code, code), path)


def _label(label: Label) -> SafeString:
    kind = SafeString(' class="on"') if label.light else SafeString(' class="far"') if label.far else ""
    x, y = length(label.x), length(label.y)
    name = format_html('{}<text{} x="{}" y="{}">{}</text>', _lead(label), kind, x, y, label.text)
    if not label.value:
        return name
    return format_html('{}<text{} x="{}" y="{}">{}</text>', name, kind, x, length(label.y + 16), label.value)


def _lead(label: Label) -> SafeString:
    """The line from an outline to its name."""
    if label.lead is None:
        return SafeString("")
    return format_html('<path class="box" d="M{} {}L{} {}"/>', *(length(one) for one in label.lead))


def _frame_of(box: tuple[float, float, float, float]) -> str:
    west, north, east, south = (length(one) for one in box)
    return f"M{west} {north}H{east}V{south}H{west}Z"


def _pin(pin: Pin) -> SafeString:
    return format_html('<path class="k4 pin" d="M{} {}l9-18h-18z"/>', length(pin.x), length(pin.y))


def draw(city: Map, label: str | T, width: int | None = None, above: SafeString = _NOTHING) -> SafeString:
    """The map as inline SVG; `label` says what it shows to those who do not see it. `above` lies on it, under the names."""
    width = width or city.frame.width
    return format_html(
        '<svg width="{}" viewBox="0 0 {} {}" role="{}" aria-label="{}">{}{}{}{}{}{}</svg>',
        width,
        city.frame.width,
        city.frame.height,
        "group" if city.links else "img",
        label,
        format_html_join("", '<path class="k0" d="{}"/>', ((shape,) for shape in city.around.values())),
        format_html_join("", "{}", ((_outline(city, code, shape),) for code, shape in city.outlines.items())),
        format_html_join("", '<path class="box" d="{}"/>', ((_frame_of(box),) for box in city.boxes)),
        above,
        format_html_join("", "{}", ((_label(one),) for one in city.labels)),
        format_html_join("", "{}", ((_pin(one),) for one in city.pins)),
    )


def figure(city: Map, label: str | T, note: str | T = "", width: int | None = None) -> SafeString:
    """The map with the line that says it is schematic."""
    return format_html(
        '<figure class="fig"><div class="map">{}</div><figcaption class="fig-n">{}{}</figcaption></figure>',
        draw(city, label, width),
        CAPTION,
        format_html(" {}", note) if note else "",
    )


def legend(entries: Iterable[tuple[int, str | T]]) -> SafeString:
    """What the classes (1 … 4) stand for."""
    swatch = '<span><svg width="14" height="14" aria-hidden="true"><path class="k{}" d="M1 1h12v12H1z"/></svg>{}</span>'
    return format_html('<p class="map key">{}</p>', format_html_join("", swatch, entries))


def picture(city: Map) -> bytes:
    """The map as a file of its own (`image/svg+xml`); colours are attributes, since no stylesheet reaches it."""
    width, height = city.frame
    shaded = [(0, shape) for shape in city.around.values()]
    shaded += [(_class(city, code), shape) for code, shape in city.outlines.items()]
    parts = [format_html('<path fill="{}" stroke="{}" d="{}"/>', *_PAINT[shade], shape) for shade, shape in shaded]
    line = '<path fill="none" stroke="#10171a" d="{}"/>'
    parts += [format_html(line, _frame_of(box)) for box in city.boxes]
    parts += [_painted(label, line) for label in city.labels]
    pin = '<path fill="#11566f" stroke="#ffffff" d="M{} {}l9-18h-18z"/>'
    parts += [format_html(pin, length(one.x), length(one.y)) for one in city.pins]
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" viewBox="0 0 {} {}">'
        '<rect width="100%" height="100%" fill="#ffffff"/>{}</svg>',
        width, height, width, height, SafeString("".join(parts)),
    ).encode()  # fmt: skip


_HALO: Final = SafeString(
    'text-anchor="middle" font-family="sans-serif" paint-order="stroke" stroke-width="2.5" stroke-linejoin="round"'
)


def _painted(label: Label, line: str) -> SafeString:
    """A name with its colours as attributes."""
    fill, stroke = ("#ffffff", "#11566f") if label.light else ("#3d4a51" if label.far else "#10171a", "#ffffff")
    lead = SafeString("")
    if label.lead is not None:
        x1, y1, x2, y2 = (length(one) for one in label.lead)
        lead = format_html(line, f"M{x1} {y1}L{x2} {y2}")
    return format_html(
        '{}<text x="{}" y="{}" fill="{}" stroke="{}" font-size="{}" {}>{}</text>',
        lead, length(label.x), length(label.y), fill, stroke, 12 if label.far else 14, _HALO, label.text,
    )  # fmt: skip


def press(name: str, src: str, frame: Frame, label: str | T) -> SafeString:
    """A map that sends where it was pressed: `name.x`, `name.y` in CSS pixels, so it is never scaled."""
    return format_html(
        '<input type="image" name="{}" src="{}" width="{}" height="{}" alt="{}" formnovalidate>',
        name,
        src,
        *frame,
        label,
    )


def pressed(data: QueryDict, name: str, frame: Frame) -> tuple[int, int] | None:
    """Where the map was pressed, in units of the frame; None where it was not, or outside of it, or by the keyboard (0, 0)."""
    given = data.get(f"{name}.x", ""), data.get(f"{name}.y", "")
    if not all(isinstance(one, str) and one.isascii() and one.isdigit() and len(one) < 5 for one in given):
        return None
    x, y = int(str(given[0])), int(str(given[1]))
    return (x, y) if (x, y) != (0, 0) and x <= frame.width and y <= frame.height else None
