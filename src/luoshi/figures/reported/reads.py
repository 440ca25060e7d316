"""Reported values: those in the table for staff, and those that the sealed log approves, which answers are made of."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import orjson
from django.db import connection

from luoshi.figures.models import ReportedValue
from luoshi.figures.reported.flow import FLOW, LINE, SEE
from luoshi.kernel.problems import Absent
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer

ALIVE: Final = ("proposed", "approved")
SHOWN: Final = 200


def listed(viewer: Viewer, state: str, limit: int = SHOWN) -> list[ReportedValue]:
    """The values in a state, those entered last first. Raises Denied."""
    demand(viewer, SEE)
    rows = ReportedValue.objects.filter(state=state).select_related("placed_by", "approved_by")
    return list(rows.order_by("-placed_at", "-id")[:limit])


def count(viewer: Viewer, state: str) -> int:
    """How many values are in a state. Raises Denied."""
    demand(viewer, SEE)
    return ReportedValue.objects.filter(state=state).count()


def one(viewer: Viewer, ref: int) -> ReportedValue:
    """A value. Raises Denied or Absent."""
    demand(viewer, SEE)
    found = ReportedValue.objects.select_related("placed_by", "approved_by").filter(pk=ref).first()
    if found is None:
        raise Absent
    return found


def vintages(viewer: Viewer, row: ReportedValue) -> list[ReportedValue]:
    """All values of the same figure, period and member, the newest vintage first. Raises Denied."""
    demand(viewer, SEE)
    rows = ReportedValue.objects.select_related("placed_by", "approved_by").filter(subject=row.subject)
    return list(rows.order_by("-vintage", "-id"))


def lock(viewer: Viewer, ref: int) -> ReportedValue:
    """Lock a value for a move. Raises Denied or Absent."""
    demand(viewer, SEE)
    found = ReportedValue.objects.filter(pk=ref).select_for_update().first()
    if found is None:
        raise Absent
    return found


def told(row: ReportedValue) -> T:
    """What a stale caller is told."""
    state = FLOW.state(row.state).text
    return T("这个数值刚被处理：{state}", "This value was dealt with meanwhile: {state}").fill(state=state)


def subject_of(figure: str, period: str, member: str) -> UUID:
    """The id by which the log knows these three, a new one for the first value; nobody else gives one meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{figure}|{period}|{member}"])
    rows = ReportedValue.objects.filter(figure=figure, period=period, member=member)
    return rows.values_list("subject", flat=True).first() or uuid4()


def at_vintage(figure: str, period: str, member: str, vintage: date) -> ReportedValue | None:
    """The value of a vintage that waits or is approved."""
    rows = ReportedValue.objects.filter(figure=figure, period=period, member=member, vintage=vintage)
    return rows.filter(state__in=ALIVE).first()


def newest(figure: str, period: str, member: str) -> ReportedValue | None:
    """The approved value of the newest vintage, sealed or not."""
    rows = ReportedValue.objects.filter(figure=figure, period=period, member=member, state="approved")
    return rows.order_by("-vintage", "-id").first()


class Known(NamedTuple):
    """A published value as the log has it, with the place of the entry that approves it."""

    figure: str
    period: str
    member: str
    value: Decimal
    vintage: date
    status: str
    source: str
    document: str
    page: str
    address: str
    note: str
    place: int


_APPROVED: Final = """
SELECT e.verb, e.body::text, l.idx FROM event e JOIN log_leaf l ON l.event_id = e.id
WHERE e.subject IN (SELECT subject FROM reported_value WHERE figure = %s) AND e.line = %s
  AND e.verb IN ('approve', 'withdraw') AND l.idx < %s ORDER BY l.idx
"""


def known(figure: str, size: int) -> list[Known]:
    """The approved values of a figure as of a size of the log, by vintage; public."""
    with connection.cursor() as cursor:
        cursor.execute(_APPROVED, [figure, LINE, size])
        rows = cursor.fetchall()
    found: dict[tuple[str, str, str], Known] = {}
    for verb, text, place in rows:
        value = _known(orjson.loads(text), place)
        key = (value.period, value.member, value.vintage.isoformat())
        if verb == "approve":
            found[key] = value
        else:
            found.pop(key, None)
    return sorted(found.values(), key=lambda one: (one.vintage, one.place))


def _known(body: Mapping[str, Any], place: int) -> Known:
    texts = {name: body.get(name, "") for name in Known._fields if name not in ("value", "vintage", "place")}
    return Known(**texts, value=Decimal(body["value"]), vintage=date.fromisoformat(body["vintage"]), place=place)
