"""The personal data of the street line, as privacy asks for them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from time import time
from typing import Final
from uuid import UUID

from luoshi.cases import photos
from luoshi.cases.actions.erase import erase
from luoshi.cases.actions.follow import unfollow
from luoshi.cases.reads import listeners, reporter
from luoshi.kernel.problems import Problem
from luoshi.kernel.viewer import SYSTEM, Viewer
from luoshi.privacy.erasures import Erased

CHUNK: Final = 1000


def _chunks(rows: Sequence[Erased]) -> Iterator[Sequence[Erased]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


class _Personal:
    name = "cases"

    def erase(self, viewer: Viewer, number: str, reason: str) -> None:
        """Delete what a case holds of persons. Raises Absent, Denied or NotNow."""
        erase(viewer, number, reason)

    def again(self, erased: Sequence[Erased]) -> int:
        """Do deletions of the list that this database does not know."""
        done = 0
        for some in _chunks(erased):
            known = reporter.erasures({one.subject for one in some})
            numbers = reporter.numbers([one.subject for one in some])
            done += self._left_again(some)
            for one in some:
                if one.erasure not in known and one.subject in numbers:
                    erase(SYSTEM, numbers[one.subject], "again", one.erasure)
                    done += 1
        return done

    def _left_again(self, erased: Sequence[Erased]) -> int:
        """Followers who had left."""
        wanted = {one.subject: one.erasure for one in erased}
        rows = listeners.followers(wanted)
        for row in rows:
            unfollow(row, wanted[row.pk])
        return len(rows)

    def expire(self, before: datetime, limit: int) -> int:
        """Delete what belongs to cases that ended before a moment."""
        done = 0
        for number in reporter.ended(before, limit):
            try:
                erase(SYSTEM, number, "retention")
                done += 1
            except Problem:
                continue  # somebody reopened it meanwhile
        return done

    def numbers(self, subjects: Sequence[UUID]) -> dict[UUID, str]:
        """The cases' numbers."""
        return reporter.numbers(subjects)

    def sweep(self, now: float | None = None) -> int:
        """Remove photographs older than a day that are in no row, and drafts that nobody sent."""
        gone = photos.clean_drafts()
        found = photos.old_files((now or time()) - photos.SWEPT_AFTER)
        while some := list(islice(found, CHUNK)):
            known = reporter.photographs({identity for identity, _ in some if identity is not None})
            for identity, file in some:
                if identity not in known:
                    file.unlink(missing_ok=True)
                    gone += 1
        return gone


PERSONAL: Final = _Personal()
