"""A target as pages show it: its light, the numbers that the light rests on, trajectory against actual, how it turned."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.figures import asked, period
from luoshi.figures.ask import AsOf
from luoshi.figures.targets import reads, said
from luoshi.figures.targets.ask import Standing, standings
from luoshi.figures.targets.catalogue import all_targets
from luoshi.figures.targets.flow import WORDS
from luoshi.figures.targets.sums import Rule
from luoshi.kernel import installation
from luoshi.kernel.text import T, language
from luoshi.web import charts, parts, svg, words
from luoshi.web.http import Request

CODES: Final[dict[str, svg.Light]] = {"g": "g", "y": "y", "r": "r", "n": "n"}
WAYS: Final = {
    "linear": T("按月均匀", "the same each month"),
    "last_year": T("照去年的走势", "as last year went"),
    "points": T("按所定的月份", "through given months"),
}
LEVEL: Final = T("全年都应达到", "holds all year")
SIGNS: Final = {False: T("不低于 {v}", "at least {v}"), True: T("不高于 {v}", "at most {v}")}


def lamp(light: str) -> SafeString:
    """A light as shape and word."""
    return parts.light(CODES[light], WORDS[light])


def lights(one: Standing) -> SafeString:
    """The light; where a person set one, that one first, and the computed one with who says what beside."""
    if one.instead is None:
        return lamp(one.light)
    text = T("人工改判到 {day}：{why}。计算的是", "set by hand until {day}: {why}. Computed:")
    said_ = text.fill(day=words.day(one.instead.until), why=one.instead.reason)
    return format_html('{} <span class="s">{} {}</span>', lamp(one.instead.light), said_, lamp(one.light))


def amount(one: Standing, value: Fraction | Decimal | None, *, unit: bool = True) -> str:
    """A number of the target's figure with its unit; 未知 where there is none."""
    if value is None:
        return str(words.UNKNOWN)
    exact = said.number(one, value) if isinstance(value, Fraction) else value
    return f"{words.number(exact)}{_unit(one) if unit else ''}"


def _unit(one: Standing) -> str:
    text = str(one.target.unit)
    return text if text == "%" or not text else f" {text}"


def wanted(one: Standing) -> T:
    """What is to be reached or kept."""
    return SIGNS[one.target.most].fill(v=amount(one, one.target.value))


def percent(value: Fraction) -> str:
    """A share of the target."""
    return f"{words.number(said.share(value))}%"


def points(gap: Fraction) -> T:
    """How far ahead or behind."""
    text = T("超前 {n} 个百分点", "{n} points ahead") if gap >= 0 else T("落后 {n} 个百分点", "{n} points behind")
    return text.fill(n=words.number(said.share(abs(gap))))


def forecast(one: Standing) -> T | str:
    """The year's end with its interval, or why nothing is forecast."""
    found = one.forecast
    if found is None:
        return one.forecast_why
    text = T("{v}（八成可能在 {low} 到 {high} 之间）", "{v} (four times in five between {low} and {high})")
    low, high = amount(one, found.low, unit=False), amount(one, found.high, unit=False)
    return text.fill(v=amount(one, found.value), low=low, high=high)


def way(one: Standing) -> T:
    """The trajectory in words."""
    target = one.target
    return (
        LEVEL
        if target.trajectory == "linear" and target.level and target.start == target.value
        else WAYS[target.trajectory]
    )


def rule(found: Rule) -> T:
    """The light's rule in words."""
    text = T(
        "落后序时进度 {y} 个百分点起黄，超过 {r} 个百分点红",
        "yellow at {y} percentage points behind the trajectory, red at more than {r}",
    )
    return text.fill(y=words.number(found.yellow), r=words.number(found.red))


def number(one: Standing) -> SafeString:
    """How much of the target is done, and below the line what that rests on."""
    measured = one.measured
    ground: list[tuple[Any, Any]] = [(T("目标", "Target"), wanted(one)), (T("实际", "Actual"), amount(one, one.value))]
    if measured is not None:
        text = T("{share}（{due}）", "{share} ({due})")
        due = text.fill(share=percent(measured.schedule), due=amount(one, one.due))
        ground += [(T("序时进度", "Due by now"), due), (T("差距", "Gap"), points(measured.gap))]
    at = parts.time(period.moment(one.as_of.moment)) if one.as_of.size else "—"
    ground += [(T("预测年底", "Year's end, forecast"), forecast(one)), (T("截至", "As of"), at)]
    value = words.number(said.share(measured.progress)) if measured else str(words.UNKNOWN)
    claim = lights(one) if measured else format_html("{} {}", lights(one), one.why)
    demo = parts.tag_demo() if installation.current().demo else ""
    name = T("目标完成", "Of the target done")
    return parts.figure(parts.Figure(name, value, "%" if measured else "", claim, ground, "", demo))


def chart(one: Standing) -> SafeString:
    """Actual against trajectory by the ends of months, with the table behind it."""
    marks = [f"{m}月" if language() == "zh" else f"{date(2021, m, 1):%b}" for m in range(1, 13)]
    actual = [_drawn(value) for value in one.actual]
    path = [_drawn(value) for value in (one.path or ())[1:]] or [None] * len(marks)
    finding = one.why if one.measured is None else T("{name}：{gap}", "{name}: {gap}").fill(
        name=one.target.of.name, gap=points(one.measured.gap)
    )  # fmt: skip
    head = T("年初到月底，{unit}", "From the year's beginning to each month's end, {unit}").fill(unit=one.target.unit)
    note = T("最后一点是截至时的数。", "The last point is the number as of now.")
    frame = charts.Frame(finding, head, note, installation.current().demo)
    names = T("实际", "Actual"), T("应完成", "Due")
    label = T("实际和应完成，数据见下表", "Actual and due: the numbers stand below")
    series = charts.Trend(marks, actual, path, *names, one.target.of.decimals)
    return charts.trend(frame, series, label, zero=not one.target.level)


def _drawn(value: Fraction | None) -> float | None:
    return None if value is None else float(round(value, 6))


def turns(one: Standing) -> list[parts.Happening]:
    """How the light turned."""
    found = reads.crossings(one.target.year, one.target.id, one.as_of.size)
    text, entry = T("{was}变为{now}", "from {was} to {now}"), T("账本第 {n} 条", "entry {n} of the log")
    out = []
    for turn in found:
        place = entry.fill(n=words.number(turn.place))
        body = format_html('{} <span class="qq s">{}</span>', lamp(turn.light), place)
        out.append(parts.Happening(turn.at, text.fill(was=WORDS[turn.was], now=WORDS[turn.light]), body))
    return out


def facts(one: Standing) -> list[tuple[T, Any]]:
    """Where the target comes from and how its light is found."""
    return [
        (T("出处", "Source"), one.target.source), (T("应完成", "Due"), way(one)), (T("亮灯规则", "Rule of the light"), rule(one.target.rule)),
        (T("声明", "Declaration"), format_html("<code>{}</code>", one.target.fingerprint[:16])),
    ]  # fmt: skip


def part(request: Request, figure: str, year: int, as_of: AsOf) -> SafeString:
    """What the page of a figure says of its target in a year, as of a size of the log; nothing where it has none.

    Raises TooMany where an address has too much counted.
    """
    target = all_targets().get((year, figure))
    if target is None:
        return SafeString("")
    (one,) = standings([target], as_of, lambda: asked.spend(request))
    context = {"one": one, "number": number(one), "chart": chart(one), "facts": facts(one), "turns": turns(one)}
    return SafeString(render_to_string("figures/target.html", context, request))
