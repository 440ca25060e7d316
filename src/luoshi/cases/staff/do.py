"""The door through which staff make every move: a form's strings in, the record (or why not) out."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import render

from luoshi.cases import reads
from luoshi.cases.actions import BY_VERB
from luoshi.cases.core import LINE
from luoshi.cases.flow import FLOW
from luoshi.cases.models import Case
from luoshi.cases.routing import texts
from luoshi.cases.staff import moves, record
from luoshi.cases.staff.fields import Given, Read, read
from luoshi.cases.staff.moves import CLOSED_TO_STAFF
from luoshi.cases.staff.scene import Scene
from luoshi.kernel.action import check
from luoshi.kernel.flow import Move
from luoshi.kernel.problems import Absent, Denied, Fault, Invalid, Problem, Stale
from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people.sessions import staff
from luoshi.web import said
from luoshi.web.http import wants_json
from luoshi.web.views import safe_next

UNMASK: Final = "unmask"


def _move(verb: str) -> Move:
    """The move of that verb; raises Absent."""
    if verb not in BY_VERB:
        raise Absent(T("没有这个动作：{verb}", "There is no such move: {verb}").fill(verb=verb[:40]))
    return FLOW.move(verb)


def _demand(viewer: Viewer, move: Move, case: Case) -> None:
    """Raise Denied where the move is not the viewer's; those of the reporter and of time itself are nobody's here."""
    if move.right in CLOSED_TO_STAFF or not may(viewer, move.right, case):
        raise Denied(T("您没有权限：{what}", "You may not: {what}").fill(what=move.text))


def _seen(data: QueryDict) -> int | None:
    """The version that the caller looked at. Raises Invalid."""
    given = str(data.get("seen", "")).strip()
    if given and not (given.isascii() and given.isdigit() and len(given) < 10):
        raise Invalid([Fault("seen", given[:20], T("是一个整数", "is a whole number"))])
    return int(given) if given else None


def _refuse_faults(found: Read, move: Move, case: Case, viewer: Viewer, seen: int | None) -> None:
    """Faults of fields count only where the move itself would be possible: what is not possible comes first."""
    if not found.faults:
        return
    if seen is not None and seen != case.version:
        raise Stale(LINE.told(case))
    check(LINE, move, case, viewer)
    raise Invalid(found.faults)


def perform(
    viewer: Viewer, number: str, verb: str, data: QueryDict, key: str | None, files: Sequence[Any] = ()
) -> tuple[Any, Case]:
    """Make the move with the strings of a form; gives what was done, and the case.

    Raises Absent, Denied, Stale, NotNow or Invalid; then nothing was written.
    """
    case = reads.get(viewer, number)
    move = _move(verb)
    _demand(viewer, move, case)
    seen = _seen(data)
    found = read(Given(texts.merged(data, move, case), files, Scene(viewer, case), move, key or ""))
    _refuse_faults(found, move, case, viewer, seen)
    door = f"staff:{viewer.person}"
    done = BY_VERB[verb](viewer=viewer, on=number, seen=seen, key=key, door=door, **found.values)
    return done, done.row or reads.get(viewer, number)


def facts(done: Any, case: Case) -> dict[str, Any]:
    """What a machine is told after a move."""
    body: dict[str, Any] = {"number": case.number, "state": case.state, "status": case.status}
    return {**body, "version": case.version, **done.answer, "repeated": done.repeated}


def offered(viewer: Viewer, number: str) -> list[dict[str, Any]]:
    """The moves that fit the case and the viewer's rights, each with what it lacks, for a machine. Raises Absent."""
    found = moves.offers(Scene(viewer, reads.get(viewer, number)))
    return [{"verb": offer.move.verb, "lacks": [str(text) for text in offer.lacks]} for offer in found]


def _onward(request: HttpRequest, viewer: Viewer, number: str, move: Move) -> HttpResponse:
    """To the record, or to my work where it was asked for or the case has left the viewer's sight."""
    address = f"/work/cases/{number}/"
    seen = reads.visible(viewer).filter(number=number).exists()
    response = HttpResponseRedirect(safe_next(request, address if seen else "/work/"), status=303)
    text = T("{number}：{what}，已记下", "{number}: {what}, done").fill(number=number, what=move.text)
    said.say(response, text, address if seen else "")
    return response


def _inserted(request: HttpRequest, viewer: Viewer, number: str, verb: str) -> HttpResponse:
    """The record page with the move's form open and the chosen standard text in it; nothing is written. Raises Absent."""
    case, move = reads.get(viewer, number), _move(verb)
    back = moves.Back(verb, texts.merged(request.POST, move, case), {})
    return render(request, "cases/staff/case.html", record.page(request, Scene(viewer, case), back=back))


def _do(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    machine = wants_json(request)
    if not machine and texts.asked(request.POST):
        return _inserted(request, viewer, number, verb)
    try:
        key = str(request.POST.get("key", "")).strip() or None
        done, case = perform(viewer, number, verb, request.POST, key, request.FILES.getlist("photos"))
    except Problem as problem:
        if machine or isinstance(problem, Absent):
            raise
        return record.refused(request, viewer, number, verb, problem)
    if machine:
        return JsonResponse(facts(done, case))
    if verb == UNMASK and not done.repeated:
        return record.unmasked(request, viewer, number)
    return _onward(request, viewer, number, _move(verb))


_pages = staff(_do)


def do(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """POST `/work/cases/<number>/do/<verb>/`. A machine without a log-in is told like any stranger: there is no such record."""
    if request.method in ("GET", "HEAD") and not wants_json(request):
        # a refused form that is reloaded, or read in the other language
        return HttpResponseRedirect(f"/work/cases/{quote(number)}/?do={quote(verb)}#do-{quote(verb)}")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    return _do(request, number, verb) if wants_json(request) else _pages(request, number, verb)
