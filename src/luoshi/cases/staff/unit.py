"""`/work/rates/`: the three rates of each unit in a period, and the page of one unit. Every rate with what it rests on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.cases import rates
from luoshi.cases.reads import units
from luoshi.cases.reads.units import Rates
from luoshi.kernel import calendar, clock, installation
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.models import Unit
from luoshi.people.sessions import staff
from luoshi.web import parts, words
from luoshi.web.tables import Column, Table

_PERIOD: Final = re.compile(r"(20\d\d)(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?")
PART, WHOLE = T("分子", "Numerator"), T("分母", "Denominator")


class Period(NamedTuple):
    """A year, a quarter or a month of the city: its name in addresses, words, from and until."""

    name: str
    text: T
    start: datetime
    end: datetime


def _zone() -> str:
    return str(installation.current().pack["timezone"])


def period(name: str) -> Period:
    """`2021`, `2021-Q4` or `2021-11`. Raises Invalid."""
    match = _PERIOD.fullmatch(name)
    if match is None:
        rule = T("如 2021、2021-Q4 或 2021-11", "such as 2021, 2021-Q4 or 2021-11")
        raise Invalid([Fault("period", name[:20], rule)])
    year, month, quarter = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    first, months = (month, 1) if month else (quarter * 3 - 2, 3) if quarter else (1, 12)
    text = T("{y} 年", "{y}").fill(y=year)
    if month:
        text = T("{y} 年 {m} 月", "{y}-{m}").fill(y=year, m=f"{month:02d}")
    if quarter:
        text = T("{y} 年第 {q} 季度", "quarter {q} of {y}").fill(y=year, q=quarter)
    zone, last = ZoneInfo(_zone()), first + months
    end = datetime(year + (last > 12), last - 12 if last > 12 else last, 1, tzinfo=zone)
    return Period(name, text, datetime(year, first, 1, tzinfo=zone), end)


def _offered(today: date, chosen: str) -> list[tuple[str, T, bool]]:
    """The years, quarters and months up to today, newest first: address, words, is the present one."""
    names = [str(today.year), *(f"{today.year}-Q{q}" for q in range((today.month + 2) // 3, 0, -1))]
    names += [f"{today.year}-{m:02d}" for m in range(today.month, 0, -1)]
    names += [str(today.year - 1)]
    return [(name, period(name).text, name == chosen) for name in dict.fromkeys([*names, chosen])]


def _today() -> date:
    return calendar.current().city_date(clock.now())


def _asked(request: HttpRequest) -> Period:
    return period(str(request.GET.get("period") or _today().year))


@dataclass(frozen=True)
class Row:
    """A row of the table: a name, perhaps with an address, and its rates."""

    name: SafeString | str
    rates: Rates


def _share(name: str) -> Any:
    def cell(row: Row) -> SafeString:
        part, whole = row.rates.shares[name]
        return format_html(
            '{} <span class="q s nb">{}/{}</span>', words.percent(part, whole), words.number(part), words.number(whole)
        )

    return cell


def _sum(row: Row) -> str:
    return words.number(rates.weighted(row.rates.shares, rates.current()), 1)


def table(caption: T, first: T, rows: Sequence[Row]) -> SafeString:
    """Rates, one row a unit or a month."""
    return Table[Row](
        caption,
        (
            Column(first, lambda row: row.name, "b", label=False, is_header=True),
            Column(T("案件", "Cases"), lambda row: words.number(row.rates.cases), "r"),
            *(Column(text, _share(name), "r") for name, text in rates.NAMES.items()),
            Column(T("综合", "Weighted"), _sum, "r"),
            Column(T("未接通", "Not reached"), lambda row: words.number(row.rates.unreached), "r m-no"),
            Column(T("未评", "Not graded"), lambda row: words.number(row.rates.unrated), "r m-no"),
            Column(T("在办", "Open"), lambda row: words.number(row.rates.open), "r m-no"),
            Column(T("超期", "Overdue"), lambda row: words.number(row.rates.overdue), "r m-no"),
        ),
    ).render(rows)


def rules() -> list[tuple[T, T]]:
    """How each rate is taken, in words, and the weights."""
    rule = rates.current()
    how = T("{part} ÷ {base}", "{part} ÷ {base}")
    found = [(text, how.fill(part=rule.part(name), base=rule.base(name))) for name, text in rates.NAMES.items()]
    zh, en = (
        " ".join(f"{getattr(text, tongue)} {rule.weights[name]}" for name, text in rates.NAMES.items())
        for tongue in ("zh", "en")
    )
    return [*found, (T("综合的权重", "Weights of the sum"), T(zh, en))]


def _context(asked: Period) -> dict[str, Any]:
    return {
        "period": asked, "periods": _offered(_today(), asked.name), "rules": rules(), "now": clock.now(),
        "sim": installation.current().demo,
    }  # fmt: skip


@staff
def index(request: HttpRequest) -> HttpResponse:
    """All units that the viewer may see, in the order of the tree; no ranking. Raises Denied or Invalid."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    asked = _asked(request)
    found, names = units.by_unit(viewer, asked.start, asked.end), people.unit_names()
    city = tree.today()
    shown = city.in_order(found)
    rows = [Row(_link(city.units.get(key), names.get(key, str(key)), asked), found[key]) for key in shown]
    caption = T("{period}上报的案件，按单位", "Cases reported in {period}, by unit").fill(period=asked.text)
    context = {**_context(asked), "table": table(caption, T("单位", "Unit"), rows) if rows else ""}
    return render(request, "cases/staff/rates.html", context)


