"""`/work/figures/`: the reported values that wait and those that are approved, the form for one, each with its vintages."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms as django
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from luoshi.figures.models import ReportedValue
from luoshi.figures.reported import actions, reads
from luoshi.figures.reported.catalogue import all_reported
from luoshi.figures.reported.flow import APPROVE, FLOW, PROPOSE, RELEASES, SEE
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people.sessions import having
from luoshi.web import forms, parts, said, words
from luoshi.web.http import version_seen
from luoshi.web.tables import Column, Table, tick, tick_all

ADDRESS: Final = "/work/figures/"
CITY: Final = T("本市", "the city")
GIVEN: Final = (
    "figure", "period", "member", "value", "vintage", "status", "source", "document", "page", "address", "note",
)  # fmt: skip


def _figure(row: ReportedValue) -> str:
    found = all_reported().get(row.figure)
    return str(found.name) if found else row.figure


def _place(row: ReportedValue) -> str:
    """The member; nothing where the figure is of one place alone, which its name says."""
    found = all_reported().get(row.figure)
    code = found.members.shown(row.member) if found else row.member
    return str(found.members.names.get(code, code) if found else code) or "—"


def _value(row: ReportedValue) -> str:
    found = all_reported().get(row.figure)
    return f"{row.value:f} {found.unit if found else ''}".strip()


def _link(row: ReportedValue) -> SafeString:
    return format_html('<a href="{}{}/">{} {}</a>', ADDRESS, row.pk, _figure(row), row.period)


def _person(person: Any) -> str:
    return person.name if person else "—"


_COMMON: Final[tuple[Column[ReportedValue], ...]] = (
    Column(T("指标", "Figure"), _link, "b", is_header=True),
    Column(T("地方", "Place"), _place),
    Column(T("数值", "Value"), _value, "n nb"),
    Column(T("发布", "Published"), lambda row: words.day(row.vintage), "n nb"),
    Column(T("性质", "Status"), lambda row: str(RELEASES[row.release])),
    Column(T("来源", "Source"), lambda row: f"{row.source} · {row.document}"),
    Column(T("录入", "Entered"), lambda row: _person(row.placed_by)),
)
APPROVED: Final = Table[ReportedValue](
    T("已批准的数值", "Approved values"),
    (*_COMMON, Column(T("批准", "Approved"), lambda row: _person(row.approved_by))),
    kind="t t-d fold",
)
VINTAGES: Final = Table[ReportedValue](
    T("历次发布", "Vintages"),
    (
        Column(T("发布", "Published"), lambda row: format_html('<a href="{}{}/">{}</a>', ADDRESS, row.pk, row.vintage.isoformat()),
               "n nb", is_header=True),
        Column(T("数值", "Value"), _value, "n nb"),
        Column(T("性质", "Status"), lambda row: str(RELEASES[row.release])),
        Column(T("状态", "State"), lambda row: str(FLOW.state(row.state).text)),
        Column(T("来源", "Source"), lambda row: f"{row.source} · {row.document}"),
        Column(T("录入", "Entered"), lambda row: f"{_person(row.placed_by)} {words.when(row.placed_at)}"),
        Column(T("批准", "Approved"), lambda row: f"{_person(row.approved_by)} {words.when(row.approved_at)}" if row.approved_at else "—"),
    ),
    kind="t t-d fold",
)  # fmt: skip


def _waiting(viewer: Viewer, rows: Sequence[ReportedValue]) -> SafeString:
    """What waits; a tick beside what the viewer may approve, which is nothing that they entered."""

    def choose(row: ReportedValue) -> str:
        label = f"{_figure(row)} {row.period} {_place(row)}"
        return tick("id", row.pk, label) if row.placed_by_id != viewer.person else ""

    ticks: tuple[Column[ReportedValue], ...] = ()
    if may(viewer, APPROVE):
        ticks = (Column(tick_all(), choose, label=False),)
    return Table[ReportedValue](T("待批准的数值", "Values that wait"), (*ticks, *_COMMON), kind="t t-d fold").render(
        rows
    )


class ValueForm(forms.Form):
    """A value as the document prints it; what can be wrong with it the action knows."""

    figure = django.ChoiceField(label=forms.text("指标", "Figure"))
    period = django.CharField(
        max_length=20,
        label=forms.text("时期", "Period"),
        help_text=forms.text("2021、2021Q3 或 2021-10", "2021, 2021Q3 or 2021-10"),
    )
    member = django.ChoiceField(required=False, label=forms.text("地方", "Place"))
    value = django.CharField(
        max_length=40,
        label=forms.text("数值", "Value"),
        widget=django.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=forms.text("照原文写，不带千分位", "As printed, without separators"),
    )
    vintage = forms.DayField(label=forms.text("发布日期", "Day of publication"))
    status = django.ChoiceField(choices=forms.choices(RELEASES.items()), label=forms.text("性质", "Status"))
    source = django.CharField(max_length=actions.LONGEST, label=forms.text("来源单位", "Source organisation"))
    document = django.CharField(max_length=actions.LONGEST, label=forms.text("文件", "Document"))
    page = django.CharField(max_length=actions.LONGEST, required=False, label=forms.text("页码", "Page"))
    address = django.CharField(
        max_length=actions.LONGEST,
        required=False,
        label=forms.text("网址", "Address"),
        widget=django.TextInput(attrs={"inputmode": "url"}),
    )
    note = django.CharField(max_length=actions.LONGEST, required=False, label=forms.text("说明", "Note"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = all_reported()
        places = {
            code: name for one in known.values() for code, name in one.members.names.items() if code != one.members.city
        }
        figure, member = self.fields["figure"], self.fields["member"]
        assert isinstance(figure, django.ChoiceField) and isinstance(member, django.ChoiceField)
        figure.choices = forms.choices((name, one.name) for name, one in known.items())
        member.choices = forms.choices([("", CITY), *places.items()])

    def given(self) -> dict[str, str]:
        """What was typed, as the action takes it."""
        return {**{name: self.cleaned_data[name] for name in GIVEN}, "vintage": self.cleaned_data["vintage"].isoformat()}  # fmt: skip


def _first(request: HttpRequest, viewer: Viewer) -> dict[str, Any]:
    """What the form begins with: `?like=ID` is a revision of that value."""
    like = request.GET.get("like", "")
    if not (like.isascii() and like.isdigit() and len(like) < 18):
        return {}
    row = reads.one(viewer, int(like))
    return {"figure": row.figure, "period": row.period, "member": row.member, "source": row.source, "status": "revised"}


def _propose(viewer: Viewer, form: ValueForm) -> bool:
    try:
        actions.propose(
            viewer=viewer, key=form.cleaned_data["key"] or None, door=f"figures:{viewer.person}", **form.given()
        )
    except Invalid as refused:
        form.refuse(refused)
        return False
    return True


@having(SEE)
def page(request: HttpRequest) -> HttpResponse:
    """What waits, the form, what is approved. POST enters a value. Raises Denied."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form = ValueForm(request.POST if request.method == "POST" else None, initial=_first(request, viewer))
    if form.is_bound and form.is_valid() and _propose(viewer, form):
        return said.onward(ADDRESS, T("已录入，等另一个人批准", "Entered; somebody else approves it"))
    waiting, approved = reads.listed(viewer, "proposed"), reads.listed(viewer, "approved")
    context = {
        "form": form if may(viewer, PROPOSE) else None, "approves": may(viewer, APPROVE),
        "waiting": _waiting(viewer, waiting) if waiting else "", "approved": APPROVED.render(approved) if approved else "",
        "count": reads.count(viewer, "proposed"), "of": reads.count(viewer, "approved"), "shown": len(approved),
    }  # fmt: skip
    return render(request, "figures/reported.html", context, status=422 if form.errors else 200)


