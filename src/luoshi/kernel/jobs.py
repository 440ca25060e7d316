"""The seam over the job queue (procrastinate): deferred in the caller's transaction, so that a job exists exactly
when what it follows from was committed. Arguments are identifiers only, never personal data. Real time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from luoshi.kernel import clock

F = TypeVar("F", bound=Callable[..., None])


def job(name: str, *, retries: int = 5, growing: int = 0) -> Callable[[F], F]:
    """Register a function as the job called `name`; it may run more than once, so it must stand repetition.

    What fails is tried again at once, or with `growing` after that many seconds, then its square, its cube and so on.
    """

    def register(function: F) -> F:
        again = RetryStrategy(max_attempts=retries, exponential_wait=growing) if growing else retries
        app.task(name=name, retry=again, queue="work")(function)
        return function

    return register


def _as_queued(cron: str) -> str:
    """A time of day as the queue, which knows UTC only, has to read it; patterns without an hour are the same anywhere."""
    minute, hour, *days = cron.split()
    if not hour.isdigit():
        return cron
    ahead = clock.real().astimezone(ZoneInfo(settings.TIME_ZONE)).utcoffset() or timedelta(0)
    at = (timedelta(hours=int(hour), minutes=int(minute)) - ahead) % timedelta(days=1)
    return " ".join([str(at.seconds // 60 % 60), str(at.seconds // 3600), *days])


def every(cron: str, name: str) -> Callable[[F], F]:
    """Register a function that runs at each time of a cron pattern, hours in the city's time, once over all workers."""

    def register(function: F) -> F:
        def run(timestamp: int) -> None:
            function()

        task = app.task(name=name, queue="clock", queueing_lock=name, pass_context=False)(run)
        app.periodic(cron=_as_queued(cron), periodic_id=name)(task)
        return function

    return register


def defer(name: str, **arguments: Any) -> None:
    """Queue a job in the current transaction."""
    app.configure_task(name).defer(**arguments)
