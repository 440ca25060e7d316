"""Pages that go well or wrong, for the tests of the layers round them."""

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path

from luoshi.kernel.problems import Fault, Invalid, Stale, TooMany
from luoshi.kernel.text import T
from luoshi.kernel.viewer import EVERYTHING, Viewer
from luoshi.web import preview
from luoshi.web.said import say
from luoshi.web.urls import handler400, handler403, handler404, handler500

LI = Viewer(kind="staff", name="李娜（模拟）", grants={"cases.see": EVERYTHING})
__all__ = ["LI", "handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def parts(request: HttpRequest) -> HttpResponse:
    """The page of all parts."""
    return render(request, "web/preview.html", dict(preview.context()))


def press(request: HttpRequest) -> HttpResponse:
    """A press that says what it did."""
    response = HttpResponse("done")
    say(response, T("已派遣 <1>", "Dispatched <1>"), "/cases/1")
    return response


def track(request: HttpRequest, code: str) -> HttpResponse:
    """A page under a secret address, with a form that comes back to it."""
    if request.method == "POST":
        return press(request)
    source = '{% extends "step.html" %}{% block title %}进度{% endblock %}{% block content %}<h1>进度</h1><form method="post">{% csrf_token %}<button class="btn wide">提交</button></form>{% endblock %}'
    return HttpResponse(engines["django"].from_string(source).render({}, request))  # type: ignore[attr-defined]


def wrong(request: HttpRequest, how: str) -> HttpResponse:
    """Goes wrong in the way asked for."""
    rule = T("不能晚于 2021-12-10", "not after 2021-12-10")
    raise {
        "bug": RuntimeError("secret detail"),
        "database": OperationalError("connection refused"),
        "denied": PermissionDenied(),
        "invalid": Invalid([Fault("due", "<2022>", rule)]),
        "stale": Stale(T("王磊先改了这条", "Wang Lei changed this first")),
        "many": TooMany(T("上报太多", "Too many reports")),
    }[how]


urlpatterns = [
    path("", include("luoshi.web.urls")),
    path("parts/", parts),
    path("press/", press),
    path("track/<str:code>", track),
    path("wrong/<str:how>", wrong),
]