def _link(unit: Unit | None, name: str, asked: Period) -> SafeString | str:
    if unit is None:
        return name
    return format_html('<a href="/work/rates/{}/?period={}">{}</a>', unit.code, asked.name, name)


def _figures(found: Rates) -> list[parts.Figure]:
    rule = rates.current()
    figures = []
    for name, text in rates.NAMES.items():
        part, whole = found.shares[name]
        value = words.percent(part, whole)
        ground = [
            (PART, f"{words.number(part)}　{rule.part(name)}"),
            (WHOLE, f"{words.number(whole)}　{rule.base(name)}"),
        ]
        unit = "%" if value.endswith("%") else ""
        figures.append(parts.Figure(text, value.removesuffix("%"), unit, "", ground))
    return figures


def _counts(found: Rates) -> list[tuple[T, str]]:
    return [
        (T("上报", "Reported"), words.number(found.cases)), (T("办结", "Closed"), words.number(found.closed)),
        (T("在办", "Open"), words.number(found.open)), (T("其中超期", "of these overdue"), words.number(found.overdue)),
        (T("回访没有接通", "Called and not reached"), words.number(found.unreached)),
        (T("办结未评", "Closed, not graded"), words.number(found.unrated)),
        (T("评价待跟进", "Grades to follow up"), words.number(found.followups)),
        (T("综合", "Weighted"), words.number(rates.weighted(found.shares, rates.current()), 1)),
    ]  # fmt: skip


def _months(year: int, months: Mapping[int, Rates]) -> list[Row]:
    return [Row(f"{year}-{month:02d}", found) for month, found in sorted(months.items())]


@staff
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: rates with numerator and denominator, counts, month by month. Raises Absent, Denied or Invalid."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    unit = next((row for row in tree.today().units.values() if row.code == code), None)
    if unit is None:
        raise Absent
    asked = _asked(request)
    found, months = units.of_unit(viewer, unit.pk, asked.start, asked.end, _zone())
    caption = T("{period}，按上报的月份", "{period}, by month of report").fill(period=asked.text)
    context = {
        **_context(asked), "unit": unit, "name": T(unit.zh, unit.en), "figures": _figures(found), "counts": _counts(found),
        "months": table(caption, T("月份", "Month"), _months(asked.start.year, months)) if len(months) > 1 else "",
        "cases": found.cases,
    }  # fmt: skip
    return render(request, "cases/staff/unit.html", context)
