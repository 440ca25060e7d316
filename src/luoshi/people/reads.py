"""Every query over people, units and divisions that others need."""

from luoshi.kernel.text import language
from luoshi.people import tree
from luoshi.people.models import Division, Person, Unit

LEVELS = ("street", "district", "city")


def ancestors(division: Division) -> list[Division]:
    """The division and all above it today, nearest first."""
    city = tree.today()
    return [city.divisions[code] for code in city.places.up(division.code) if code in city.divisions]


def chain(code: str) -> dict[str, str]:
    """The codes above a division by level: `{"county": …, "street": …, "community": …}`; empty if unknown."""
    city = tree.today()
    found = [city.divisions[above] for above in city.places.up(code) if above in city.divisions]
    return {division.level: division.code for division in found if division.level != "city"}


def responsible(function: str, level: str, division: str) -> Unit | None:
    """Whose work it is: the nearest unit with that function, from its own level upwards; at last the hotline centre."""
    city = tree.today()
    above = city.places.up(division) if division else []
    start = LEVELS.index(level) if level in LEVELS else 0
    for wanted in LEVELS[start:]:
        for code in above:
            for key in city.covers.get(code, ()):
                unit = city.units.get(key)
                if unit is not None and unit.level == wanted and function in unit.functions:
                    return unit
    for name in (function, "hotline"):
        for unit in city.units.values():
            if unit.level == "city" and name in unit.functions:
                return unit
    return None


def handlers(unit: int) -> list[Person]:
    """Persons with a post at the unit today who handle cases, by name."""
    day = tree.today().day
    posts = tree.on(Person.posts.rel.related_model, day).filter(unit_id=unit, role__in=("handler", "head", "street"))
    return list(Person.objects.filter(pk__in=posts.values("person_id"), is_active=True).order_by("name", "id"))


def names(persons: set[int]) -> dict[int, str]:
    """Names of persons by key, in one query."""
    return dict(Person.objects.filter(pk__in=persons).values_list("id", "name")) if persons else {}


def unit_names() -> dict[int, str]:
    """Names of all units by key, in the current language; from memory."""
    zh = language() == "zh"
    return {key: unit.zh if zh else unit.en for key, unit in tree.today().units.items()}


def division_name(code: str) -> str:
    """Name of a division in the current language; the code itself where it is unknown."""
    division = tree.today().divisions.get(code)
    if division is None:
        return code
    return division.zh if language() == "zh" else division.en
