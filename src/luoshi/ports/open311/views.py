"""`/open311/v2/…`: one door. Whatever is wrong with a request is an error document of the standard: 400, 403 or 404."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from luoshi.conf import SettingError
from luoshi.kernel import installation
from luoshi.kernel.problems import Problem
from luoshi.kernel.text import T
from luoshi.ports.open311 import discovery, reads, report, requests, services, updates
from luoshi.ports.open311.arguments import Arguments, Refused, form
from luoshi.ports.open311.formats import respond
from luoshi.ports.open311.reads import Client

_PATH: Final = re.compile(r"(?P<name>\w+)(?P<slash>/(?P<id>[^/]*?))?\.(?P<form>xml|json)")
# resource → methods without an id, the name of its id, if it has one
RESOURCES: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "discovery": (("GET",), ""),
    "services": (("GET",), "service_code"),
    "requests": (("GET", "POST"), "service_request_id"),
    "tokens": ((), "token"),
    "servicerequestupdates": (("GET", "POST"), ""),
}
_ABSENT: Final = T("没有这个地址", "There is no such resource")
_FORM: Final = T("地址须以 .xml 或 .json 结尾", "The address must end in .xml or .json")


@csrf_exempt
def door(request: HttpRequest, path: str) -> HttpResponse:
    """Every request of the interface."""
    found = _PATH.fullmatch(path)
    written = found["form"] if found else "json" if path.endswith(".json") else "xml"
    try:
        root, value = _answer(request, path, found)
        response = respond(written, root, value)
    except Refused as refused:
        response = _refusal(written, refused.status, refused.texts)
    except (Problem, SettingError) as problem:
        response = _refusal(written, *_of_kernel(problem))
    if request.method == "POST":
        response.headers["Cache-Control"] = "no-store"
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    return response


def _refusal(written: str, status: int, texts: tuple[T, ...]) -> HttpResponse:
    return respond(written, "errors", [{"code": status, "description": str(text)} for text in texts], status)


def _of_kernel(problem: Problem | SettingError) -> tuple[int, tuple[T, ...]]:
    """A refusal of the kernel in the three statuses that the standard knows."""
    if isinstance(problem, SettingError):
        return 400, (problem.text,)
    faults = tuple(
        T(f"{one.field}={one.value!r}：{one.rule.zh}", f"{one.field}={one.value!r}: {one.rule.en}")
        for one in problem.faults
    )
    return problem.status if problem.status in (403, 404) else 400, faults or (problem.title,)


def _answer(request: HttpRequest, path: str, found: re.Match[str] | None) -> tuple[str, Any]:
    """The root element and the value. Raises Refused and the kernel's problems."""
    name = found["name"] if found else path.partition("/")[0].partition(".")[0]
    if name not in RESOURCES:
        raise Refused(404, _ABSENT)
    if found is None:
        raise Refused(400, _FORM)
    methods, key = RESOURCES[name]
    if key and found["slash"]:
        methods = ("GET",)
    elif found["slash"]:
        raise Refused(404, _ABSENT)
    method = "GET" if request.method == "HEAD" else request.method
    if not methods or (key and found["slash"] and not found["id"]):
        raise Refused(400, T("缺少 {name}", "{name} was not provided").fill(name=key))
    if method not in methods:
        raise Refused(400, T("这里只接受 {methods}", "Only {methods} here").fill(methods=", ".join(methods)))
    if method == "POST":
        return _post(request, name)
    return _get(request, name, found["id"] or "")


def base_of(request: HttpRequest) -> str:
    """The address under which this installation is known."""
    return settings.CONF.text("public_url") or f"{request.scheme}://{request.get_host()}"


def _jurisdiction(arguments: Arguments) -> None:
    """This installation is one city: its code, or the host of its public address, and anything else does not exist."""
    given = arguments.get("jurisdiction_id")
    known = {installation.current().code, urlsplit(settings.CONF.text("public_url")).hostname}
    if given and given not in known:
        arguments.fault("jurisdiction_id", T("没有找到", "was not found"), given, 404)


def _get(request: HttpRequest, name: str, key: str) -> tuple[str, Any]:
    arguments, base = Arguments(request.GET), base_of(request)
    _jurisdiction(arguments)
    if name == "discovery":
        arguments.settle()
        return "discovery", discovery.document(base)
    if name == "services":
        return _services(arguments, key)
    if name == "servicerequestupdates":
        return "service_request_updates", updates.many(arguments)
    if name == "tokens":
        row = requests.find(key, arguments, "token")
        return "service_requests", [{"service_request_id": row.number, "token": row.number}]
    found = requests.one(key, arguments, base) if key else requests.many(arguments, base)
    return "service_requests", found


def _services(arguments: Arguments, code: str) -> tuple[str, Any]:
    row = services.find(code) if code else None
    if code and row is None:
        arguments.fault("service_code", T("没有找到", "was not found"), code, 404)
    arguments.settle()
    return ("service_definition", services.definition(row)) if row else ("services", services.everyone())


def _post(request: HttpRequest, name: str) -> tuple[str, Any]:
    values, files = form(request)
    client = _client(values.get("api_key") or "")
    arguments = Arguments(values)
    _jurisdiction(arguments)
    if name == "requests":
        return "service_requests", report.post(request, arguments, files, client, base_of(request))
    return "service_request_updates", updates.post(request, arguments, client)


def _client(key: str) -> Client:
    """Who posts. Raises Refused without a good key, and above its limit."""
    if not key:
        raise Refused(403, T("缺少 api_key", "api_key was not provided"))
    client = reads.spend(key.strip())
    if client is None:
        raise Refused(403, T("api_key 无效或已结束", "api_key is not valid, or has ended"))
    most = client.most or settings.CONF.number("open311_per_minute")
    if client.used > most:
        text = T("每分钟最多 {n} 次，请稍后再试", "At most {n} posts a minute: try again later")
        raise Refused(403, text.fill(n=most))
    return client
