"""A figure of either kind as an address asks for it: one way to its answer for the API, files of pages and exports."""

from typing import Any

from luoshi.figures import ask, asked, board, listed
from luoshi.figures import said as plain
from luoshi.figures.period import Period, parse
from luoshi.figures.reported import ask as reported
from luoshi.figures.reported import said as reported_plain
from luoshi.figures.reported.ask import MEMBER
from luoshi.figures.reported.catalogue import all_reported, declared
from luoshi.figures.said import COMPARES, Compare
from luoshi.kernel import calendar, clock
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.web import context, http
from luoshi.web.http import Request

Question = ask.Question | reported.Question


def metadata(name: str) -> dict[str, Any]:
    """A figure's declaration as plain data. Raises Absent."""
    found = all_reported().get(name)
    return reported_plain.listed(found) if found else listed.listed(ask.figure(name))


def read(request: Request, name: str) -> Question:
    """The question of an address. Raises Absent or Invalid."""
    if name not in all_reported():
        return asked.read(request, name)
    figure, query = all_reported()[name], request.GET
    given = query.get("as_of", "").strip()
    as_of = ask.as_of(given) if given else asked.usual()
    period = asked.period(query) or newest(name, as_of.size)
    by = tuple(one for one in query.get("by", "").split(",") if one)
    where = {MEMBER: query[MEMBER]} if query.get(MEMBER) else {}
    question = reported.Question(figure, period, as_of, by, where)
    reported.check(question)
    return question


def newest(name: str, size: int) -> Period:
    """The last year, or else the last period, for which the city has a value; this year where it has none."""
    own = [period for period, member in reported.values(all_reported()[name], size) if not member]
    found = [period for period in own if len(period) == 4] or own
    return parse(max(found)) if found else board.this_year()


def fingerprint(question: Question) -> str:
    """By what a change of the declaration is seen."""
    if isinstance(question, ask.Question):
        return question.figure.fingerprint
    return reported_plain.fingerprint(question.figure)


def unit(question: Question) -> T:
    """What the number is counted in."""
    return question.figure.unit_name if isinstance(question, ask.Question) else question.figure.unit


def mark(request: Request, question: Question) -> str:
    """The ETag of a question's answer: a log of one size says the same for ever, of names that the day's city has."""
    given = sorted((name, text) for name, text in request.GET.items() if name != "lang")
    day = calendar.current().city_date(clock.now()).isoformat()
    return http.mark(fingerprint(question), question.as_of, question.period.text, request.path, given, day)


def page_mark(request: Request, question: Question) -> str:
    """The ETag of a question's page, for the public: another one where its numbers are and, in a demo, with each minute."""
    if request.viewer.is_staff:
        return ""
    shown = (request.get_full_path(), context.minute())
    return http.mark(fingerprint(question), question.as_of, question.period.text, declared(), *shown)


def counted(question: Question) -> ask.Answer | reported.Answer:
    """The answer, counted now. Raises Invalid or EngineMissing."""
    return reported.ask(question) if isinstance(question, reported.Question) else ask.ask(question)


def answered(request: Request, question: Question) -> ask.Answer | reported.Answer:
    """The answer, from what is kept where it is. Raises TooMany."""
    return reported.ask(question) if isinstance(question, reported.Question) else asked.answered(request, question)


def compare(request: Request) -> Compare | None:
    """Beside which other period. Raises Invalid."""
    given = request.GET.get("compare", "").strip()
    if given and given not in COMPARES:
        rule = T("应为其一：{all}", "must be one of: {all}").fill(all=", ".join(COMPARES))
        raise Invalid([Fault("compare", given[:20], rule)])
    return next((one for one in COMPARES if one == given), None)


def said(request: Request, question: Question) -> dict[str, Any]:
    """The answer as the command gives it; `compare` and `rank` as there. Raises Invalid or TooMany."""
    how, ranked = compare(request), asked.switched(request, "rank")
    if ranked and not question.by:
        raise Invalid([Fault("rank", request.GET["rank"][:20], T("排名要有分组（by）", "a rank needs groups (by)"))])
    answer = answered(request, question)
    if isinstance(answer, reported.Answer):
        return reported_plain.said(answer, ranked=ranked, compare=how)
    found = plain.said(answer, ranked=ranked)
    return found | ({"compare": plain.compared(answer, how, asked.number)} if how else {})


def series(request: Request, question: Question) -> list[dict[str, Any]]:
    """The months of the period's year and of the year before; of a reported figure all periods that are published."""
    if isinstance(question, reported.Question):
        found = reported.values(question.figure, question.as_of.size)
        mine = sorted((period, one) for (period, member), one in found.items() if member == question.member)
        return [{"period": period, **reported_plain.as_cell(one)} for period, one in mine]
    months = asked.months(request, question)
    return [{"period": Period(at, at + 1).text, **plain.as_cell(question.figure, months[at])} for at in sorted(months)]
