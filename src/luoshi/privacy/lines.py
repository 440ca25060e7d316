"""What privacy may ask of a line of work: each has it as `PERSONAL` in its `personal.py`, if it holds personal data."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol
from uuid import UUID

from luoshi.kernel.viewer import Viewer
from luoshi.privacy.erasures import Erased


class Personal(Protocol):
    """A line's personal data."""

    name: str

    def erase(self, viewer: Viewer, number: str, reason: str) -> None:
        """Delete what a record holds of persons, write it to the list of deletions, leave an event without a body.

        Raises Absent or NotNow.
        """
        ...

    def again(self, erased: Sequence[Erased]) -> int:
        """Do deletions of the list that this database does not know; returns how many were done."""
        ...

    def expire(self, before: datetime, limit: int) -> int:
        """Delete what belongs to records that ended before a moment; returns how many records, `limit` at most."""
        ...

    def numbers(self, subjects: Sequence[UUID]) -> dict[UUID, str]:
        """The numbers by which people know records of the log."""
        ...

    def sweep(self) -> int:
        """Remove files that belong to nothing; returns how many."""
        ...


@lru_cache(maxsize=1)
def installed() -> tuple[Personal, ...]:
    """The installed lines that hold personal data."""
    from django.conf import settings

    places = [f"luoshi.{name}.personal" for name in settings.LINES]
    return tuple(import_module(place).PERSONAL for place in places if find_spec(place) is not None)
