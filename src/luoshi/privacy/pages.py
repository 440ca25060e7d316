"""Pages of privacy: delete on request, for the security and the audit administrator; who looked, for the auditor."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from luoshi.kernel.problems import Absent, Fault, Problem
from luoshi.kernel.text import T
from luoshi.kernel.viewer import EVERYTHING, Viewer
from luoshi.people import reads as people
from luoshi.people.sessions import having
from luoshi.privacy import lines, reads
from luoshi.web import forms, pager, parts, said
from luoshi.web.tables import Column, Table

SIZE: Final = 50
ASKED: Final = {
    "asked": T("本人要求（信函、电话、当面）", "The person asked for it, by letter, telephone or in person"),
    "order": T("法院或主管机关要求", "A court or an authority ordered it"),
    "mistake": T("本不该收集", "It should not have been taken down"),
}
REASONS: Final = {
    **ASKED,
    "holder": T("上报人在查询页删除", "The reporter, on the tracking page"),
    "retention": T("保存期满", "Kept long enough"),
    "again": T("恢复备份后再删", "Again, after a backup was brought back"),
}


class Erase(forms.Form):
    """Which record, why, and that one is sure."""

    number = django_forms.CharField(label=forms.text("案件编号", "Number of the case"), max_length=40)
    reason = django_forms.ChoiceField(
        label=forms.text("为什么", "Why"),
        widget=forms.Picks,
        choices=forms.picks([(value, text, "") for value, text in ASKED.items()]),
    )
    sure = django_forms.BooleanField(
        label=forms.text("编号已核对，删了不能恢复", "I have checked the number; it cannot be undone")
    )


def _erase(viewer: Viewer, number: str, reason: str) -> None:
    """Delete it in whichever line has the number. Raises Absent."""
    for line in lines.installed():
        # an administrator sees no record: for this one act, and nothing else, the number is enough
        grants = {f"{line.name}.see": EVERYTHING, f"{line.name}.erase": EVERYTHING}
        able = Viewer("staff", viewer.name, viewer.person, viewer.unit, grants=grants, roles=viewer.roles)
        try:
            line.erase(able, number, reason)
            return
        except Absent:
            continue
    raise Absent(T("没有这个编号的案件", "There is no case with this number"))


@having("privacy.erase")
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """`/privacy/`: delete what a record holds of persons; the latest deletions."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form = Erase(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        number = form.cleaned_data["number"].strip().upper()
        try:
            _erase(viewer, number, form.cleaned_data["reason"])
        except Problem as problem:
            form.add_error("number", str(problem.title))
        else:
            response = HttpResponseRedirect("/privacy/", status=303)
            said.say(response, T("{number}：个人信息已删除", "{number}: personal data deleted").fill(number=number))
            return response
    rows, onward = _rows(request, reads.DELETED, None)
    context = {
        "form": form, "table": _table(T("删除过的，最近的在前", "Deleted, newest first"), rows) if rows else "",
        "pager": pager.pager(request.GET, len(rows), onward),
    }  # fmt: skip
    return render(request, "privacy/erase.html", context, status=422 if form.errors else 200)


@having("people.audit")
def unmasked(request: HttpRequest) -> HttpResponse:
    """`/audit/unmasked/`: who looked at a reporter's name and telephone, when, why."""
    login = request.GET.get("person", "").strip()
    person = people.person(login) if login else None
    if login and person is None:
        rule = T("没有这个登录名", "nobody has this name")
        raise Problem(T("找不到这个人", "No such person"), [Fault("person", login[:60], rule)])
    rows, onward = _rows(request, reads.LOOKED, person.pk if person else None)
    context = {
        "person": person, "persons": people.persons(),
        "table": _table(T("看过上报人的，最近的在前", "Who looked at reporters, newest first"), rows) if rows else "",
        "pager": pager.pager(request.GET, len(rows), onward),
    }  # fmt: skip
    return render(request, "privacy/unmasked.html", context)


def _rows(request: HttpRequest, verb: str, actor: int | None) -> tuple[list[reads.Deed], str]:
    """A page of deeds and the cursor to the next."""
    order = f"privacy.{verb}.{actor or ''}"
    given = request.GET.get(pager.NAME, "") if request.method == "GET" else ""
    after: tuple[Any, ...] | None = pager.decode(given, order) if given else None
    point = (after[0], UUID(str(after[1]))) if after else None
    rows = reads.deeds(verb, actor, point, SIZE + 1)
    shown = rows[:SIZE]
    return shown, pager.encode((shown[-1].at, str(shown[-1].id)), order) if len(rows) > SIZE else ""


def _numbers(rows: Sequence[reads.Deed]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for line in lines.installed():
        found |= line.numbers([row.subject for row in rows if row.line == line.name])
    return found


def _why(row: reads.Deed) -> str:
    if row.reason is None:
        return str(T("（已随个人信息删除）", "(deleted with the personal data)"))
    return str(REASONS.get(row.reason, row.reason))


def _table(caption: T, rows: list[reads.Deed]) -> SafeString:
    names, units = people.names({row.actor for row in rows if row.actor is not None}), people.unit_names()
    numbers = _numbers(rows)
    table = Table[reads.Deed](
        caption,
        (
            Column(T("时间", "Time"), lambda row: parts.time(row.at), "n nb", is_header=True),
            Column(T("谁", "Who"), lambda row: names.get(row.actor or 0, "—")),
            Column(T("单位", "Unit"), lambda row: units.get(row.unit or 0, "—")),
            Column(T("编号", "Number"), lambda row: numbers.get(row.subject, "—"), "nb"),
            Column(T("原因", "Reason"), _why),
        ),
        kind="t t-d fold",
    )
    return table.render(rows)
