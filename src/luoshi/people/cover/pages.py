"""`/work/cover/`: who stands in for whom, and the form that arranges it."""

from datetime import date, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django import forms as django
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.kernel import calendar, clock
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people.cover import actions, reads
from luoshi.people.cover.flow import FLOW, RIGHT
from luoshi.people.models import Cover, Person
from luoshi.people.roles import ROLES
from luoshi.people.sessions import having
from luoshi.web import forms, said, words
from luoshi.web.tables import Column, Table

ADDRESS: Final = "/work/cover/"


class Arrange(forms.Form):
    """Who, for whom, from when until when, why."""

    absent = django.ChoiceField(label=forms.text("谁不在", "Who is away"))
    person = django.ChoiceField(label=forms.text("谁来代", "Who stands in"))
    first = forms.DayField(label=forms.text("从哪天", "From"))
    last = forms.DayField(label=forms.text("到哪天（含）", "Until (included)"))
    reason = django.CharField(max_length=200, label=forms.text("原因", "Why"))

    def __init__(self, members: dict[str, reads.Member], me: int | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members, units = members, people.unit_names()
        options = [(one.person.pk, login, _who(one, units)) for login, one in members.items()]
        for name in ("absent", "person"):
            # nobody makes themselves a stand-in
            offered = [(login, text) for key, login, text in options if name == "absent" or key != me]
            cast(django.ChoiceField, self.fields[name]).choices = [("", str(T("请选择", "Choose"))), *offered]

    def clean_absent(self) -> Person:
        """The person who is away."""
        return self.members[self.cleaned_data["absent"]].person

    def clean_person(self) -> Person:
        """The person who stands in."""
        return self.members[self.cleaned_data["person"]].person


def _who(member: reads.Member, units: dict[int, str]) -> str:
    roles = "、".join(str(ROLES.get(role, role)) for role in sorted(member.roles))
    return f"{member.person.name} · {units.get(member.units[0], '')} · {roles}"


def _state(cover: Cover, today: date) -> str:
    if cover.state != Cover.SET:
        return str(FLOW.state(cover.state).text)
    if today < cover.valid_from:
        return str(T("还没开始", "To come"))
    over = cover.valid_to is not None and cover.valid_to <= today
    return str(T("已结束", "Over") if over else T("正在代", "Now"))


def _end(request: HttpRequest, cover: Cover, today: date) -> SafeString:
    if cover.state != Cover.SET or (cover.valid_to is not None and cover.valid_to <= today):
        return SafeString("")
    return format_html(
        '<form method="post" action="{}{}/end/" class="row"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="seen" value="{}"><input type="hidden" name="key" value="{}"><label>{} <input name="reason" '
        'maxlength="200" required autocomplete="off"></label><button class="btn btn-2">{}</button></form>',
        ADDRESS, cover.log_id, get_token(request), cover.version, forms.new_key(),
        T("原因", "Why"), T("提前结束", "End early"),
    )  # fmt: skip


def _table(request: HttpRequest, rows: list[Cover], today: date) -> SafeString:
    units = people.unit_names()
    table = Table[Cover](
        T("代班", "Stand-ins"),
        (
            Column(T("谁不在", "Away"), lambda one: one.absent.name, "b", is_header=True),
            Column(T("谁来代", "Stands in"), lambda one: one.person.name, "b"),
            Column(T("单位", "Unit"), lambda one: units.get(one.unit_id or 0, "")),
            Column(T("从", "From"), lambda one: words.day(one.valid_from), "n nb"),
            Column(T("到（含）", "Until"), lambda one: words.day(one.last), "n nb"),
            Column(T("原因", "Why"), lambda one: one.reason),
            Column(T("谁安排", "Arranged by"), lambda one: one.made_by.name if one.made_by else ""),
            Column(T("状态", "State"), lambda one: _state(one, today)),
            Column(T("提前结束", "End"), lambda one: _end(request, one, today), "no-print", label=False),
        ),
        kind="t t-d fold",
    )
    return table.render(rows)


@having(RIGHT)
def page(request: HttpRequest) -> HttpResponse:
    """The list, and the form; POST arranges one."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    today = calendar.current().city_date(clock.now())
    form = Arrange(
        reads.members(viewer), viewer.person, request.POST or None, initial={"first": today + timedelta(days=1)}
    )
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("person", "absent", "first", "last", "reason")}
        try:
            actions.set_cover(
                viewer=viewer, key=form.cleaned_data["key"] or None, door=f"cover:{viewer.person}", **given
            )
        except Invalid as refused:
            form.refuse(refused)
        else:
            return _onward(T("{who} 的代班已定", "{who} stands in").fill(who=given["person"].name))
    rows = reads.covers(viewer)
    context = {"form": form, "table": _table(request, rows, today) if rows else "", "people": form.members}
    return render(request, "people/cover.html", context, status=422 if form.errors else 200)


@having(RIGHT)
def end(request: HttpRequest, cover: UUID) -> HttpResponse:
    """POST `/work/cover/<id>/end/` with the reason. Raises what the action raises."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    seen, reason = request.POST.get("seen", ""), request.POST.get("reason", "").strip()[:200]
    if not seen.isascii() or not seen.isdigit() or len(seen) > 9:
        raise Invalid([Fault("seen", seen[:20], T("是一个整数", "is a whole number"))])
    key = request.POST.get("key", "") or None
    actions.end_cover(
        viewer=viewer, on=str(cover), seen=int(seen), key=key, door=f"cover:{viewer.person}", reason=reason
    )
    return _onward(T("代班已结束", "The stand-in has ended"))


def _onward(text: T) -> HttpResponse:
    response = HttpResponseRedirect(ADDRESS, status=303)
    said.say(response, text)
    return response
