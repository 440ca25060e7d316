"""`/work/adopt/`: open records of another system become cases of ours, several at once, after a look at what would be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from luoshi.cases import masked, reads
from luoshi.cases.actions.adopting import Adopted, Wish, adopt_many
from luoshi.cases.actions.bulk import MOST, UNKNOWN, reasons
from luoshi.cases.actions.desk import adopt
from luoshi.cases.core import LINE
from luoshi.cases.models import Case, Category
from luoshi.cases.reads import adoptable, listed
from luoshi.cases.reads.hotline import proposals
from luoshi.cases.staff.fields import named
from luoshi.cases.staff.scene import place_name
from luoshi.kernel import clock
from luoshi.kernel.action import Act, check
from luoshi.kernel.problems import Fault, Invalid, Problem
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.sessions import having
from luoshi.web import pager, words
from luoshi.web.forms import new_key
from luoshi.web.tables import Column, Table, link

ORDER: Final = "cases.adopt"
SHORT: Final = 80
BAD: Final = T("选一个类别，从列表里选", "choose a kind from the list")


def _text(case: Case) -> str:
    text = " ".join(masked.free(case.private.text).split()) if hasattr(case, "private") else ""
    return text if len(text) <= SHORT else text[:SHORT] + "…"


def _tick(number: str, version: int, *, on: bool = False) -> SafeString:
    label = T("选 {number}", "Choose {number}").fill(number=number)
    checked = SafeString(" checked") if on else ""
    return format_html(
        '<input type="checkbox" name="row" value="{}:{}"{} aria-label="{}">', number, version, checked, label
    )


def _number(number: str) -> SafeString:
    return link(f"/work/cases/{number}/", number)


WAITING: Final = Table[Case](
    T("可转为本市案件的外来记录", "Records that can become cases"),
    (
        Column(T("选", "Choose"), lambda case: _tick(case.number, case.version), label=False),
        Column(T("编号", "Number"), lambda case: _number(case.number), "nb", label=False, is_header=True),
        Column(T("来源的类别", "Kind at the source"), lambda case: str(reads.kinds().name(case.category_id))),
        Column(T("地点", "Place"), lambda case: place_name(case) or "—"),
        Column(T("内容", "Text"), _text, "full"),
        Column(T("上报", "Reported"), lambda case: words.when(case.reported_at), "n nb"),
    ),
    kind="t t-d fold",
)  # fmt: skip


@dataclass
class Plan:
    """What would become of one record: as which kind, due when; or why it cannot."""

    number: str
    seen: int
    case: Case | None = None
    typed: str = ""
    before: str = ""
    category: Category | None = None
    due_at: datetime | None = None
    why: T | None = None
    fault: T | None = None


def _input(plan: Plan) -> SafeString:
    label = T("{number} 转为哪一类", "{number}: as which kind").fill(number=plan.number)
    value = reads.kinds().path(plan.category.code) if plan.category else plan.typed
    bad = SafeString(' aria-invalid="true"') if plan.fault else ""
    return format_html(
        '<input name="kind-{}" value="{}" list="kinds" size="30" maxlength="200" autocomplete="off" aria-label="{}"{}>{}',
        plan.number, value, label, bad, format_html('<span class="hint err-t">{}</span>', plan.fault) if plan.fault else "",
    )  # fmt: skip


FIRST: Final[tuple[Column[Plan], ...]] = (
    Column(T("编号", "Number"), lambda one: _number(one.number) if one.case else one.number, "nb", label=False, is_header=True),
    Column(T("来源的类别", "Kind at the source"), lambda one: one.before),
    Column(T("内容", "Text"), lambda one: _text(one.case) if one.case else "—", "full"),
)  # fmt: skip
GO: Final = Table[Plan](
    T("将转为本市案件", "To be adopted"),
    (
        Column(T("转", "Take"), lambda one: _tick(one.number, one.seen, on=True), label=False), *FIRST,
        Column(T("转为", "As"), _input), Column(T("办理到期", "To be handled by"), lambda one: words.when(one.due_at), "n nb"),
    ),
    kind="t t-d fold",
)  # fmt: skip
STAY: Final = Table[Plan](
    T("没有转", "Left as they are"),
    (*FIRST, Column(T("为什么", "Why"), lambda one: str(one.why or ""))),
    kind="t t-d fold",
)
DONE: Final = Table[Plan](
    T("已转为本市案件", "Adopted"),
    (
        *FIRST[:1], Column(T("类别", "Category"), lambda one: str(reads.kinds().path(one.category.code)) if one.category else ""),
        *FIRST[2:], Column(T("办理到期", "To be handled by"), lambda one: words.when(one.due_at), "n nb"),
    ),
    kind="t t-d fold",
)  # fmt: skip


def _ticked(data: QueryDict) -> dict[str, int]:
    """The numbers and the versions that were seen. Raises Invalid."""
    found: dict[str, int] = {}
    for given in data.getlist("row"):
        number, _, seen = str(given).partition(":")
        if not (seen.isascii() and seen.isdigit() and len(seen) < 10) or "\0" in number:
            raise Invalid([Fault("row", str(given)[:40], T("从列表里勾选", "tick it in the list"))])
        found[number] = int(seen)
    if len(found) > MOST:
        raise Invalid([Fault("row", str(len(found)), T("一次最多 {n} 件", "at most {n} at once").fill(n=MOST))])
    return found


def _kind(text: str) -> Category | None:
    leaves = {row.code: row for row in reads.kinds().leaves()}
    paths = {str(reads.kinds().path(code)): row for code, row in leaves.items()}
    return paths.get(text) or cast(Category | None, named(leaves, text))


def _proposed(case: Case) -> Category | None:
    """By the words of the source's kind and of the report."""
    found = proposals(f"{reads.kinds().name(case.category_id).zh} {_text(case)}")
    return reads.kinds().rows.get(found[0].code) if found else None


