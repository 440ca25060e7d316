"""`/figure/<id>/difference?since=…`: a number as it was printed on a day against the same number now."""

from datetime import timedelta
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from luoshi.figures import ask, asked, labels, opened, pages
from luoshi.figures.answer import Cell
from luoshi.figures.declare import Figure
from luoshi.figures.difference import Cause, Change, Difference, difference
from luoshi.figures.period import moment
from luoshi.figures.records_page import WITHHELD, number_of
from luoshi.kernel import lines
from luoshi.kernel.lines import Record
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.people import reads as people
from luoshi.people.roles import ROLES
from luoshi.web import pager, words
from luoshi.web.http import Request
from luoshi.web.tables import Column, Table

HOWS: Final = {
    "in": T("进来", "came in"), "out": T("出去", "went out"), "other": T("改变", "counts otherwise"),
}  # fmt: skip
SYSTEM: Final = T("系统", "the system")
ORDER: Final = "differing"
Row = tuple[Change, Record | None]


def since(request: Request, question: ask.Question) -> ask.AsOf:
    """The earlier as-of. Raises Invalid."""
    found = asked.known(request, question.figure, "since")
    if found is None:
        rule = T("写明要比的日期或日志大小", "say with which day or size of the log to compare")
        raise Invalid([Fault("since", "", rule)])
    if found.size > question.as_of.size:
        rule = T("不能晚于另一个（as_of）", "must not be later than the other one (as_of)")
        raise Invalid([Fault("since", request.GET["since"].strip()[:40], rule)])
    return found


def onward(found: Difference) -> str:
    """The cursor of the next page."""
    return "" if found.onward is None else pager.encode([found.onward], ORDER)


def _word(cause: Cause) -> T:
    for face in lines.installed():
        if (found := face.deed(face.name, cause.move) or face.deed(face.name, cause.verb)) is not None:
            return found
    return T(cause.move, cause.move)


def _caused(causes: tuple[Cause, ...], roles: dict[int, list[str]], staff: bool) -> SafeString:
    """What the log says since: what was done, when it was recorded, when it happened where that is another day, and by which role."""

    def one(cause: Cause) -> tuple[str]:
        late = cause.recorded_at.date() != cause.occurred_at.date()
        happened = T("，发生于 {day}", ", happened {day}").fill(day=words.day(cause.occurred_at)) if late else T("", "")
        who: Any = ""
        if staff:
            held = [str(ROLES[role]) for role in roles.get(cause.actor or 0, ()) if role in ROLES]
            who = f" · {'、'.join(held) or SYSTEM}"
        return (f"{_word(cause)} {words.when(cause.recorded_at)}{happened}{who}",)

    return format_html_join(SafeString("<br>"), "{}", map(one, causes))


def _table(found: Difference, staff: bool) -> Table[Row]:
    roles = people.roles_of(found.actors)
    share = found.new.figure.measure.kind in ("share", "survival")

    def value(cell: Any) -> str:
        if cell is None:
            return "—"
        return ("✓" if cell.part else "—") if share else words.number(cell.value) if cell.value is not None else "✓"

    columns: list[Column[Row]] = [
        Column(T("编号", "Number"), lambda row: number_of(row[1]), label=False, is_header=True),
        Column(T("变化", "Change"), lambda row: str(HOWS[row[0].how])),
        Column(T("当时", "Then"), lambda row: value(row[0].was)),
        Column(T("现在", "Now"), lambda row: value(row[0].now)),
        Column(T("账本里写着", "What the log says"), lambda row: _caused(tuple(row[0].causes), roles, staff)),
    ]
    return Table(T("差在哪些记录", "The records that make the difference"), columns)


def _told(figure: Figure, cell: Cell) -> str:
    unit = "" if cell.suppressed else f" {figure.unit_name}"
    parts = f"（{words.number(cell.num)} / {words.number(cell.den)}）" if cell.den is not None else ""
    return f"{pages.shown(figure, cell)}{unit}{parts}"


def _month_before(known: ask.AsOf) -> str:
    """The last day of the month before what is known; nothing before anything was sealed."""
    first = words.city_time(moment(known.moment)).date().replace(day=1)
    return (first - timedelta(days=1)).isoformat() if known.size else ""


@require_safe
def show(request: Request, name: str) -> HttpResponse:
    """The two numbers and what lies between them; without a day, the form that asks for one."""
    question = asked.read(request, name)
    form = {
        "figure": question.figure, "question": question, "back": pages.address(question, by=""),
        "where": [(one, labels.code(one, at) or "") for one, at in question.where.items()],
        "as_of": request.GET.get("as_of", ""), "since": request.GET.get("since", "").strip() or _month_before(question.as_of),
    }  # fmt: skip
    if not request.GET.get("since", "").strip():
        return render(request, "figures/difference.html", form)
    old = since(request, question)
    asked.spend(request)
    found = difference(request.viewer, question, old, opened.behind(request, ORDER))
    changed = sum((found.counts or {}).values())
    context = form | {
        "found": found,
        "was": _told(question.figure, found.was), "now": _told(question.figure, found.now),
        "was_at": labels.moment(old), "now_at": labels.moment(question.as_of),
        "counts": [(HOWS[how], n) for how, n in (found.counts or {}).items()], "all": changed,
        "pager": pager.pager(request.GET, len(found.changes), onward(found), changed), "table": _table(found, request.viewer.is_staff).render(found.changes) if found.changes else "",
        "hidden": found.was.suppressed or found.now.suppressed, "withheld": "" if found.counts else WITHHELD,
    }  # fmt: skip
    return render(request, "figures/difference.html", context)
