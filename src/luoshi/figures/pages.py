"""`/figure/`: which numbers there are; `/figure/<id>`: one number with all that it rests on, and the same as files."""

import csv
import io
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from luoshi.figures import ask, asked, days, either, labels
from luoshi.figures import said as plain
from luoshi.figures.answer import Cell, Group, exact, ranks, value
from luoshi.figures.ask import Answer, Question
from luoshi.figures.catalogue import all_figures
from luoshi.figures.declare import Figure
from luoshi.figures.exports import make
from luoshi.figures.period import MONTH, moment
from luoshi.figures.reported import page as reported_page
from luoshi.figures.reported.catalogue import all_reported
from luoshi.figures.targets.part import part
from luoshi.kernel import installation
from luoshi.kernel.ledger import rows as log_rows
from luoshi.kernel.measures import DIVIDED
from luoshi.kernel.text import T
from luoshi.web import charts, parts, tables, words
from luoshi.web.http import Request, holds

NO_NUMBER: Final = "·"
_NAMED: Final = 12
WAITS: Final = T("此后的变动少于 {n} 件，暂不更新", "fewer than {n} changes since, not moved yet")
HIDDEN: Final = T("少于 {n} 件，不显示", "fewer than {n}, not shown")
UNTOLD: Final = T(
    "少于 {n} 件，或变动太少而在等待，不显示；涉及评价的数只按整年和已过的月公布",
    "fewer than {n}, or waiting for more changes: not shown; what reads verdicts is told by whole years and months that are over",
)
KINDS: Final = {
    "count": T("计数", "count"), "distinct": T("不同的个数", "distinct count"), "sum": T("合计", "sum"),
    "share": T("占比", "share"), "ratio": T("合计之比", "ratio of sums"), "quantile": T("分位数", "quantile"), "index": T("加权", "weighted index"),
    "survival": T("Kaplan–Meier 估计", "Kaplan–Meier estimate"),
}  # fmt: skip
EVERY: Final = {"M": T("月", "month"), "Q": T("季", "quarter"), "A": T("年", "year")}


def shown(figure: Figure, cell: Cell) -> str:
    """The number in words, without its unit; a dot where it is hidden, 未知 where there is none."""
    return NO_NUMBER if cell.suppressed else words.number(value(figure, cell))


def hidden(question: Question) -> T:
    """Why a number is not shown."""
    return (UNTOLD if question.as_of.paced else HIDDEN).fill(n=question.figure.measure.suppress_below)


def tags() -> SafeString:
    """Computed; and in a demo 模拟."""
    demo = parts.tag_demo() if installation.current().demo else SafeString("")
    return format_html("{} {}", parts.tag(T("计算", "Computed"), "a"), demo)


def address(question: Question, what: str = "", **changes: str) -> str:
    """The address of the same question, as a page, its records or a file; a change of "" takes a name out."""
    as_of = days.text(question.figure, question.as_of) or str(question.as_of.size)
    said = {"period": question.period.text, "as_of": as_of}
    said |= {name: labels.code(name, one) or "" for name, one in question.where.items()}
    said |= {"by": ",".join(question.by)} if question.by else {}
    query = {name: text for name, text in (said | changes).items() if text}
    return f"/figure/{question.figure.id}{what}?{urlencode(query)}"


def _compared(answer: Answer) -> list[tuple[T, str]]:
    """Beside last year and the period before."""
    found = []
    for how, name in plain.CHANGES.items():
        one = plain.compared(answer, how, asked.number)
        if one["change"] is not None:
            sign = "+" if not one["change"].startswith("-") else ""
            text = T("{sign}{change}{unit}（{period}：{value}）", "{sign}{change}{unit} ({period}: {value})")
            values = {
                "period": one["period"],
                "value": one["value"] or NO_NUMBER,
                "unit": plain.POINTS[one["change_unit"]],
            }
            found.append((name, str(text.fill(sign=sign, change=one["change"].replace("-", "−"), **values))))
    return found


def number(answer: Answer) -> SafeString:
    """The number that matters, and below the line what it rests on."""
    question, cell, figure = answer.question, answer.total, answer.question.figure
    records = address(question, "/records", by="")
    above = {"part": "1"} if figure.measure.kind == "share" else {}
    ground: list[tuple[Any, Any]] = []
    if cell.suppressed:
        ground.append((T("隐去", "Hidden"), hidden(question)))
    elif cell.den is not None:
        ground.append(
            (
                T("分子", "Numerator"),
                tables.link(address(question, "/records", by="", **above), words.number(cell.num)),
            )
        )
        ground.append((T("分母", "Denominator"), tables.link(records, words.number(cell.den))))
    else:
        ground.append((T("记录", "Records"), tables.link(records, words.number(cell.n))))
    silent = ask.silence(question, cell)
    ground += [(T("未知", "Unknown"), silent)] if silent else _compared(answer)
    ground.append((T("截至", "As of"), labels.moment(ask.known_of(cell, answer.question.as_of))))
    if cell.known and len(question.period.text) == 4:
        ground.append((T("等待", "Waits"), WAITS.fill(n=figure.measure.suppress_below)))
    text = str(words.UNKNOWN) if silent else shown(figure, cell)
    unit = figure.unit_name if text not in (NO_NUMBER, str(words.UNKNOWN)) else ""
    claim = _claim(question)
    return parts.figure(parts.Figure(figure.name, text, unit, claim, ground, "", tags(), "num-l"))


