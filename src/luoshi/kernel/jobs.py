"""The seam over the job queue (procrastinate): deferred in the caller's transaction, so that a job exists exactly
when what it follows from was committed. Arguments are identifiers only, never personal data. Real time."""

from collections.abc import Callable
from typing import Any, TypeVar

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

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


def every(cron: str, name: str) -> Callable[[F], F]:
    """Register a function that runs at each time of a cron pattern, once over all workers."""

    def register(function: F) -> F:
        def run(timestamp: int) -> None:
            function()

        task = app.task(name=name, queue="clock", queueing_lock=name, pass_context=False)(run)
        app.periodic(cron=cron, periodic_id=name)(task)
        return function

    return register


def defer(name: str, **arguments: Any) -> None:
    """Queue a job in the current transaction."""
    app.configure_task(name).defer(**arguments)
