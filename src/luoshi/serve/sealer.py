"""Sealing, every few seconds, beside the worker's jobs: no long job makes a receipt wait."""

import logging
from threading import Event, Thread
from time import monotonic
from typing import Final

log = logging.getLogger("luoshi.sealing")
_PRUNE_EVERY: Final = 3600.0  # seconds
_BOARD_EVERY: Final = 60.0  # and twenty times as long as it takes


class Sealer(Thread):
    """Seals what waits every `seconds`; what stops it is logged once and tried again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(name="sealer", daemon=True)
        self.seconds = seconds
        self.ended = Event()
        self._said = ""
        self._pruned = monotonic()
        self._board_at = 0.0

    def run(self) -> None:
        """Until `ended`; a process that is killed in the middle leaves nothing half-sealed."""
        while not self.ended.wait(self.seconds):
            try:
                self.once()
                self._said = ""
            except Exception as error:  # whatever it is, the next round tries again
                self._failed(error)

    def once(self) -> None:
        """One round."""
        from django.db import close_old_connections

        from luoshi.kernel.ledger import place, seal

        close_old_connections()
        ours = place.current()
        due = seal.is_due(ours)
        if due:
            seal.seal_all(ours)
        self._figures(sealed=due)
        if monotonic() - self._pruned > _PRUNE_EVERY:
            self._pruned = monotonic()
            seal.prune(ours)

    def _figures(self, *, sealed: bool) -> None:
        """What was sealed goes out to the columnar files; what pages show of it, which costs more, now and then."""
        from django.conf import settings

        from luoshi.figures import board, lake
        from luoshi.kernel import lines

        now, home = monotonic(), settings.CONF.home
        if sealed:
            for face in lines.installed():
                lake.bring(home, face)
        if now >= self._board_at and board.is_due():
            board.refresh(home)
            self._board_at = monotonic() + max(_BOARD_EVERY, 20 * (monotonic() - now))

    def _failed(self, error: Exception) -> None:
        from django.db import connection

        connection.close()
        what = f"{type(error).__name__}: {error}"
        if what != self._said:
            log.error("not sealed: %s", what)
            self._said = what