def _claim(question: Question) -> str:
    where = [labels.name(question.face, name, one) for name, one in question.where.items()]
    return " · ".join([question.period.text, *where])


def trend(question: Question, cells: Mapping[int, Cell]) -> SafeString:
    """The months of the period's year over those of the year before."""
    figure, first = question.figure, question.period.first // 12 * 12

    def line(start: int) -> list[float | None]:
        found = [exact(figure, cells[month]) if month in cells else None for month in range(start, start + 12)]
        return [None if one is None else float(round(one, 6)) for one in found]

    unit = T("按月，{unit}", "By month, {unit}").fill(unit=figure.unit_name)
    frame = charts.Frame(figure.name, unit, "", installation.current().demo)
    label = T("{name}逐月，数据见下表", "{name} by month: the numbers stand below").fill(name=figure.name)
    this, prev, zero = line(first), line(first - 12), figure.measure.kind not in ("share", "ratio", "survival")
    return charts.year_over_last(frame, first // 12, this, prev, label, figure.decimals, zero=zero)


def groups(answer: Answer) -> SafeString:
    """The groups, the best first; each opens the figure for itself, its records stand beside."""
    answer = plain.filled(answer)
    question, figure, face = answer.question, answer.question.figure, answer.question.face
    places = ranks(figure, answer.together)
    found = sorted(answer.cells.items(), key=lambda item: (places.get(item[0], 1 << 30), str(item[0])))
    top = max((exact(figure, cell) or 0 for cell in answer.cells.values()), default=0)

    def bar(group: Group, cell: Cell) -> charts.Bar:
        code = labels.code(question.by[0], group[0])
        own = address(question, by="", **{question.by[0]: code}) if code else ""
        exactly = exact(figure, cell)
        shares = f"{words.number(cell.num)} / {words.number(cell.den)}" if cell.den is not None else ""
        more = NO_NUMBER if cell.suppressed else shares or words.number(cell.n)
        if cell.known:
            more += str(T("（截至 {day}）", " (of {day})").fill(day=words.day(moment(cell.known[1]))[5:]))
        name = labels.name(face, question.by[0], group[0])
        if figure.better != "neither" and group in places:
            name = f"{places[group]}. {name}"
        return charts.Bar(name, None if exactly is None else float(exactly), shown(figure, cell), (more,), own)

    heads = (labels.NAMES.get(question.by[0], T(question.by[0], question.by[0])), figure.unit_name,
             T("分子 / 分母", "Numerator / denominator") if figure.measure.kind in DIVIDED else T("记录", "Records"))  # fmt: skip
    together = [one for one in found if one[0] in answer.together]
    frame = charts.Frame(_finding(question, together), _measure(answer), _missing(answer), installation.current().demo)
    return charts.bars(frame, heads, [bar(*item) for item in found], float(top) or None)


def _finding(question: Question, found: list[tuple[Group, Cell]]) -> T:
    best = next(((group, cell) for group, cell in found if not cell.suppressed and cell.n), None)
    if best is None:
        return T("还没有数", "No numbers yet")
    name = labels.name(question.face, question.by[0], best[0][0])
    text = {"down": T("{name}最低：{v}{u}", "{name} is lowest: {v} {u}")}.get(
        question.figure.better, T("{name}最高：{v}{u}", "{name} is highest: {v} {u}")
    )
    return text.fill(name=name, v=shown(question.figure, best[1]), u=question.figure.unit_name)


def _measure(answer: Answer) -> str:
    return f"{answer.question.figure.name} · {_claim(answer.question)}"


def _missing(answer: Answer) -> T:
    """Who has no number; and that small groups are hidden."""
    named, some = plain.missing(answer), any(cell.suppressed for cell in answer.cells.values())
    more = T(" 等 {n} 个", " and others, {n} in all").fill(n=len(named)) if len(named) > _NAMED else T("", "")
    names = T("、".join(named[:_NAMED]), ", ".join(named[:_NAMED]))
    text = T("没有数的：{names}{more}。", "Without a number: {names}{more}.")
    first = text.fill(names=names, more=more) if named else T("", "")
    second = hidden(answer.question) if some else T("", "")
    return T(first.zh + second.zh, f"{first.en} {second.en}".strip())


def facts(question: Question) -> list[tuple[T, Any]]:
    """Where the number comes from and how it is proved."""
    figure, size = question.figure, question.as_of.size
    sealed = log_rows.at_size(size)
    return [
        (T("种类", "Kind"), T("由记录计算，无人填报（{kind}）", "computed from records, typed by nobody ({kind})").fill(kind=KINDS[figure.measure.kind])),
        (T("单位", "Unit"), figure.unit_name),
        (T("归口", "Answers for it"), figure.owner),
        (T("频度", "Frequency"), EVERY[figure.frequency]),
        (T("声明", "Declaration"), format_html("<code>{}</code>", figure.fingerprint[:16])),
        (T("账本", "Log"), tables.link("/log/", words.number(size))),
        (T("根", "Root"), format_html("<code>{}</code>", b64encode(sealed.root).decode()) if sealed else ""),
    ]  # fmt: skip


def _choices(request: Request, question: Question) -> list[str]:
    """The dimensions by which the viewer may group: those that no filter fixes."""
    shut = question.where if request.viewer.is_staff else (*question.where, *question.figure.inner)
    return [name for name in question.figure.by if name not in shut]


def _usual_by(question: Question, free: list[str]) -> Question:
    """Groups to show where the address names none: by the first dimension that there is."""
    return question if question.by or not free else replace(question, by=(free[0],))


@require_safe
def show(request: Request, name: str) -> HttpResponse:
    """One figure; to the public, unchanged, 304."""
    found = either.read(request, name)
    mark = either.page_mark(request, found)
    if holds(request, mark):
        return HttpResponseNotModified()
    response = _computed(request, found) if isinstance(found, Question) else reported_page.show(request, found)
    if mark:
        response["ETag"], response["Cache-Control"] = mark, "no-cache"
    return response


def _computed(request: Request, question: Question) -> HttpResponse:
    free = _choices(request, question)
    name, question = question.figure.id, _usual_by(question, free)
    question = replace(question, by=question.by[:1])
    answer = asked.answered(request, question)
    choices = [(one, labels.NAMES.get(one, T(one, one))) for one in free]
    context: dict[str, Any] = {
        "figure": question.figure, "question": question, "number": number(answer),
        "trend": trend(question, asked.months(request, question)),
        "groups": groups(answer) if answer.cells else parts.empty(T("没有可分的组。", "No groups to show.")),
        "target": "" if question.where else part(request, name, question.period.first // 12, question.as_of), "facts": facts(question), "choices": choices, "by": question.by[0] if question.by else "",
        "where": [(one, labels.code(one, at) or "") for one, at in question.where.items()],
        "records": address(question, "/records", by=""), "csv": address(question, ".csv"),
        "json": address(question, ".json"), "exports": make.links(address(question)), "as_of": request.GET.get("as_of", ""),
        "now": address(question, as_of=str(ask.as_of().size)) if request.viewer.is_staff and question.as_of.paced else "",
        "all": address(question, by=question.by[0] if question.by else "", **dict.fromkeys(question.where, "")),
    }  # fmt: skip
    return render(request, "figures/figure.html", context)


@require_safe
def catalogue(request: Request) -> HttpResponse:
    """All figures with their definitions: the computed ones, and those that are taken over."""
    found = {"figures": all_figures().values(), "reported": all_reported().values()}
    return render(request, "figures/catalogue.html", found)


@require_safe
def as_json(request: Request, name: str) -> HttpResponse:
    """The answer as the command gives it; `compare` and `rank` as there."""
    found = either.said(request, either.read(request, name))
    return HttpResponse(orjson.dumps(found), "application/json")


@require_safe
def as_csv(request: Request, name: str) -> HttpResponse:
    """The groups as a table; without groups the months of the period. Of a reported figure all periods and places."""
    if name in all_reported():
        return csv_file(name, reported_page.rows(reported_page.read(request, name)))
    question = asked.read(request, name)
    if not question.by:
        question = replace(question, by=(MONTH,))
    answer = asked.answered(request, question)
    head = [*question.by, "name", "value", "unit", "numerator", "denominator", "n", "period", "log_size", "fingerprint"]
    rows: list[list[Any]] = [head]
    for row in plain.rows(answer, ranked=False):
        codes = [row[one] for one in question.by]
        numbers = [row["value"], question.figure.unit, row["numerator"], row["denominator"], row["n"]]
        size = row.get("known_size", question.as_of.size)
        rows.append([*codes, row["name"], *numbers, question.period.text, size, question.figure.fingerprint])
    return csv_file(name, rows)


def csv_file(name: str, rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Rows as a file for a spreadsheet."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    response = HttpResponse("\ufeff" + out.getvalue(), "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
