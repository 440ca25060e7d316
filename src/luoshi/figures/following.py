"""What files declare, read again where they changed; a server goes on with the last that was good."""

import logging
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Generic, TypeVar

from luoshi.figures.declare import FigureError
from luoshi.kernel.problems import Problem
from luoshi.kernel.text import T

log = logging.getLogger("luoshi.figures")
A = TypeVar("A")
Stamp = tuple[tuple[str, int], ...]
_SERVERS: Final = ("luoshi.wsgi", "luoshi.serve.worker")


class Unusable(Problem):
    """A server was started with declarations that are wrong."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            T(
                "指标的声明有错，暂时看不了；管理员运行 luoshi doctor 可看到是哪一行",
                "A figure is declared wrongly, so figures cannot be shown now; luoshi doctor tells the administrator which line",
            )
        )


def stamp(found: Iterable[Path]) -> Stamp:
    """By what one sees that files have changed."""
    return tuple((str(path), path.stat().st_mtime_ns) for path in found)


class Following(Generic[A]):
    """The declarations of some files: `now` says by what a change is seen, `read` reads them and raises FigureError."""

    def __init__(self, now: Callable[[], Stamp], read: Callable[[], A]) -> None:
        self._now, self._read = now, read
        self._kept: tuple[Stamp, A] | None = None
        self._bad: Stamp | None = None

    def __call__(self) -> A:
        """As they are now. Raises FigureError; in a server Unusable, and only where none were good since it started."""
        now = self._now()
        if self._kept is not None and now in (self._kept[0], self._bad):
            return self._kept[1]
        try:
            self._kept, self._bad = (now, self._read()), None
        except FigureError as error:
            if not any(name in sys.modules for name in _SERVERS):
                raise
            log.error("declarations of figures: %s", error)
            if self._kept is None:
                raise Unusable from error
            self._bad = now
        return self._kept[1]
