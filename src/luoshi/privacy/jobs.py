"""What the worker does for privacy, each night."""

from pathlib import Path

from django.conf import settings

from luoshi.kernel.jobs import every
from luoshi.privacy import keep, scrub


@every("23 3 * * *", "privacy.nightly")
def nightly() -> None:
    """Delete what was kept long enough and what was left over; then let the database forget the deleted rows."""
    home = Path(settings.CONF.home)
    keep.expire()
    keep.replay(home)
    keep.sweep()
    scrub.after_deletions(home)
