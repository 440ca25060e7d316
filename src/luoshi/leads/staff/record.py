"""`/work/companies/<id>/`: what is known of a company, who was in touch, likely twins; every move, one form each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.kernel.problems import Absent, Invalid
from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads import actions, reads
from luoshi.leads.actions import add_company
from luoshi.leads.actions.company import SEEN_BY
from luoshi.leads.flow import FLOW, KEEP, LISTED, MERGE, SEE, WAYS, WORDS
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.models import Company
from luoshi.leads.provinces import PROVINCES
from luoshi.leads.reads.one import Happened
from luoshi.leads.staff import forms
from luoshi.leads.staff.forms import FORMS, MoveForm
from luoshi.leads.staff.listing import ROOT, link_to, named
from luoshi.people import reads as people
from luoshi.people.sessions import having
from luoshi.web import parts
from luoshi.web.http import version_seen, viewer_of
from luoshi.web.said import onward
from luoshi.web.tables import Column, Table

DOOR: Final = "companies"
Names = dict[int, str]


def teller(happened: Iterable[Happened]) -> Callable[[Happened], str]:
    """What puts in words what such events say beside what was done; occasions are read once, where one is named."""
    named_one = any(one.body.get("met_at") for one in happened)
    occasions = reads.occasion_names() if named_one else {}

    def said(one: Happened) -> str:
        """How, at which occasion, under which name, why."""
        private, found = one.private, []
        if one.body.get("way"):
            found.append(str(WAYS.get(one.body["way"], one.body["way"])))
        if one.body.get("met_at"):
            found.append(str(occasions.get(one.body["met_at"], "—")))
        if one.verb == "rename_company":
            found.append(f"{private.get('before', '')} → {private.get('name', '')}")
        found += [str(private[name]) for name in ("note",) if private.get(name)]
        found += [str(one.body[name]) for name in ("reason",) if one.body.get(name)]
        return " · ".join(found)

    return said


def _table(names: Names, gone: Mapping[UUID, Happened], said: Callable[[Happened], str]) -> Table[Happened]:
    """What happened; `gone`: by which event another one was taken back."""
    return Table(
        T("经过", "What happened"),
        (
            Column(T("时间", "When"), lambda one: parts.time(one.at), "n nb", is_header=True),
            Column(T("什么", "What"), lambda one: _what(one, gone.get(one.id), names), "b"),
            Column(T("内容", "Details"), said),
            Column(T("由谁", "By"), lambda one: names.get(one.actor or 0, "—")),
        ),
        kind="t t-d fold",
    )


def _what(one: Happened, gone: Happened | None, names: Names) -> SafeString:
    text = WORDS.get(one.verb, one.verb)
    if gone is None:
        return format_html("{}", text)
    reason = gone.private.get("reason")
    if reason is None:
        return format_html("<s>{}</s> {}", text, T("（已转走）", "(gone over)"))
    told = T("（{who} 撤回：{why}）", "({who} took it back: {why})").fill(
        who=names.get(gone.actor or 0, "—"), why=reason
    )
    return format_html("<s>{}</s> {}", text, told)


def _facts(company: Company) -> SafeString:
    former = "、".join(one.name for one in company.former.all())
    pairs: list[tuple[str | T, str | T | SafeString]] = [
        (T("统一社会信用代码", "Credit code"), company.code or "—"), (T("省份", "Province"), named(PROVINCES, company.province)),
        (T("行业", "Industry"), named(INDUSTRIES, company.industry)),
        (T("集团", "Group"), link_to(company.group) if company.group else "—"),
        (T("曾用名", "Former names"), former or "—"),
        (T("最近联系", "Last contact"), parts.time(company.contacted_at) if company.contacted_at else "—"),
    ]  # fmt: skip
    if company.level != "open":
        pairs.append((T("签约前可见范围", "Seen before it signs by"), SEEN_BY[company.level]))
    return parts.facts(pairs)


def _moves(company: Company, viewer: Viewer, bound: MoveForm | None) -> list[tuple[T, MoveForm]]:
    """The moves that are possible now, each with its form."""
    found: list[tuple[T, MoveForm]] = []
    for verb, kind in FORMS.items():
        move = FLOW.move(verb)
        if verb == "retract_contact" and company.contacted_at is None:
            continue
        if FLOW.fits(move, company) and may(viewer, move.right, company):
            found.append((move.text, bound if bound is not None and bound.verb == verb else kind(company)))
    return found


def show(request: HttpRequest, company: Company, bound: MoveForm | None = None) -> HttpResponse:
    """The page; with a form that was refused, its faults (422)."""
    viewer = viewer_of(request)
    happened = reads.history(viewer, company)
    names = people.names({one.actor for one in happened if one.actor is not None})
    gone = {one.corrects: one for one in happened if one.verb == "void" and one.corrects is not None}
    twins = reads.likely(viewer, company.name, company.code, but=company.pk) if company.state == LISTED else []
    context = {
        "company": company, "facts": _facts(company), "moves": _moves(company, viewer, bound), "bound": bound,
        "history": _table(names, gone, teller(happened)).render([one for one in happened if one.verb != "void"]),
        "contacts": len(reads.contacts(happened)), "twins": twins, "root": ROOT, "base": f"{ROOT}{company.log_id}/",
        "version": company.version, "merges": may(viewer, MERGE), "state": FLOW.state(company.state).text,
        "members": reads.members(viewer, company), "leads": reads.of_company(viewer, company),
    }  # fmt: skip
    return render(request, "leads/company.html", context, status=422 if bound is not None else 200)


@having(SEE)
def page(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One company."""
    return show(request, reads.get(viewer_of(request), ref))