def _look(plan: Plan, act: Act) -> Plan:
    """Play the move in memory, as it will be played: the same checks, the same clocks, and nothing written."""
    case = plan.case
    if case is None:
        plan.why = UNKNOWN
        return plan
    plan.before, plan.seen = str(reads.kinds().name(case.category_id)), case.version
    try:
        check(LINE, adopt.move, case, act.viewer)
        plan.category = _kind(plan.typed) if plan.typed else _proposed(case)
        plan.fault = None if plan.category else BAD
        if plan.category is not None:
            adopt.play(case, act, category=plan.category)
            plan.due_at = case.due_at
    except Problem as problem:
        plan.why = reasons(problem)
    return plan


def plans(viewer: Viewer, data: QueryDict) -> list[Plan]:
    """What would become of the ticked records; one query. Raises Invalid."""
    ticked = _ticked(data)
    cases, act = listed.some(viewer, list(ticked)), Act.of(viewer, clock.now())
    everywhere = str(data.get("all", "")).strip()[:200]
    typed = {number: everywhere or str(data.get(f"kind-{number}", "")).strip()[:200] for number in ticked}
    return [_look(Plan(number, seen, cases.get(number), typed[number]), act) for number, seen in ticked.items()]


def _options() -> SafeString:
    names = (str(reads.kinds().path(row.code)) for row in reads.kinds().leaves())
    return SafeString("".join(f"<option>{escape(name)}</option>" for name in names))


def _preview(request: HttpRequest, source: str, found: Sequence[Plan], status: int = 200) -> HttpResponse:
    go, stay = [one for one in found if one.why is None], [one for one in found if one.why is not None]
    context = {
        "source": source, "go": GO.render(go) if go else "", "stay": STAY.render(stay) if stay else "",
        "n": len(go), "m": len(stay), "kinds": _options(), "key": str(request.POST.get("key", "")) or new_key(),
        "faults": [(one.number, one.fault) for one in go if one.fault] if status != 200 else [],
    }  # fmt: skip
    return render(request, "cases/staff/adopt_preview.html", context, status=status)


def _list(request: HttpRequest, viewer: Viewer, source: str, none_ticked: bool = False) -> HttpResponse:
    known = reads.sources()
    if source and source not in known and adoptable.waits(viewer, source):
        known = sorted([*known, source])
    source = source if source in known else next((one for one in known if adoptable.waits(viewer, one)), "")
    divisions = [row for row in tree.today().divisions.values() if row.level == "county"]
    county = str(request.GET.get("county", ""))
    county = county if county in {row.code for row in divisions} else ""
    given = str(request.GET.get(pager.NAME, ""))
    after = cast(tuple[datetime, int], pager.decode(given, ORDER)) if given else None
    page = adoptable.adoptable(viewer, source, county, after) if source else None
    rows = page.rows if page else []
    context: Mapping[str, Any] = {
        "source": source, "sources": [(name, name == source) for name in known], "none_ticked": none_ticked,
        "counties": [(row.code, people.division_name(row.code), row.code == county) for row in divisions],
        "table": WAITING.render(rows) if rows else "",
        "pager": pager.pager(request.GET, len(rows), pager.encode(page.more, ORDER) if page and page.more else ""),
    }  # fmt: skip
    return render(request, "cases/staff/adopt.html", dict(context), status=422 if none_ticked else 200)


@having("cases.accept")
def page(request: HttpRequest) -> HttpResponse:
    """GET: what waits, of one source. POST: `go=preview` shows what would be, `go=adopt` does it. Raises Denied, Invalid."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if request.method != "POST":
        return _list(request, viewer, str(request.GET.get("source", "")))
    source = str(request.POST.get("source", ""))[:60]
    found = plans(viewer, request.POST)
    if not found:
        return _list(request, viewer, source, none_ticked=True)
    if request.POST.get("go") != "adopt":
        return _preview(request, source, found)
    return _adopt(request, viewer, source, found)


def _adopt(request: HttpRequest, viewer: Viewer, source: str, found: Sequence[Plan]) -> HttpResponse:
    key, seen = str(request.POST.get("key", "")).strip(), _ticked(request.POST)
    if not key:
        raise Invalid([Fault("key", "", T("必须填写", "is required"))])
    kinds = {one.number: _kind(str(request.POST.get(f"kind-{one.number}", "")).strip()[:200]) for one in found}
    wishes = [Wish(number, seen[number], kind) for number, kind in kinds.items() if kind is not None]
    if len(wishes) < len(found):
        return _preview(request, source, found, 422)
    done = adopt_many(viewer, source, wishes, key=key, door=f"adopt:{viewer.person}")
    return _result(request, viewer, source, done)


def _result(request: HttpRequest, viewer: Viewer, source: str, done: Adopted) -> HttpResponse:
    """What was done and what was not; the same after a second press."""
    cases, kinds = listed.some(viewer, [*done.taken, *done.left]), reads.kinds()
    taken = [
        Plan(number, 0, cases.get(number), category=kinds.rows.get(code), due_at=cases[number].due_at if number in cases else None)
        for number, code in done.taken.items()
    ]  # fmt: skip
    left = [Plan(number, 0, cases.get(number), why=why) for number, why in done.left.items()]
    context = {
        "source": source, "taken": DONE.render(taken) if taken else "", "left": STAY.render(left) if left else "",
        "n": len(taken), "m": len(left),
    }  # fmt: skip
    return render(request, "cases/staff/adopt_done.html", context)
