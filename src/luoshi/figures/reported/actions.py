"""Enter a reported value, approve it as a second person, decline or withdraw it. Each leaves an event in the log."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from luoshi.figures.models import ReportedValue
from luoshi.figures.period import PeriodError, parse, parse_day
from luoshi.figures.reported import reads
from luoshi.figures.reported.catalogue import all_corrections, all_reported
from luoshi.figures.reported.corrections import NUMBER
from luoshi.figures.reported.declare import Reported
from luoshi.figures.reported.flow import FLOW, PROPOSE, RELEASES, TEXTS, WIDTHS, facts
from luoshi.kernel import calendar, clock
from luoshi.kernel.action import MISSING, Act, Action, Change, Line
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T

LONGEST: Final = 500
EARLIEST: Final = date(1900, 1, 1)
LINE: Final[Line[ReportedValue]] = Line(
    flow=FLOW, widths=WIDTHS, snapshot=facts, lock=reads.lock, told=reads.told, entered=lambda row, now: None,
    subject=lambda row: row.subject,
)  # fmt: skip
HELD: Final = T(
    "这一发布日期已有数值 {value}（{state}）；新的数值要有新的发布日期",
    "this vintage has the value {value} already ({state}); another value needs another vintage",
)
Given = Mapping[str, str]


def _text_faults(given: Given) -> Iterator[Fault]:
    for name in TEXTS:
        if len(given[name]) > LONGEST:
            rule = T("最多 {n} 字", "at most {n} characters").fill(n=LONGEST)
            yield Fault(name, given[name][:60], rule)
    for name in ("source", "document"):
        if not given[name].strip():
            yield Fault(name, "", MISSING)
    if given["address"] and not given["address"].startswith(("https://", "http://")):
        yield Fault(
            "address", given["address"][:60], T("应以 https:// 或 http:// 开头", "must begin with https:// or http://")
        )
    if given["status"] not in RELEASES:
        rule = T("应为其一：{all}", "must be one of: {all}").fill(all=", ".join(RELEASES))
        yield Fault("status", given["status"][:60], rule)


def _number_faults(figure: Reported, text: str) -> Iterator[Fault]:
    if not NUMBER.fullmatch(text):
        rule = T("应为数，如 20514.2，不带千分位", "must be a number like 20514.2, without separators")
        yield Fault("value", text[:60], rule)
    elif len(text.partition(".")[2]) > figure.decimals:
        yield Fault("value", text, T("最多 {n} 位小数", "at most {n} decimals").fill(n=figure.decimals))


def vintage_of(text: str) -> date | None:
    """A day as 2022-02-28, or as a workbook's cell of a day gives it; None for what is none."""
    return parse_day(text.removesuffix(" 00:00:00"))


def _vintage_faults(text: str) -> Iterator[Fault]:
    day = vintage_of(text)
    # a demo's present lies in the past, its documents do not
    today = max(clock.now(), clock.real()).astimezone(ZoneInfo(calendar.current().tz)).date()
    if day is None:
        yield Fault(
            "vintage", text[:60], T("应为发布日期，如 2022-02-28", "must be the day of publication, like 2022-02-28")
        )
    elif not EARLIEST <= day <= today:
        yield Fault("vintage", text, T("发布日期不能在今天之后", "cannot be later than today"))


def _period_faults(figure: Reported, text: str) -> Iterator[Fault]:
    try:
        period = parse(text)
    except PeriodError as error:
        yield Fault("period", text[:60], error.text)
        return
    if not figure.fits(period):
        rule = T("这个指标不按这样的时期发布（{f}）", "the figure is not published for such periods ({f})")
        yield Fault("period", text, rule.fill(f=figure.frequency))


def _check(given: Given) -> Reported:
    """The figure of what was given. Raises Invalid with all that is wrong."""
    figure = all_reported().get(given["figure"])
    if figure is None:
        raise Invalid(
            [Fault("figure", given["figure"][:60], T("没有这个报送指标", "there is no such reported figure"))]
        )
    faults = [
        *_period_faults(figure, given["period"]), *_number_faults(figure, given["value"]),
        *_vintage_faults(given["vintage"]), *_text_faults(given),
    ]  # fmt: skip
    if figure.members.kept(given["member"]) is None:
        rule = T("没有这个地方；有：{all}", "there is no such place; there are: {all}")
        faults.append(Fault("member", given["member"][:60], rule.fill(all=", ".join(figure.members.names) or "—")))
    if faults:
        raise Invalid(faults)
    return figure