@having(SEE)
@require_POST
def approve(request: HttpRequest) -> HttpResponse:
    """POST `/work/figures/approve/`: all that were ticked, or none. Raises what the action raises."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    chosen = [one for one in request.POST.getlist("id") if one.isascii() and one.isdigit() and len(one) < 18]
    if not chosen:
        raise Invalid([Fault("id", "", T("先勾选数值", "tick some values first"))])
    with transaction.atomic():
        for one in chosen:
            actions.approve(viewer=viewer, on=int(one))
    return said.onward(ADDRESS, T("已批准 {n} 个", "{n} approved").fill(n=len(chosen)))


@having(SEE)
@require_safe
def one(request: HttpRequest, ref: int) -> HttpResponse:
    """`/work/figures/<ref>/`: a value, what can be done with it, all vintages beside it. Raises Absent."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    row = reads.one(viewer, ref)
    link = format_html('<a href="{}" rel="noreferrer">{}</a>', row.address, row.address) if row.address else ""
    facts: list[tuple[str | T, str | T]] = [
        (T("数值", "Value"), _value(row)), (T("地方", "Place"), _place(row)), (T("发布日期", "Published"), words.day(row.vintage)),
        (T("性质", "Status"), RELEASES[row.release]), (T("来源单位", "Source organisation"), row.source),
        (T("文件", "Document"), row.document), (T("页码", "Page"), row.page), (T("网址", "Address"), link),
        (T("说明", "Note"), row.note), (T("录入", "Entered"), f"{_person(row.placed_by)} {words.when(row.placed_at)}"),
        (T("理由", "Reason"), row.reason),
    ]  # fmt: skip
    offers = FLOW.offers(row, viewer, lambda right: may(viewer, right))
    context = {
        "row": row, "name": _figure(row), "state": FLOW.state(row.state).text, "facts": parts.facts(facts),
        "offers": offers, "vintages": VINTAGES.render(reads.vintages(viewer, row)), "proposes": may(viewer, PROPOSE),
        "most": actions.LONGEST,
    }  # fmt: skip
    return render(request, "figures/value.html", context)


@having(SEE)
@require_POST
def turn(request: HttpRequest, ref: int, verb: str) -> HttpResponse:
    """POST `/work/figures/<ref>/<verb>/`: approve, decline or withdraw. Raises what the action raises."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    action = actions.MOVES.get(verb)
    if action is None:
        raise Absent
    data = {"reason": request.POST.get("reason", "").strip()} if "reason" in action.move.needs else {}
    action(viewer=viewer, on=ref, seen=version_seen(request), **data)
    return said.onward(f"{ADDRESS}{ref}/", T("已记下：{what}", "Done: {what}").fill(what=action.move.text))


__all__ = ["approve", "one", "page", "turn"]
