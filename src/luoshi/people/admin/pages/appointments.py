"""`/people/appointments/`: administrators that were asked for; the security administrator confirms, who asked takes back."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.kernel.problems import Absent, Denied
from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people.admin import reads
from luoshi.people.admin.actions import appoint
from luoshi.people.admin.flow import APPOINT, APPOINTMENT, MANAGE
from luoshi.people.admin.forms import role_name, unit_name
from luoshi.people.models import Appointment
from luoshi.people.sessions import staff
from luoshi.web import parts, words
from luoshi.web.forms import new_key
from luoshi.web.http import viewer_of
from luoshi.web.said import onward
from luoshi.web.tables import Column, Table

ADDRESS: Final = "/people/appointments/"
BY_VERB: Final = {one.move.verb: one for one in (appoint.confirm, appoint.refuse_appointment, appoint.drop_appointment)}


def _buttons(request: HttpRequest, row: Appointment) -> SafeString:
    viewer = viewer_of(request)
    if not {row.person_id, row.asked_by_id}.isdisjoint(viewer.persons) and may(viewer, APPOINT):
        return format_html("{}", appoint.SELF)
    out = []
    for offer in APPOINTMENT.offers(row, viewer, lambda right: may(viewer, right)):
        why = SafeString("")
        if "reason" in offer.move.needs:
            why = format_html(
                '<label>{} <input name="reason" maxlength="200" required autocomplete="off"></label>', T("原因", "Why")
            )
        form = format_html(
            '<form method="post" action="{}{}/{}/" class="row"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
            '<input type="hidden" name="key" value="{}">{}<button class="btn btn-2">{}</button></form>',
            ADDRESS, row.log_id, offer.move.verb, get_token(request), new_key(), why, offer.move.text,
        )  # fmt: skip
        out.append(form)
    return SafeString("".join(out))


def _table(request: HttpRequest, rows: list[Appointment]) -> SafeString:
    table = Table[Appointment](
        T("任命", "Appointments"),
        (
            Column(T("谁", "Who"), lambda row: f"{row.person.name} · {row.person.login}", "b", is_header=True),
            Column(T("岗位", "Role"), lambda row: role_name(row.role)),
            Column(T("单位", "Unit"), lambda row: unit_name(row.unit)),
            Column(T("从", "From"), lambda row: words.day(row.valid_from), "n nb"),
            Column(T("提请", "Asked by"), lambda row: format_html("{} {}", row.asked_by.name if row.asked_by else "—", parts.time(row.asked_at))),
            Column(T("状态", "State"), lambda row: str(APPOINTMENT.state(row.state).text)),
            Column(T("处理人", "Decided by"), lambda row: row.decided_by.name if row.decided_by else ""),
            Column(T("处理", "Decide"), lambda row: _buttons(request, row), "no-print", label=False),
        ),
        kind="t t-d fold",
    )  # fmt: skip
    return table.render(rows)


def _allowed(viewer: Viewer) -> None:
    if not (may(viewer, APPOINT) or may(viewer, MANAGE)):
        raise Denied(
            T(
                "任命由系统管理员提请、安全管理员确认",
                "The system administrator asks, the security administrator confirms",
            )
        )


@staff
def page(request: HttpRequest) -> HttpResponse:
    """Those that wait, then the others."""
    _allowed(viewer_of(request))
    rows = reads.asked()
    return render(request, "people/admin/appointments.html", {"table": _table(request, rows) if rows else ""})


@staff
def do(request: HttpRequest, ref: UUID, verb: str) -> HttpResponse:
    """POST `/people/appointments/<id>/<verb>/`. Raises what the action raises."""
    viewer = viewer_of(request)
    _allowed(viewer)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if verb not in BY_VERB:
        raise Absent
    reason = request.POST.get("reason", "").strip()[:200]
    data: dict[str, Any] = {"reason": reason} if verb == "refuse_appointment" else {}
    key = request.POST.get("key", "")[:64] or None
    BY_VERB[verb](viewer=viewer, on=str(ref), key=key, door=f"people:{viewer.person}", **data)
    return onward(ADDRESS, T("{what}：已记下", "{what}: done").fill(what=APPOINTMENT.move(verb).text))
