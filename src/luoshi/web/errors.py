"""Pages for what went wrong, in both languages; `problem+json` for machines. None of them needs the database."""

import json
import sys
from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from luoshi.kernel.problems import Fault, Problem
from luoshi.kernel.text import T
from luoshi.web.http import wants_json

TITLES: Final[dict[int, T]] = {
    400: T("这个请求看不懂", "This request cannot be read"),
    401: T("没有登录", "Not logged in"),
    403: T("不能打开", "This may not be opened"),
    404: T("没有这一页", "There is no such page"),
    409: T("没有保存", "Nothing was saved"),
    413: T("交来的太大", "Too much was sent"),
    422: T("有几处需要改", "Some things need a change"),
    429: T("次数太多", "Too many tries"),
    500: T("系统出了错", "The system failed"),
    503: T("数据库暂时连不上", "The database is away for the moment"),
    507: T("存储空间已满", "The disk is full"),
}
HINTS: Final[dict[int, T]] = {
    400: T("地址或表单不完整。请回到上一页再试。", "The address or form is incomplete. Go back and try again."),
    401: T("请带上有效的令牌。", "Send a good token."),
    403: T("您没有这项权限，或者页面开得太久。请回到上一页，刷新后再试。", "You lack the right, or the page was open too long. Go back, reload and try again."),
    404: T("地址可能写错了，或者记录不对外公开。", "The address may be mistyped, or the record is not public."),
    409: T("请看过最新的内容再做。", "Look at the present state, then try again."),
    413: T("请减小照片，或分几次交。", "Make the pictures smaller, or send them in parts."),
    422: T("请改过再交。", "Change them and send again."),
    429: T("请过一小时再试。", "Try again in an hour."),
    500: T("没有写入任何东西。原因已记入日志，请把编号告诉管理员。", "Nothing was written. The cause is in the log: give the number to the administrator."),
    503: T("没有写入任何东西。请过半分钟再试。", "Nothing was written. Try again in half a minute."),
    507: T("没有写入任何东西。请告诉管理员，稍后再试。", "Nothing was written. Tell the administrator, and try again later."),
}  # fmt: skip


def respond(
    request: HttpRequest, status: int, detail: T | None = None, faults: Sequence[Fault] = (), hint: T | None = None
) -> HttpResponse:
    """The page (or problem+json) for `status`; `detail` says what happened, `faults` which fields and why.

    `hint` says what to do now, where the usual words do not fit.
    """
    title, hint = TITLES.get(status, TITLES[400]), hint or HINTS.get(status, HINTS[400])
    number = getattr(request, "request_id", "")
    if wants_json(request):
        return _json(status, str(title), str(detail or hint), faults, number)
    context = {"status": status, "title": title, "detail": detail, "hint": hint, "faults": faults, "number": number}
    context["again"] = request.path if status == 422 and request.method == "GET" and request.GET else ""
    return HttpResponse(render_to_string("web/error.html", context, request), status=status)


def _json(status: int, title: str, detail: str, faults: Sequence[Fault], number: str) -> HttpResponse:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": number,
    }
    if faults:
        body["errors"] = [{"field": f.field, "value": f.value, "rule": str(f.rule)} for f in faults]
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type="application/problem+json")


def problem(request: HttpRequest, refused: Problem) -> HttpResponse:
    """What an action or reader refused."""
    response = respond(request, refused.status, refused.title, refused.faults)
    if refused.status == 429:
        response.headers["Retry-After"] = "3600"
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400; a body above the limit is 413."""
    return respond(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def unreadable(request: HttpRequest) -> HttpResponse:
    """A NUL character, which no text may hold."""
    text = T("有看不见的字符（NUL），请删去", "It holds an unreadable character (NUL): take it out")
    return respond(request, 400, text)


def full(request: HttpRequest) -> HttpResponse:
    """507: a file could not be written because there is no room."""
    return respond(request, 507)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    return respond(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404."""
    return respond(request, 404)


def fault(request: HttpRequest) -> HttpResponse:
    """handler500: called while the exception is in flight, so that a database that is away can be told from a bug."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    return respond(request, 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After, without touching the database."""
    response = respond(request, 503)
    response.headers["Retry-After"] = "30"
    return response


def away(request: HttpRequest) -> HttpResponse:
    """A demo asked under another name than this machine's own."""
    text = T("这是演示，只在本机 127.0.0.1 上打开。", "This is a demo: it opens on this machine only, at 127.0.0.1.")
    return respond(request, 403, text)


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token did not fit: an old page, or a form from elsewhere."""
    text = T("页面开得太久，或表单不是从这里来的。", "The page was open too long, or the form came from elsewhere.")
    return respond(request, 403, text)


def locked(request: HttpRequest, original: HttpResponse | None = None, credentials: object = None) -> HttpResponse:
    """Too many failed log-ins (called by django-axes)."""
    text = T("登录失败次数太多，这个账号锁定一小时。", "Too many failed log-ins: this name is locked for an hour.")
    response = respond(request, 429, text)
    response.headers["Retry-After"] = "3600"
    return response
