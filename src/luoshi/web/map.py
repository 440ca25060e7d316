"""The city's schematic map as SVG: for a page, or as a picture to press (`<input type="image">`, without script).

Outlines are path data in the units of the frame (`packs.geo.to_svg_paths` with the frame's width and height).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from luoshi.kernel.text import T
from luoshi.web.svg import length

CAPTION: Final = T("示意图，不是审定地图。", "Schematic, not an official map.")
# For the picture, which no stylesheet reaches: fill and stroke of the classes k1 … k4.
_PAINT: Final = {
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
    """A name on the map, centred at (x, y), with an optional value below; `light` on dark ground."""

    x: float
    y: float
    text: str | T
    value: str = ""
    light: bool = False


class Pin(NamedTuple):
    """A place: its tip stands at (x, y)."""

    x: float
    y: float


@dataclass(frozen=True)
class Map:
    """A map: outlines by code, their class (1 … 4, else 1), names, pins, and addresses that open from an outline."""

    frame: Frame
    outlines: Mapping[str, str]
    classes: Mapping[str, int] = field(default_factory=dict)
    labels: Iterable[Label] = ()
    pins: Iterable[Pin] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str | T] = field(default_factory=dict)


def _class(city: Map, code: str) -> int:
    return min(max(city.classes.get(code, 1), 1), 4)


def _outline(city: Map, code: str, shape: str) -> SafeString:
    path = format_html('<path class="k{}" d="{}"/>', _class(city, code), shape)
    if code not in city.links:
        return path
    return format_html('<a href="{}" aria-label="{}">{}</a>', city.links[code], city.names.get(code, code), path)


def _label(label: Label) -> SafeString:
    kind = SafeString(' class="on"') if label.light else ""
    x, y = length(label.x), length(label.y)
    name = format_html('<text{} x="{}" y="{}">{}</text>', kind, x, y, label.text)
    if not label.value:
        return name
    return format_html('{}<text{} x="{}" y="{}">{}</text>', name, kind, x, length(label.y + 16), label.value)


def _pin(pin: Pin) -> SafeString:
    return format_html('<path class="k4 pin" d="M{} {}l9-18h-18z"/>', length(pin.x), length(pin.y))


def draw(city: Map, label: str | T, width: int | None = None) -> SafeString:
    """The map as inline SVG; `label` says what it shows to those who do not see it."""
    width = width or city.frame.width
    return format_html(
        '<svg width="{}" viewBox="0 0 {} {}" role="{}" aria-label="{}">{}{}{}</svg>',
        width,
        city.frame.width,
        city.frame.height,
        "group" if city.links else "img",
        label,
        format_html_join("", "{}", ((_outline(city, code, shape),) for code, shape in city.outlines.items())),
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


def picture(city: Map) -> bytes:
    """The map as a file of its own (`image/svg+xml`); colours are attributes, since no stylesheet reaches it."""
    width, height = city.frame
    shapes = []
    for code, shape in city.outlines.items():
        fill, stroke = _PAINT[_class(city, code)]
        shapes.append(format_html('<path fill="{}" stroke="{}" d="{}"/>', fill, stroke, shape))
    halo = SafeString(
        'text-anchor="middle" font-family="sans-serif" font-size="13" paint-order="stroke" stroke-width="2.5"'
    )
    for label in city.labels:
        fill, stroke = ("#ffffff", "#11566f") if label.light else ("#10171a", "#ffffff")
        shapes.append(
            format_html(
                '<text x="{}" y="{}" fill="{}" stroke="{}" {}>{}</text>',
                length(label.x),
                length(label.y),
                fill,
                stroke,
                halo,
                label.text,
            )
        )
    for pin in city.pins:
        shapes.append(
            format_html('<path fill="#11566f" stroke="#ffffff" d="M{} {}l9-18h-18z"/>', length(pin.x), length(pin.y))
        )
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" viewBox="0 0 {} {}">'
        '<rect width="100%" height="100%" fill="#ffffff"/>{}</svg>',
        width, height, width, height, SafeString("".join(shapes)),
    ).encode()  # fmt: skip


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
