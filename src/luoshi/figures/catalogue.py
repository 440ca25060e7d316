"""What can be asked: the installed lines' measures, and the figures declared over them, by the lines and by the city."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from django.conf import settings

from luoshi.figures import declare
from luoshi.figures.declare import Figure
from luoshi.kernel import lines
from luoshi.kernel.measures import Catalogue


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The facts and measures of the installed lines."""
    found = Catalogue()
    for face in lines.installed():
        found.add(face.facts, face.measures())
    return found


def sources() -> list[Path]:
    """The files that declare figures: each line's, then those of the home's `figures` folder by name."""
    ours = [Path(str(files(f"luoshi.{face.name}"))) / "figures.toml" for face in lines.installed()]
    return [*(path for path in ours if path.exists()), *sorted((settings.CONF.home / "figures").glob("*.toml"))]


_kept: tuple[tuple[tuple[str, int], ...], dict[str, Figure]] | None = None


def all_figures() -> dict[str, Figure]:
    """All figures by id; files that changed are read again. Raises FigureError."""
    global _kept
    found = sources()
    stamp = tuple((str(path), path.stat().st_mtime_ns) for path in found)
    if _kept is None or _kept[0] != stamp:
        _kept = (stamp, declare.figures(found, catalogue()))
    return _kept[1]
