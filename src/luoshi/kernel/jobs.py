"""The seam over the job queue (procrastinate): deferred in the caller's transaction, so that a job exists exactly
when what it follows from was committed. Arguments are identifiers only, never personal data. Real time."""

from collections.abc import Callable
from typing import Any, TypeVar

from procrastinate.contrib.django import app

F = TypeVar("F", bound=Callable[..., None])


def job(name: str, *, retries: int = 5) -> Callable[[F], F]:
    """Register a function as the job called `name`; it may run more than once, so it must stand repetition."""

    def register(function: F) -> F:
        app.task(name=name, retry=retries, queue="work")(function)
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
