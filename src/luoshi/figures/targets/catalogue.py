"""Which targets there are."""

from luoshi.figures.catalogue import Stamp, all_figures, sources, stamp
from luoshi.figures.reported.catalogue import all_reported
from luoshi.figures.targets import declare
from luoshi.figures.targets.declare import Target

_kept: tuple[Stamp, dict[tuple[int, str], Target]] | None = None


def all_targets() -> dict[tuple[int, str], Target]:
    """All targets by year and figure; files that changed are read again. Raises FigureError."""
    global _kept
    files = sources()
    now = stamp(files)
    if _kept is None or _kept[0] != now:
        _kept = (now, declare.targets(files, {**all_figures(), **all_reported()}))
    return _kept[1]
