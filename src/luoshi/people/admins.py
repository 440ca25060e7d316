"""Pages of two of the separated administrators: log-ins, sessions and second factors; the installation."""

import platform
from typing import Any, Final, cast

import django
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.kernel import clock, installation
from luoshi.kernel.lines import installed
from luoshi.kernel.problems import Absent
from luoshi.kernel.text import T
from luoshi.people import actions, reads, tree
from luoshi.people.models import Person, SignIn
from luoshi.people.second import reads as second
from luoshi.people.second.actions import reset
from luoshi.people.sessions import having
from luoshi.web import pager, parts, said, words
from luoshi.web.http import Request
from luoshi.web.tables import Column, Table

SIZE: Final = 50


def cursor(request: HttpRequest, order: str) -> tuple[Any, ...] | None:
    given = request.GET.get(pager.NAME, "")
    return pager.decode(given, order) if given else None


def _end_form(request: Request, login: str) -> SafeString:
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
    login, what = request.GET.get("person", "").strip()[:60], request.GET.get("what", "")
    what = what if what in actions.WHAT else ""
    order = f"sign-ins.{login}.{what}"
    rows = reads.sign_ins(cast(Any, cursor(request, order)), SIZE + 1, login, what)
    shown = rows[:SIZE]
    onward = pager.encode((shown[-1].at, shown[-1].pk), order) if len(rows) > SIZE else ""
    opened = reads.sessions()
    context = {
        "sessions": _sessions(cast(Request, request), opened) if opened else "",
        "count": len(opened),
        "sign_ins": SIGN_INS.render(shown) if shown else "",
        "pager": pager.pager(request.GET, len(shown), onward),
        "real": clock.real(),
        "factors": _factors(cast(Request, request)),
        "login": login,
        "what": what,
        "kinds": actions.WHAT.items(),
    }
    return render(request, "people/security.html", context)


def _factors(request: Request) -> SafeString:
    owners = second.owners()
    people = [person for person in reads.persons() if person.pk in owners]
    table = Table[Person](
        T("有第二因素的人", "Persons with a second factor"),
        (
            Column(T("登录名", "Name"), lambda one: one.login, "b", is_header=True),
            Column(T("姓名", "Person"), lambda one: one.name),
            Column(T("剩余恢复码", "Recovery codes left"), lambda one: str(owners[one.pk]), "n"),
            Column(T("重置", "Reset"), lambda one: _reset_form(request, one), "no-print", label=False),
        ),
        kind="t t-d fold",
    )
    return table.render(people) if people else SafeString("")


def _reset_form(request: Request, person: Person) -> SafeString:
    if person.pk in request.viewer.persons:
        return SafeString("")
    return format_html(
        '<form method="post" action="/security/factor/"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="login" value="{}"><button class="link">{}</button></form>',
        get_token(request), person.login, T("重置第二因素", "Reset the second factor"),
    )  # fmt: skip


@having("people.sessions")
def reset_factor(request: HttpRequest) -> HttpResponse:
    """Take off the second factor of somebody who lost it; only by POST."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    person = reads.person(request.POST.get("login", ""))
    if person is None:
        raise Absent(T("没有这个登录名", "Nobody has this name"))
    done = reset(cast(Request, request).viewer, person)
    response = HttpResponseRedirect("/security/")
    text = (
        T("已重置 {who} 的第二因素", "{who}'s second factor is reset")
        if done
        else T("{who} 没有第二因素", "{who} has none")
    )
    said.say(response, text.fill(who=person.name))
    return response


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
