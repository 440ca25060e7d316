"""Charts drawn by the server: bars that are a table, and a trend of this year over the last with its table.

A title states the finding, the next line measure and unit, the last line the source. Unknown is 未知, never 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from math import floor, log10
from typing import Final, Literal, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from luoshi.kernel.text import T, language
from luoshi.web import parts, svg, words

Text = str | T
_LEFT, _RIGHT, _WIDER = (
    8.0,
    92.0,
    2.0,
)  # per cent of the width between which the lines run, and for a further digit behind
_TOP, _HEIGHT = 18.0, 156.0  # px of the plot inside a drawing of 200 px


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands round a chart: finding, measure and unit, source; `demo` puts 模拟 beside the unit."""

    finding: Text
    measure: Text
    source: Text = ""
    demo: bool = False


def framed(frame: Frame, drawing: SafeString) -> SafeString:
    """A drawing with its finding above and its source below."""
    tag = format_html(" {}", parts.tag_demo()) if frame.demo else ""
    source = format_html('<p class="fig-n">{}</p>', frame.source) if frame.source else ""
    return format_html(
        '<figure class="fig"><figcaption><p class="fig-h">{}</p><p class="fig-s">{}{}</p></figcaption>{}{}</figure>',
        frame.finding, frame.measure, tag, drawing, source,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its name, value (None: unknown), more columns, an address, and whether it is the one that matters."""

    name: Text
    value: float | None
    shown: Text = ""
    more: tuple[Text, ...] = ()
    url: str = ""
    mine: bool = False
    role: Literal["fact", "rest", "over"] = "fact"


def bars(frame: Frame, heads: Sequence[Text], rows: Sequence[Bar], scale: float | None = None) -> SafeString:
    """Horizontal bars from zero as a table. `heads` name the first column, the value, and each further one."""
    top = scale or max((row.value or 0 for row in rows), default=0) or 1
    first, *others = heads
    head = format_html(
        '<tr><th scope="col">{}</th><th scope="col"><span class="vh">{}</span></th>{}</tr>',
        first,
        T("图", "Chart"),
        format_html_join("", '<th scope="col" class="r">{}</th>', ((other,) for other in others)),
    )
    body = format_html_join("\n", "{}", ((_bar(row, top),) for row in rows))
    return framed(frame, format_html('<table class="rows"><thead>{}</thead><tbody>{}</tbody></table>', head, body))


def _bar(row: Bar, top: float) -> SafeString:
    name = format_html('<a href="{}">{}</a>', row.url, row.name) if row.url else format_html("{}", row.name)
    drawing = svg.bar(row.value, top, row.role) if row.value is not None else SafeString("")
    cells = (row.shown or words.number(row.value), *row.more)
    return format_html(
        '<tr{}><th scope="row">{}</th><td class="w">{}</td>{}</tr>',
        SafeString(' class="is-me"') if row.mine else "",
        name,
        drawing,
        format_html_join("", '<td class="r n">{}</td>', ((cell,) for cell in cells)),
    )


class Scale(NamedTuple):
    """A scale of round steps that holds all values."""

    low: float
    high: float
    step: float

    def ticks(self) -> list[float]:
        """The values at which lines are drawn, exact in the step's own decimals."""
        step = Decimal(str(self.step))
        count = round((self.high - self.low) / self.step)
        return [float(Decimal(str(self.low)) + step * i) for i in range(count + 1)]


def scale_of(values: Sequence[float], zero: bool = False) -> Scale:
    """Round steps (1, 2, 5 × 10ⁿ), four to seven of them; `zero` begins at zero."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    low = min(low, 0.0) if zero else low
    span = (high - low) or abs(high) or 1.0
    raw = span / 5
    power = 10.0 ** floor(log10(raw))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= raw)
    begin = floor(low / step) * step
    end = begin + step
    while end < high:
        end += step
    return Scale(round(begin, 9), round(end, 9), round(step, 9))


@dataclass(frozen=True)
class Trend:
    """Two years by the same marks (months): this year solid, last year dashed; None is a gap."""

    marks: Sequence[Text]
    this: Sequence[float | None]
    prev: Sequence[float | None]
    this_name: Text
    prev_name: Text
    places: int = 1

    @cached_property
    def ends(self) -> list[tuple[int, float] | None]:
        """The last value of last year's line and of this year's, each with its place."""
        known = ([(i, v) for i, v in enumerate(line) if v is not None] for line in (self.prev, self.this))
        return [line[-1] if line else None for line in known]

    @cached_property
    def right(self) -> float:
        """Where the lines end at most, in per cent of the width: behind them a number has room, also on a phone."""
        longest = max((len(words.number(end[1], self.places)) for end in self.ends if end), default=0)
        return _RIGHT - _WIDER * max(longest - 3, 0)

    def x(self, index: int) -> float:
        """Where a mark stands, in per cent of the width."""
        return _LEFT + (self.right - _LEFT) * index / max(len(self.marks) - 1, 1)


NOT_YET: Final = T("有了第一个数，这里就是走势图。", "With the first number the trend is drawn here.")
_SERIES: Final = (("l-prev", "plan-r", "tx"), ("l-this", "fact", "tx tx-a"))


def trend(frame: Frame, series: Trend, label: Text, zero: bool = False) -> SafeString:
    """A line of this year over the last, the last values written at the ends, and all values in a table below.

    Where no month has a value other than 0 it says so in words: an axis would measure nothing.
    """
    known = [value for line in (series.prev, series.this) for value in line if value is not None]
    if not any(known):
        return framed(frame, parts.empty(T("还没有可画的数。", "Nothing to draw yet."), NOT_YET))
    scale = scale_of(known, zero)
    drawing = format_html(
        '<svg width="100%" height="200" role="img" aria-label="{}">{}{}{}{}</svg>',
        label,
        _grid(scale, series.places),
        _lines(series, scale),
        _ends(series, scale),
        _months(series),
    )
    return framed(frame, format_html("{}{}{}", drawing, _key(series), _table(series)))


def year_over_last(
    frame: Frame, year: int, this: Sequence[float | None], prev: Sequence[float | None], label: Text, places: int = 0,
    *, zero: bool = False,
) -> SafeString:  # fmt: skip
    """The twelve months of a year over those of the year before."""
    marks = [f"{m}月" if language() == "zh" else f"{datetime(year, m, 1):%b}" for m in range(1, 13)]
    names = T("{y} 年", "{y}").fill(y=year), T("{y} 年同月", "{y}, same month").fill(y=year - 1)
    return trend(frame, Trend(marks, this, prev, *names, places), label, zero=zero)


def _y(value: float, scale: Scale) -> float:
    return _TOP + _HEIGHT * (scale.high - value) / (scale.high - scale.low)


def _grid(scale: Scale, places: int) -> SafeString:
    whole = scale.step == int(scale.step)
    lines = (
        (
            "zero" if i == 0 else "grid",
            svg.length(_y(tick, scale)),
            svg.length(_y(tick, scale) - 4),
            words.number(tick, 0 if whole else places),
        )
        for i, tick in enumerate(scale.ticks())
    )
    return format_html_join(
        "",
        '<line class="{}" x1="0" x2="100%" y1="{}" y2="{}"/><text class="tx" x="0" y="{}">{}</text>',
        ((kind, y, y, text_y, text) for kind, y, text_y, text in lines),
    )


def _lines(series: Trend, scale: Scale) -> SafeString:
    """Both lines in a stretched drawing of 1000 × 1000, so that they follow the width while text keeps its size."""
    drawn = []
    for (kind, _, _), line in zip(_SERIES, (series.prev, series.this), strict=True):
        for run in _runs(line):
            points = " ".join(
                f"{svg.length(series.x(i) * 10)},{svg.length((_y(v, scale) - _TOP) / _HEIGHT * 1000)}" for i, v in run
            )
            drawn.append((kind, points))
    inner = format_html_join("", '<polyline class="{}" vector-effect="non-scaling-stroke" points="{}"/>', drawn)
    return format_html(
        '<svg y="{}" width="100%" height="{}" viewBox="0 0 1000 1000" preserveAspectRatio="none">{}</svg>',
        _TOP,
        _HEIGHT,
        inner,
    )


def _runs(line: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """The stretches of a line between its gaps."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(line):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def _ends(series: Trend, scale: Scale) -> SafeString:
    ends = []
    for (_, mark, text), end in zip(_SERIES, series.ends, strict=True):
        if end is not None:
            ends.append((mark, text, series.x(end[0]), _y(end[1], scale), words.number(end[1], series.places)))
    spread = _apart([end[3] for end in ends])
    return format_html_join(
        "",
        '<svg x="{}%" y="{}" overflow="visible"><rect class="{}" x="-4" y="-4" width="8" height="8"/></svg>'
        '<text class="{}" x="{}%" y="{}">{}</text>',
        (
            (svg.length(x), svg.length(y), mark, text, svg.length(x + 1.4), svg.length(label + 4), value)
            for (mark, text, x, y, value), label in zip(ends, spread, strict=True)
        ),
    )


def _apart(heights: list[float], least: float = 14.0) -> list[float]:
    """Heights of two end labels, moved apart where they would cover each other."""
    if len(heights) < 2 or abs(heights[0] - heights[1]) >= least:
        return heights
    middle, sign = sum(heights) / 2, 1 if heights[0] > heights[1] else -1
    return [middle + sign * least / 2, middle - sign * least / 2]


def _months(series: Trend) -> SafeString:
    """Every second mark, and the last."""
    last = len(series.marks) - 1
    shown = [i for i in range(last + 1) if i == last or (i % 2 == 0 and i < last - 1)]
    return format_html_join(
        "",
        '<text class="tx mid" x="{}%" y="194">{}</text>',
        ((svg.length(series.x(i)), series.marks[i]) for i in shown),
    )


def _key(series: Trend) -> SafeString:
    lines = (("l-this", series.this_name, series.this), ("l-prev", series.prev_name, series.prev))
    rows = [(kind, name) for kind, name, values in lines if any(value is not None for value in values)]
    inner = format_html_join(
        "",
        '<span><svg width="22" height="12" aria-hidden="true"><line class="{}" x1="0" x2="22" y1="6" y2="6"/></svg>{}</span>',
        rows,
    )
    return format_html('<p class="key">{}</p>', inner)


def _table(series: Trend) -> SafeString:
    rows = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td class="r n">{}</td><td class="r n">{}</td></tr>',
        (
            (mark, words.number(this, series.places), words.number(prev, series.places))
            for mark, this, prev in zip(series.marks, series.this, series.prev, strict=True)
        ),
    )
    return format_html(
        '<details><summary>{}</summary><table class="t t-d"><thead><tr><th scope="col">{}</th><th scope="col" class="r">{}</th>'
        '<th scope="col" class="r">{}</th></tr></thead><tbody>{}</tbody></table></details>',
        T("看数据", "Show the data"), T("月", "Month"), series.this_name, series.prev_name, rows,
    )  # fmt: skip
