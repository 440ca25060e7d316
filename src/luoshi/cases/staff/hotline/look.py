"""What stands beside a call while it is typed: proposals, due times, the same problem, the street's last weeks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from luoshi.cases import clocks
from luoshi.cases.flow import FLOW
from luoshi.cases.models import Case, Category
from luoshi.cases.reads import hotline as reads
from luoshi.cases.reads import kinds, routing, similar
from luoshi.cases.routing import words as rules
from luoshi.cases.staff.hotline import form
from luoshi.kernel import calendar, clock
from luoshi.kernel.deadlines import Rule, explain
from luoshi.kernel.text import T, language
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people.models import Division
from luoshi.people.place import full_name
from luoshi.web import words


class Choice(NamedTuple):
    """A proposal for a field: its number, what to put there, how it reads, why."""

    number: int
    value: str
    text: str
    why: str


class Row(NamedTuple):
    """A case beside the call: its number, kind, place, state, when it came, and why it may be the same."""

    number: str
    kind: T
    place: str
    state: T
    at: str
    why: T | None
    joins: bool


@dataclass(frozen=True)
class Beside:
    """All of it, ready for the template."""

    categories: list[Choice]
    places: list[Choice]
    due: list[tuple[T, Any]]
    private: bool
    same: list[Row]
    history: list[Row]
    where: str
    said: T


def beside(viewer: Viewer, data: Any) -> Beside:
    """What is known about a half-typed call; two queries at most. Nothing of it is written or kept.

    A single place that was named is looked at before it is chosen.
    """
    now, said = clock.now(), form.spoken(data)
    found, named = reads.proposals(said), form.places(said)
    kind = form.category(str(data.get("category", "")), found)
    area = form.division(str(data.get("division", "")), named)
    there = area or (named[0] if len(named) == 1 else None)
    near = reads.around(viewer, there.code, now) if there else []
    same = reads.alike(near, _problem(data, kind, there), now)
    known = {one.case.pk for one in same}
    rest = [case for case in near if case.pk not in known]
    told = T(
        "{n} 类建议，{m} 件可能相同，近 30 天 {k} 件", "{n} categories proposed, {m} may be the same, {k} in 30 days"
    )
    return Beside(
        categories=[_category(n, one.code, one.because) for n, one in enumerate(found, 1)] if kind is None else [],
        places=[_place(n, row) for n, row in enumerate(named, 1)] if area is None else [],
        due=preview(kind, area.code if area else "", now) if kind else [],
        private=kind is not None and not kind.public,
        same=[_row(one.case, _why(one)) for one in same],
        history=[_row(case) for case in rest[: reads.SHOWN]],
        where=full_name(there.code) if there else "",
        said=told.fill(n=len(found), m=len(same), k=len(near)),
    )


def _category(number: int, code: str, because: tuple[str, ...]) -> Choice:
    path = str(kinds().path(code))
    return Choice(number, path, path, "、".join(because[:4]))


def _place(number: int, row: Division) -> Choice:
    name = row.zh if language() == "zh" else row.en
    unique = form.division(name, []) is not None
    return Choice(number, name if unique else row.code, full_name(row.code), "")


def _problem(data: Any, kind: Category | None, there: Division | None) -> similar.Problem:
    chain = people.chain(there.code) if there else {}
    said = str(data.get("text", ""))
    return similar.Problem(kind.code if kind else "", chain.get("street", ""), chain.get("community", ""), said=said)


def _why(one: similar.Candidate) -> T:
    return T("，".join(text.zh for text in one.why), ", ".join(text.en for text in one.why))


def _row(case: Case, why: T | None = None) -> Row:
    place = case.private.place if hasattr(case, "private") else ""
    joins = why is not None and case.closed_at is None
    state = FLOW.state(case.state).text
    return Row(case.number, kinds().name(case.category_id), place, state, words.short(case.reported_at), why, joins)


def preview(kind: Category, place: str, now: datetime) -> list[tuple[T, Any]]:
    """Until when what would be done, if the call were saved now, and by whom: each due time with how it comes about."""
    cal = calendar.current()
    case = Case(category=kind, state="reported", reported_at=now, by_staff=False)
    clocks.start_whole(case, kind, now)
    clocks.enter(case, now)
    response = Rule(kind.response_kind, kind.response_n) if kind.response_n else clocks.rule("response")  # type: ignore[arg-type]
    rules_due = (
        (T("受理", "Accepted"), clocks.rule(clocks.STEP["reported"]), case.step_due_at),
        (T("联系来电人", "Caller contacted"), response, case.response_due_at),
        (T("办完", "Handled"), clocks.handling_rule(kind), case.due_at),
    )
    shown: list[tuple[T, Any]] = [(text, explain(rule, now, end, cal)) for text, rule, end in rules_due if end]
    goes = routing.route(kind, place, now)
    why = T("{unit}（{why}）", "{unit} ({why})").fill(unit=rules.unit(goes.unit), why=rules.why(goes))
    return [*shown, (T("派给", "Goes to"), why)]
