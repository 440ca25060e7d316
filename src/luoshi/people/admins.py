"""Pages of the three separated administrators: log-ins and sessions, the installation, who did what."""

import platform
from collections.abc import Callable
from typing import Any, Final, cast
from uuid import UUID

import django
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.gzip import gzip_page

from luoshi.kernel import clock, installation
from luoshi.kernel.lines import installed
from luoshi.kernel.problems import Absent, Fault, Problem
from luoshi.kernel.text import T
from luoshi.people import actions, reads, tree
from luoshi.people.models import SignIn
from luoshi.people.sessions import having
from luoshi.web import pager, parts, said, words
from luoshi.web.http import Request
from luoshi.web.tables import Column, Table

SIZE: Final = 50
Page = Callable[[HttpRequest], HttpResponse]


def _cursor(request: HttpRequest, order: str) -> tuple[Any, ...] | None:
    given = request.GET.get(pager.NAME, "")
    return pager.decode(given, order) if given else None


def _end_form(request: Request, login: str) -> SafeString:
    from django.middleware.csrf import get_token

    return format_html(
        '<form method="post" action="/security/end/"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="login" value="{}"><button class="link">{}</button></form>',
        get_token(request), login, T("结束全部会话", "End all sessions"),
    )  # fmt: skip


def _sessions(request: Request, rows: list[reads.OpenSession]) -> SafeString:
    table = Table[reads.OpenSession](
        T("现在开着的会话", "Sessions open now"),
        (
            Column(T("登录名", "Name"), lambda one: one.person.login, "b", is_header=True),
            Column(T("姓名", "Person"), lambda one: one.person.name),
            Column(T("登录时间", "Since"), lambda one: parts.time(one.since), "n nb"),
            Column(T("最迟到", "Until"), lambda one: parts.time(one.until), "n nb"),
            Column(T("结束", "End"), lambda one: _end_form(request, one.person.login), "no-print", label=False),
        ),
        kind="t t-d fold",
    )
    return table.render(rows)


SIGN_INS: Final = Table[SignIn](
    T("登录记录", "Log-ins"),
    (
        Column(T("时间", "Time"), lambda one: parts.time(one.at), "n nb", is_header=True),
        Column(T("登录名", "Name"), lambda one: one.person.login),
        Column(T("姓名", "Person"), lambda one: one.person.name),
        Column(T("什么", "What"), lambda one: str(actions.WHAT.get(one.what, one.what)), "b"),
        Column(T("由谁", "By"), lambda one: one.by.name if one.by else ""),
    ),
    kind="t t-d fold",
)


@having("people.signins")
def security(request: HttpRequest) -> HttpResponse:
    """Log-ins and open sessions, for the security administrator. All in real time."""
    rows = reads.sign_ins(cast(Any, _cursor(request, "sign-ins")), SIZE + 1)
    shown = rows[:SIZE]
    onward = pager.encode((shown[-1].at, shown[-1].pk), "sign-ins") if len(rows) > SIZE else ""
    opened = reads.sessions()
    context = {
        "sessions": _sessions(cast(Request, request), opened) if opened else "",
        "count": len(opened),
        "sign_ins": SIGN_INS.render(shown) if shown else "",
        "pager": pager.pager(request.GET, len(shown), onward),
        "real": clock.real(),
    }
    return render(request, "people/security.html", context)


