"""The page of a call: taken down, looked up while it is typed, saved with one key, or handed on."""

from typing import Any, Final, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.actions.hotline import hand_on
from luoshi.cases.actions.report import code_for
from luoshi.cases.reads import hotline as reads
from luoshi.cases.staff.enter import lists
from luoshi.cases.staff.hotline import look
from luoshi.cases.staff.hotline.flow import OUTCOMES, RIGHT
from luoshi.cases.staff.hotline.form import Call
from luoshi.kernel import calendar, clock
from luoshi.kernel.ids import show_code
from luoshi.kernel.problems import Fault, Invalid, Problem
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people.sessions import having
from luoshi.web import forms, said

HOME: Final = "/work/hotline/"
FIELDS: Final = ("phone", "name", "place", "division", "text", "category", "key")


class Saved(NamedTuple):
    """What the desk tells the caller before the next call: number, code, and what else happened."""

    number: str
    code: str
    merged: str
    refused: T | None


def _door(viewer: Viewer) -> str:
    return f"hotline:{viewer.person}"


def _save(form: Call, viewer: Viewer) -> tuple[str, str]:
    """(number, tracking code). Raises Invalid."""
    given = form.cleaned_data
    key, chain = given["key"] or forms.new_key(), people.chain(given["division"].code)
    done = report_case(
        viewer=viewer, key=key, door=_door(viewer), category=given["category"], text=given["text"], channel="hotline",
        place=given["place"], county=chain.get("county", ""), street=chain.get("street", ""),
        community=chain.get("community", ""), name=given["name"], phone=given["phone"],
    )  # fmt: skip
    return done.answer["number"], code_for(_door(viewer), key)


def _merge(viewer: Viewer, number: str, into: str) -> T | None:
    """Merge the case just saved into the one that the desk pointed at; why not, where that is not possible."""
    if not into:
        return None
    try:
        BY_VERB["merge"](viewer=viewer, on=number, key=number, door=_door(viewer), into=into)
    except Problem as problem:
        return problem.faults[0].rule if problem.faults else problem.title
    return None


def _shown(request: HttpRequest, form: Call, status: int = 200, **more: Any) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    data = form.data if form.is_bound else form.initial
    local = calendar.current().city_time(clock.now())
    counts = reads.handed_on(viewer, local.replace(hour=0, minute=0, second=0, microsecond=0))
    desks = [(n, desk, counts.get(desk.code, 0)) for n, desk in enumerate(reads.desks(), 1)]
    context = {
        "form": form, "beside": look.beside(viewer, data), "desks": desks, "outcomes": OUTCOMES.items(),
        "handed": sum(counts.values()), "pass_key": forms.new_key(), **lists(), **more,
    }  # fmt: skip
    return render(request, "cases/staff/hotline/call.html", context, status=status)


def _again(request: HttpRequest) -> Call:
    """The form as it was typed, with a proposal put in where one was pressed; nothing is judged yet."""
    typed = {name: str(request.POST.get(name, "")) for name in FIELDS}
    name, _, value = str(request.POST.get("take", "")).partition(":")
    return Call(initial=typed | ({name: value} if name in ("category", "division") else {}))


@having(RIGHT)
def call(request: HttpRequest) -> HttpResponse:
    """`/work/hotline/`: an empty form; what is saved is answered with its code and the next empty form."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if request.method != "POST":
        return _shown(request, Call())
    go, _, into = str(request.POST.get("go", "")).partition(":")
    if go != "save":
        return _shown(request, _again(request))
    form = Call(request.POST)
    if not form.is_valid():
        return _shown(request, form, 422)
    try:
        number, code = _save(form, viewer)
    except Invalid as refused:
        form.refuse(refused)
        return _shown(request, form, 422)
    refused_merge = _merge(viewer, number, into)
    return _shown(request, Call(), saved=Saved(number, show_code(code), "" if refused_merge else into, refused_merge))


@having(RIGHT)
@require_POST
def looked(request: HttpRequest) -> HttpResponse:
    """`/work/hotline/look/`: what stands beside the call, as a piece of the page. By POST: no text in an address."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = look.beside(viewer, request.POST)
    return render(request, "cases/staff/hotline/look.html", {"beside": found})


@having(RIGHT)
@require_POST
def handed(request: HttpRequest) -> HttpResponse:
    """`/work/hotline/hand-on/`: the call goes elsewhere; counted, and the next call's form is shown."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    wanted = str(request.POST.get("desk", ""))
    desk = next((one for one in reads.desks() if one.code == wanted), None)
    if desk is None:
        raise Invalid([Fault("desk", wanted[:20], T("不在可转接的号码里", "is no number to hand on to"))])
    outcome, key = str(request.POST.get("outcome", "")), str(request.POST.get("key", ""))[:64] or None
    hand_on(viewer=viewer, key=key, door=_door(viewer), desk=desk, outcome=outcome)
    response = HttpResponseRedirect(HOME, status=303)
    text = T("转接 {number} {name}：{how}，已记一次", "Handed on to {number} {name}: {how}, counted")
    named = T(desk.zh, desk.en)
    said.say(response, text.fill(number=desk.number, name=named, how=OUTCOMES[outcome]))
    return response
