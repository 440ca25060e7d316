"""`/work/cases/bulk/`: the cases that were ticked in the list are dispatched together, after a look at what would happen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString

from luoshi.cases import reads
from luoshi.cases.actions.bulk import MOST, UNKNOWN, Order, Sent, dispatch_many, reasons
from luoshi.cases.actions.desk import dispatch
from luoshi.cases.core import LINE
from luoshi.cases.line import title
from luoshi.cases.models import Case
from luoshi.cases.reads import listed, routing
from luoshi.cases.reads.listed import Row
from luoshi.cases.routing import words as rules
from luoshi.cases.staff.fields import named
from luoshi.cases.staff.scene import place_name
from luoshi.kernel import clock
from luoshi.kernel.action import Act, check
from luoshi.kernel.problems import Fault, Invalid, Problem
from luoshi.kernel.text import T, language
from luoshi.kernel.viewer import Viewer
from luoshi.people import tree
from luoshi.people.models import Unit
from luoshi.people.sessions import having
from luoshi.web import said, words
from luoshi.web.forms import new_key
from luoshi.web.markup import format_html
from luoshi.web.tables import Column, Table, link

RIGHT: Final = "cases.dispatch"
LIST: Final = "/work/cases/"
NO_UNIT: Final = T("填一个单位，没有可建议的", "name a unit: none can be proposed")
BAD_UNIT: Final = T("没有这个单位，或不归您派，请从列表里选", "No such unit in your reach: choose from the list")


def tick(row: Row) -> SafeString:
    """The box that chooses a row of the list, with the version that was seen."""
    text = escape(f"{T('选', 'Choose')} {row.number}")
    return SafeString(
        f'<input type="checkbox" name="row" value="{escape(row.number)}:{row.version}" aria-label="{text}">'
    )


@dataclass
class Plan:
    """What would happen to one case: where it goes and why there, by when; or why it cannot (`why`)."""

    number: str
    seen: int
    case: Case | None = None
    typed: str = ""
    unit: Unit | None = None
    route: routing.Route | None = None
    why: T | None = None
    fault: T | None = None
    sign_at: datetime | None = None
    due_at: datetime | None = None


def _ticked(data: QueryDict) -> dict[str, int]:
    """The numbers and the versions that were seen. Raises Invalid."""
    found: dict[str, int] = {}
    for given in data.getlist("row"):
        number, _, seen = str(given).partition(":")
        if not (seen.isascii() and seen.isdigit() and len(seen) < 10) or "\0" in number or len(number) > 40:
            raise Invalid([Fault("row", str(given)[:40], T("从列表里勾选", "tick it in the list"))])
        found[number] = int(seen)
    if len(found) > MOST:
        raise Invalid([Fault("row", str(len(found)), T("一次最多 {n} 件", "at most {n} at once").fill(n=MOST))])
    return found


def _units(viewer: Viewer) -> Mapping[int, Unit]:
    """The units to which the viewer may send."""
    reach, units = viewer.reach(RIGHT), tree.today().units
    if reach is None or reach.everything:
        return units
    return {key: unit for key, unit in units.items() if key in reach.units}


def _name(unit: Unit | None) -> str:
    return "" if unit is None else unit.zh if language() == "zh" else unit.en


def _where(plan: Plan, case: Case, units: Mapping[int, Unit]) -> None:
    """Which unit: the one that was typed, or the one that answers; that one with the reason, also where it was typed."""
    route = routing.of_case(case)
    if plan.typed:
        plan.unit = named(units, plan.typed)
        plan.fault = None if plan.unit else BAD_UNIT
        plan.route = route if plan.unit and plan.unit == route.unit else None
        return
    plan.route = route
    plan.unit = plan.route.unit if plan.route.unit and plan.route.unit.pk in units else None
    plan.fault = None if plan.unit else NO_UNIT


def _look(plan: Plan, act: Act, units: Mapping[int, Unit]) -> Plan:
    """Play the move in memory, as it will be played: the same checks, the same clocks, and nothing written."""
    case = plan.case
    if case is None:
        plan.why = UNKNOWN
        return plan
    plan.seen = case.version
    try:
        check(LINE, dispatch.move, case, act.viewer)
        _where(plan, case, units)
        if plan.unit is not None:
            dispatch.play(case, act, unit=plan.unit)
            plan.sign_at, plan.due_at = case.step_due_at, case.due_at
    except Problem as problem:
        plan.why = reasons(problem)
    return plan


def plans(viewer: Viewer, data: QueryDict) -> list[Plan]:
    """What would become of the ticked cases; one query. Raises Invalid."""
    ticked = _ticked(data)
    cases, act, units = listed.some(viewer, list(ticked)), Act.of(viewer, clock.now()), _units(viewer)
    everywhere = str(data.get("all", "")).strip()
    found = (
        Plan(number, seen, cases.get(number), everywhere or str(data.get(f"unit-{number}", "")).strip()[:100])
        for number, seen in ticked.items()
    )
    return [_look(plan, act, units) for plan in found]


def _box(plan: Plan) -> SafeString:
    label = T("派 {number}", "Send {number}").fill(number=plan.number)
    return format_html(
        '<input type="checkbox" name="row" value="{}:{}" checked aria-label="{}">', plan.number, plan.seen, label
    )


def _input(plan: Plan) -> SafeString:
    """The unit, to be changed where it should be another."""
    why = rules.why(plan.route) if plan.route and plan.unit else plan.fault or ""
    value = _name(plan.unit) if plan.unit else plan.typed
    return format_html(
        '<input name="unit-{}" value="{}" list="units" size="26" maxlength="100" autocomplete="off" aria-label="{}"{}>'
        '<span class="hint{}">{}</span>',
        plan.number, value, T("{number} 派给", "{number} goes to").fill(number=plan.number),
        SafeString(' aria-invalid="true"') if plan.fault else "", " err-t" if plan.fault else "", why,
    )  # fmt: skip


def _kind(case: Case | None) -> str:
    return str(reads.kinds().name(case.category_id)) if case else "—"


NUMBER: Final[Column[Plan]] = Column(
    T("编号", "Number"), lambda one: link(f"{LIST}{one.number}/", one.number) if one.case else one.number, "nb",
    label=False, is_header=True,
)  # fmt: skip
WHAT: Final[tuple[Column[Plan], ...]] = (
    Column(T("内容", "What"), lambda one: title(one.case) if one.case else "—", "wrap"),
    Column(T("类别", "Category"), lambda one: _kind(one.case)),
    Column(T("地点", "Place"), lambda one: place_name(one.case) if one.case else "—"),
)
GO: Final = Table[Plan](
    T("将派遣", "To be dispatched"),
    (
        Column(T("派", "Send"), _box, label=False), NUMBER, *WHAT,
        Column(T("派给", "Goes to"), _input),
        Column(T("签收到期", "To be signed by"), lambda one: words.when(one.sign_at), "n nb"),
        Column(T("办理到期", "To be handled by"), lambda one: words.when(one.due_at), "n nb"),
    ),
    kind="t t-d fold",
)  # fmt: skip
STAY: Final = Table[Plan](
    T("不能派遣", "Cannot be dispatched"),
    (NUMBER, *WHAT, Column(T("为什么", "Why"), lambda one: str(one.why or ""))),
    kind="t t-d fold",
)


def _options(units: Iterable[Unit]) -> SafeString:
    return SafeString("".join(f"<option>{escape(name)}</option>" for name in sorted(map(_name, units))))


def _preview(request: HttpRequest, viewer: Viewer, found: list[Plan], status: int = 200) -> HttpResponse:
    go = [plan for plan in found if plan.why is None]
    stay = [plan for plan in found if plan.why is not None]
    context: dict[str, Any] = {
        "go": GO.render(go) if go else "", "stay": STAY.render(stay) if stay else "", "n": len(go), "m": len(stay),
        "units": _options(_units(viewer).values()), "key": str(request.POST.get("key", "")) or new_key(),
        "faults": [(plan.number, plan.fault) for plan in go if plan.fault] if status != 200 else [],
        "sim": any(plan.case.sim for plan in found if plan.case),
    }  # fmt: skip
    return render(request, "cases/staff/bulk.html", context, status=status)


def _nothing() -> HttpResponse:
    response = HttpResponseRedirect(LIST, status=303)
    said.say(response, T("没有勾选案件：先在表格左边勾选", "No case was ticked: tick some at the left of the table"))
    return response


@having(RIGHT)
def preview(request: HttpRequest) -> HttpResponse:
    """POST `/work/cases/bulk/`: what would happen; nothing is written. A GET goes back to the list."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if request.method != "POST":
        return HttpResponseRedirect(LIST)
    found = plans(viewer, request.POST)
    return _preview(request, viewer, found) if found else _nothing()


