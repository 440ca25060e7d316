"""`/`: the year's street numbers, each on what it rests on; the map by district; the trend by month."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from luoshi.figures import board, labels, pages
from luoshi.figures.answer import Cell, value
from luoshi.figures.ask import AsOf, known_of
from luoshi.figures.catalogue import all_figures
from luoshi.figures.period import MONTH, Period
from luoshi.figures.reported import headlines
from luoshi.kernel import installation
from luoshi.kernel.text import T
from luoshi.people import place, shaded
from luoshi.people import reads as people
from luoshi.web import charts, context, parts, tables, words
from luoshi.web.http import Request, holds, mark

PART, WHOLE = T("分子", "Numerator"), T("分母", "Denominator")
AS_OF = T("截至", "As of")
STRONGER: Final = T("颜色越浓，上报越多。", "The stronger the colour, the more reports.")
"""True on light paper, where a strong colour is dark, and on a dark screen, where it is light."""
CASES: Final = "/cases/?state=all&county={code}"
MAPPED: Final = shaded.Words(
    CASES, T("各旗县区上报数，数据见旁边", "Reports by district: the numbers stand beside"),
    T("市区，放大：各区上报数", "The urban core, closer: reports by district"),
)  # fmt: skip
Text = str | T
FIRST: Final = "cases.reported"
COUNTS: Final = {
    FIRST: T("今年上报的，同一问题只算一件", "reported this year, each problem once"),
    "cases.open": T("还没有办结", "not closed yet"),
    "cases.overdue": T("还在办、已过应办完时间", "being handled, past the due time"),
    "cases.closed": T("今年办结的", "closed this year"),
}
RATES: Final = {
    "cases.response": T("规定时间内联系了市民", "citizens contacted in time"),
    "cases.solved": T("市民说解决了", "citizens say it is solved"),
    "cases.satisfied": T("打了分的里，4 分或 5 分", "4 or 5, of those that were graded"),
    "cases.on_time": T("办完时没有过时限", "done within the time allowed"),
}
"""The year's street numbers, each with the claim that it makes."""
INVESTMENT: Final = {
    "leads.contacted": T("今年联系过的，一家只算一次", "contacted this year, each once"),
    "leads.signed": T("今年首次签约的，重复登记的不算", "signed this year for the first time, doubles left out"),
    "leads.agreed": T("签约加增减，不详的不当作零", "signed and changed; unknown is not zero"),
    "leads.landed": T("今年落地的", "landed this year"),
}
"""Those of the investment line, where it is installed."""


@dataclass(frozen=True)
class Numbers:
    """What is kept of the year's figures: by figure's id the number and as of when, and of one of them its months and districts."""

    at: AsOf
    totals: Mapping[str, Cell]
    known: Mapping[str, AsOf]
    months: Mapping[int, Cell]
    counties: Mapping[str, int]


def numbers(year: Period) -> Numbers:
    """The year's, as of what pages speak of; one query. Empty before anything was sealed."""
    two = Period(year.first - 12, year.last)
    asked = [((), year), ((MONTH,), two), (("county",), year)]
    kept = board.kept([all_figures()[name] for name in (*COUNTS, *RATES, *INVESTMENT) if name in all_figures()], asked)
    mine = {name: one for (name, by, period), one in kept.items() if not by and period == year.text}
    found = {by: one for (name, by, _), one in kept.items() if name == FIRST and by}
    months, places = (found[by].cells if by in found else {} for by in (MONTH, "county"))
    newest = max((one.as_of for one in kept.values()), key=lambda one: one.size, default=AsOf(0, 0))
    totals = {name: one.total for name, one in mine.items()}
    known = {name: known_of(one.total, one.as_of) for name, one in mine.items()}
    return Numbers(
        newest, totals, known, {int(group[0] or 0): cell for group, cell in months.items()},
        {str(group[0] or ""): cell.num or 0 for group, cell in places.items()},
    )  # fmt: skip


def _one(name: str, claim: T, found: Numbers, size: Literal["", "num-s"]) -> parts.Figure:
    """A number, what it rests on, and the page of the figure behind it."""
    figure, cell = all_figures()[name], found.totals.get(name, Cell(None, None, 0))
    ground: list[tuple[T, Text]] = [(AS_OF, labels.moment(found.known.get(name, found.at)))]
    if cell.den is not None:
        ground = [(PART, words.number(cell.num)), (WHOLE, words.number(cell.den)), *ground]
    text = words.number(value(figure, cell))
    unit = figure.unit_name if any(sign.isdigit() for sign in text) else ""
    return parts.Figure(figure.name, text, unit, claim, ground, f"/figure/{name}", pages.tags(), size)


def city_map(reported: Mapping[str, int]) -> SafeString:
    """Reports by district: a map, and the same numbers as bars, each opening its rows."""
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
        table, SafeString("".join(shaded.drawn(reported, MAPPED))), shaded.legend(reported),
        STRONGER, place.note(),
    )  # fmt: skip


def _line(found: Mapping[int, Cell], first: int) -> list[float | None]:
    """Twelve months; those to come, and those without records, are gaps."""
    return [float(found[month].num or 0) if month in found else None for month in range(first, first + 12)]


def trend(year: Period, found: Numbers) -> SafeString:
    """Reports by month, this year over the last."""
    this, prev = _line(found.months, year.first), _line(found.months, year.first - 12)
    known = [(n, i) for i, n in enumerate(this, 1) if n is not None]
    most, at = max(known, default=(0.0, 0))
    zh, en = "{m} 月上报最多，{n} 件", "Most reports in month {m}: {n}"
    finding = T(zh, en).fill(m=at, n=words.number(most, 0)) if most else T("还没有上报", "Nothing reported yet")
    frame = charts.Frame(finding, T("每月上报，件", "Reports by month"), T("", ""), installation.current().demo)
    label = T("每月上报数，数据见下表", "Reports by month: the numbers stand below")
    return charts.year_over_last(frame, year.first // 12, this, prev, label, zero=True)


def etag(*beside: object) -> str:
    """Another one where the year's numbers are, or what else is shown."""
    return mark(board.size(), board.this_year().text, *beside)


@require_safe
def home(request: Request) -> HttpResponse:
    """`/`: the year of the city's clock, as of the size of the log that pages speak of; to the public, unchanged, 304."""
    mine = "" if request.viewer.is_staff else etag(request.get_full_path(), context.minute())
    if holds(request, mine):
        return HttpResponseNotModified()
    response = _home(request)
    if mine:
        response["ETag"], response["Cache-Control"] = mine, "no-cache"
    return response


def _home(request: Request) -> HttpResponse:
    city, year = installation.current(), board.this_year()
    found = numbers(year)
    context: dict[str, Any] = {
        "year": year.first // 12, "counts": [_one(name, claim, found, "num-s") for name, claim in COUNTS.items()],
        "rates": [_one(name, claim, found, "") for name, claim in RATES.items()],
        "investment": [_one(name, claim, found, "num-s") for name, claim in INVESTMENT.items() if name in found.totals],
        "told": headlines.figures(found.at), "map": city_map(found.counties), "trend": trend(year, found),
        "promises": [T(*one) for one in city.pack["promises"]], "emergency": T(*city.pack["emergency"]),
        "all": tables.link("/figure/", T("所有指标和口径", "All figures and definitions")),
        "more": [("/targets/", T("目标", "Targets")), ("/reports/", T("报告", "Reports"))],
    }  # fmt: skip
    return render(request, "cases/public/home.html", context)
