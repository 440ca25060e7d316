"""The clocks of a case as a page shows them: the rail of seven steps, the table of clocks, what is left in words."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.utils.safestring import SafeString

from luoshi.cases import clocks
from luoshi.cases.flow import FLOW, STEPS
from luoshi.cases.models import Case
from luoshi.cases.staff.scene import Scene
from luoshi.kernel.deadlines import Kind, Rule, due, explain, left, remaining
from luoshi.kernel.text import T
from luoshi.kernel.workdays import Calendar
from luoshi.web import parts, svg, words
from luoshi.web.markup import format_html, format_html_join

WORKING: Final = ("workdays", "workhours", "workminutes")
CITIZEN: Final = T("由市民评", "the reporter's verdict")
ELSEWHERE: Final = T("在原来的系统，不计时", "in the other system: not measured")
NOBODY: Final = T("巡查发现，不评", "found by staff: no review")


def span(seconds: float, kind: Kind, calendar: Calendar) -> T:
    """A time that was used, in its own kind: `11 分`, `2 小时 5 分`, `1.5 个工作日`, `3 天`."""
    minutes = round(max(seconds, 0)) // 60
    day = calendar.seconds_a_day / 60 if kind in WORKING else 1440
    if minutes < 60:
        return T("{n} 分", "{n} min").fill(n=minutes)
    if minutes < day:
        return T("{h} 小时 {m} 分", "{h} h {m} min").fill(h=minutes // 60, m=minutes % 60)
    days = words.number(minutes / day, 1)
    if kind in WORKING:
        return T("{n} 个工作日", "{n} working days").fill(n=days)
    return T("{n} 天", "{n} days").fill(n=days)


def _used(start: datetime, end: datetime, limit: datetime, kind: Kind, calendar: Calendar) -> tuple[float, float]:
    """(seconds used, share of the time allowed), in the clock's own time."""
    used = remaining(kind, start, end, calendar) / timedelta(seconds=1)
    allowed = remaining(kind, start, limit, calendar) / timedelta(seconds=1)
    return used, used / allowed if allowed > 0 else 0.0


def _ends(case: Case) -> tuple[datetime | None, ...]:
    """When each of the first six steps ended in the present round; None where it has not."""
    return (
        case.accepted_at,
        case.dispatched_at if case.state not in ("reported", "accepted", "joint") else None,
        case.signed_at if case.state not in ("reported", "accepted", "joint", "dispatched") else None,
        case.handled_at,
        case.verified_at,
        case.closed_at if case.state == "closed" else None,
    )


def _starts(case: Case) -> tuple[datetime | None, ...]:
    again = case.clock_from if case.reopened else case.accepted_at
    return (case.reported_at, again, case.dispatched_at, case.signed_at, case.handled_at, case.verified_at)


# the clock of the pack for each step; the fourth is the whole
RULES: Final = ("accept", "dispatch", "sign", "", "verify", "callback")


def _limit(case: Case, n: int, start: datetime, calendar: Calendar) -> tuple[Kind, datetime, T]:
    """(kind, due, rule in words) of a step that began at `start`."""
    if RULES[n]:
        rule = clocks.rule(RULES[n])
        return rule.kind, due(rule, start, calendar), rule.words
    whole = clocks.handling_rule(case.category)
    return whole.kind, case.due_at or due(whole, start, calendar), whole.words


def _stage(scene: Scene, n: int, now: int) -> parts.Stage:
    case, cal = scene.case, scene.calendar
    if n == 0 and case.channel == "import":
        return parts.Stage(STEPS[n], ELSEWHERE, 0.0)
    start, end = _starts(case)[n], _ends(case)[n]
    limit = _limit(case, n, start or scene.now, cal)
    if start is None or (end is None and n != now):
        return parts.Stage(STEPS[n], T("限 {rule}", "allowed: {rule}").fill(rule=limit[2]))
    present = end is None
    stop = end or (case.paused_at or scene.now)
    seconds, share = _used(start, stop, limit[1], limit[0], cal)
    note = T("{used}，限 {rule}", "{used} of {rule}").fill(used=span(seconds, limit[0], cal), rule=limit[2])
    return parts.Stage(STEPS[n], note, share, now=present, late=stop > limit[1])


def _verdict(case: Case, over: bool) -> T:
    """The reporter's verdict; there is none of a case that staff found."""
    if case.by_staff:
        return NOBODY
    if case.grade:
        # not `1 分`: beside the steps' times that would be a minute
        return T("评价 {n}／5", "rated {n} of 5").fill(n=case.grade)
    return T("未评", "not rated") if over else CITIZEN


def rail(scene: Scene) -> SafeString:
    """The seven steps, each with its clock."""
    step = FLOW.state(scene.case.state).step
    stages = [_stage(scene, n, step - 1) for n in range(6)]
    over = step == 7
    stages.append(parts.Stage(STEPS[6], _verdict(scene.case, over), 1.0 if over else None, now=over))
    return parts.rail(stages, T("七个阶段", "Seven steps"))


