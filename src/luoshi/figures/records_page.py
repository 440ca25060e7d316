"""`/figure/<id>/records`: the records behind a number, in the order of the log, as far as the viewer may see them.

What may not be seen stays as a row that says so: the count is the same for everybody.
"""

from dataclasses import replace
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from luoshi.figures import asked, days, labels, opened, pages
from luoshi.figures.ask import Question
from luoshi.figures.opened import Row
from luoshi.kernel.lines import UNSEEN, Record
from luoshi.kernel.text import T
from luoshi.web import pager, parts, tables, words
from luoshi.web.http import Request
from luoshi.web.tables import Column, Table

SIZE: Final = 50
MARKS: Final = {True: "✓", False: "—", None: ""}
WITHHELD: Final = T(
    "这个数来自市民的评价。公众看得到有多少件，看不到是哪些：逐件数一数就能知道谁怎么评的。",
    "This number comes from citizens' verdicts. The public sees how many records there are and not which: whoever could "
    "count them one by one would know who judged how.",
)


def _table(question: Question) -> Table[Row]:
    heads = question.face.record_heads()

    def cell(at: int) -> Column[Row]:
        return Column(heads[at], lambda row: row[1].cells[at] if row[1] else "")

    shared: list[Column[Row]] = [
        Column(T("编号", "Number"), lambda row: number_of(row[1]), label=False, is_header=True),
        *(cell(at) for at in range(len(heads))),
        Column(
            T("账本", "Log"), lambda row: words.number(row[0].place) if row[0].place is not None else "", "r n m-no"
        ),
    ]
    measure = question.figure.measure
    within = T("{n} 天内到来", "Came within {n} days").fill(n=measure.days)
    heads_of = {"share": T("计入分子", "In the numerator"), "survival": within}
    if measure.kind in heads_of:
        shared.insert(1, Column(heads_of[measure.kind], lambda row: MARKS[row[0].part]))
    return Table(T("数字背后的记录", "The records behind the number"), shared)


def number_of(found: Record | None) -> SafeString:
    """A record's number, which opens it; or that the viewer may not see it."""
    return tables.link(found.address, found.number) if found else format_html('<span class="q">{}</span>', UNSEEN)


@require_safe
def show(request: Request, name: str) -> HttpResponse:
    """A page of them."""
    question = replace(asked.read(request, name), by=())
    total, rows, onward = opened.page(request, question, SIZE)
    part = opened.above(request, question)
    shown = _table(question).render(rows) if rows else _nothing(question, total.suppressed)
    context = {
        "figure": question.figure, "question": question, "number": pages.shown(question.figure, total),
        "total": total, "table": shown, "back": pages.address(question), "as_of": labels.moment(question.as_of),
        "withheld": WITHHELD if days.withheld(request.viewer, question.figure) and not total.suppressed else "",
        "pager": pager.pager(request.GET, len(rows), onward, total.num if part else total.n),
    }  # fmt: skip
    return render(request, "figures/records.html", context)


def _nothing(question: Question, suppressed: bool) -> SafeString:
    if suppressed:
        return parts.empty(pages.hidden(question))
    return parts.empty(
        T("没有记录。", "No records."), T("时期内有了第一件，就列在这里。", "The first of the period is listed here.")
    )
