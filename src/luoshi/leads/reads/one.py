"""One company: found by its id in the log, locked for writing, its contacts and what happened to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Q, QuerySet

from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads.flow import LISTED, SEE
from luoshi.leads.models import Company, CompanyName
from luoshi.leads.reads.rule import listed_for

NOT_SHOWN: Final = T(
    "已登记，现在不对您公开：请问招商负责人", "is listed, and not shown to you: ask the head of investment"
)
ABSENT: Final = T("没有这家企业", "No such company")
_EVENTS: Final = """
SELECT e.id, e.act, e.verb, e.occurred_at, e.recorded_at, e.actor, e.body::text, p.body, e.corrects,
  EXISTS (SELECT FROM event c WHERE c.corrects = e.id)
FROM event e LEFT JOIN event_private p ON p.event_id = e.id WHERE e.subject = %s ORDER BY e.recorded_at, e.id
"""


def visible(viewer: Viewer) -> QuerySet[Company]:
    """The companies that the viewer may see."""
    return Company.objects.filter(listed_for(viewer))


def sees(viewer: Viewer, company: Company) -> bool:
    """May the viewer see that company?"""
    return visible(viewer).filter(pk=company.pk).exists()


def _uuid(ref: Any) -> UUID:
    try:
        return UUID(str(ref))
    except ValueError:
        raise Absent(ABSENT) from None


def get(viewer: Viewer, ref: UUID | str) -> Company:
    """The company of that id in the log, with its group and the one it was merged into. Raises Absent."""
    rows = visible(viewer).select_related("group", "merged_into").prefetch_related("former")
    found = rows.filter(log_id=_uuid(ref)).first()
    if found is None:
        raise Absent(ABSENT)
    return found


def lock(viewer: Viewer, ref: UUID | str) -> Company:
    """Lock a company, and the one it was merged into, for the caller's transaction. Raises Absent."""
    found = visible(viewer).select_for_update(no_key=True).filter(log_id=_uuid(ref)).first()
    if found is None:
        raise Absent(ABSENT)
    if found.merged_into_id is not None:
        found.merged_into = Company.objects.select_for_update(no_key=True).get(pk=found.merged_into_id)
    return found


def told(company: Company) -> T:
    """What a stale caller is told."""
    return T("这家企业刚才已被改过，请看新的一版", "This company was changed meanwhile: look at the new version")


def join(viewer: Viewer, verb: str, data: dict[str, Any]) -> None:
    """Lock the companies that a move names by their ids: `into`, `group`. Raises Invalid for one that is not there."""
    for name in ("into", "group"):
        if isinstance(data.get(name), str) and data[name]:
            try:
                data[name] = lock(viewer, data[name])
            except Absent:
                raise Invalid([Fault(name, str(data[name])[:40], ABSENT)]) from None


def one_listing(*said: str) -> None:
    """In the caller's transaction nobody else writes a company of such a name or code: so that none is listed twice at once."""
    with connection.cursor() as cursor:
        for one in sorted(filter(None, said)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"company {one}"])


def listed_with(code: str = "", name: str = "") -> Company | None:
    """The listed company with that code, or with that very name, now or formerly; for whoever is about to write one."""
    rows = Company.objects.filter(state=LISTED)
    if code and (found := rows.filter(code=code).first()) is not None:
        return found
    return rows.filter(name=name).first() or rows.filter(former__name=name).first()


def known(codes: Iterable[str], names: Iterable[str]) -> tuple[dict[str, Company], dict[str, Company]]:
    """The listed companies by code, and by name, former ones too; three queries, whatever their number."""
    rows, asked = Company.objects.filter(state=LISTED), set(names)
    by_code = {one.code: one for one in rows.filter(code__in=set(codes) - {""})}
    former = CompanyName.objects.filter(name__in=asked, company__state=LISTED).select_related("company")
    by_name = {one.name: one.company for one in former}
    return by_code, by_name | {one.name: one for one in rows.filter(name__in=asked)}


@dataclass(frozen=True)
class Happened:
    """An event of a company or a lead: when, by whom, what was said; `void` where it was taken back."""

    id: UUID
    act: UUID
    verb: str
    at: datetime
    recorded_at: datetime
    actor: int | None
    body: dict[str, Any]
    private: dict[str, Any]
    corrects: UUID | None
    void: bool


def events(company: Company) -> list[Happened]:
    """All events of a company that was read through its door, oldest first; one query."""
    return events_of(company.log_id)


def events_of(subject: UUID) -> list[Happened]:
    """All events of a subject whose row was read through its door, oldest first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [subject])
        rows = cursor.fetchall()
    return [happened_of(row) for row in rows]


def happened_of(row: Sequence[Any]) -> Happened:
    """An event from the columns of `_EVENTS`."""
    key, act, verb, at, recorded, actor, body, private, corrects, void = row
    said = orjson.loads(body), orjson.loads(bytes(private)) if private else {}
    return Happened(key, act, verb, at, recorded, actor, *said, corrects, void)


def history(viewer: Viewer, company: Company) -> list[Happened]:
    """The events of a company that the viewer may see, the newest first. Raises Absent."""
    if not may(viewer, SEE):
        raise Absent(ABSENT)
    return events(company)[::-1]


def contacts(found: Iterable[Happened]) -> list[Happened]:
    """Those events that are contacts and stand."""
    return [one for one in found if one.verb == "contact" and not one.void]


def absorbed(company: Company) -> list[Company]:
    """The companies that were merged into one that was read through its door."""
    return list(Company.objects.filter(merged_into=company))


def members(viewer: Viewer, company: Company) -> list[Company]:
    """The listed companies of which this one is the group, and those that were merged into it; by name."""
    found = visible(viewer).filter(Q(group=company, state=LISTED) | Q(merged_into=company))
    return list(found.order_by("name")[:100])


def standing(happened: Iterable[Happened], verbs: Iterable[str]) -> list[Happened]:
    """Events of those verbs that were not declared void, corrected or not, as they were first said."""
    rows, wanted = list(happened), set(verbs)
    after = {one.corrects: one for one in rows if one.corrects is not None}

    def void(one: Happened) -> bool:
        while one.id in after:
            one = after[one.id]
        return one.verb == "void"

    return [one for one in rows if one.verb in wanted and not void(one)]
