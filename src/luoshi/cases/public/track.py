"""Following a report by its tracking code: where it stands, and what its reporter may do."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from luoshi.cases import reads
from luoshi.cases.actions import BY_VERB
from luoshi.cases.flow import FLOW
from luoshi.cases.follower import Follower
from luoshi.cases.models import Case, Photo
from luoshi.cases.public import follow, forms, kinds, own, pictures, receipts, stands, story
from luoshi.cases.reads import listeners
from luoshi.cases.reads.scope import HIDDEN
from luoshi.kernel import clock, limits
from luoshi.kernel.ids import normalise_code, show_code
from luoshi.kernel.problems import Absent, Invalid, NotNow, Problem, Stale
from luoshi.kernel.rights import may
from luoshi.kernel.secret import secret
from luoshi.kernel.text import T
from luoshi.people import place
from luoshi.people import viewer as viewers
from luoshi.web import client, said

DOOR: Final = "lookup"
_FAULT: Final = T("没有这个查询码，请对照收据再看一遍", "There is no such code: compare it with your receipt")
Data = dict[str, Any]


def _find(request: HttpRequest, code: str) -> Case | Follower | None:
    """The case that a code opens, or the follower whose it is; only failures count. Raises TooMany."""
    address = client.address(request)
    limits.demand(DOOR, address, settings.CONF.number("lookups_per_hour"))
    try:
        return reads.by_code(code, secret())
    except Absent:
        follower = listeners.follower_by_code(code, secret())
        if follower is None:
            limits.count(DOOR, address)
        return follower


def _unknown(request: HttpRequest, typed: str) -> HttpResponse:
    """The same page for an unknown and for a malformed code."""
    form = forms.Lookup({"code": typed})
    form.errors.clear()
    form.add_error("code", str(_FAULT))
    return render(request, "cases/public/lookup.html", {"form": form}, status=404)


@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """`/track/`: type a code."""
    if request.method != "POST":
        return render(request, "cases/public/lookup.html", {"form": forms.Lookup()})
    form = forms.Lookup(request.POST)
    if not form.is_valid():
        return render(request, "cases/public/lookup.html", {"form": form}, status=422)
    typed = form.cleaned_data["code"]
    if _find(request, typed) is None:
        return _unknown(request, typed)
    response = HttpResponseRedirect(f"/track/{normalise_code(typed)}")
    response.status_code = 303
    return response


# what the reporter may do: the form, and from the form to the verb and its fields


def _verdict(data: Data) -> tuple[str, Data]:
    if data["solved"] == "no":
        return "reopen", {"note": data["note"]}
    return "confirm", _grade(data)


def _grade(data: Data) -> Data:
    grade = int(data["grade"]) if data["grade"] else None
    return {"grade": grade, "reasons": data["reasons"], "note": data["note"]}


def _note(data: Data) -> Data:
    return {"note": data["note"]}


DEEDS: Final[dict[str, tuple[str, type[Any], Callable[[Data], tuple[str, Data]]]]] = {
    "verdict": ("confirm", forms.Verdict, _verdict),
    "reply": ("reply", forms.Reply, lambda data: ("reply", _note(data))),
    "rate": ("rate", forms.Rate, lambda data: ("rate", _grade(data))),
    "reopen": ("reopen", forms.Note, lambda data: ("reopen", _note(data))),
    "withdraw": ("withdraw", forms.Note, lambda data: ("withdraw", _note(data))),
    "not_same": ("not_same", forms.Note, lambda data: ("not_same", _note(data))),
}
SAID: Final = {
    "confirm": T("已确认，谢谢您", "Confirmed. Thank you"),
    "reopen": T("已重新办理，不用再报", "It is done again: no new report is needed"),
    "reply": T("答复已送到", "Your answer has arrived"),
    "rate": T("评价已收到", "Your rating has arrived"),
    "withdraw": T("已撤回", "Taken back"),
    "not_same": T("已分开，单独办", "It is done on its own again"),
}


def _offered(case: Case) -> dict[str, Any]:
    """The empty forms that fit the case now, by deed."""
    viewer = viewers.holder(str(case.log_id))
    offers = FLOW.offers(case, viewer, lambda right: right == "cases.holder" and may(viewer, right, case))
    verbs = {offer.move.verb for offer in offers if not offer.lacks}
    found = {deed: make(auto_id=f"{deed}-%s") for deed, (verb, make, _) in DEEDS.items() if verb in verbs}
    if "verdict" in found:
        found.pop("reopen", None)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest, code: str) -> HttpResponse:
    """`/track/CODE`: the page of a report for whoever holds a code of it."""
    found = _find(request, code)
    if found is None:
        return _unknown(request, "")
    if isinstance(found, Follower):
        return follow.page(request, found)
    case = found
    if request.method == "POST":
        return _do(request, code, case)
    return _page(request, code, case)


def _do(request: HttpRequest, code: str, case: Case) -> HttpResponse:
    deed = request.POST.get("do", "")
    if deed in own.DEEDS:
        return _own(request, code, case)
    if deed == receipts.DEED:
        return receipts.own_words(case, reads.entries(case))
    if deed not in DEEDS:
        raise Problem(T("没有这一项", "There is no such thing to do"))
    _, make, read = DEEDS[deed]
    form = make(request.POST, auto_id=f"{deed}-%s")
    if not form.is_valid():
        return _page(request, code, case, {deed: form}, 422)
    verb, data = read(form.cleaned_data)
    try:
        BY_VERB[verb](
            viewer=viewers.holder(str(case.log_id)), on=case.number, key=form.cleaned_data["key"] or None,
            door=f"track:{case.log_id}", **data,
        )  # fmt: skip
    except Invalid as problem:
        form.refuse(problem)
        return _page(request, code, case, {deed: form}, 422)
    except (NotNow, Stale) as problem:
        now = _find(request, code)
        return _page(request, code, now if isinstance(now, Case) else case, status=409, refused=problem.title)
    response = HttpResponseRedirect(f"/track/{normalise_code(code)}")
    response.status_code = 303
    said.say(response, SAID[verb])
    return response


def _own(request: HttpRequest, code: str, case: Case) -> HttpResponse:
    """The reporter's data taken away or deleted."""
    try:
        return own.do(request, code, case, [photo for _, photo, _ in _pictures(case)])
    except (Invalid, NotNow) as problem:
        title = problem.faults[0].rule if problem.faults else problem.title
        return _page(request, code, case, status=problem.status, refused=title)


