"""Which targets there are."""

from typing import Final

from luoshi.figures.catalogue import all_figures, sources
from luoshi.figures.following import Following, stamp
from luoshi.figures.reported.catalogue import all_reported
from luoshi.figures.targets import declare
from luoshi.figures.targets.declare import Target


def _read() -> dict[tuple[int, str], Target]:
    return declare.targets(sources(), {**all_figures(), **all_reported()})


_targets: Final = Following(lambda: stamp(sources()), _read)


def all_targets() -> dict[tuple[int, str], Target]:
    """All targets by year and figure; files that changed are read again. Raises FigureError, or Unusable."""
    return _targets()
