"""Addresses below `/api/`: the endpoints of every installed line, and the document that describes them."""

import re
from collections import defaultdict
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from luoshi.api import auth, openapi
from luoshi.api.endpoint import Asked, Endpoint, body_of, query_of, respond

ENDPOINTS: list[Endpoint] = [
    one for name in (*settings.LINES, "figures") for one in import_module(f"luoshi.{name}.api").ENDPOINTS
]  # fmt: skip


def _view(methods: dict[str, Endpoint]) -> Callable[..., HttpResponse]:
    """One address: the endpoint of the method answers."""

    def view(request: HttpRequest, **values: str) -> HttpResponse:
        one = methods.get(request.method or "")
        if one is None:
            return HttpResponseNotAllowed(sorted(methods))
        viewer = auth.caller(request, one.public)
        request.viewer = viewer  # type: ignore[attr-defined]
        asked = Asked(request, viewer, values, query_of(request, one.query), body_of(request, one.takes, one.most))
        return respond(one.answer(asked))

    return csrf_exempt(view)


def document(request: HttpRequest) -> HttpResponse:
    """`/api/openapi.json`."""
    made = openapi.document(ENDPOINTS, "Luoshi 落实", version("luoshi"))
    return HttpResponse(orjson.dumps(made), content_type="application/json")


def _addresses() -> dict[str, dict[str, Endpoint]]:
    found: dict[str, dict[str, Endpoint]] = defaultdict(dict)
    for one in ENDPOINTS:
        found[re.sub(r"\{(\w+)\}", r"<str:\1>", one.path.lstrip("/"))][one.method] = one
    return found


urlpatterns = [
    path("openapi.json", document),
    *(path(address, _view(methods)) for address, methods in _addresses().items()),
]
