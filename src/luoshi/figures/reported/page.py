"""`/figure/<id>` of a reported figure: the value with its document and revisions, its rank, its years."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.figures import either, labels
from luoshi.figures.answer import placed
from luoshi.figures.ask import AsOf
from luoshi.figures.exports import make
from luoshi.figures.period import moment
from luoshi.figures.reported import ask, said
from luoshi.figures.reported.ask import MEMBER, Answer, Question, Value
from luoshi.figures.reported.flow import RELEASES
from luoshi.figures.reported.reads import Known
from luoshi.figures.said import CHANGES, POINTS
from luoshi.figures.targets.part import part
from luoshi.kernel import calendar
from luoshi.kernel.text import T
from luoshi.web import charts, parts, tables, words
from luoshi.web.http import Request
from luoshi.web.sheets import harmless

REPORTED: Final = T("公布", "Reported")
PENDING: Final = T("待由记录计算", "to be computed from records")
BESIDE: Final = T("{a}（{b}）", "{a} ({b})")


def address(question: Question, what: str = "", **changes: str) -> str:
    """The address of the same question, as a page or a file; a change of "" takes a name out."""
    given = {"period": question.period.text, "as_of": str(question.as_of.size), **question.where, **changes}
    return f"/figure/{question.figure.id}{what}?{urlencode({name: text for name, text in given.items() if text})}"


def tags(question: Question) -> SafeString:
    """Not computed here; and whether records will give it one day."""
    mark = parts.tag(PENDING, "f") if question.figure.pending else SafeString("")
    return format_html("{} {}", parts.tag(REPORTED), mark)


LATER: Final = T("公布在演示的时钟之后", "published after the demo's clock")


def _document(one: Known) -> SafeString:
    """Source, document and page; a link where the document has an address."""
    text = " ".join(filter(None, (one.document, one.page)))
    shown = tables.link(one.address, text) if one.address else format_html("{}", text)
    return format_html("{} · {}", one.source, shown)


def released(one: Known, as_of: AsOf) -> str:
    """When it was published, and whether it is final; in a demo also that its clock had not come so far."""
    late = as_of.size > 0 and one.vintage > calendar.current().city_date(moment(as_of.moment))
    return f"{one.vintage.isoformat()} · {RELEASES[one.status]}{f' · {LATER}' if late else ''}"


def _ground(answer: Answer) -> list[tuple[Any, Any]]:
    """What the number rests on."""
    value, question = answer.total, answer.question
    found: list[tuple[Any, Any]] = []
    if value is not None:
        found += [
            (T("出处", "Source"), _document(value.newest)),
            (T("发布", "Published"), released(value.newest, question.as_of)),
        ]
        if value.first.vintage != value.newest.vintage:
            first = BESIDE.fill(a=words.number(value.first.value), b=released(value.first, question.as_of))
            found.append((T("最初公布", "First release"), first))
        if value.correction is not None:
            text = T("来源印作 {n}：{why}", "the source prints {n}: {why}")
            found.append(
                (T("更正", "Corrected"), text.fill(n=words.number(value.newest.value), why=value.correction.why))
            )
        if value.newest.note:
            found.append((T("说明", "Note"), value.newest.note))
    return [*found, *_changes(answer), (T("截至", "As of"), labels.moment(question.as_of))]


def _changes(answer: Answer) -> list[tuple[T, T]]:
    found = []
    for how, name in CHANGES.items():
        one = ask.compared(answer, how)
        if one.change is not None:
            sign = "+" if one.change > 0 else ""
            change = f"{sign}{words.number(one.change)}{POINTS[one.unit]}"
            found.append((name, BESIDE.fill(a=change, b=one.period.text)))
    return found


def number(answer: Answer) -> SafeString:
    """The value, and below the line where it comes from."""
    question, value = answer.question, answer.total
    member = question.figure.members.names.get(question.where.get(MEMBER, ""))
    claim = " · ".join(filter(None, (question.period.text, str(member) if member else "")))
    text = words.number(value.number) if value else str(words.UNKNOWN)
    unit = question.figure.unit if value else ""
    return parts.figure(
        parts.Figure(question.figure.name, text, unit, claim, _ground(answer), "", tags(question), "num-l")
    )


def ranked(question: Question) -> SafeString:
    """The members, the best first; who has no value is named."""
    figure = question.figure
    answer = ask.ask(Question(figure, question.period, question.as_of, (MEMBER,)))
    places = placed({key: one.number for key, one in answer.cells.items()}, figure.better)
    rows = [
        charts.Bar(
            f"{places[key]}. {said.name_of(figure, MEMBER, key)}", float(one.number), words.number(one.number), (),
            address(question, **{MEMBER: figure.members.shown(key)}), key == question.member,
        ) for key, one in sorted(answer.cells.items(), key=lambda item: (places[item[0]], item[0]))
    ]  # fmt: skip
    if not rows:
        return parts.empty(T("这个时期没有数。", "No numbers for this period."))
    lost = said.missing(answer)
    note = T("没有数的：{zh}。", "Without a number: {en}.").fill(zh="、".join(lost), en=", ".join(lost)) if lost else ""
    frame = charts.Frame(T("各地位次", "Rank"), f"{figure.name} · {question.period.text}", note)
    return charts.bars(frame, (T("地方", "Place"), figure.unit), rows)


def series(question: Question) -> SafeString:
    """All periods that are published, the newest first."""
    known = ask.values(question.figure, question.as_of.size)
    mine = sorted(((when, one) for (when, member), one in known.items() if member == question.member), reverse=True)
    if not mine:
        return parts.empty(T("还没有公布的数。", "Nothing published yet."))
    frame = charts.Frame(T("各期", "Periods"), question.figure.name, "")
    return charts.bars(frame, (T("时期", "Period"), question.figure.unit), _bars(question, mine))


def _bars(question: Question, mine: Sequence[tuple[str, Value]]) -> list[charts.Bar]:
    return [
        charts.Bar(
            when, float(one.number), words.number(one.number), (),
            address(question, period=when), when == question.period.text,
        ) for when, one in mine
    ]  # fmt: skip


def facts(question: Question) -> list[tuple[T, Any]]:
    """What a statistician prints beside it."""
    figure = question.figure
    return [
        (T("种类", "Kind"), T("由有关部门公布，本系统不计算", "published by others, not computed here")),
        (T("单位", "Unit"), figure.unit),
        (T("归口", "Answers for it"), figure.owner),
        (T("出处", "Source"), figure.source),
        (T("声明", "Declaration"), format_html("<code>{}</code>", said.fingerprint(figure)[:16])),
        (T("账本", "Log"), tables.link("/log/", words.number(question.as_of.size))),
    ]


def rows(question: Question) -> list[list[str]]:
    """All published values as of a size of the log, with a head, for a spreadsheet."""
    figure = question.figure
    head = ["period", "place", "name", "value", "unit", "vintage", "status", "source", "document", "page", "address"]
    found = [head]
    for (when, member), one in sorted(ask.values(figure, question.as_of.size).items()):
        name = said.name_of(figure, MEMBER, member) if figure.by else ""
        new = one.newest
        texts = (new.source, new.document, new.page, new.address)
        number = [f"{one.number:f}", str(figure.unit), new.vintage.isoformat(), new.status]
        found.append([when, figure.members.shown(member), name, *number, *map(harmless, texts)])
    return found


def read(request: Request, name: str) -> Question:
    """The question of an address. Raises Absent or Invalid."""
    question = either.read(request, name)
    assert isinstance(question, Question), "it is a reported one"
    return question


def show(request: Request, question: Question) -> HttpResponse:
    """One reported figure."""
    answer = ask.ask(Question(question.figure, question.period, question.as_of, (), question.where))
    context: dict[str, Any] = {
        "figure": question.figure, "question": question, "number": number(answer), "series": series(question),
        "ranked": ranked(question) if question.figure.by else "", "facts": facts(question),
        "target": "" if question.where else part(request, question.figure.id, question.period.first // 12, question.as_of),
        "json": address(question, ".json", by=MEMBER if question.figure.by else ""), "csv": address(question, ".csv"),
        "exports": make.links(address(question, by=MEMBER if question.figure.by and not question.where else "")),
        "as_of": request.GET.get("as_of", ""), "where": list(question.where.items()), "all": address(question, **{MEMBER: ""}),
    }  # fmt: skip
    return render(request, "figures/told.html", context)
