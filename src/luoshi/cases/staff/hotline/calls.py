"""Call-backs: whom to call, what was done for them, and the result by one key each."""

from datetime import timedelta
from typing import Any, Final, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from luoshi.cases import clocks, masked
from luoshi.cases import reads as cases
from luoshi.cases.actions import BY_VERB
from luoshi.cases.flow import FLOW
from luoshi.cases.line import title
from luoshi.cases.models import Case
from luoshi.cases.reads import hotline as reads
from luoshi.cases.staff.fields import OUTCOMES
from luoshi.cases.staff.scene import place_name
from luoshi.kernel import calendar, clock
from luoshi.kernel.deadlines import due, left
from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people.sessions import having
from luoshi.web import forms, parts, words

RIGHT: Final = "cases.callback"
HOME: Final = "/work/hotline/calls/"
SHOWN: Final = 20
BUSY: Final = timedelta(minutes=10)
"""Who looked at a number so lately is likely calling: others begin with the next one."""
WHY: Final = T("回访", "Call-back")
# by the move of a result: how its clerk mends a slip of the hand, and where
MENDS: Final = {
    "call_solved": (T("按错了：提出更正", "A slip: propose a correction"), "/work/cases/{number}/correct/{event}/"),
    "call_unsolved": (
        T("按错了：记一条给承办单位", "A slip: leave its unit a note"),
        "/work/cases/{number}/?do=add_note#do-add_note",
    ),
    "call_failed": (T("按错了：再打这一个", "A slip: call this one again"), HOME + "?on={number}"),
}
UNSOLVED: Final = T("回访时市民说没有解决", "The reporter said on the telephone that it is not solved")


class Row(NamedTuple):
    """A line of the list: number, title, light with what is left, attempts in words."""

    number: str
    title: str
    light: SafeString
    tried: str
    now: bool


class Now(NamedTuple):
    """The case whose reporter is being called."""

    case: Case
    title: str
    facts: list[tuple[T, Any]]
    phone: str
    has_phone: bool
    may_show: bool
    key: str
    tried: str


class Result(NamedTuple):
    """The clerk's own result just now: of which case, in words, and the way to mend it."""

    number: str
    text: str
    mend: T
    way: str


def _result(viewer: Viewer, number: str) -> Result | None:
    found = reads.own_result(viewer, number) if number else None
    if found is None:
        return None
    text, (mend, way) = str(FLOW.move(found.move).text), MENDS[found.move]
    if found.outcome:
        text += str(T("（{why}）", " ({why})").fill(why=OUTCOMES.get(found.outcome, found.outcome)))
    if found.grade:
        text += str(T("，{n} 分", ", grade {n}").fill(n=found.grade))
    return Result(number, text, mend, way.format(number=number, event=found.event))


def _tried(found: list[reads.Attempt]) -> str:
    """`2 次：联系不上 12-28 10:03，拒绝回访 12-29 09:00`; empty where nobody tried."""
    if not found:
        return ""
    comma = T("，", ", ")
    each = str(comma).join(f"{OUTCOMES.get(one.outcome, one.outcome)} {words.short(one.at)}" for one in found)
    return str(T("已打 {n} 次：{each}", "tried {n} times: {each}").fill(n=len(found), each=each))


def _light(case: Case) -> SafeString:
    now = clock.now()
    if case.next_due_at is None:
        return SafeString("")
    gap = left(now, case.next_due_at, clocks.next_kind(case), calendar.current())
    return parts.light(clocks.light(case, now), gap)  # type: ignore[arg-type]


def _gone(case: Case) -> str:
    """Until when the reporter has the word."""
    end = due(clocks.rule("unrated"), case.verified_at, calendar.current()) if case.verified_at else None
    return words.when(end)


def _now(case: Case, viewer: Viewer, tried: list[reads.Attempt], shown: bool) -> Now:
    private, units = case.private, people.unit_names()
    where = " ".join(part for part in (place_name(case), private.place) if part)
    facts = [
        (T("姓名", "Name"), (private.name if shown else masked.name(private.name)) or T("没有留", "Not given")),
        (T("当时说", "Reported"), private.text or T("没有文字", "No text")),
        (T("地点", "Place"), where),
        (T("答复", "Answer"), private.answer),
        (T("承办单位", "Handled by"), units.get(case.unit_id or 0, "")),
        (T("上报", "On"), words.when(case.reported_at)),
        (T("办完", "Handled"), words.when(case.handled_at)),
    ]
    phone = private.phone if shown else masked.phone(private.phone)
    can = not shown and bool(private.phone) and may(viewer, "cases.unmask", case)
    return Now(case, title(case), facts, phone, bool(private.phone), can, forms.new_key(), _tried(tried))


def _page(request: HttpRequest, wanted: str, shown: bool = False) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    rows, (count, rest) = reads.call_list(viewer, SHOWN), reads.call_counts(viewer)
    gone = reads.unreached(viewer, SHOWN) if rest else []
    asked = reads.to_call(viewer, wanted) if wanted else None
    busy = reads.looked_at(viewer, [*rows, *([asked] if asked else [])], clock.now() - BUSY)
    present = asked or next((case for case in rows if case.pk not in busy), rows[0] if rows else None)
    tried = reads.attempts([*rows, *gone, *([asked] if asked else [])])
    following = _following(rows, present)
    context = {
        "now": _now(present, viewer, tried[present.pk], shown) if present else None,
        "rows": [Row(c.number, title(c), _light(c), _tried(tried[c.pk]), c == present) for c in rows],
        "gone": [(c.number, title(c), _tried(tried[c.pk]), _gone(c)) for c in gone],
        "count": count, "rest": rest, "following": following, "shown": shown, "why": WHY, "unsolved": UNSOLVED,
        "left": _light(present) if present else "", "home": HOME,
        "busy": busy.get(present.pk, "") if present else "", "over": wanted if wanted and not asked else "", "result": _result(viewer, str(request.GET.get("after", ""))),
    }  # fmt: skip
    return render(request, "cases/staff/hotline/calls.html", context)


def _following(rows: list[Case], present: Case | None) -> str:
    """The number after the present one, round to the first; empty where there is no other."""
    numbers = [case.number for case in rows]
    if present is None or not [one for one in numbers if one != present.number]:
        return ""
    at = numbers.index(present.number) + 1 if present.number in numbers else 0
    return numbers[at % len(numbers)]


@having(RIGHT)
def calls(request: HttpRequest) -> HttpResponse:
    """`/work/hotline/calls/`: the first to call (or the one asked for by `on`), and who comes after."""
    return _page(request, str(request.GET.get("on", "")))


@having(RIGHT)
@require_POST
def show(request: HttpRequest, number: str) -> HttpResponse:
    """`/work/hotline/calls/<number>/show/`: the telephone number of the case being called, this once; the log knows why."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case, key = cases.get(viewer, number), str(request.POST.get("key", ""))[:64] or None
    done = BY_VERB["unmask"](viewer=viewer, on=case.number, key=key, door=f"staff:{viewer.person}", reason=WHY.zh)
    if done.repeated:  # the page was loaded again: the number was shown once
        return HttpResponseRedirect(f"{HOME}?on={case.number}", status=303)
    return _page(request, case.number, shown=True)