def left_words(scene: Scene) -> T:
    """`处理阶段，剩 1 个工作日，到 2021-11-24 17:30`; or why no clock runs."""
    case = scene.case
    state = FLOW.state(case.state).text
    if case.status != "going":
        return T("{state}，{why}", "{state}, {why}").fill(state=state, why=FLOW.statuses[case.status])
    if case.next_due_at is None:
        return state
    gap = left(scene.now, case.next_due_at, clocks.next_kind(case), scene.calendar)
    return T("{state}，{gap}，到 {at}", "{state}, {gap}, until {at}").fill(
        state=state, gap=gap, at=words.when(case.next_due_at)
    )


def _light(now: datetime, due_at: datetime, warn_at: datetime | None) -> svg.Light:
    if now > due_at:
        return "r"
    return "y" if warn_at is not None and now >= warn_at else "g"


def _running(scene: Scene, start: datetime, due_at: datetime, warn_at: datetime | None, kind: Kind) -> SafeString:
    _, share = _used(start, scene.now, due_at, kind, scene.calendar)
    text = left(scene.now, due_at, kind, scene.calendar)
    return parts.clock(share, _light(scene.now, due_at, warn_at), text)


def _done(scene: Scene, start: datetime, end: datetime, due_at: datetime, kind: Kind) -> SafeString:
    seconds, share = _used(start, end, due_at, kind, scene.calendar)
    return parts.clock(share, "g" if end <= due_at else "r", span(seconds, kind, scene.calendar))


def _waits() -> SafeString:
    return parts.light("n", T("停着", "Stopped"))


class Clock(NamedTuple):
    """A row of the table of clocks: what is required, until when, how long, how it stands."""

    name: T
    until: datetime
    rule: T
    shown: SafeString


def _whole(scene: Scene) -> Clock | None:
    case = scene.case
    if case.due_at is None or case.clock_from is None:
        return None
    kind: Kind = case.due_kind or "workdays"  # type: ignore[assignment]
    if case.handled_at is not None:
        shown = _done(scene, case.clock_from, case.handled_at, case.due_at, kind)
    elif case.state in clocks.WHOLE and case.status == "going":
        shown = _running(scene, case.clock_from, case.due_at, case.warn_at, kind)
    else:
        shown = _waits()
    return Clock(T("办理全程", "The whole"), case.due_at, Rule(kind, case.due_n or 1).words, shown)


def _step(scene: Scene) -> Clock | None:
    case = scene.case
    if case.step_due_at is None or case.step_since is None or case.state not in clocks.STEP:
        return None
    kind: Kind = case.step_kind or "workhours"  # type: ignore[assignment]
    shown = _waits()
    if case.status == "going":
        shown = _running(scene, case.step_since, case.step_due_at, case.step_warn_at, kind)
    rule = clocks.rule(clocks.STEP[case.state]).words
    return Clock(FLOW.state(case.state).text, case.step_due_at, rule, shown)


def _response(scene: Scene) -> Clock | None:
    case = scene.case
    if case.response_due_at is None:
        return None
    category = case.category
    rule = Rule(category.response_kind, category.response_n) if category.response_n else clocks.rule("response")  # type: ignore[arg-type]
    if case.contacted_at is not None:
        shown = _done(scene, clocks.came_at(case), case.contacted_at, case.response_due_at, rule.kind)
    elif case.state in FLOW.group("open"):
        shown = _running(scene, clocks.came_at(case), case.response_due_at, None, rule.kind)
    else:
        shown = parts.light("n", T("没有联系", "Never contacted"))
    return Clock(T("联系市民", "Contact"), case.response_due_at, rule.words, shown)


def _followup(scene: Scene) -> Clock | None:
    case = scene.case
    if case.followup != "due" or case.followup_due_at is None or case.closed_at is None:
        return None
    rule = clocks.rule("followup")
    shown = _running(scene, case.closed_at, case.followup_due_at, None, rule.kind)
    return Clock(T("评价跟进", "Follow-up"), case.followup_due_at, rule.words, shown)


def _explained(case: Case, calendar: Calendar) -> SafeString:
    """How the due time of the whole came about, in words."""
    if case.due_at is None or case.clock_from is None or not case.due_n:
        return SafeString("")
    said = explain(Rule(case.due_kind, case.due_n), case.clock_from, case.due_at, calendar)  # type: ignore[arg-type]
    return format_html('<p class="fig-n">{}</p>', T("全程：{said}", "The whole: {said}").fill(said=said))


def table(scene: Scene) -> SafeString:
    """The panel 时钟: what is required, how long, how it stands; empty where nothing was ever measured."""
    rows = [row for row in (_whole(scene), _step(scene), _response(scene), _followup(scene)) if row is not None]
    if not rows:
        return SafeString("")
    body = format_html_join(
        "",
        '<tr><th scope="row">{}<span class="later">{}</span></th><td class="rule">{}</td><td>{}</td></tr>',
        ((row.name, T("到 {at}", "until {at}").fill(at=words.short(row.until)), row.rule, row.shown) for row in rows),
    )
    heads = (T("要求", "Required"), T("限", "Time"), T("状态", "State"))
    head = format_html_join("", '<th scope="col">{}</th>', ((text,) for text in heads))
    return format_html(
        '<table class="t t-d t-clk"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>{}',
        head, body, _explained(scene.case, scene.calendar),
    )  # fmt: skip
