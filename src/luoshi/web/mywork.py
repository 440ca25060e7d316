"""我的工作: what is due, first things first, one press to act; asked of every installed line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from luoshi.kernel import calendar, clock
from luoshi.kernel.deadlines import left
from luoshi.kernel.lines import Due, Face, installed
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.kernel.workdays import Calendar
from luoshi.people.sessions import staff
from luoshi.web import parts, svg, words
from luoshi.web.forms import new_key

LATE: Final = 15  # of what is overdue; of the rest, so that today's work is seen on a bad day too
SHOWN: Final = 25
WEEK: Final = 7
DAYS: Final = tuple(T(zh, en) for zh, en in zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))  # fmt: skip


HEADS: Final = (T("已超期", "Overdue"), T("今天", "Today"), T("之后三个工作日", "The next three working days"), T("往后", "Later"))  # fmt: skip


class Item(NamedTuple):
    """Something due, and the line it comes from."""

    due: Due
    line: T


@dataclass(frozen=True)
class Moment:
    """The present, as the page needs it: now, today, and the end of each of the seven days from today."""

    now: datetime
    today: date
    ends: tuple[datetime, ...]
    calendar: Calendar

    @classmethod
    def present(cls) -> "Moment":
        """The city's present."""
        cal, now = calendar.current(), clock.now()
        today = cal.city_date(now)
        midnight = cal.city_time(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(now, today, tuple(midnight + timedelta(days=n) for n in range(1, WEEK + 1)), cal)


class Tally(NamedTuple):
    """What waits in one line: overdue, due by the end of each of seven days, all."""

    face: Face
    late: int
    days: tuple[int, ...]
    all: int


def tallies(viewer: Viewer, moment: Moment) -> list[Tally]:
    """What waits for the viewer, line by line; lines in which nothing ever waits for them are left out."""
    found = []
    for face in installed():
        counts = face.tally(viewer, (moment.now, *moment.ends))
        found.append(Tally(face, counts[0], tuple(counts[1:-1]), counts[-1]))
    return found


def light(due: Due, now: datetime) -> svg.Light:
    """The light of something due."""
    if due.due_at is None:
        return "n"
    if now > due.due_at:
        return "r"
    return "y" if due.warn_at is not None and now >= due.warn_at else "g"


def _press(due: Due, first: bool, request: HttpRequest) -> SafeString:
    """The one press: posted at once where nothing more is needed, else the way to the form."""
    kind = "btn" if first else "btn btn-2"
    if due.press is None:
        return format_html('<a class="btn btn-2" href="{}">{}</a>', due.address, T("打开", "Open"))
    if not due.post:
        return format_html('<a class="{}" href="{}">{}</a>', kind, due.form or due.address, due.press)
    return format_html(
        '<form method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="seen" value="{}"><input type="hidden" name="key" value="{}">'
        '<input type="hidden" name="next" value="/work/"><button class="{} wide">{}</button></form>',
        due.post, get_token(request), due.seen, new_key(), kind, due.press,
    )  # fmt: skip


def _when(due: Due, moment: Moment) -> tuple[str, str]:
    """Large: the hour, the day or how late; small: what is left, or when it was due."""
    if due.due_at is None:
        return "—", ""
    kind = due.kind if due.kind else "hours"
    gap = left(moment.now, due.due_at, kind, moment.calendar)  # type: ignore[arg-type]
    at = words.when(due.due_at)
    if moment.now > due.due_at:
        return str(gap), str(T("应于 {at}", "was due {at}").fill(at=at[5:]))
    return (at[11:] if moment.calendar.city_date(due.due_at) == moment.today else at[5:10]), str(gap)


def _row(item: Item, first: bool, moment: Moment, request: HttpRequest) -> SafeString:
    due = item.due
    when, gap = _when(due, moment)
    return format_html(
        '<li class="due"><p class="due-t">{}<span>{}</span></p><div class="due-b"><a href="{}">{}</a>'
        '<p>{}　<span class="n">{}</span>　{}　{} {}</p></div><div class="due-a">{}{}</div></li>',
        when, gap, due.address, due.title, parts.tag(item.line), due.number, due.stage, due.note,
        parts.tag_demo() if due.sim else "", parts.light(light(due, moment.now)), _press(due, first, request),
    )  # fmt: skip


def groups(items: Sequence[Item], moment: Moment) -> list[tuple[T, list[Item]]]:
    """Overdue, today, the next three working days, later."""
    soon = moment.calendar.closing(moment.calendar.add_workdays(moment.today, 3))
    late, today, near, far = (list[Item]() for _ in range(4))
    for item in items:
        at = item.due.due_at
        if at is not None and at < moment.now:
            late.append(item)
        elif at is not None and at < moment.ends[0]:
            today.append(item)
        else:
            (near if at is not None and at <= soon else far).append(item)
    return [(head, group) for head, group in zip(HEADS, (late, today, near, far), strict=True) if group]


def _sections(items: Sequence[Item], found: Sequence[Tally], moment: Moment, request: HttpRequest) -> SafeString:
    """The groups; where a group is cut, how many more there are and where they stand."""
    late, today = sum(one.late for one in found), sum(one.days[0] for one in found)
    totals = {str(HEADS[0]): late, str(HEADS[1]): today - late}
    out = []
    for n, (head, group) in enumerate(groups(items, moment), 1):
        rows = format_html_join("", "{}", ((_row(one, i == 0, moment, request),) for i, one in enumerate(group)))
        total = totals.get(str(head), len(group))
        out.append((n, n, head, words.number(total), _more(found, total - len(group)), rows))
    return format_html_join(
        "\n",
        '<section class="grp" aria-labelledby="g{}"><div class="grp-h"><h2 id="g{}">{}</h2><span class="n">{}</span>{}'
        "</div><ol>{}</ol></section>",
        out,
    )


def _more(found: Sequence[Tally], count: int) -> SafeString:
    if count <= 0:
        return SafeString("")
    address = next((page.address for one in found for page in one.face.pages), "/work/")
    text = T("还有 {n} 件", "{n} more").fill(n=words.number(count))
    return format_html('<a class="s row-end" href="{}">{}</a>', address, text)


def _lines(found: Sequence[Tally]) -> SafeString:
    """The panel with a row a line: waiting, overdue; each leads to its list."""
    most = max((one.all for one in found), default=0)
    rows = (
        (
            next((page.address for page in one.face.pages), "/work/"), one.face.title, svg.bar(one.all, most, height=8),
            words.number(one.all), words.number(one.late),
        )
        for one in found
    )  # fmt: skip
    body = format_html_join(
        "",
        '<tr><th scope="row"><a href="{}">{}</a></th><td class="w">{}</td><td class="r n">{}</td>'
        '<td class="r n"><b>{}</b></td></tr>',
        rows,
    )
    return format_html(
        '<table class="rows"><thead><tr><th scope="col">{}</th><th scope="col"><span class="vh">{}</span></th>'
        '<th scope="col" class="r">{}</th><th scope="col" class="r">{}</th></tr></thead><tbody>{}</tbody></table>',
        T("条线", "Line"), T("图", "Chart"), T("等我", "Waiting"), T("超期", "Overdue"), body,
    )  # fmt: skip


def _day_name(moment: Moment, n: int) -> str:
    day = moment.today + timedelta(days=n)
    head = T("今天", "Today") if n == 0 else DAYS[day.weekday()]
    return f"{head} {day.day}"


def _week(found: Sequence[Tally], moment: Moment) -> SafeString:
    """The panel of seven days: how many fall due on each; days of rest are said."""
    sums = [sum(one.late for one in found), *(sum(one.days[n] for one in found) for n in range(WEEK))]
    counts = [after - before for before, after in pairwise(sums)]
    most = max(counts, default=0)
    rows = []
    for n, count in enumerate(counts):
        rest = not moment.calendar.is_workday(moment.today + timedelta(days=n))
        cell = svg.bar(count, most, "fact" if n == 0 else "rest", 8)
        if rest and not count:
            cell = format_html('<span class="qq s">{}</span>', T("休息日", "day of rest"))
        rows.append((_day_name(moment, n), cell, words.number(count)))
    body = format_html_join("", '<tr><th scope="row">{}</th><td class="w">{}</td><td class="r n">{}</td></tr>', rows)
    head = format_html_join("", '<th scope="col">{}</th>', ((t,) for t in (T("日", "Day"), T("图", "Chart"), T("件", "Count"))))  # fmt: skip
    return format_html('<table class="rows"><thead class="vh"><tr>{}</tr></thead><tbody>{}</tbody></table>', head, body)


def _items(viewer: Viewer, moment: Moment, late: int) -> list[Item]:
    """The latest first, and beside them what is still in time: one query a line, two where there is more overdue."""
    items = []
    for face in installed():
        items += [Item(due, face.title) for due in face.due(viewer, LATE if late > LATE else LATE + SHOWN)]
        if late > LATE:
            items += [Item(due, face.title) for due in face.due(viewer, SHOWN, moment.now)]
    items.sort(key=lambda item: (item.due.due_at is None, item.due.due_at or moment.now))
    return items


@staff
def mywork(request: HttpRequest) -> HttpResponse:
    """The first page of staff."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    moment = Moment.present()
    found = tallies(viewer, moment)
    total, late = sum(one.all for one in found), sum(one.late for one in found)
    items = _items(viewer, moment, late)
    today = sum(one.days[0] for one in found) - late
    context = {
        "today": today, "late": late, "total": total, "moment": moment, "day": DAYS[moment.today.weekday()],
        "workday": moment.calendar.is_workday(moment.today), "sections": _sections(items, found, moment, request),
        "more": total - len(items), "lines": _lines(found), "week": _week(found, moment),
        "sim": any(item.due.sim for item in items),
    }  # fmt: skip
    return render(request, "mywork.html", context)
