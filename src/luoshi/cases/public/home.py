"""`/`: the year's street numbers, each on what it rests on; the map by district; the trend by month."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from luoshi.cases.public import place
from luoshi.cases.reads import Year
from luoshi.cases.reads.sums import Share, Street, street_numbers
from luoshi.kernel import calendar, clock, installation
from luoshi.kernel.text import T, language
from luoshi.people import reads as people
from luoshi.web import charts, parts, tables, words
from luoshi.web import map as maps

_MAP, _CORE_MAP = 200, 288  # px: the whole city's map and that of its core, side by side where there is room
PART, WHOLE = T("分子", "Numerator"), T("分母", "Denominator")
RULE, AS_OF = T("口径", "Definition"), T("截至", "As of")


def _tags() -> SafeString:
    demo = parts.tag_demo() if installation.current().demo else SafeString("")
    return SafeString(f"{parts.tag(T('计算', 'Computed'), 'a')} {demo}")


def _count(name: T, n: int, url: str, claim: T, now: datetime) -> parts.Figure:
    ground = [(AS_OF, parts.time(now))]
    return parts.Figure(name, words.number(n), T("件", ""), claim, ground, url, _tags(), "num-s")


def _rate(name: T, share: Share, claim: T, ground: Sequence[tuple[T, str | T]], now: datetime) -> parts.Figure:
    value = words.percent(share.part, share.whole)
    unit = "%" if value.endswith("%") else ""
    below = [(PART, words.number(share.part)), (WHOLE, words.number(share.whole)), *ground, (AS_OF, parts.time(now))]
    return parts.Figure(name, value.removesuffix("%"), unit, claim, below, "", _tags())


def _reported(n: Year) -> T:
    """What the first number counts, and which of it no list shows."""
    return T(
        "今年上报的；其中 {out} 件不予受理、撤回或恶意，{hidden} 件属于不公开的类别",
        "reported this year; of these {out} not taken on, taken back or abuse, {hidden} of kinds that are not public",
    ).fill(out=words.number(n.out), hidden=words.number(n.hidden))


def counts(n: Year, now: datetime) -> list[parts.Figure]:
    """How many were reported, are open, late, closed; each opens its rows."""
    return [
        _count(T("上报", "Reported"), n.reported, "/cases/?state=all", _reported(n), now),
        _count(T("在办", "Open"), n.open, "/cases/?state=open", T("还没有办结", "not closed yet"), now),
        _count(T("超期", "Overdue"), n.overdue, "/cases/?light=r", T("还在办、已过应办完时间", "being handled, past the due time"), now),
        _count(T("办结", "Closed"), n.closed, "/cases/?state=closed", T("今年上报、已经办结", "reported this year, closed"), now),
    ]  # fmt: skip


def rates(n: Year, now: datetime) -> list[parts.Figure]:
    """The three rates 三率 and the share closed in time."""
    unrated = T("{n} 件没有评价，不算满意", "{n} not rated, which is not satisfied").fill(n=words.number(n.unrated))
    return [
        _rate(T("响应率", "Answered"), n.response, T("规定时间内联系了市民", "citizens contacted in time"),
              [(RULE, T("到期应联系的市民上报", "citizens' reports due to be answered"))], now),
        _rate(T("解决率", "Solved"), n.solved, T("市民说解决了", "citizens say it is solved"),
              [(RULE, T("市民给了结论的", "where the citizen gave a verdict"))], now),
        _rate(T("满意率", "Satisfied"), n.satisfied, T("评 4 分或 5 分", "graded 4 or 5"),
              [(RULE, T("市民评了分的", "where the citizen graded")), (T("另有", "Beside"), unrated)], now),
        _rate(T("按期办结率", "In time"), n.on_time, T("办完时没有过时限", "done within the time allowed"),
              [(RULE, T("已经办完的", "what is done"))], now),
    ]  # fmt: skip


def _classes(found: Mapping[str, int]) -> dict[str, int]:
    """Four classes of equal steps from 0 to the largest."""
    top = max(found.values(), default=0)
    return {code: 1 + 4 * n // (top + 1) for code, n in found.items()}


def _legend(found: Mapping[str, int]) -> SafeString:
    """What the classes mean; those that hold no whole number are left out."""
    top = max(found.values(), default=0)
    edges = [-(-k * (top + 1) // 4) for k in range(5)]
    ranges = [(k, a, b - 1) for k, (a, b) in enumerate(pairwise(edges), 1) if a < b]
    return maps.legend(
        [(k, words.number(a) if a == b else f"{words.number(a)}–{words.number(b)}") for k, a, b in ranges]
    )


def _maps(reported: Mapping[str, int]) -> SafeString:
    """The city and, closer, its core, shaded and with the numbers, each district opening its rows."""
    core = place.closer(_CORE_MAP)
    seen = [one for one in (place.view("", _MAP), core) if one is not None]
    classes, drawn = _classes({code: reported.get(code, 0) for code in seen[0].paths}), []
    values = {code: words.number(reported.get(code, 0)) for code in seen[0].paths}
    for one in seen:
        # what the core's map shows is opened there
        mine = [code for code in one.paths if core is None or one is core or code not in core.paths]
        links = {code: f"/cases/?state=all&county={code}" for code in mine}
        names = {code: f"{people.division_name(code)} {values[code]}" for code in mine}
        plain = place.drawn(one, values=values, classes=classes)
        title = T("各旗县区上报数，数据见旁边", "Reports by district: the numbers stand beside")
        if one is core:
            title = T("市区，放大：各区上报数", "The urban core, closer: reports by district")
        drawn.append(maps.draw(replace(plain, classes=classes, links=links, names=names), title))
    return SafeString("".join(drawn))


def city_map(found: Mapping[str, tuple[int, int]]) -> SafeString:
    """Reports by district: a map, and the same numbers as bars, each opening its rows."""
    reported = {code: pair[0] for code, pair in found.items()}
    rows = sorted(((reported.get(d.code, 0), d.code) for d in place.counties()), reverse=True)
    bars = [charts.Bar(people.division_name(code), n, url=f"/cases/?state=all&county={code}") for n, code in rows]
    most, code = rows[0] if rows else (0, "")
    finding = T("{name}最多，{n} 件", "{name} has most: {n}").fill(
        name=people.division_name(code), n=words.number(most)
    )
    lost = reported.get("", 0)
    note = T("地点未定 {n} 件。", "Place not known: {n}.").fill(n=words.number(lost)) if lost else T("", "")
    frame = charts.Frame(
        finding if most else T("还没有上报", "Nothing reported yet"),
        T("今年的上报，件", "Reports this year"),
        note,
        installation.current().demo,
    )
    table = charts.bars(frame, (T("旗县区", "District"), T("件", "Reports")), bars)
    if not place.outlines():
        return table
    return format_html(
        '<div class="cols c2">{}<figure class="fig"><div class="map">{}</div>{}<figcaption class="fig-n">{} {}</figcaption></figure></div>',
        table, _maps(reported), _legend({code: reported.get(code, 0) for code in place.outlines()}),
        T("颜色越深，上报越多。", "The darker, the more reports."), place.note(),
    )  # fmt: skip


def _line(found: Sequence[tuple[int, int]], until: int) -> list[float | None]:
    """Twelve months; those to come, and a whole year without records, are gaps."""
    known = dict(found)
    return [float(known.get(month, 0)) if known and month <= until else None for month in range(1, 13)]


def trend(of: int, month: int, street: Street) -> SafeString:
    """Reports by month, this year over the last."""
    this, prev = _line(street.months, month), _line(street.months_before, 12)
    known = [(n, i) for i, n in enumerate(this, 1) if n is not None]
    most, at = max(known, default=(0.0, 0))
    zh, en = "{m} 月上报最多，{n} 件", "Most reports in month {m}: {n}"
    finding = T(zh, en).fill(m=at, n=words.number(most, 0)) if most else T("还没有上报", "Nothing reported yet")
    frame = charts.Frame(finding, T("每月上报，件", "Reports by month"), T("", ""), installation.current().demo)
    marks = [f"{m}月" if language() == "zh" else f"{datetime(of, m, 1):%b}" for m in range(1, 13)]
    names = T("{y} 年", "{y}"), T("{y} 年同月", "{y}, same month")
    series = charts.Trend(marks, this, prev, names[0].fill(y=of), names[1].fill(y=of - 1), 0)
    return charts.trend(
        frame, series, T("每月上报数，数据见下表", "Reports by month: the numbers stand below"), zero=True
    )


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`/`: the year of the city's clock, as of some seconds ago at most."""
    city = installation.current()
    today = calendar.current().city_time(clock.now())
    street = street_numbers(today.year, city.pack["timezone"])
    numbers, now = street.year, street.at
    context: dict[str, Any] = {
        "year": today.year, "counts": counts(numbers, now), "rates": rates(numbers, now),
        "map": city_map(street.counties), "trend": trend(today.year, today.month, street),
        "promises": [T(*one) for one in city.pack["promises"]], "emergency": T(*city.pack["emergency"]),
        "all": tables.link("/cases/?state=all", T("看 {n} 件", "See {n}").fill(n=words.number(numbers.reported))),
    }  # fmt: skip
    return render(request, "cases/public/home.html", context)
