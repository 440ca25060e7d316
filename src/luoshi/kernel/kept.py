"""What a process may remember for some seconds of real time, so that pages which everybody opens cost one query a while.

Only for what nobody would miss for that long, such as the sums of the public home; never for rights.
"""

from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any, Final, Generic, TypeVar

V = TypeVar("V")
_all: "Final[list[Kept[Any]]]" = []


class Kept(Generic[V]):
    """A value for each key, made anew when it is older than `seconds`; the newest `most` keys are kept."""

    def __init__(self, make: Callable[..., V], seconds: float, most: int = 64) -> None:
        self._make, self._seconds, self._most = make, seconds, most
        self._found: dict[Hashable, tuple[float, V]] = {}
        _all.append(self)

    def __call__(self, *key: Hashable) -> V:
        """What `make(*key)` gave at most `seconds` ago."""
        at, found = monotonic(), self._found.get(key)
        if found is None or at - found[0] > self._seconds:
            if len(self._found) >= self._most:
                self._found.clear()
            found = self._found[key] = (at, self._make(*key))
        return found[1]

    def forget(self) -> None:
        """Ask anew next time."""
        self._found.clear()


def forget_all() -> None:
    """Ask everything anew, as after the rows were changed beside the application."""
    for one in _all:
        one.forget()