def _pictures(case: Case) -> list[tuple[str, Photo, T]]:
    """The reporter's own, the evidence of what was done and the released ones: address, photograph, words."""
    own = T("您上报时", "With your report")
    after = T("处理后", "After the work")
    done = stands.is_done(case)
    rows = [
        photo
        for photo in case.photos.order_by("at", "id")
        if photo.released or _is_own(photo) or (done and photo.kind == "after")
    ]
    return [(pictures.address(photo, case), photo, own if _is_own(photo) else after) for photo in rows]


def _answer(case: Case) -> str:
    """The one answer: what parts have said so far is none."""
    return case.private.answer if stands.is_done(case) or case.state == "refused" else ""


def _main(case: Case) -> dict[str, Any] | None:
    """Where the case stands that this one was merged into: its public steps, by when, and what came out."""
    main = reads.record.stands_for(case)
    if main is None:
        return None
    return {
        "case": main, "state": story.state(main), "promise": story.promise(main, clock.now()), "answer": _answer(main),
        "unit": story.unit_of(main), "story": story.public_happenings(reads.entries(main)),
        "open": main.public and main.state not in HIDDEN,
    }  # fmt: skip


def _is_own(photo: Photo) -> bool:
    return photo.kind == "before" and photo.person_id is None


def _page(
    request: HttpRequest,
    code: str,
    case: Case,
    bound: dict[str, Any] | None = None,
    status: int = 200,
    refused: T | None = None,
) -> HttpResponse:
    """The page; `bound` are forms with faults, `refused` says why nothing was saved."""
    offered = _offered(case)
    offered.update({deed: form for deed, form in (bound or {}).items() if deed in offered})
    entries = reads.timeline(viewers.holder(str(case.log_id)), case)
    context = {
        "case": case, "code": show_code(normalise_code(code) or ""), "forms": offered, "refused": refused,
        "faulty": next(iter((bound or {}).values()), None), "headline": story.headline(case),
        "promise": story.promise(case, clock.now()), "unit": story.unit_of(case),
        "story": story.happenings(case, entries), "kind": kinds.name(case.category), "pictures": _pictures(case),
        "where": place.full_name(case.community or case.street or case.county),
        "answer": _answer(case), "left": own.left(case), "main": _main(case),
        "whereabouts": stands.whereabouts(case), "done": stands.is_done(case), **receipts.context(request, entries),
    }  # fmt: skip
    return render(request, "cases/public/track.html", context, status=status)
