"""The only `now()`. A real city has the machine's clock; a demo has one row in the database that all processes share.

The demo's clock runs while a server runs: now = base + (real now − since), but no further than the server's last beat
plus a grace, so that a killed server's clock stands still. It never stands behind the last event recorded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

from django.db import connection, transaction

GRACE: Final = timedelta(seconds=15)
_FRESH: Final = 2.0  # seconds for which a process trusts the row it read
_fixed: ContextVar[datetime | None] = ContextVar("fixed", default=None)


@dataclass(frozen=True)
class Row:
    """The shared clock: its time `base` at the real time `since` (None: standing), alive until `beat`."""

    base: datetime
    since: datetime | None
    beat: datetime | None

    def at(self, real: datetime) -> datetime:
        """The demo's time at a real time."""
        if self.since is None or self.beat is None:
            return self.base
        return self.base + max(min(real, self.beat + GRACE) - self.since, timedelta(0))


_cached: tuple[float, Row | None] | None = None


def _read() -> Row | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT base, since, beat FROM demo_clock")
        found = cursor.fetchone()
    return Row(*found) if found else None


def _row() -> Row | None:
    global _cached
    if _cached is None or monotonic() - _cached[0] > _FRESH:
        _cached = (monotonic(), _read())
    return _cached[1]


def forget() -> None:
    """Forget the row that this process read, as after a change of database."""
    global _cached
    _cached = None


def real() -> datetime:
    """The machine's time, UTC: for log-ins, sessions, limits and the job queue."""
    return datetime.now(UTC)


def now() -> datetime:
    """The city's present moment, aware, UTC."""
    fixed = _fixed.get()
    if fixed is not None:
        return fixed
    row = _row()
    return real() if row is None else row.at(real())


def is_simulated() -> bool:
    """Does this installation live in a demo's time?"""
    return _row() is not None


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Run a block at a fixed moment: for tests and for playing a demo's past."""
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)


def set_demo(moment: datetime) -> None:
    """Make the demo's clock stand at `moment`; once, at creation."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO demo_clock (id, base) VALUES (1, %s)", [moment])
    forget()


def _settle(cursor: "object", running: bool) -> None:
    """Carry the clock on from where it stands now, never behind the last event."""
    cursor.execute(  # type: ignore[attr-defined]
        """
        UPDATE demo_clock SET
          base = greatest(
            base + coalesce(greatest(least(clock_timestamp(), beat + %s) - since, interval '0'), interval '0'),
            coalesce((SELECT max(recorded_at) FROM event), base)),
          since = CASE WHEN %s THEN clock_timestamp() END,
          beat = CASE WHEN %s THEN clock_timestamp() END
        """,
        [GRACE, running, running],
    )


def server_started() -> None:
    """A server runs from now on: the demo's clock starts. Nothing in a real city."""
    with transaction.atomic(), connection.cursor() as cursor:
        _settle(cursor, running=True)
    forget()


def server_beat() -> None:
    """The server still runs; called every few seconds."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE demo_clock SET beat = clock_timestamp() WHERE since IS NOT NULL")


def server_stopped() -> None:
    """The server stops: the demo's clock stands still."""
    with transaction.atomic(), connection.cursor() as cursor:
        _settle(cursor, running=False)
    forget()
