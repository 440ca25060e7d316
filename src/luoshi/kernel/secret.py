"""The installation's secret under which codes are hashed."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from luoshi import home


def secret() -> bytes:
    """The key under which tracking codes are hashed."""
    return _secret(settings.CONF.home)


@lru_cache(maxsize=1)
def _secret(place: Path) -> bytes:
    """Read once a process: it never changes."""
    return home.secret(place, "codes").encode()
