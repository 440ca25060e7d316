"""Whose work it is: from a function, its level and a place to the unit that answers for it. The one rule of this.

A city's pack (`resolve`) and the running city (`people.reads.responsible`) both ask `answering`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from luoshi.packs.load.units import HOTLINE
from luoshi.packs.model import UNIT_LEVELS, Pack, Unit


class Office(Protocol):
    """What a unit must say of itself."""

    @property
    def level(self) -> str:
        """One of UNIT_LEVELS."""
        ...

    @property
    def functions(self) -> Sequence[str]:
        """What it is responsible for."""
        ...


U = TypeVar("U", bound=Office)


def answering(
    function: str, level: str, above: Sequence[str], covering: Callable[[str], Iterable[U]], everybody: Iterable[U]
) -> U | None:
    """The unit that answers for a function; None only where a city has no hotline centre.

    Looks from the function's own level upwards (street, district, city) among the units that cover the place or one
    above it (`above`, nearest first); then for the city's unit of that function; at last the hotline centre takes it.
    """
    start = UNIT_LEVELS.index(level) if level in UNIT_LEVELS else len(UNIT_LEVELS) - 1
    for wanted in reversed(UNIT_LEVELS[: start + 1]):
        for division in above:
            for unit in covering(division):
                if unit.level == wanted and function in unit.functions:
                    return unit
    of_city = [unit for unit in everybody if unit.level == "city"]
    return next((unit for name in (function, HOTLINE) for unit in of_city if name in unit.functions), None)


def resolve(pack: Pack, category: str, division: str | None) -> str:
    """Code of the unit responsible for a leaf `category` in `division` (None: place unknown), by the pack alone.

    Raises KeyError for a category or division that is unknown, ValueError for one that is not a leaf.
    """
    handling = pack.category_by_code[category].handling
    if handling is None:
        raise ValueError(f"category {category} is not a leaf")
    above = pack.ancestors(division) if division else ()
    if division and not above:
        raise KeyError(division)
    candidates = pack.units_by_function.get(handling.function, ())
    hotlines = pack.units_by_function.get(HOTLINE, ())

    def covering(place: str) -> Iterable[Unit]:
        return (unit for unit in candidates if place in unit.covers)

    found = answering(handling.function, handling.level, above, covering, (*candidates, *hotlines))
    if found is None:
        raise ValueError("the pack has no hotline centre")  # check() refuses such a pack
    return found.code
