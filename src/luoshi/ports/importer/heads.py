"""Which row of a table is its header: lists as people keep them have a title above it, and heads that stand over others. Pure."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final, NamedTuple

LOOKED_AT: Final = 20
"""Rows among which the header is looked for."""
_GAPS: Final = re.compile(r"[\s*]+")
Line = tuple[int, list[str]]
"""A row of a table: its number in the file, its cells."""


class Wanted(NamedTuple):
    """What tells a header: which item a head stands for (empty where it is none of ours), and the items that must be there."""

    named: Callable[[str], str]
    needed: Collection[str]


def key(head: object) -> str:
    """A head as heads are compared: half width, small letters, without blanks, line breaks, and the star of what is needed."""
    return _GAPS.sub("", unicodedata.normalize("NFKC", str(head)).lower())


def found(rows: Iterable[Line], wanted: Wanted) -> tuple[Line, Iterator[Line]]:
    """The header with the number of its (lowest) row, and the rows below it that hold anything.

    It is the row among the first that has the needed heads, and the most of those that are known; where the row below has
    nothing under the needed ones but heads that are known elsewhere, it stands under heads that were merged, and its words
    count. Where no row has the needed heads, the first one is the header.
    """
    rest = ((line, cells) for line, cells in rows if any(map(str.strip, cells)))
    first = list(islice(rest, LOOKED_AT))
    if not first:
        return (0, []), rest
    known = [_items(cells, wanted) for _, cells in first]
    counts = [len(items) if items >= set(wanted.needed) else 0 for items in known]
    at = counts.index(max(counts))
    line, cells = first[at]
    if counts[at] and at + 1 < len(first) and _under(cells, first[at + 1][1], wanted):
        at += 1
        line, lower = first[at]
        width = max(len(cells), len(lower))
        cells = [below or above for above, below in zip(_wide(cells, width), _wide(lower, width), strict=True)]
    return (line, cells), chain(first[at + 1 :], rest)


def _items(cells: Sequence[str], wanted: Wanted) -> set[str]:
    return {wanted.named(cell) for cell in cells} - {""}


def _under(upper: Sequence[str], lower: Sequence[str], wanted: Wanted) -> bool:
    """Does a row stand under merged heads: nothing under what is needed, no number, and heads that are known?"""
    free = not any(cell for head, cell in zip(upper, lower, strict=False) if wanted.named(head) in wanted.needed)
    return free and bool(_items(lower, wanted)) and not any(cell[:1].isdigit() for cell in lower)


def _wide(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]
