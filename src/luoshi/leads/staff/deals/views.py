"""`/work/leads/funnel/`, `/work/leads/day/`, `/work/leads/brief/`: cohorts as of a day, an officer's day, a leader's page."""

from collections.abc import Callable, Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from luoshi.figures import ask, asked, board, days, pages
from luoshi.figures.answer import Cell, value
from luoshi.figures.catalogue import all_figures
from luoshi.figures.declare import Figure
from luoshi.figures.period import Period, start_of
from luoshi.kernel import calendar, clock, installation
from luoshi.kernel.lines import Due
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads import money, reads
from luoshi.leads.staff.deals.listing import ROOT, TABLE
from luoshi.leads.stages import SEE
from luoshi.people.sessions import having
from luoshi.web import charts, parts, words
from luoshi.web.http import viewer_of
from luoshi.web.tables import Column, Table, link

YEARLY: Final = (
    "leads.contacted",
    "leads.noted",
    "leads.signed",
    "leads.landed",
    "leads.started",
    "leads.producing",
    "leads.full",
)
COHORT: Final = (
    "leads.fulfilment", "leads.landing_rate", "leads.start_rate", "leads.production_rate", "leads.in_place_rate", "leads.started_by_90", "leads.started_by",
    "leads.started_by_365",
)  # fmt: skip
MONEY: Final = ("leads.agreed", "leads.increased", "leads.in_place", "leads.unknown")
SPEED: Final = (
    "leads.days_to_sign", "leads.days_to_land", "leads.days_to_start", "leads.contact_to_land", "leads.contact_to_start",
)  # fmt: skip


def asked_for(request: HttpRequest) -> tuple[Period, str]:
    """The period and the day that an address asks for; this year and the last checkpoint otherwise. Raises Invalid."""
    return asked.period(request.GET) or board.this_year(), request.GET.get("as_of", "").strip()[:20]


def answers(request: HttpRequest, names: Sequence[str]) -> list[ask.Answer]:
    """What each of these figures says of the period, as of the day that is asked for. Raises Invalid."""
    period, as_of = asked_for(request)
    found = []
    for name in names:
        figure = all_figures()[name]
        when = days.known(viewer_of(request), figure, as_of or None, "as_of")
        found.append(ask.ask(ask.Question(figure, period, when)))
    return found


def _numbers(request: HttpRequest, names: Sequence[str]) -> list[tuple[Figure, Cell, str]]:
    """(figure, cell, address) of each."""
    period, as_of = asked_for(request)
    more = f"?period={period.text}" + (f"&as_of={as_of}" if as_of else "")
    return [
        (one.question.figure, one.total, f"/figure/{one.question.figure.id}{more}") for one in answers(request, names)
    ]


def _figures(request: HttpRequest, names: Sequence[str]) -> list[parts.Figure]:
    found = []
    for figure, cell, url in _numbers(request, names):
        say: Callable[[int | None], str] = money.shown if figure.measure.kind == "ratio" else words.number
        ground = (
            [(T("分子", "Numerator"), say(cell.num)), (T("分母", "Denominator"), say(cell.den))]
            if cell.den is not None
            else []
        )
        found.append(
            parts.Figure(
                figure.name,
                words.number(value(figure, cell)),
                figure.unit_name,
                T("", ""),
                ground,
                url,
                pages.tags(),
                "num-s",
            )
        )
    return found


@having(SEE)
def funnel(request: HttpRequest) -> HttpResponse:
    """Milestones of a period, and how far the projects signed in it have come, as of a day; each number opens."""
    period, as_of = asked_for(request)
    bars = [charts.Bar(str(figure.name), cell.num or 0, url=url) for figure, cell, url in _numbers(request, YEARLY)]
    signed = next((bar.value for bar in bars if bar.url.startswith("/figure/leads.signed")), 0)
    landed = next((bar.value for bar in bars if bar.url.startswith("/figure/leads.landed")), 0)
    finding = T("签约 {a}，落地 {b}", "{a} signed, {b} landed").fill(a=words.number(signed), b=words.number(landed))
    frame = charts.Frame(
        finding, T("{period}，个", "{period}").fill(period=period.text), T("", ""), installation.current().demo
    )
    context = {
        "chart": charts.bars(frame, (T("环节", "Milestone"), T("数", "Number")), bars), "rates": _figures(request, COHORT),
        "speed": _figures(request, SPEED), "money": _figures(request, MONEY), "period": period.text, "as_of": as_of, "root": ROOT,
    }  # fmt: skip
    return render(request, "leads/deals/funnel.html", context)


DUE: Final = Table[Due](
    T("到期的、要核的", "Due, and to decide on"),
    (
        Column(
            T("什么时候", "When"), lambda one: parts.time(one.due_at) if one.due_at else "—", "n nb", is_header=True
        ),
        Column(T("编号", "Number"), lambda one: one.number, "n nb m-no"),
        Column(T("项目", "Project"), lambda one: link(one.address, one.title), "b"),
        Column(T("阶段", "Stage"), lambda one: str(one.stage)),
        Column(T("做什么", "What"), lambda one: link(one.form, one.press or one.note)),
    ),
    kind="t t-d fold",
)


@having(SEE)
def day(request: HttpRequest) -> HttpResponse:
    """What waits for the viewer today: clocks, silence, money and corrections to decide on."""
    viewer = viewer_of(request)
    due, silent = reads.due(viewer, 200), reads.silent(viewer)
    context = {
        "due": DUE.render(due) if due else "", "silent": TABLE.render(silent) if silent else "",
        "today": words.day(clock.now()), "root": ROOT,
    }  # fmt: skip
    return render(request, "leads/deals/day.html", context)


BRIEF: Final = (*YEARLY[:4], *MONEY[:1], *COHORT[1:3])
"""The figures of a leader's page."""


def led(viewer: Viewer, period: Period, as_of: str) -> tuple[list[reads.Row], list[reads.Yield]]:
    """The largest projects signed in a period, and its occasions at which something was signed, as they stand now.

    None where figures are asked for as of an earlier day: rows are not kept as they were.
    """
    if as_of:
        return [], []
    start, stop = (start_of(month, calendar.current().tz) for month in (period.first, period.last))
    inside = [one for one in reads.occasions(viewer) if start.date() <= one.first_day < stop.date()]
    return reads.largest(viewer, 10, start, stop), [one for one in reads.yields(viewer, inside) if one.signed][:6]


@having(SEE)
def brief(request: HttpRequest) -> HttpResponse:
    """A leader's page: the year's numbers, the occasions, the largest signed this year; one sheet when printed."""
    period, as_of = asked_for(request)
    from luoshi.leads.staff.deals.occasions import TABLE as OCCASIONS

    rows, held = led(viewer_of(request), period, as_of)
    context = {
        "figures": _figures(request, BRIEF), "largest": TABLE.render(rows) if rows else "",
        "occasions": OCCASIONS.render(held) if held else "", "period": period.text, "as_of": as_of, "now": words.when(clock.now()),
    }  # fmt: skip
    return render(request, "leads/deals/brief.html", context)
