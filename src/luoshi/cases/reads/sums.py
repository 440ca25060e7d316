"""Counts over our own cases (imported ones are left out unless asked for): the year's street numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection

from luoshi.cases import clocks, rates
from luoshi.cases.flow import OPEN
from luoshi.cases.reads.scope import visible
from luoshi.kernel import clock
from luoshi.kernel.kept import Kept
from luoshi.kernel.viewer import Viewer


@dataclass(frozen=True)
class Share:
    """A numerator over a denominator; the quotient is taken once, when shown."""

    part: int
    whole: int


@dataclass(frozen=True)
class Year:
    """The street numbers of a period: counts, and the three rates 三率 with numerator and denominator.

    `reported` are all reports of the period, each problem once (parts and merged ones stand with their case), `out` of
    them not taken on, taken back or abuse, `hidden` of kinds that are never public. `overdue`: still being handled after
    the due time of the whole.
    """

    reported: int
    out: int
    hidden: int
    closed: int
    open: int
    overdue: int
    response: Share
    on_time: Share
    solved: Share
    satisfied: Share
    unrated: int


# what was reported and is not worked on
OUT: Final = ("refused", "withdrawn", "abuse")
_YEAR = """
SELECT count(*),
  count(*) FILTER (WHERE state = ANY(%(out)s)),
  count(*) FILTER (WHERE NOT public),
  count(*) FILTER (WHERE state = 'closed'),
  count(*) FILTER (WHERE state = ANY(%(open)s)),
  count(*) FILTER (WHERE state = ANY(%(whole)s) AND status = 'going' AND due_at < %(now)s),
  count(*) FILTER (WHERE NOT by_staff AND state <> ALL(%(out)s) AND response_due_at IS NOT NULL
                   AND contacted_at <= response_due_at),
  count(*) FILTER (WHERE NOT by_staff AND state <> ALL(%(out)s) AND response_due_at IS NOT NULL
                   AND (contacted_at IS NOT NULL OR response_due_at < %(now)s)),
  count(*) FILTER (WHERE handled_at IS NOT NULL AND handled_at <= due_at),
  count(*) FILTER (WHERE handled_at IS NOT NULL AND due_at IS NOT NULL),
  count(*) FILTER (WHERE NOT by_staff AND solved),
  count(*) FILTER (WHERE NOT by_staff AND solved IS NOT NULL),
  count(*) FILTER (WHERE NOT by_staff AND grade >= %(grade)s),
  count(*) FILTER (WHERE NOT by_staff AND grade IS NOT NULL),
  count(*) FILTER (WHERE NOT by_staff AND state = 'closed' AND grade IS NULL)
FROM "case"
WHERE ours AND part_of_id IS NULL AND reported_at >= %(start)s AND reported_at < %(end)s
  AND state <> 'merged'
"""


def year(start: datetime, end: datetime, now: datetime) -> Year:
    """The city's own numbers of a period; public, since they name nobody."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "open": list(OPEN),
            "whole": sorted(clocks.WHOLE),
            "out": list(OUT),
            "grade": rates.current().satisfied_from,
        }
        cursor.execute(_YEAR, values | {"now": now, "start": start, "end": end})
        n = cursor.fetchone()
    return Year(
        n[0], n[1], n[2], n[3], n[4], n[5], Share(n[6], n[7]), Share(n[8], n[9]), Share(n[10], n[11]), Share(n[12], n[13]), n[14]
    )  # fmt: skip


def by_county(start: datetime, end: datetime) -> dict[str, tuple[int, int]]:
    """County code → (reported, open) of a period, for the map."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT county, count(*), count(*) FILTER (WHERE state = ANY(%s)) FROM "case"
            WHERE ours AND part_of_id IS NULL AND state <> 'merged' AND reported_at >= %s AND reported_at < %s GROUP BY county
            """,
            [list(OPEN), start, end],
        )
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


def by_month(start: datetime, end: datetime, zone: str) -> list[tuple[int, int]]:
    """(month, reported) of a period in the city's time."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT extract(month FROM reported_at AT TIME ZONE %s)::int AS month, count(*) FROM "case"
            WHERE ours AND part_of_id IS NULL AND state <> 'merged' AND reported_at >= %s AND reported_at < %s GROUP BY month ORDER BY month
            """,
            [zone, start, end],
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Street:
    """The public home's numbers of one year, computed at `at`: reports by county and by month, of the year before too."""

    at: datetime
    year: Year
    counties: Mapping[str, tuple[int, int]]
    months: Sequence[tuple[int, int]]
    months_before: Sequence[tuple[int, int]]


def _street(of: int, zone: str) -> Street:
    now = clock.now()
    before, start, end = (datetime(one, 1, 1, tzinfo=ZoneInfo(zone)) for one in (of - 1, of, of + 1))
    return Street(
        now, year(start, end, now), by_county(start, end), by_month(start, end, zone), by_month(before, start, zone)
    )


street_numbers: Final = Kept(_street, 15.0)
"""(year, time zone) → `Street`, at most fifteen seconds old: everybody opens the home, and each time it reads the year."""


def open_counts(viewer: Viewer, now: datetime) -> dict[str, int]:
    """How many open cases of the viewer stand in each state, with `overdue` beside; one query."""
    from django.db.models import Count, Q

    rows = visible(viewer).filter(ours=True, state__in=OPEN).values_list("state")
    found: dict[str, int] = {"overdue": 0}
    for state, count, late in rows.annotate(n=Count("id"), late=Count("id", filter=Q(next_due_at__lt=now))):
        found[state] = count
        found["overdue"] += late
    return found
