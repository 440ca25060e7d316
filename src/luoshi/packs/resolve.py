"""Whose work it is: from a category and a division to the unit that answers for it."""

from luoshi.packs.load.units import HOTLINE
from luoshi.packs.model import UNIT_LEVELS, Pack, Unit


def resolve(pack: Pack, category: str, division: str | None) -> str:
    """Code of the unit responsible for a leaf `category` in `division` (None: place unknown).

    Looks for the category's function from its own level upwards (street, district, city) among the units that cover
    the division or one above it; then for the city's unit of that function; at last the hotline centre takes it.
    Raises KeyError for a category or division that is unknown, ValueError for one that is not a leaf.
    """
    handling = pack.category_by_code[category].handling
    if handling is None:
        raise ValueError(f"category {category} is not a leaf")
    candidates = pack.units_by_function.get(handling.function, ())
    above = pack.ancestors(division) if division else ()
    if division and not above:
        raise KeyError(division)
    start = UNIT_LEVELS.index(handling.level)
    for level in reversed(UNIT_LEVELS[: start + 1]):
        if unit := _nearest(candidates, level, above):
            return unit.code
    for unit in (*candidates, *pack.units_by_function.get(HOTLINE, ())):
        if unit.level == "city":
            return unit.code
    raise ValueError("the pack has no hotline centre")  # check() refuses such a pack


def _nearest(units: tuple[Unit, ...], level: str, above: tuple[str, ...]) -> Unit | None:
    for division in above:
        for unit in units:
            if unit.level == level and division in unit.covers:
                return unit
    return None
