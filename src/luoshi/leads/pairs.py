"""Which names have which pair of characters.

The lists are one large array: a register of 300,000 names is then a few large objects, and not 200,000 small ones that the
garbage collector walks through again and again (a tenth of a second each time).
"""

from array import array
from collections.abc import Collection, Iterable
from itertools import accumulate


def bigrams(text: str) -> list[str]:
    """The pairs of neighbouring characters, in order."""
    return [text[at : at + 2] for at in range(len(text) - 1)]


class PairIndex:
    """By pair: the numbers of the names that have it, in order of adding."""

    def __init__(self, names: Iterable[Collection[str]] = ()) -> None:
        """`names`: the pairs of each name, whose number is its place in them."""
        self._slots: dict[str, int] = {}
        entries, ends = array("I"), array("I")  # the slots of all names' pairs, and where each name's end
        for pairs in names:
            entries.extend([self._slots.setdefault(pair, len(self._slots)) for pair in pairs])
            ends.append(len(entries))
        self._starts, self._numbers = self._sorted(entries, ends)
        self._later: dict[str, array[int]] = {}

    def _sorted(self, entries: "array[int]", ends: "array[int]") -> "tuple[array[int], array[int]]":
        """Where each slot's numbers begin, and all numbers, by slot."""
        counts = array("I", bytes(4 * len(self._slots)))
        for slot in entries:
            counts[slot] += 1
        starts = array("I", accumulate(counts, initial=0))
        free, numbers, begin = starts[:], array("I", bytes(4 * len(entries))), 0
        for number, end in enumerate(ends):
            for slot in entries[begin:end]:
                numbers[free[slot]] = number
                free[slot] += 1
            begin = end
        return starts, numbers

    def add(self, number: int, pairs: Collection[str]) -> None:
        """One more name."""
        for pair in pairs:
            self._later.setdefault(pair, array("I")).append(number)

    def count(self, pair: str) -> int:
        """How many names have it."""
        start, end = self._span(pair)
        return end - start + len(self._later.get(pair, ()))

    def having(self, pair: str) -> "array[int]":
        """The names that have it."""
        start, end = self._span(pair)
        return self._numbers[start:end] + self._later.get(pair, array("I"))

    def _span(self, pair: str) -> tuple[int, int]:
        slot = self._slots.get(pair)
        return (0, 0) if slot is None else (self._starts[slot], self._starts[slot + 1])
