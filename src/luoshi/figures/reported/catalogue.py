"""Which reported figures there are, and which of their published numbers are known to be wrong."""

from pathlib import Path
from typing import Final

from django.conf import settings

from luoshi.figures.catalogue import all_figures, sources
from luoshi.figures.following import Following, Stamp, stamp
from luoshi.figures.reported import corrections, declare
from luoshi.figures.reported.corrections import Corrections
from luoshi.figures.reported.declare import Reported
from luoshi.kernel.problems import Absent
from luoshi.kernel.text import T


def _wrong() -> Path:
    return Path(settings.CONF.home) / corrections.FILE


def declared() -> Stamp:
    """By what one sees that a declaration of a figure, a target or a correction was changed."""
    return stamp([*sources(), *([_wrong()] if _wrong().exists() else [])])


def _read() -> tuple[dict[str, Reported], Corrections]:
    found = declare.reported(sources(), all_figures().keys())
    return found, corrections.read(_wrong(), found)


_both: Final = Following(declared, _read)


def all_reported() -> dict[str, Reported]:
    """All reported figures by id; files that changed are read again. Raises FigureError, or Unusable."""
    return _both()[0]


def all_corrections() -> Corrections:
    """The numbers that are known to be wrong. Raises FigureError, or Unusable."""
    return _both()[1]


def figure(name: str) -> Reported:
    """The reported figure of an id. Raises Absent."""
    found = all_reported().get(name)
    if found is None:
        raise Absent(T("没有报送指标 {name}", "there is no reported figure {name}").fill(name=name))
    return found
