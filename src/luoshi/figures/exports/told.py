"""The table of a reported answer: published values with their vintages, documents and first releases."""

from collections.abc import Iterator
from typing import Final

from luoshi.figures.exports.table import UNSAID, About, Column, Row, Table, distinct
from luoshi.figures.period import MONTH
from luoshi.figures.reported.ask import MEMBER, Answer, Value
from luoshi.figures.reported.flow import RELEASES
from luoshi.figures.reported.reads import Known
from luoshi.figures.said import plain
from luoshi.kernel.text import T

_STATUS: Final = tuple(RELEASES)
_COLUMNS: Final = (
    Column("period", T("时期", "Period"), "period", key=True),
    Column("place", T("地方", "Place"), key=True),
    Column("name_zh", T("名称（中文）", "Name (Chinese)")),
    Column("name_en", T("名称（英文）", "Name (English)")),
    Column("value", T("数值", "Value"), "number"),
    Column("vintage", T("发布日期", "Published on"), "day"),
    Column("status", T("状态", "Status"), values=_STATUS),
    Column("source", T("来源", "Source"), typed=True),
    Column("document", T("文件", "Document"), typed=True),
    Column("page", T("页", "Page"), typed=True),
    Column("address", T("网址", "Address"), typed=True),
    Column("note", T("说明", "Note"), typed=True),
    Column("published", T("来源误印的数", "Number as misprinted by its source"), "number"),
    Column("first_value", T("最初公布的数值", "First published value"), "number"),
    Column("first_vintage", T("最初发布日期", "First published on"), "day"),
    Column("first_status", T("最初状态", "First status"), values=_STATUS),
)


def table(answer: Answer, about: About) -> Table:
    """The table; what nobody published has no row."""
    found = list(_values(answer))
    rows = distinct((_row(answer, *one) for one in found), ["period", "place"])
    first = (_first(answer, *one) for one in found if one[2].first.vintage != one[2].newest.vintage)
    return Table(about, _COLUMNS, rows, distinct(first, ["period", "place"]))


def _values(answer: Answer) -> Iterator[tuple[str, str, Value]]:
    """Period, member as kept, value: the one that was asked for, then those by which it was asked."""
    question = answer.question
    if answer.total is not None:
        yield question.period.text, question.member, answer.total
    for key, one in sorted(answer.cells.items()):
        yield (key, question.member, one) if question.by == (MONTH,) else (question.period.text, key, one)


def _row(answer: Answer, period: str, member: str, value: Value) -> Row:
    first, wrong = value.first, value.correction
    row = _release(answer, period, member, value.newest) | {"value": plain(value.number) or ""}
    row["published"] = plain(wrong.published) or "" if wrong else ""
    return row | {
        "first_value": plain(first.value) or "", "first_vintage": first.vintage.isoformat(), "first_status": first.status,
    }  # fmt: skip


def _first(answer: Answer, period: str, member: str, value: Value) -> Row:
    return _release(answer, period, member, value.first) | {"published": ""}


def _release(answer: Answer, period: str, member: str, one: Known) -> dict[str, str]:
    figure = answer.question.figure
    place = figure.members.shown(member)
    name = figure.members.names.get(place, figure.name) if figure.by == (MEMBER,) else figure.name
    return {
        "period": period, "place": place or UNSAID, "name_zh": name.zh, "name_en": name.en, "value": plain(one.value) or "",
        "vintage": one.vintage.isoformat(), "status": one.status, "source": one.source, "document": one.document,
        "page": one.page, "address": one.address, "note": one.note,
    }  # fmt: skip