def _check_kept(row: ReportedValue) -> None:
    """Raises Invalid for another value of the same vintage, and for one by which the source mends what we correct."""
    held = reads.at_vintage(row.figure, row.period, row.member, row.vintage)
    if held is not None:
        state = FLOW.state(held.state).text
        raise Invalid([Fault("value", f"{row.value:f}", HELD.fill(value=f"{held.value:f}", state=state))])
    correction = all_corrections().get((row.figure, row.period, row.member))
    newest = reads.newest(row.figure, row.period, row.member)
    rule = correction.mended(row.value) if correction else None
    if rule is not None and (newest is None or newest.vintage <= row.vintage):
        raise Invalid([Fault("value", f"{row.value:f}", rule)])


def kept(given: Given) -> ReportedValue | None:
    """The value that is there already for the same figure, period, member and vintage, with the same number.

    None for one that is new; whether it can be is for `propose` to say.
    """
    try:
        figure, period = all_reported()[given["figure"]], parse(given["period"]).text
    except (KeyError, PeriodError):
        return None
    member, day = figure.members.kept(given["member"]), vintage_of(given["vintage"])
    if member is None or day is None or not NUMBER.fullmatch(given["value"]):
        return None
    found = reads.at_vintage(figure.id, period, member, day)
    return found if found is not None and found.value == Decimal(given["value"]) else None


@LINE.creation("propose", PROPOSE)
def propose(
    act: Act, *, figure: str, period: str, value: str, vintage: str, status: str, source: str, document: str,
    member: str = "", page: str = "", address: str = "", note: str = "",
) -> tuple[ReportedValue, Change]:  # fmt: skip
    """A value as a document prints it; a second person approves. All are texts as they were typed.

    Raises Denied or Invalid, also for another value of the same vintage: a revision has a vintage of its own.
    """
    said = {"source": source, "document": document, "page": page, "address": address, "note": note}
    given = {"figure": figure, "period": period, "member": member, "value": value, "vintage": vintage, "status": status}
    found, day = _check(given | said), vintage_of(vintage)
    assert day is not None, "checked"
    when, place = parse(period).text, found.members.kept(member) or ""
    row = ReportedValue(
        subject=reads.subject_of(figure, when, place), figure=figure, period=when, member=place, value=Decimal(value),
        vintage=day, release=status, placed_by_id=act.viewer.person, placed_at=act.now, updated_at=act.now,
        **{name: text.strip() for name, text in said.items()},
    )  # fmt: skip
    _check_kept(row)
    return row, Change(answer={"figure": figure, "period": when, "member": found.members.shown(place)})


@LINE.action("approve")
def approve(row: ReportedValue, act: Act) -> Change:
    """It is published; only somebody else than who entered it."""
    row.approved_by_id, row.approved_at = act.viewer.person, act.now
    return Change()


@LINE.action("decline")
def decline(row: ReportedValue, act: Act, *, reason: str) -> Change:
    """It is not published."""
    row.reason = _reason(reason)
    return Change(body={"reason": row.reason})


@LINE.action("withdraw")
def withdraw(row: ReportedValue, act: Act, *, reason: str) -> Change:
    """It was published wrongly; the same vintage can be entered anew. It stays in all answers as of before."""
    row.reason = _reason(reason)
    return Change(body={"reason": row.reason})


def _reason(text: str) -> str:
    if not 0 < len(text.strip()) <= LONGEST:
        raise Invalid([Fault("reason", text[:60], T("1–{n} 字", "1–{n} characters").fill(n=LONGEST))])
    return text.strip()


MOVES: Final[Mapping[str, Action[ReportedValue]]] = {"approve": approve, "decline": decline, "withdraw": withdraw}


def mended() -> list[T]:
    """The corrections that the source has overtaken, in words; none where all hold."""
    found = []
    for cell, correction in all_corrections().items():
        newest = reads.newest(*cell)
        rule = correction.mended(newest.value) if newest is not None else None
        if rule is not None:
            found.append(T("{cell}：{rule}", "{cell}: {rule}").fill(cell=" ".join(filter(None, cell)), rule=rule))
    return found
