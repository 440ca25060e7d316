"""What can be asked: the installed lines' measures, and the figures declared over them, by the lines and by the city."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings

from luoshi.figures import declare
from luoshi.figures.declare import Figure
from luoshi.figures.following import Following, stamp
from luoshi.kernel import lines
from luoshi.kernel.measures import Catalogue, Facts, Value
from luoshi.people import reads as people


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The facts and measures of the installed lines."""
    found = Catalogue()
    for face in lines.installed():
        found.add(face.facts, face.measures())
    return found


def sources() -> list[Path]:
    """The files that declare figures: each line's, then those of the home's `figures` folder by name."""
    ours = [path for face in lines.installed() for path in declare.of_line(face.name)]
    return [*ours, *sorted((settings.CONF.home / "figures").glob("*.toml"))]


def values(facts: Facts, dimension: str) -> Collection[str] | Mapping[str, Value]:
    """The values that a dimension can have in this city, those of former days too; none where they are no closed list.

    Units are named by their codes; facts hold their keys.
    """
    if dimension == declare.CODED:
        return people.unit_keys()
    if closed := dict(facts.closed).get(dimension):
        return closed
    face = next(one for one in lines.installed() if one.facts is facts)
    return people.codes_of(dimension) or face.names(dimension)


_figures: Final = Following(lambda: stamp(sources()), lambda: declare.figures(sources(), catalogue(), values))


def all_figures() -> dict[str, Figure]:
    """All figures by id; files that changed are read again. Raises FigureError, or Unusable."""
    return _figures()
