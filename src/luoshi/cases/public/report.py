"""Reporting a problem: where, what kind, what happened, how to reach you, a last look; then the code, once.

Every page posts to `/report/` and gets the next one as its answer; what was given so far travels in the form itself.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from luoshi.cases import actions, photos, reads
from luoshi.cases.actions.report import code_for
from luoshi.cases.public import kinds, steps
from luoshi.cases.public.draft import Draft, fresh, seal, unseal
from luoshi.cases.public.steps import Step
from luoshi.cases.reads import routing
from luoshi.kernel import installation, limits
from luoshi.kernel.ids import show_code
from luoshi.kernel.problems import Absent, Invalid
from luoshi.kernel.secret import secret
from luoshi.kernel.text import T
from luoshi.people import place, viewer
from luoshi.people import reads as people
from luoshi.web import client, errors, uploads

DOOR: Final = "report"
COOKIE: Final = "luoshi_done"
_SALT: Final = "luoshi.done"
_SECONDS: Final = 600
DONE: Final = "/report/done"


def show(request: HttpRequest, step: Step, draft: Draft, form: Any = None, status: int = 200) -> HttpResponse:
    """A page of the report."""
    context: dict[str, Any] = {
        "step": step, "draft": draft, "token": seal(draft), "form": form or step.form(draft), "steps": steps.NUMBERED,
        "emergency": T(*installation.current().pack["emergency"]), "back": steps.before(step, draft),
    }  # fmt: skip
    response = render(request, f"cases/public/{step.template}.html", {**context, **step.more(draft)}, status=status)
    response.headers["Cache-Control"] = "private"
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """`/report/`. The size is looked at before anything is read: the check of the form's token reads the whole body."""
    most = photos.MOST * settings.CONF.number("upload_max_mb") * 1_000_000 + 1_000_000
    if uploads.longer(request, most):
        return errors.respond(request, 413)
    return _pages(request)


@csrf_protect
def _pages(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return show(request, steps.WHERE, fresh())
    draft = unseal(request.POST.get("draft", ""))
    step = steps.BY_NAME.get(request.POST.get("step", ""), steps.WHERE)
    return _press(request, step, draft, request.POST.get("go", ""))


def _press(request: HttpRequest, step: Step, draft: Draft, go: str) -> HttpResponse:
    """What a press on a page leads to; whatever was given rightly is kept, wherever it leads."""
    form = step.form(draft, request.POST, request.FILES)
    try:
        draft = step.take(draft, form, request, go)
    except Invalid as problem:
        form.refuse(problem)
    if go.startswith("to:") and go[3:] in steps.BY_NAME:
        return show(request, steps.BY_NAME[go[3:]], draft)
    if form.errors:
        return show(request, step, draft, form, 422)
    if go in ("stay", "find") or go.startswith(("view:", "county:")) or {"at.x", "core.x"} & set(request.POST):
        return show(request, step, draft)
    if step is steps.CHECK and go == "send":
        return _send(request, draft)
    return show(request, steps.after(step, draft), draft)


def _send(request: HttpRequest, draft: Draft) -> HttpResponse:
    gap = steps.gap(draft)
    category = kinds.leaf(draft.category)
    if gap is not None or category is None:
        return show(request, gap or steps.KIND, draft, status=422)
    address = client.address(request)
    limits.demand(DOOR, address, settings.CONF.number("reports_per_hour"))
    done = actions.report_case(
        viewer=viewer.public(), key=draft.key, door=DOOR, channel="web", category=category,
        photos=photos.claim(draft.kept()), **_facts(draft),
    )  # fmt: skip
    if not done.repeated:
        limits.count(DOOR, address)
    response = HttpResponseRedirect(DONE)
    response.status_code = 303
    value = signing.dumps(code_for(DOOR, draft.key), salt=_SALT)
    response.set_cookie(
        COOKIE, value, max_age=_SECONDS, path=DONE, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response


def _facts(draft: Draft) -> Mapping[str, Any]:
    """The report's fields, with the place's codes from above."""
    chain = people.chain(draft.area) if draft.area else {}
    return {
        "text": draft.text, "place": draft.place, "lat": draft.lat, "lon": draft.lon, "name": draft.name,
        "phone": draft.phone, "email": draft.email, "county": chain.get("county", draft.county),
        "street": chain.get("street", ""), "community": chain.get("community", ""),
    }  # fmt: skip


@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """`/report/done`: the code, for some minutes after sending and in this browser only. Raises Absent."""
    try:
        code = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_SECONDS)
    except (signing.BadSignature, ValueError):
        raise Absent(
            T(
                "收据只显示 10 分钟。用查询码可以看进度",
                "The receipt is shown for 10 minutes. With the code you can follow your report",
            )
        ) from None
    case = reads.by_code(code, secret())
    unit = routing.of_case(case).unit
    context = {
        "case": case, "code": show_code(code), "plain": code, "unit": T(unit.zh, unit.en) if unit else None,
        "kind": kinds.name(case.category), "reachable": bool(case.private.phone or case.private.email),
        "hotline": installation.current().pack["hotline"],
    }  # fmt: skip
    response = render(request, "cases/public/done.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
def picture(request: HttpRequest) -> HttpResponse:
    """`/report/map.svg?view=CODE&x=&y=`: the map to press, with a pin where it was pressed. Raises Absent."""
    x, y = request.GET.get("x", ""), request.GET.get("y", "")
    pin = (int(x), int(y)) if x.isascii() and y.isascii() and x.isdigit() and y.isdigit() and len(x + y) < 8 else None
    try:
        drawn = place.picture(request.GET.get("view", ""), pin)
    except KeyError:
        raise Absent from None
    response = HttpResponse(drawn, content_type="image/svg+xml")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response