@having("people.sessions")
def end(request: HttpRequest) -> HttpResponse:
    """End all sessions of a person; only by POST."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    person = reads.person(request.POST.get("login", ""))
    if person is None:
        raise Absent(T("没有这个登录名", "Nobody has this name"))
    count = actions.end_sessions(person, cast(Request, request).viewer.person)
    response = HttpResponseRedirect("/security/")
    text = T("已结束 {who} 的 {n} 个会话", "Ended {n} sessions of {who}").fill(who=person.name, n=count)
    said.say(response, text)
    return response


def _jobs(found: dict[str, int]) -> str:
    return "，".join(f"{status} {count}" for status, count in found.items()) or str(T("没有", "none"))


@having("system.see")
def system(request: HttpRequest) -> HttpResponse:
    """Facts of the installation, for the system administrator; nothing can be changed here."""
    city, found, seen = installation.current(), reads.plant(), tree.today()
    people, posts = reads.counted()
    kind = T("演示", "Demo") if city.demo else T("正式", "Real")
    facts = [
        (T("城市", "City"), f"{city.name} {city.code}"),
        (T("性质", "Kind"), kind),
        (T("账本名", "Name of the log"), found["origin"]),
        (T("建于", "Created"), parts.time(found["created"])),
        (T("系统时间", "Real time"), parts.time(clock.real())),
        (T("城市时间", "City's time"), parts.time(clock.now())),
        (T("账本", "Log"), words.number(found["events"])),
        (T("最后一条", "Last event"), parts.time(found["last"])),
        (T("区划", "Divisions"), words.number(len(seen.divisions))),
        (T("单位", "Units"), words.number(len(seen.units))),
        (T("可登录的人", "Persons who may log in"), words.number(people)),
        (T("今天的任职", "Posts of today"), words.number(posts)),
        (T("工作日历", "Calendar"), T("{n} 年", "{n} years").fill(n=found["years"])),
        (T("后台任务", "Jobs"), _jobs(found["jobs"])),
        (T("数据库", "Database"), f"PostgreSQL {found['server']}, {words.number(found['bytes'] // 1_000_000)} MB"),
        (T("运行环境", "Runs on"), f"Python {platform.python_version()}, Django {django.get_version()}"),
        (T("条线", "Lines of work"), "、".join(str(face.title) for face in installed())),
    ]
    return render(request, "people/system.html", {"facts": facts})


def _deed_words(deed: reads.Deed) -> str:
    for face in installed():
        if face.name == deed.line:
            move = next((move for move in face.flow.moves if move.verb == deed.move), None)
            return str(move.text) if move else deed.verb
    return deed.verb


def _deeds(rows: list[reads.Deed]) -> SafeString:
    names = reads.names({row.actor for row in rows if row.actor is not None})
    units, titles = reads.unit_names(), {face.name: face.title for face in installed()}
    table = Table[reads.Deed](
        T("做过的事，最近的在前", "What was done, newest first"),
        (
            Column(T("记录时间", "Recorded"), lambda row: parts.time(row.recorded_at), "n nb", is_header=True),
            Column(T("谁", "Who"), lambda row: names.get(row.actor or 0, "—")),
            Column(T("单位", "Unit"), lambda row: units.get(row.unit or 0, "—")),
            Column(T("条线", "Line"), lambda row: str(titles.get(row.line, row.line))),
            Column(T("做了什么", "What"), _deed_words, "b"),
            Column(T("发生时间", "Happened"), lambda row: parts.time(row.occurred_at), "n nb l-no m-no"),
            Column(T("记录代号", "Record"), lambda row: format_html("<code>{}</code>", row.subject.hex[:12]), "m-no"),
        ),
    )
    return table.render(rows)


@gzip_page
@having("people.audit")
def audit(request: HttpRequest) -> HttpResponse:
    """Everything a person did, for the audit administrator; what it was about stays private."""
    login = request.GET.get("person", "").strip()
    person = reads.person(login) if login else None
    if login and person is None:
        rule = T("没有这个登录名", "nobody has this name")
        raise Problem(T("找不到这个人", "No such person"), [Fault("person", login[:60], rule)])
    order = f"audit.{login}"
    after = _cursor(request, order)
    point = (after[0], UUID(str(after[1]))) if after else None
    rows = reads.deeds(person.pk if person else None, point, SIZE + 1)
    shown = rows[:SIZE]
    onward = pager.encode((shown[-1].recorded_at, str(shown[-1].id)), order) if len(rows) > SIZE else ""
    context = {
        "person": person,
        "persons": reads.persons(),
        "table": _deeds(shown) if shown else "",
        "pager": pager.pager(request.GET, len(shown), onward),
    }
    return render(request, "people/audit.html", context)
