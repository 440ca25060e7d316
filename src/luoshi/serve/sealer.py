"""Sealing, every few seconds, beside the worker's jobs and beside what figures make of what was sealed: no long work makes a
receipt wait."""

import logging
from threading import Event, Thread
from time import monotonic
from typing import Final

log = logging.getLogger("luoshi.sealing")
_PRUNE_EVERY: Final = 3600.0  # seconds
_BOARD_EVERY: Final = 60.0  # and twenty times as long as it takes


class Rounds(Thread):
    """Something that is done again and again; what stops it is logged once and tried again."""

    what: str

    def __init__(self, seconds: float) -> None:
        super().__init__(name=type(self).__name__.lower(), daemon=True)
        self.seconds = seconds
        self.ended = Event()
        self._said = ""

    def run(self) -> None:
        """Until `ended`; a process that is killed in the middle leaves nothing half-done."""
        while not self.wait():
            try:
                self.once()
                self._said = ""
            except Exception as error:  # whatever it is, the next round tries again
                self._failed(error)

    def wait(self) -> bool:
        """Wait for the next round; has it ended?"""
        return self.ended.wait(self.seconds)

    def once(self) -> None:
        """One round."""
        raise NotImplementedError

    def _failed(self, error: Exception) -> None:
        from django.db import connection

        connection.close()
        what = f"{type(error).__name__}: {error}"
        if what != self._said:
            log.error("%s: %s", self.what, what)
            self._said = what


class Sealer(Rounds):
    """Seals what waits every `seconds`; `sealed` is set when it did."""

    what = "not sealed"

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.sealed = Event()
        self._pruned = monotonic()

    def once(self) -> None:
        """One round."""
        from django.db import close_old_connections

        from luoshi.kernel.ledger import place, seal

        close_old_connections()
        ours = place.current()
        if seal.is_due(ours):
            seal.seal_all(ours)
            self.sealed.set()
        if monotonic() - self._pruned > _PRUNE_EVERY:
            self._pruned = monotonic()
            seal.prune(ours)


class Bringer(Rounds):
    """What was sealed goes out to the columnar files at once; what pages show of it, which costs more, now and then."""

    what = "figures not brought"

    def __init__(self, seconds: float, sealed: Event) -> None:
        super().__init__(seconds)
        self.sealed = sealed
        self._board_at = 0.0

    def wait(self) -> bool:
        """Until something was sealed, or for a while: the board may be due without, and what failed is tried again."""
        (self.ended if self._said else self.sealed).wait(self.seconds)
        return self.ended.is_set()

    def once(self) -> None:
        """One round."""
        from django.conf import settings
        from django.db import close_old_connections

        from luoshi.figures import board, lake
        from luoshi.kernel import lines

        close_old_connections()
        sealed, now, home = self.sealed.is_set() or bool(self._said), monotonic(), settings.CONF.home
        self.sealed.clear()
        if sealed:
            for face in lines.installed():
                lake.bring(home, face)
        if now >= self._board_at and board.is_due():
            board.refresh(home)
            self._board_at = monotonic() + max(_BOARD_EVERY, 20 * (monotonic() - now))
