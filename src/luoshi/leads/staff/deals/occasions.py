"""`/work/occasions/`: what is planned and was held, and what came of each, as of now; printable."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.kernel import clock
from luoshi.kernel.problems import Absent, Invalid
from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.leads import actions, money, reads
from luoshi.leads.models import Occasion
from luoshi.leads.occasions import FLOW, KINDS
from luoshi.leads.staff.deals.forms import OccasionForm
from luoshi.leads.staff.deals.listing import TABLE as LEADS
from luoshi.leads.staff.listing import link_to
from luoshi.leads.stages import HEAD, SEE
from luoshi.people.sessions import having
from luoshi.web import parts, words
from luoshi.web.http import version_seen, viewer_of
from luoshi.web.said import onward
from luoshi.web.tables import Column, Table

ROOT: Final = "/work/occasions/"


def _link(one: Occasion) -> SafeString:
    mark = parts.tag_demo() if one.sim else SafeString("")
    return format_html('<a href="{}{}/">{}</a> {}', ROOT, one.log_id, one.name, mark)


def _days(one: Occasion) -> str:
    return one.first_day.isoformat() if one.first_day == one.last_day else f"{one.first_day} – {one.last_day}"


TABLE: Final = Table[reads.Yield](
    T("招商活动", "Occasions"),
    (
        Column(T("活动", "Occasion"), lambda one: _link(one.occasion), "b", is_header=True),
        Column(T("日期", "Days"), lambda one: _days(one.occasion), "n nb"),
        Column(T("类型", "Kind"), lambda one: str(KINDS[one.occasion.kind])),
        Column(T("状态", "State"), lambda one: str(FLOW.state(one.occasion.state).text)),
        Column(T("接触企业", "Companies met"), lambda one: words.number(one.companies), "r n"),
        Column(T("线索", "Leads"), lambda one: words.number(one.leads), "r n"),
        Column(T("签约", "Signed"), lambda one: words.number(one.signed), "r n"),
        Column(T("协议总投资", "Agreed"), lambda one: money.shown(one.agreed) if one.signed else "—", "r n"),
        Column(T("金额不详", "Unknown"), lambda one: words.number(one.unknown), "r n m-no"),
        Column(T("费用", "Cost"), lambda one: money.shown(one.occasion.cost), "r n m-no"),
    ),
)


@having(SEE)
def page(request: HttpRequest) -> HttpResponse:
    """All occasions with what came of them; a new one."""
    viewer = viewer_of(request)
    form = OccasionForm(request.POST or None) if may(viewer, HEAD) else None
    if request.method == "POST" and form is not None and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "key" and value not in (None, "")}
        try:
            done = actions.add_occasion(
                viewer=viewer, key=form.cleaned_data["key"] or None, door=f"occasions:{viewer.person}", **given
            )
        except Invalid as refused:
            form.refuse(refused)
        else:
            return onward(f"{ROOT}{done.answer['occasion']}/", T("已记下", "Noted"))
    rows = reads.yields(viewer, reads.occasions(viewer))
    context = {"table": TABLE.render(rows) if rows else "", "form": form, "bad": bool(form and form.errors)}
    return render(request, "leads/deals/occasions.html", context, status=422 if context["bad"] else 200)


FIELDS: Final = ("name", "kind", "place", "first_day", "last_day", "source")


def _filled(occasion: Occasion) -> OccasionForm:
    cost = money.wan(occasion.cost) if occasion.cost is not None else ""
    return OccasionForm(initial={name: getattr(occasion, name) for name in FIELDS} | {"cost": cost})


@having(SEE)
def one(request: HttpRequest, ref: UUID) -> HttpResponse:
    """`/work/occasions/<id>/`: its yield as of now, and the leads behind it."""
    occasion = reads.get_occasion(viewer_of(request), ref)
    return _show(request, occasion, _filled(occasion))


def _show(request: HttpRequest, occasion: Occasion, form: OccasionForm) -> HttpResponse:
    """The page; with a correction that was refused it comes back as it was sent (422)."""
    viewer = viewer_of(request)
    came = reads.came_of(viewer, occasion)
    found = came.sums
    pairs: list[tuple[T, Any]] = [
        (T("日期", "Days"), _days(occasion)), (T("地点", "Place"), occasion.place or "—"), (T("类型", "Kind"), str(KINDS[occasion.kind])),
        (T("状态", "State"), str(FLOW.state(occasion.state).text)), (T("费用", "Cost"), money.shown(occasion.cost)),
        (T("接触企业", "Companies met"), words.number(found.companies)), (T("线索", "Leads"), words.number(found.leads)),
        (T("签约", "Signed"), words.number(found.signed)), (T("协议总投资", "Agreed"), money.shown(found.agreed)),
        (T("金额不详", "Amount unknown"), words.number(found.unknown)),
        (T("下一步到期", "Follow-ups due"), words.number(came.overdue)),
        (T("来源", "Source"), occasion.source or "—"),
    ]  # fmt: skip
    moves = [
        move
        for move in FLOW.moves
        if FLOW.fits(move, occasion) and may(viewer, move.right) and move.verb != "change_occasion"
    ]
    context = {
        "met": [link_to(company) for company in came.met],
        "occasion": occasion, "facts": parts.facts(pairs), "table": LEADS.render(came.leads) if came.leads else "", "root": ROOT,
        "moves": moves, "version": occasion.version, "now": words.when(clock.now()), "form": form if may(viewer, HEAD) else None,
    }  # fmt: skip
    return render(request, "leads/deals/occasion.html", context, status=422 if form.errors else 200)


@having(HEAD)
def do(request: HttpRequest, ref: UUID, verb: str) -> HttpResponse:
    """POST `/work/occasions/<id>/do/<verb>/`."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if verb not in actions.OF_OCCASION:
        raise Absent
    viewer, form = viewer_of(request), OccasionForm(request.POST)
    given: dict[str, Any] = {}
    if verb == "change_occasion":
        if not form.is_valid():
            return _show(request, reads.get_occasion(viewer, ref), form)
        given = {name: form.cleaned_data[name] for name in (*FIELDS, "cost")}
        given["last_day"] = given["last_day"] or given["first_day"]
    elif FLOW.move(verb).needs:
        given = {"reason": request.POST.get("reason", "").strip()}
    try:
        actions.OF_OCCASION[verb](viewer=viewer, on=str(ref), seen=version_seen(request), **given)
    except Invalid as refused:
        if verb != "change_occasion":
            raise
        form.refuse(refused)
        return _show(request, reads.get_occasion(viewer, ref), form)
    return onward(f"{ROOT}{ref}/", FLOW.move(verb).text)
