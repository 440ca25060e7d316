"""What is deleted by itself: what was kept long enough, what a crash or a restore brought back, files of nothing."""

from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from luoshi.kernel import clock
from luoshi.privacy import erasures, lines
from luoshi.privacy.erasures import Erased

AT_ONCE: Final = 200
A_NIGHT: Final = 20_000


def replay(home: Path) -> int:
    """Do every deletion of the list that the database does not know; returns how many."""
    by_line: dict[str, list[Erased]] = defaultdict(list)
    for one in erasures.load(home):
        by_line[one.line].append(one)
    return sum(line.again(by_line[line.name]) for line in lines.installed() if by_line[line.name])


def expire() -> int:
    """Delete the personal data of records that ended longer ago than the setting says; returns how many records."""
    before = clock.now() - timedelta(days=settings.CONF.number("keep_days"))
    done = 0
    for line in lines.installed():
        while done < A_NIGHT and (some := line.expire(before, AT_ONCE)):
            done += some
    return done


def sweep() -> int:
    """Remove files that belong to nothing; returns how many."""
    return sum(line.sweep() for line in lines.installed())
