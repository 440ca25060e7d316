"""`/people/`: everybody, by unit, role, state and words; as CSV and XLSX."""

from typing import Final, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from luoshi.kernel.text import T
from luoshi.people.admin import reads
from luoshi.people.admin.flow import MANAGE, PERSON
from luoshi.people.admin.forms import role_name, unit_name
from luoshi.people.admin.pages.common import link_to, posts_now, span, today
from luoshi.people.admin.reads import Wanted
from luoshi.people.models import Person
from luoshi.people.roles import ROLES
from luoshi.people.sessions import having
from luoshi.web import pager, sheets, words
from luoshi.web.http import viewer_of
from luoshi.web.tables import Column, Table

SIZE: Final = 50
STATES: Final = {state.name: state.text for state in PERSON.states}


def _wanted(request: HttpRequest, units: dict[str, int]) -> Wanted:
    """What an address asks for; what cannot be read is ignored."""
    given = {name: request.GET.get(name, "").strip().replace("\0", "")[:60] for name in ("q", "unit", "role", "state")}
    role, state = given["role"], given["state"]
    return Wanted(given["q"], units.get(given["unit"]), role if role in ROLES else "", state if state in STATES else "")


def posts_text(person: Person) -> list[str]:
    """The posts of today as texts."""
    return [f"{unit_name(post.unit)} · {role_name(post.role)}" for post in posts_now(person, today())]


def _posts(person: Person) -> SafeString:
    return format_html_join(SafeString("<br>"), "{}", ((text,) for text in posts_text(person) or ["—"]))


def _state(person: Person) -> str:
    text = str(STATES[person.state])
    if person.left_on is None:
        return text
    last = words.day(person.left_on.fromordinal(person.left_on.toordinal() - 1))
    return str(T("{text}，最后一天 {last}", "{text}, last day {last}").fill(text=text, last=last))


TABLE: Final = Table[Person](
    T("人员", "People"),
    (
        Column(T("登录名", "Log-in name"), lambda one: one.login, "b", is_header=True),
        Column(T("姓名", "Name"), link_to),
        Column(T("今天的岗位", "Posts of today"), _posts),
        Column(T("状态", "State"), _state),
    ),
    kind="t t-d t-stick fold",
)


@having(MANAGE)
def page(request: HttpRequest) -> HttpResponse:
    """The list; keyset paged by log-in name."""
    units = reads.units()
    wanted = _wanted(request, {unit.code: unit.pk for unit in units})
    order = f"people.{wanted.q}.{wanted.unit}.{wanted.role}.{wanted.state}"
    given = request.GET.get(pager.NAME, "")
    after = cast(str, pager.decode(given, order)[0]) if given else ""
    rows = reads.listed(viewer_of(request), wanted, after, SIZE + 1)
    shown = rows[:SIZE]
    cursor = pager.encode((shown[-1].login,), order) if len(rows) > SIZE else ""
    context = {
        "table": TABLE.render(shown) if shown else "", "pager": pager.pager(request.GET, len(shown), cursor),
        "units": [(unit.code, unit_name(unit)) for unit in units], "roles": ROLES.items(), "states": STATES.items(),
        "asked": {name: request.GET.get(name, "")[:60] for name in ("q", "unit", "role", "state")},
        "query": pager.address(request.GET, after=""), "filtered": wanted != Wanted(),
    }  # fmt: skip
    return render(request, "people/admin/people.html", context)


HEADS: Final = (
    T("登录名", "Log-in name"), T("姓名", "Name"), T("单位代码", "Unit code"), T("单位", "Unit"), T("岗位代码", "Role code"),
    T("岗位", "Role"), T("从", "From"), T("状态", "State"),
)  # fmt: skip


def _row(person: Person) -> list[tuple[str, ...]]:
    """A line for each post; one for who has none."""
    posts = posts_now(person, today())
    start, end = (person.login, person.name), (str(STATES[person.state]),)
    lines = [
        (*start, post.unit.code, unit_name(post.unit), post.role, role_name(post.role), span(post), *end)
        for post in posts
    ]
    return [*lines] or [(*start, "", "", "", "", "", *end)]


@having(MANAGE)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """`/people/export.csv` and `.xlsx`: what the list shows, all pages."""
    wanted = _wanted(request, {unit.code: unit.pk for unit in reads.units()})
    rows = [line for person in reads.listed(viewer_of(request), wanted) for line in _row(person)]
    if kind == "xlsx":
        response = HttpResponse(sheets.workbook(T("人员", "People"), HEADS, rows), content_type=sheets.XLSX)
    else:
        body = b"".join(sheets.csv_lines([str(head) for head in HEADS], rows))
        response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="people.{kind}"'
    return response