def _result(request: HttpRequest, viewer: Viewer, done: Sent) -> HttpResponse:
    """What was done and what was not; the same after a second press."""
    cases = listed.some(viewer, [*done.sent, *done.left])
    units = tree.today().by_code()
    sent = [
        Plan(
            number, 0, cases.get(number), unit=units.get(code),
            sign_at=cases[number].step_due_at if number in cases else None,
            due_at=cases[number].due_at if number in cases else None,
        )
        for number, code in done.sent.items()
    ]  # fmt: skip
    left = [Plan(number, 0, cases.get(number), why=why) for number, why in done.left.items()]
    unit: Column[Plan] = Column(T("派给", "Sent to"), lambda one: _name(one.unit), "b")
    table = Table[Plan](T("已派遣", "Dispatched"), (NUMBER, *WHAT, unit, *GO.columns[-2:]), kind="t t-d fold")
    context = {
        "sent": table.render(sent) if sent else "", "left": STAY.render(left) if left else "", "act": done.act,
        "n": len(sent), "m": len(left), "sim": any(case.sim for case in cases.values()),
    }  # fmt: skip
    return render(request, "cases/staff/bulk_done.html", context)


def _orders(data: QueryDict, ticked: Mapping[str, int], units: Mapping[int, Unit]) -> list[Order]:
    """The orders whose unit could be read."""
    typed = {number: str(data.get(f"unit-{number}", "")).strip()[:100] for number in ticked}
    found = ((number, seen, named(units, typed[number])) for number, seen in ticked.items() if typed[number])
    return [Order(number, seen, unit) for number, seen, unit in found if unit is not None]


@having(RIGHT)
def do(request: HttpRequest) -> HttpResponse:
    """POST `/work/cases/bulk/do/`: dispatch those ticked in the preview, and say which were not and why."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if request.method != "POST":
        return HttpResponseRedirect(LIST)
    key, ticked = str(request.POST.get("key", "")).strip(), _ticked(request.POST)
    if not ticked:
        return _nothing()
    if not key:
        raise Invalid([Fault("key", "", T("必须填写", "is required"))])
    orders = _orders(request.POST, ticked, _units(viewer))
    if len(orders) < len(ticked):
        return _preview(request, viewer, plans(viewer, request.POST), 422)
    return _result(request, viewer, dispatch_many(viewer, orders, key=key, door=f"bulk:{viewer.person}"))
