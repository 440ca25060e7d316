"""The city's districts shaded by a number, each opening a list: the whole city and, closer, its core."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from django.utils.safestring import SafeString

from luoshi.kernel.text import T
from luoshi.people import place
from luoshi.people import reads as people
from luoshi.web import map as maps
from luoshi.web import words as plain

WHOLE, CORE = 200, 288  # px: the whole city's map and that of its core, side by side where there is room


class Words(NamedTuple):
    """What a map says of itself: the address that a district opens (`{code}`), its title, that of the core."""

    address: str
    whole: T
    core: T


def _classes(found: Mapping[str, int]) -> dict[str, int]:
    """Four classes of equal steps from 0 to the largest."""
    top = max(found.values(), default=0)
    return {code: 1 + 4 * n // (top + 1) for code, n in found.items()}


def legend(found: Mapping[str, int]) -> SafeString:
    """What the classes mean of the districts on the map; those that hold no whole number are left out."""
    top = max((found.get(code, 0) for code in place.outlines()), default=0)
    edges = [-(-k * (top + 1) // 4) for k in range(5)]
    ranges = [(k, a, b - 1) for k, (a, b) in enumerate(pairwise(edges), 1) if a < b]
    return maps.legend(
        [(k, plain.number(a) if a == b else f"{plain.number(a)}–{plain.number(b)}") for k, a, b in ranges]
    )


def drawn(
    counted: Mapping[str, int], words: Words, whole: int = WHOLE, closer: int = CORE, scale: float = 1
) -> list[SafeString]:
    """The city and, closer, its core, shaded and with the numbers, each district opening its rows; drawn larger by `scale`."""
    core = place.closer(closer)
    seen = [one for one in (place.view("", whole), core) if one is not None]
    classes, found = _classes({code: counted.get(code, 0) for code in seen[0].paths}), []
    values = {code: plain.number(counted.get(code, 0)) for code in seen[0].paths}
    for one in seen:
        # what the core's map shows is opened there
        mine = [code for code in one.paths if core is None or one is core or code not in core.paths]
        links = {code: words.address.format(code=code) for code in mine}
        names = {code: f"{people.division_name(code)} {values[code]}" for code in mine}
        bare = place.drawn(one, values=values, classes=classes)
        title = words.whole
        if one is core:
            title = words.core
        full = replace(bare, classes=classes, links=links, names=names)
        found.append(maps.draw(full, title, round(full.frame.width * scale)))
    return found