@having(SEE)
def do(request: HttpRequest, ref: UUID, verb: str) -> HttpResponse:
    """POST `/work/companies/<id>/do/<verb>/`. A form that was refused comes back with its faults (422)."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if verb not in FORMS:
        raise Absent
    viewer = viewer_of(request)
    company = reads.get(viewer, ref)
    form = FORMS[verb](company, request.POST)
    if not form.is_valid():
        return show(request, company, form)
    key = form.cleaned_data["key"] or None
    try:
        actions.BY_VERB[verb](
            viewer=viewer,
            on=str(ref),
            seen=version_seen(request),
            key=key,
            door=f"{DOOR}:{viewer.person}",
            **form.data_for(),
        )
    except Invalid as refused:
        form.refuse(refused)
        return show(request, company, form)
    text = T("{who}：{what}，已记下", "{who}: {what}, done").fill(who=company.name, what=FLOW.move(verb).text)
    return onward(f"{ROOT}{ref}/", text)


@having(KEEP)
def add(request: HttpRequest) -> HttpResponse:
    """`/work/companies/add/`: list a company, its likely twins shown beforehand."""
    viewer, form = viewer_of(request), forms.Add(request.POST or None)
    likely: Sequence[Any] = ()
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "key" and value is not None}
        likely = reads.likely(viewer, given["name"], given["code"])
        if not likely or request.POST.get("anyway"):
            try:
                done = add_company(
                    viewer=viewer, key=form.cleaned_data["key"] or None, door=f"{DOOR}:{viewer.person}", **given
                )
            except Invalid as refused:
                form.refuse(refused)
            else:
                text = T("{name} 已登记", "{name} is listed").fill(name=given["name"])
                return onward(f"{ROOT}{done.answer['company']}/", text)
    context = {"form": form, "likely": likely, "root": ROOT}
    return render(request, "leads/add.html", context, status=422 if form.errors or likely else 200)


@having(SEE)
def likely(request: HttpRequest) -> HttpResponse:
    """`/work/companies/likely/?q=`: listed companies that may be the one whose name is being typed, a piece of a page."""
    found = reads.likely(viewer_of(request), request.GET.get("q", "").replace("\0", "")[:120], "")
    return render(request, "leads/likely.html", {"likely": found, "root": ROOT})


@having(MERGE)
def merge(request: HttpRequest, ref: UUID) -> HttpResponse:
    """`/work/companies/<id>/merge/?into=<id>`: both side by side, what would go over; POST merges."""
    viewer = viewer_of(request)
    company = reads.get(viewer, ref)
    into = reads.get(viewer, request.POST.get("into") or request.GET.get("into", ""))
    form = forms.Merge(company, request.POST or None, initial={"into": str(into.log_id)})
    if request.method == "POST" and form.is_valid():
        try:
            actions.BY_VERB["merge_company"](
                viewer=viewer, on=str(ref), seen=version_seen(request), key=form.cleaned_data["key"] or None,
                door=f"{DOOR}:{viewer.person}", **form.data_for(),
            )  # fmt: skip
        except Invalid as refused:
            form.refuse(refused)
        else:
            text = T("{a} 已并入 {b}", "{a} was merged into {b}").fill(a=company.name, b=into.name)
            return onward(f"{ROOT}{into.log_id}/", text)
    sides = [(one, _facts(one), len(reads.contacts(reads.events(one)))) for one in (company, into)]
    context = {"company": company, "into": into, "sides": sides, "form": form, "root": ROOT, "version": company.version}
    return render(request, "leads/merge.html", context, status=422 if form.errors else 200)
