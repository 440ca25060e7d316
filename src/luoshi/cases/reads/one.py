"""One case: found by number or code, locked for writing, its timeline, its photographs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from luoshi.cases import correcting, imported
from luoshi.cases.flow import FLOW
from luoshi.cases.handing import CARRY, HANDED
from luoshi.cases.models import Case, CaseCode, CasePrivate, Photo
from luoshi.cases.reads.entire import entire
from luoshi.cases.reads.scope import clause, public, visible
from luoshi.kernel.ids import code_hash, normalise_code
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people


def with_private(case: Case) -> Case:
    """A case whose private row was deleted has an empty one again when somebody writes to it."""
    if not hasattr(case, "private"):
        CasePrivate(case=case)
    return case


def get(viewer: Viewer, number: str) -> Case:
    """The case of that number with all it needs on its page. Raises Absent."""
    scope, values = clause(viewer)
    found = [] if "\0" in number else entire(f"c.number = %(number)s AND {scope}", values | {"number": number})
    if not found:
        raise Absent
    return with_private(found[0])


def lock(viewer: Viewer, ref: str) -> Case:
    """Lock the case of that number for the caller's transaction. Raises Absent."""
    # the private row is read after the lock: joined, it would be as it was before we waited
    rows = visible(viewer).select_related("category").select_for_update(of=("self",), no_key=True)
    case = rows.filter(number=ref).first()
    if case is None:
        raise Absent
    # a part and its whole, a merged case and the one that stands for it, change together
    if case.part_of_id is not None:
        case.part_of = _locked(case.part_of_id)
    if case.merged_into_id is not None:
        case.merged_into = _locked(case.merged_into_id)
    return with_private(case)


def _locked(key: int) -> Case:
    rows = Case.objects.select_related("category").select_for_update(of=("self",), no_key=True)
    return with_private(rows.get(pk=key))


def join(viewer: Viewer, verb: str, data: dict[str, Any]) -> None:
    """Lock the case into which one is merged, given by its number. Raises Invalid for one that the viewer may not see."""
    into = data.get("into")
    if verb == "merge" and isinstance(into, str) and into:
        try:
            data["into"] = lock(viewer, into)
        except Absent:
            raise Invalid(
                [Fault("into", into[:40], T("没有这个编号的案件", "there is no case with this number"))]
            ) from None


def by_code(typed: str, secret: bytes) -> Case:
    """The case that a tracking code opens. Raises Absent for an unknown and for a malformed one alike."""
    code = normalise_code(typed)
    found = None
    if code is not None:
        rows = CaseCode.objects.select_related("case__private", "case__category", "case__unit")
        found = rows.filter(hash=code_hash(secret, code)).first()
    if found is None:
        raise Absent
    return with_private(found.case)


def shown(number: str, source: str = "") -> Case:
    """A case that anybody may see. Raises Absent."""
    case = public(source).select_related("private", "category__parent", "unit").filter(number=number).first()
    if case is None:
        raise Absent
    return with_private(case)


@dataclass(frozen=True)
class Entry:
    """One line of a timeline: the move in words, who, where they work, what was said, and the event's own facts."""

    id: UUID
    verb: str
    text: T
    at: datetime
    recorded_at: datetime
    actor: str
    unit: str
    body: dict[str, Any]
    private: dict[str, Any]
    # the event that it corrects, and its own corrections, oldest first
    corrects: UUID | None = None
    newer: tuple["Entry", ...] = ()


WORDS = {
    "report": T("上报", "Reported"),
    "import": T("外来记录转入", "Imported"),
    "renew": T("换发查询码", "New tracking code"),
    "erase": T("删除个人信息", "Personal data deleted"),
    "part": T("分办", "Split off as a part"),
    "part_done": T("一个分办件办结", "A part was done"),
    "part_off": T("撤销一个分办件", "A part was taken off"),
    "absorb": T("并入一件", "Another report was merged into it"),
    "detach": T("分出一件", "A merged report was taken out again"),
    "follow": T("有人关注", "Somebody follows it"),
    "unfollow": T("有人不再关注", "Somebody stopped following it"),
    **{move.verb: move.text for move in (*imported.MOVES.values(), HANDED, CARRY, *correcting.MOVES)},
}


def _words(verb: str, move: str) -> T:
    text = WORDS.get(move) or WORDS.get(verb)
    return text or FLOW.move(move or verb).text


def timeline(viewer: Viewer, case: Case) -> list[Entry]:
    """All events of a case that the viewer may see, oldest first, with their private parts; two queries."""
    if not visible(viewer).filter(pk=case.pk).exists():
        raise Absent
    return entries(case)


def entries(case: Case) -> list[Entry]:
    """The events of a case that was already read through its door."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.id, e.verb, e.occurred_at, e.recorded_at, e.actor, e.unit, e.body::text, p.body, e.corrects, w.name
            FROM event e LEFT JOIN event_private p ON p.event_id = e.id LEFT JOIN person w ON w.id = e.actor
            WHERE e.subject = %s ORDER BY e.recorded_at, e.id
            """,
            [case.log_id],
        )
        rows = [(*row[:6], orjson.loads(row[6]), *row[7:]) for row in cursor.fetchall()]
    others = {who for row in rows for who in (row[6].get("acting_for"), row[6].get("proposed_by")) if who}
    names = people.names(others) | {row[4]: row[9] for row in rows if row[4]}
    units, found = people.unit_names(), []
    for identity, verb, at, recorded, actor, unit, facts, private, corrects, _ in rows:
        who = people.in_place(names, actor, facts.get("acting_for"))
        secret = orjson.loads(bytes(private)) if private else {}
        if corrects:
            secret["proposed_by"] = names.get(facts.get("proposed_by") or 0, "")
        text = _words(verb, facts.get("move") or verb)
        found.append(Entry(identity, verb, text, at, recorded, who, units.get(unit, ""), facts, secret, corrects))
    return linked(found)


def linked(entries: Sequence[Entry]) -> list[Entry]:
    """The events of a case, oldest first, each that was corrected with all its corrections."""
    of: dict[UUID, UUID] = {}
    newer: dict[UUID, list[Entry]] = {}
    for entry in entries:
        if entry.corrects is not None:
            root = of[entry.id] = of.get(entry.corrects, entry.corrects)
            newer.setdefault(root, []).append(entry)
    return [replace(entry, newer=tuple(newer[entry.id])) if entry.id in newer else entry for entry in entries]


def told(case: Case) -> T:
    """Who did what last, for somebody who looked at an older version."""
    last = [entry for entry in entries(case) if entry.verb not in ("warn", "overdue")][-1]
    who = last.actor or "系统"
    return T("{who} 刚才已“{what}”，请看新的一版", "{who} has just done “{what}”: look at the new version").fill(
        who=who, what=last.text
    )


def photo(viewer: Viewer, identity: UUID) -> Photo:
    """A photograph that the viewer may see: of a visible case, or released of a public one. Raises Absent."""
    found = Photo.objects.select_related("case").filter(pk=identity).first()
    if found is None:
        raise Absent
    if found.released and public().filter(pk=found.case_id).exists():
        return found
    if not visible(viewer).filter(pk=found.case_id).exists():
        raise Absent
    return found
