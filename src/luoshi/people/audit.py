"""`/audit/`: everything a person did, in every line, for the audit administrator; what it was about stays private."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.figures.package import flow as package
from luoshi.figures.reported import flow as figures
from luoshi.figures.targets.flow import VERBS as TARGETS
from luoshi.kernel import calendar
from luoshi.kernel.lines import installed
from luoshi.kernel.problems import Fault, Problem
from luoshi.kernel.text import T, language, speaking
from luoshi.people import reads
from luoshi.people.admin.flow import WORDS
from luoshi.people.admins import SIGN_INS, cursor
from luoshi.people.models import Person
from luoshi.people.reads import Deed, Period
from luoshi.people.sessions import having
from luoshi.web import pager, parts, sheets, words
from luoshi.web.tables import Column, Table

SIZE: Final = 50
AT_ONCE: Final = 2_000  # rows of an export that are read together
KINDS: Final[Mapping[str, T]] = {
    "operator": T("运维人员的命令", "A command of the operator"),
    "system": T("系统", "The system"),
    "holder": T("持查询码的人", "The holder of a code"),
    "public": T("公众", "The public"),
}
OWN: Final = T("人员", "People")
_OWN_WORDS: Final[Mapping[str, Mapping[str, T]]] = {
    "people": WORDS,
    figures.LINE: figures.WORDS | package.WORDS | TARGETS,
}
HEADS: Final = (
    T("记录时间", "Recorded"), T("发生时间", "Happened"), T("登录名", "Name"), T("姓名", "Person"), T("单位", "Unit"),
    T("条线", "Line"), T("做了什么", "What"), T("动作", "Verb"), T("记录代号", "Record"),
)  # fmt: skip


def deed_words(deed: Deed) -> str:
    """What was done, in words; the verb of the log where no line knows it."""
    if deed.move in (own := _OWN_WORDS.get(deed.line, {})):
        return str(own[deed.move])
    for face in installed():
        text = face.deed(deed.line, deed.move)
        if text is not None:
            return str(text)
    return deed.move


def line_words(line: str) -> str:
    """A line of the log, in words."""
    titles = {face.name: face.title for face in installed()} | {"people": OWN, figures.LINE: figures.TITLE}
    return str(titles.get(line, line))


class _Asked:
    """Whose deeds, and of which days, an address asks for. Raises Problem (400) where it cannot be read."""

    def __init__(self, request: HttpRequest) -> None:
        self.login = request.GET.get("person", "").strip()[:60]
        self.person = reads.person(self.login) if self.login else None
        if self.login and self.person is None:
            rule = T("没有这个登录名", "nobody has this name")
            raise Problem(T("找不到这个人", "No such person"), [Fault("person", self.login, rule)])
        self.since, self.until = self._day(request, "since"), self._day(request, "until")

    @staticmethod
    def _day(request: HttpRequest, name: str) -> date | None:
        given = request.GET.get(name, "").strip()[:10]
        try:
            day = date.fromisoformat(given) if given else None
            if day is not None and not 1900 <= day.year <= 2200:  # a day more must still be one
                raise ValueError
            return day
        except ValueError:
            rule = T("写成 2021-11-23 的样子", "write it like 2021-11-23")
            raise Problem(T("日期不对", "Not a day"), [Fault(name, given, rule)]) from None

    @property
    def period(self) -> Period:
        """From the beginning of the first day to the end of the last, by the city's clock."""
        zone = ZoneInfo(calendar.current().tz)

        def begins(day: date | None) -> datetime | None:
            return datetime(day.year, day.month, day.day, tzinfo=zone) if day else None

        return Period(begins(self.since), begins(self.until + timedelta(days=1)) if self.until else None)


def who_words(names: Mapping[int, str], row: Deed) -> str:
    """Who did it: a person, in whose place, or what else acts; empty where the event does not say."""
    kind = KINDS.get(row.actor_kind or "")
    if row.actor is None and kind is not None:
        return str(kind)
    return reads.in_place(names, row.actor, row.acting_for)


def _table(rows: list[Deed]) -> SafeString:
    both = {who for row in rows for who in (row.actor, row.acting_for)}
    names, units = reads.names({who for who in both if who is not None}), reads.unit_names()
    table = Table[Deed](
        T("做过的事，最近的在前", "What was done, newest first"),
        (
            Column(T("记录时间", "Recorded"), lambda row: parts.time(row.recorded_at), "n nb", is_header=True),
            Column(T("谁", "Who"), lambda row: who_words(names, row) or "—"),
            Column(T("单位", "Unit"), lambda row: units.get(row.unit or 0, "—")),
            Column(T("条线", "Line"), lambda row: line_words(row.line)),
            Column(T("做了什么", "What"), deed_words, "b"),
            Column(T("发生时间", "Happened"), lambda row: parts.time(row.occurred_at), "n nb l-no m-no"),
            Column(T("记录代号", "Record"), lambda row: format_html("<code>{}</code>", row.subject.hex[:12]), "m-no"),
        ),
    )
    return table.render(rows)


@having("people.audit")
def audit(request: HttpRequest) -> HttpResponse:
    """The list, by person and days."""
    asked = _Asked(request)
    order = f"audit.{asked.login}.{asked.since}.{asked.until}"
    after = cursor(request, order)
    point = (after[0], UUID(str(after[1]))) if after else None
    rows = reads.deeds(asked.person.pk if asked.person else None, point, SIZE + 1, asked.period)
    shown = rows[:SIZE]
    onward = pager.encode((shown[-1].recorded_at, str(shown[-1].id)), order) if len(rows) > SIZE else ""
    about = reads.sessions_by(asked.person, SIZE) if asked.person else []
    context = {
        "person": asked.person, "persons": reads.persons(), "login": asked.login,
        "since": words.day(asked.since), "until": words.day(asked.until),
        "filtered": bool(asked.login or asked.since or asked.until), "query": pager.address(request.GET, after=""),
        "table": _table(shown) if shown else "", "sign_ins": SIGN_INS.render(about) if about else "",
        "pager": pager.pager(request.GET, len(shown), onward),
    }  # fmt: skip
    return render(request, "people/audit.html", context)


def _rows(person: Person, period: Period) -> Iterator[tuple[str, ...]]:
    """All deeds of a person as texts, read page by page."""
    units, after = reads.unit_names(), None
    while True:
        rows = reads.deeds(person.pk, after, AT_ONCE, period)
        names = reads.names({row.acting_for for row in rows if row.acting_for is not None}) | {person.pk: person.name}
        for row in rows:
            yield (
                words.iso(row.recorded_at), words.iso(row.occurred_at), person.login,
                who_words(names, row),
                units.get(row.unit or 0, ""), line_words(row.line), deed_words(row), row.verb, str(row.subject),
            )  # fmt: skip
        if len(rows) < AT_ONCE:
            return
        after = (rows[-1].recorded_at, rows[-1].id)


@having("people.audit")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """`/audit/export.csv?person=`: all of it, whatever its length. Raises Problem where nobody is named."""
    asked = _Asked(request)
    person = asked.person
    if person is None:
        raise Problem(T("先选一个人", "Choose a person first"), [Fault("person", "", T("必须填写", "is required"))])
    spoken, period = language(), asked.period

    def lines() -> Iterator[bytes]:
        with speaking(spoken):
            yield from sheets.csv_lines([str(head) for head in HEADS], _rows(person, period))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response
