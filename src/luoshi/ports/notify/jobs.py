"""What the worker does for notices. Arguments are ids of messages, never addresses or texts."""

from uuid import UUID

from luoshi.kernel.jobs import every, job
from luoshi.ports.notify import actions, staff


@job("notify.send", retries=actions.MOST, growing=4)
def send(message: str) -> None:
    """Send one message; what fails is tried again after 4, 16, 64 seconds and so on, up to five hours."""
    actions.attempt(UUID(message))


@every("* * * * *", "notify.release")
def release() -> None:
    """Queue what waited for the end of quiet hours."""
    actions.release_due()


@every("*/5 * * * *", "notify.staff")
def tell_staff() -> None:
    """Digests whose time has come, and what cannot wait."""
    staff.digests()
    staff.at_once()


@every("41 2 * * *", "notify.tidy")
def tidy() -> None:
    """Delete what was kept long enough."""
    actions.tidy(staff.kept())
