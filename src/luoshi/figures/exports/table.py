"""An answer as one table of texts, whatever kind its figure is of: what all exports are made from. Pure.

A group that is not narrowed is TOTAL, one without a value UNKNOWN or UNSAID, so that the key of a row is never empty.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from luoshi.figures.declare import Figure
from luoshi.figures.reported.declare import Reported
from luoshi.kernel.text import T

Kind = Literal["text", "whole", "number", "day", "period"]
TOTAL: Final = "_T"
UNKNOWN: Final = "_U"
UNSAID: Final = "_X"
"""Codes that SDMX has for all of them, for one that is not known, and for one that nobody gave."""
PERIOD: Final = r"[0-9]{4}(Q[1-4]|-[0-9]{2})?"
SUPPRESSED: Final = "suppressed"
NONE: Final = "none"
"""A number that cannot be: of nothing there is no share."""


@dataclass(frozen=True)
class Column:
    """A column: its name, what people call it, of which kind its texts are; `key`: part of what tells rows apart."""

    name: str
    title: T
    kind: Kind = "text"
    key: bool = False
    values: tuple[str, ...] = ()
    typed: bool = False
    """Somebody typed it, so that a spreadsheet must be kept from taking it for a formula."""


@dataclass(frozen=True)
class About:
    """What is true of the whole table."""

    figure: Figure | Reported
    unit: T
    period: str
    as_of: str
    size: int
    provisional: bool
    fingerprint: str
    area: str
    """The code of the city."""
    licence: str


Row = Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """Columns and rows, no two of one key; `releases` are rows for SDMX alone: first releases beside their revisions."""

    about: About
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    releases: tuple[Row, ...] = ()

    @property
    def keys(self) -> list[str]:
        """The columns that tell rows apart."""
        return [column.name for column in self.columns if column.key]


def distinct(rows: Iterable[Row], keys: Sequence[str]) -> tuple[Row, ...]:
    """The first row of each key: the total of a month and the month itself are one."""
    found: dict[tuple[str, ...], Row] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in keys), row)
    return tuple(found.values())
