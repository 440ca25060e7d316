"""Following a public case that somebody else reported: a contact if wanted, a code, and a page to look at."""

from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from luoshi.cases.actions import follow as actions
from luoshi.cases.actions.report import code_for
from luoshi.cases.flow import OPEN
from luoshi.cases.follower import Follower
from luoshi.cases.models import Case
from luoshi.cases.public import forms, kinds, story
from luoshi.cases.public.draft import Draft
from luoshi.cases.reads import listeners, similar
from luoshi.cases.reads.one import entries, shown
from luoshi.cases.reads.reporter import plain_phone
from luoshi.kernel import clock, limits
from luoshi.kernel.ids import show_code
from luoshi.kernel.problems import Absent, Invalid
from luoshi.kernel.secret import secret
from luoshi.kernel.text import T
from luoshi.people import place
from luoshi.people import reads as people
from luoshi.web import client, said

DOOR: Final = "follow"
COOKIE: Final = "luoshi_followed"
DONE: Final = "/follow/done"
_SALT: Final = "luoshi.followed"
_SECONDS: Final = 600


def like(draft: Draft) -> list[similar.Candidate]:
    """The public cases that may be the same as a report in the making; one query, none where its place is not known."""
    chain = people.chain(draft.area) if draft.area else {}
    # who is not sure of the kind shares it with everybody else who is not
    kind = "" if draft.top == kinds.UNSURE else draft.category
    sought = similar.Problem(
        kind, chain.get("street", ""), chain.get("community", ""), draft.lat, draft.lon, draft.text
    )
    return similar.for_public(sought, clock.now())


def rows(found: list[similar.Candidate]) -> list[dict[str, Any]]:
    """What a page says of each candidate: nothing that its public page does not."""
    now = clock.now()
    return [
        {
            "case": one.case, "kind": kinds.name(one.case.category), "why": one.why, "state": story.state(one.case),
            "where": place.full_name(one.case.community or one.case.street or one.case.county),
            "promise": story.promise(one.case, now),
        }
        for one in found
    ]  # fmt: skip


def _context(case: Case) -> dict[str, Any]:
    where = place.full_name(case.community or case.street or case.county)
    return {
        "case": case, "kind": kinds.name(case.category), "where": where, "state": story.state(case),
        "promise": story.promise(case, clock.now()), "unit": story.unit_of(case) if case.unit else "",
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """`/cases/<number>/follow/`. Raises Absent for what is not public, TooMany, and NotNow for what has ended."""
    if "\0" in number:
        raise Absent
    case = shown(number)
    form = forms.Follow(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            return _done(request, case, form.cleaned_data)
        except Invalid as problem:
            form.refuse(problem)
    context = {**_context(case), "form": form, "over": case.state not in OPEN}
    return render(request, "cases/public/follow.html", context, status=422 if form.errors else 200)


def _done(request: HttpRequest, case: Case, given: dict[str, Any]) -> HttpResponse:
    address = client.address(request)
    limits.demand(DOOR, address, settings.CONF.number("reports_per_hour"))
    key = given["key"] or None
    done = actions.follow(case.number, key=key, phone=plain_phone(given["phone"]), email=given["email"])
    if not done.repeated:
        limits.count(DOOR, address)
    code = done.secret.get("code") or code_for(actions.DOOR, key)
    response = HttpResponseRedirect(DONE, status=303)
    response.set_cookie(
        COOKIE, signing.dumps(code, salt=_SALT), max_age=_SECONDS, path=DONE, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """`/follow/done`: the code, for some minutes and in this browser only. Raises Absent."""
    code, follower = "", None
    try:
        code = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_SECONDS)
        follower = listeners.follower_by_code(code, secret())
    except (signing.BadSignature, ValueError):
        pass
    if follower is None:
        raise Absent(
            T(
                "收据只显示 10 分钟。用查询码可以看进度",
                "The receipt is shown for 10 minutes. With the code you can look",
            )
        )
    context = {
        **_context(follower.case),
        "code": show_code(code),
        "plain": code,
        "reachable": follower.phone or follower.email,
    }
    response = render(request, "cases/public/followed.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def page(request: HttpRequest, follower: Follower) -> HttpResponse:
    """`/track/CODE` for a follower's code: what anybody may see of the case, and a way to stop. Nothing else can be done."""
    if request.method == "POST":
        return _stop(request, follower)
    case = listeners.watched(follower)
    context: dict[str, Any] = {"number": follower.case.number, "follower": follower}
    if case is not None:
        context |= {**_context(case), "story": story.public_happenings(entries(case))}
    return render(request, "cases/public/following.html", context)


def _stop(request: HttpRequest, follower: Follower) -> HttpResponse:
    if request.POST.get("do") == "unfollow":
        actions.unfollow(follower)
        response: HttpResponse = HttpResponseRedirect("/", status=303)
        text = T("不再关注，您留的联系方式已删除", "You follow it no longer; the contact you left is deleted")
        said.say(response, text)
        return response
    raise Absent
