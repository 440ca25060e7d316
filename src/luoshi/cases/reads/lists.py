"""Lists of cases: filtered, keyset-paged, and what waits for a viewer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Q, QuerySet

from luoshi.cases import clocks
from luoshi.cases.flow import FLOW, OPEN
from luoshi.cases.models import TAIL, Case, CasePrivate
from luoshi.cases.reads.scope import clause, public, visible
from luoshi.kernel.search import Written
from luoshi.kernel.search_tokens import query
from luoshi.kernel.viewer import Viewer

SIZE = 50
RELATED = ("private", "category", "unit", "handler")
Cursor = tuple[datetime, int]
# how a number may end, as people say it: `5005`, `075005`, `2021-075005`, of a part `075005-1`
_ENDS: Final = re.compile(r"(\d{4}-)?\d{4,9}(-\d{1,2})?", re.ASCII)


@dataclass(frozen=True)
class Filters:
    """What a list can be narrowed by; empty means all. `light` needs `now`."""

    q: str = ""
    state: str = ""
    top: str = ""
    county: str = ""
    street: str = ""
    category: str = ""
    unit: int | None = None
    light: str = ""
    source: str = ""
    mine: bool = False


@dataclass(frozen=True)
class Page:
    """One page of a list; `more` is the cursor of the next one."""

    rows: list[Case]
    more: Cursor | None


def lit(rows: QuerySet[Case], light: str, now: datetime) -> QuerySet[Case]:
    """Only the cases with that light."""
    if light == "r":
        return rows.filter(next_due_at__lt=now)
    if light == "y":
        return rows.filter(next_due_at__gte=now, next_warn_at__lte=now)
    if light == "g":
        return rows.filter(next_due_at__gte=now).filter(Q(next_warn_at__gt=now) | Q(next_warn_at=None))
    return rows


def narrowed(rows: QuerySet[Case], filters: Filters, viewer: Viewer, now: datetime) -> QuerySet[Case]:
    """The rows that pass all filters."""
    if filters.q:
        rows = _matching(rows, filters.q)
    if filters.state in ("open", "ended"):
        rows = rows.filter(state__in=FLOW.group(filters.state))
    elif filters.state:
        rows = rows.filter(state=filters.state)
    exact: dict[str, Any] = {
        "top": filters.top, "county": filters.county, "street": filters.street, "category_id": filters.category,
        "unit_id": filters.unit,
    }  # fmt: skip
    whose = {"source": filters.source} if filters.source else {"ours": True}
    rows = rows.filter(**whose, **{name: value for name, value in exact.items() if value})
    if filters.mine:
        rows = rows.filter(handler_id__in=viewer.persons)
    return lit(rows, filters.light, now)


def _matching(rows: QuerySet[Case], text: str) -> QuerySet[Case]:
    number = text.strip().upper()
    if number.startswith("J-"):
        return rows.filter(number=number)
    words = query(text)
    if not words:
        return rows.none()
    if not _ENDS.fullmatch(number):
        return rows.filter(private__tokens__contains=Written(words))
    # figures may be the end of a number or stand in a text: each is looked up in its own index, then put together
    ends = Case.objects.alias(tail=TAIL).filter(tail__startswith=number[::-1]).values("pk")
    return rows.filter(pk__in=ends.union(CasePrivate.objects.filter(tokens__contains=Written(words)).values("pk")))


def whole(rows: QuerySet[Case]) -> QuerySet[Case]:
    """The rows with all that belongs to them."""
    return rows.select_related(*RELATED)


def after_newest(rows: QuerySet[Case], after: Cursor) -> QuerySet[Case]:
    """Those that follow a cursor, newest report first."""
    at, key = after
    return rows.filter(Q(reported_at__lt=at) | Q(reported_at=at, id__lt=key), reported_at__lte=at)


def after_due(rows: QuerySet[Case], after: Cursor) -> QuerySet[Case]:
    """Those that follow a cursor, first due first."""
    at, key = after
    return rows.filter(Q(next_due_at__gt=at) | Q(next_due_at=at, id__gt=key), next_due_at__gte=at)


def newest(rows: QuerySet[Case], after: Cursor | None, size: int = SIZE) -> Page:
    """A keyset page, newest report first."""
    if after is not None:
        rows = after_newest(rows, after)
    found = list(whole(rows).order_by("-reported_at", "-id")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], (last.reported_at, last.pk) if last else None)


def first_due(rows: QuerySet[Case], after: Cursor | None, size: int = SIZE) -> Page:
    """A keyset page of cases with a running clock, first due first."""
    if after is not None:
        rows = after_due(rows, after)
    found = list(whole(rows).order_by("next_due_at", "id")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], (last.next_due_at, last.pk) if last and last.next_due_at else None)


def list_page(viewer: Viewer, filters: Filters, now: datetime, after: Cursor | None = None) -> Page:
    """A page of the cases that the viewer may see: newest first, or, asked for a light, first due first."""
    rows = narrowed(visible(viewer), filters, viewer, now)
    return first_due(rows, after) if filters.light else newest(rows, after)


def public_page(filters: Filters, now: datetime, after: Cursor | None = None) -> Page:
    """A page of the cases that anybody may see; their light is that of the whole (`clocks.whole_light`)."""
    rows = narrowed(public(filters.source), replace(filters, light=""), Viewer(kind="public"), now)
    return newest(whole_lit(rows, filters.light, now), after)


def whole_lit(rows: QuerySet[Case], light: str, now: datetime) -> QuerySet[Case]:
    """Only the cases whose whole has that light."""
    if not light:
        return rows
    running = rows.filter(state__in=clocks.WHOLE, status="going")
    if light == "r":
        return running.filter(due_at__lt=now)
    in_time = running.filter(due_at__gte=now)
    return in_time.filter(warn_at__lte=now) if light == "y" else in_time.filter(Q(warn_at__gt=now) | Q(warn_at=None))


# which states wait for the holder of which right
WAITS = {
    "cases.accept": ("reported",),
    "cases.dispatch": ("accepted",),
    "cases.decide": ("joint",),
    "cases.sign": ("dispatched",),
    "cases.pass": ("dispatched",),
    "cases.handle": ("handling",),
    "cases.verify": ("handled",),
    "cases.callback": ("verified",),
}


def waiting(viewer: Viewer) -> QuerySet[Case]:
    """Open cases at a step that the viewer has the right to take."""
    due = Q()
    for right, states in WAITS.items():
        reach = viewer.reach(right)
        if reach is None:
            continue
        here = Q(state__in=states)
        if not reach.everything:
            here &= Q(unit_id__in=reach.units) | (Q(handler_id__in=viewer.persons) if reach.own else Q())
        if right == "cases.verify" and viewer.persons:
            here &= ~Q(worked_by__overlap=sorted(viewer.persons))
        due |= here
    due |= _to_grant(viewer)
    return Case.objects.filter(due, next_due_at__isnull=False) if due else Case.objects.none()


def _to_grant(viewer: Viewer) -> Q:
    """Extensions that others asked for and the viewer may decide on."""
    reach = viewer.reach("cases.grant")
    if reach is None:
        return Q()
    asked = Q(state="handling", extend_to__isnull=False) & ~Q(extend_by__in=viewer.persons)
    return asked if reach.everything else asked & Q(unit_id__in=reach.units)


def tally(viewer: Viewer, edges: Sequence[datetime]) -> list[int]:
    """How many wait for the viewer that are due before each moment, and last how many in all; one query."""
    counts = {f"n{i}": Count("id", filter=Q(next_due_at__lt=edge)) for i, edge in enumerate(edges)}
    found = waiting(viewer).aggregate(**counts, all=Count("id"))
    return [found[name] for name in (*counts, "all")]


def tabs(viewer: Viewer, now: datetime) -> dict[str, int]:
    """How many of the viewer's open cases there are: `open`, `mine`, `r` overdue, `y` due soon; one query."""
    scope, values = clause(viewer)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*), count(*) FILTER (WHERE c.handler_id = ANY(%(me)s)),
              count(*) FILTER (WHERE c.next_due_at < %(now)s),
              count(*) FILTER (WHERE c.next_due_at >= %(now)s AND c.next_warn_at <= %(now)s)
            FROM "case" c WHERE c.ours AND c.closed_at IS NULL AND {scope}
            """,
            values | {"me": sorted(viewer.persons), "now": now},
        )
        return dict(zip(("open", "mine", "r", "y"), cursor.fetchone(), strict=True))


# what a row of my work shows, and what the guards of the moves read; the place in words comes from memory
WORKED = (
    "number", "log_id", "sim", "category__zh", "category__en", "county", "street", "state", "status", "version",
    "unit_id", "handler_id", "worked_by", "evidence", "returns", "by_staff", "contacted_at", "extend_to", "extended",
    "extend_by", "grade", "followup", "part_of_id", "next_due_at", "next_warn_at", "step_due_at", "step_kind",
    "due_kind", "private__text",
)  # fmt: skip


def my_work(viewer: Viewer, limit: int = SIZE, since: datetime | None = None) -> list[Case]:
    """What waits for the viewer (and is due at `since` or later), first due first."""
    rows = waiting(viewer)
    if since is not None:
        rows = rows.filter(next_due_at__gte=since)
    rows = rows.select_related("private", "category").only(*WORKED)
    return list(rows.order_by("next_due_at", "id")[:limit])


__all__ = [
    "OPEN",
    "Filters",
    "Page",
    "list_page",
    "my_work",
    "newest",
    "public_page",
    "tabs",
    "tally",
    "waiting",
]
