"""Where a point lies, and where a division is that a source calls by name or code."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Final

from luoshi.packs import geo
from luoshi.people import tree
from luoshi.people.models import Division as Row
from luoshi.people.place import outlines
from luoshi.ports.importer.record import Division, Where

_BETWEEN: Final = re.compile(r"[\s/\\|>·,，、\-–—]+")
_OFFICES: Final = re.compile("(?<=街道)办事处|(?<=社区)居(?:民委员|委)会|(?<=村)(?:民委员|委)会")


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


def divisions() -> Division:
    """Knows the divisions of today: by code with or without its zeros, by name, and by names in a row ("青山区幸福路街道").

    A name that several have is known where what stands before it says which.
    """
    codes, names = _index(tree.today())

    def find(words: Sequence[str]) -> tuple[Where, bool]:
        coded = [codes[word] for word in words if word in codes]
        if coded:
            return coded[-1], len(coded) == len(words)
        for count in range(len(words), 0, -1):
            found = names.get(_key("".join(words[:count])))
            if found is not None:
                return found, count == len(words)
        return Where(), False

    return find


def _index(city: tree.City) -> tuple[dict[str, Where], dict[str, Where | None]]:
    """Where each code is and each name; None for a name that several have."""
    codes: dict[str, Where] = {}
    names: dict[str, Where | None] = {}
    for code in city.divisions:
        chain = [city.divisions[above] for above in reversed(city.places.up(code)) if above in city.divisions]
        by_level = {row.level: row.code for row in chain}
        where = Where(by_level.get("county", ""), by_level.get("street", ""), by_level.get("community", ""))
        codes |= dict.fromkeys((code, *(code[:n] for n in (6, 9) if not code[n:].strip("0"))), where)
        for name in set(_names(chain)):
            names[name] = where if names.get(name, where) == where else None
    return codes, names


def _names(chain: Sequence[Row]) -> Iterator[str]:
    """How a division may be written: its name behind those of any of the divisions around it, from the larger on."""
    *around, own = chain
    for count in range(len(around) + 1):
        for some in combinations(around, count):
            yield _key("".join(row.zh for row in (*some, own)))
            yield _key("".join(row.en for row in (*some, own)))


def _key(text: str) -> str:
    """Without spaces and signs between; an office stands for its place."""
    plain = _BETWEEN.sub("", text).casefold()
    return plain if plain.isascii() else _OFFICES.sub("", plain)
