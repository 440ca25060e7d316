"""The three rates of units over the cases reported in a period; each numerator and denominator is counted, never a rate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from luoshi.cases import rates
from luoshi.cases.flow import OPEN
from luoshi.cases.reads.scope import SEE
from luoshi.kernel import clock
from luoshi.kernel.kept import Kept
from luoshi.kernel.problems import Denied
from luoshi.kernel.rights import demand, rows
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer

_COUNTS: Final = """
  count(*), count(*) FILTER (WHERE state = 'closed'), count(*) FILTER (WHERE state = ANY(%(open)s)),
  count(*) FILTER (WHERE next_due_at < %(now)s),
  count(*) FILTER (WHERE NOT by_staff AND contacted_at <= response_due_at),
  count(*) FILTER (WHERE NOT by_staff AND response_due_at IS NOT NULL
                   AND (%(response)s = 'all' OR contacted_at IS NOT NULL OR response_due_at < %(now)s)),
  count(*) FILTER (WHERE NOT by_staff AND solved),
  count(*) FILTER (WHERE NOT by_staff AND CASE %(solved)s WHEN 'closed' THEN state = 'closed' ELSE solved IS NOT NULL END),
  count(*) FILTER (WHERE NOT by_staff AND grade >= %(grade)s),
  count(*) FILTER (WHERE NOT by_staff AND CASE %(satisfied)s WHEN 'closed' THEN state = 'closed'
                   WHEN 'answered' THEN solved IS NOT NULL ELSE grade IS NOT NULL END),
  count(*) FILTER (WHERE NOT by_staff AND state = 'closed' AND solved IS NULL AND calls > 0),
  count(*) FILTER (WHERE NOT by_staff AND state = 'closed' AND grade IS NULL),
  count(*) FILTER (WHERE followup = 'due')
FROM "case"
WHERE ours AND part_of_id IS NULL AND unit_id IS NOT NULL AND reported_at >= %(start)s AND reported_at < %(end)s
  AND state NOT IN ('abuse', 'withdrawn', 'refused', 'merged')
"""


@dataclass(frozen=True)
class Rates:
    """Counts of one unit: cases; (part, whole) by rate; citizens who were called and not reached; not graded; bad grades."""

    cases: int = 0
    closed: int = 0
    open: int = 0
    overdue: int = 0
    response: tuple[int, int] = (0, 0)
    solved: tuple[int, int] = (0, 0)
    satisfied: tuple[int, int] = (0, 0)
    unreached: int = 0
    unrated: int = 0
    followups: int = 0

    @property
    def shares(self) -> Mapping[str, tuple[int, int]]:
        """(part, whole) by the rate's name."""
        return {name: getattr(self, name) for name in rates.NAMES}


def _rates(n: tuple[int, ...]) -> Rates:
    return Rates(n[0], n[1], n[2], n[3], (n[4], n[5]), (n[6], n[7]), (n[8], n[9]), n[10], n[11], n[12])


def _asked(start: datetime, end: datetime) -> dict[str, Any]:
    rule = rates.current()
    return {
        "start": start, "end": end, "now": clock.now(), "open": list(OPEN), "grade": rule.satisfied_from, **rule.bases,
    }  # fmt: skip


def _city(start: datetime, end: datetime) -> Mapping[int, Rates]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT unit_id, {_COUNTS} GROUP BY unit_id", _asked(start, end))
        return {row[0]: _rates(row[1:]) for row in cursor.fetchall()}


_all: Final = Kept(_city, 15.0)


def sees(viewer: Viewer, unit: int) -> bool:
    """May the viewer see a unit's rates: who sees all its cases, not only their own?"""
    reach = rows(viewer, SEE)
    return reach.everything or unit in reach.units


def by_unit(viewer: Viewer, start: datetime, end: datetime) -> dict[int, Rates]:
    """The rates of every unit that the viewer may see, at most fifteen seconds old. Raises Denied."""
    demand(viewer, SEE)
    return {unit: found for unit, found in _all(start, end).items() if sees(viewer, unit)}


def of_unit(viewer: Viewer, unit: int, start: datetime, end: datetime, zone: str) -> tuple[Rates, dict[int, Rates]]:
    """One unit's rates in a period, and by month (1–12) of its first year. Raises Denied."""
    if not sees(viewer, unit):
        raise Denied(T("您不能看这个单位的数", "You may not see this unit's numbers"))
    given = {**_asked(start, end), "unit": unit, "zone": zone}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_COUNTS} AND unit_id = %(unit)s", given)
        whole = cursor.fetchone()
        month = "extract(month FROM reported_at AT TIME ZONE %(zone)s)::int"
        cursor.execute(f"SELECT {month}, {_COUNTS} AND unit_id = %(unit)s GROUP BY 1 ORDER BY 1", given)
        return _rates(whole), {row[0]: _rates(row[1:]) for row in cursor.fetchall()}
