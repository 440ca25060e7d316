"""Counts over our own cases (imported ones are left out unless asked for): the year's street numbers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from luoshi.cases import clocks, rates
from luoshi.cases.flow import OPEN
from luoshi.cases.reads.scope import visible
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


def open_counts(viewer: Viewer, now: datetime) -> dict[str, int]:
    """How many open cases of the viewer stand in each state, with `overdue` beside; one query."""
    from django.db.models import Count, Q

    rows = visible(viewer).filter(ours=True, state__in=OPEN).values_list("state")
    found: dict[str, int] = {"overdue": 0}
    for state, count, late in rows.annotate(n=Count("id"), late=Count("id", filter=Q(next_due_at__lt=now))):
        found[state] = count
        found["overdue"] += late
    return found
