"""The table of a computed answer: the total, then its groups, with what they rest on."""

from collections.abc import Iterator
from typing import Final

from luoshi.figures import labels
from luoshi.figures.answer import Cell, Group
from luoshi.figures.ask import Answer, told
from luoshi.figures.declare import MONEY, Figure
from luoshi.figures.exports.table import NONE, SUPPRESSED, TOTAL, UNKNOWN, UNSAID, About, Column, Row, Table, distinct
from luoshi.figures.period import MONTH
from luoshi.figures.said import as_cell, in_order
from luoshi.kernel.measures import Value
from luoshi.kernel.text import T, speaking

NORMAL: Final = "normal"
PROVISIONAL: Final = "provisional"
STATUS: Final = (NORMAL, PROVISIONAL, SUPPRESSED, NONE)


_WAITS: Final = (
    Column("known_as_of", T("等待中，截至", "Waits, as of")), Column("known_size", T("等待中，日志大小", "Waits, size of the log"), "whole"),
)  # fmt: skip
"""As of when a number stands that has not moved with the last edition."""


def _parts(figure: Figure) -> tuple[Column, ...]:
    """The number and what it rests on; money is not always whole in the figure's unit."""
    return (
        Column("value", T("数值", "Value"), "number"),
        Column("numerator", T("分子", "Numerator"), "number" if figure.unit in MONEY else "whole"),
        Column("denominator", T("分母", "Denominator"), "whole"),
        Column("n", T("记录数", "Records"), "whole"),
        Column("status", T("状态", "Status"), values=STATUS),
    )


def table(answer: Answer, about: About) -> Table:
    """The table. A hidden number is empty, and `status` says so."""
    named = _dimensions(answer)
    columns = (
        Column("period", T("时期", "Period"), "period", key=True),
        *(Column(name, labels.NAMES.get(name, T(name, name)), key=True) for name in named),
        Column("name_zh", T("名称（中文）", "Name (Chinese)")), Column("name_en", T("名称（英文）", "Name (English)")),
        *_parts(answer.question.figure), *(_WAITS if answer.question.as_of.paced else ()),
    )  # fmt: skip
    return Table(about, columns, distinct(_rows(answer, about, named), ["period", *named]))


def _dimensions(answer: Answer) -> list[str]:
    """What the rows are told apart by beside the period: groups, and what the whole question is narrowed to."""
    question = answer.question
    return [name for name in question.figure.by if name in question.by or name in question.where]


def _rows(answer: Answer, about: About, named: list[str]) -> Iterator[Row]:
    yield _row(answer, about, named, {}, told(answer))
    with speaking("zh"):
        found = in_order(answer)
    for group, cell in found:
        yield _row(answer, about, named, _by_name(answer, group), cell)


def _by_name(answer: Answer, group: Group) -> dict[str, Value | None]:
    return dict(zip(answer.question.by, group, strict=True))


def _row(answer: Answer, about: About, named: list[str], group: dict[str, Value | None], cell: Cell) -> Row:
    question = answer.question
    month = labels.code(MONTH, group[MONTH]) if MONTH in group else None
    here = {**question.where, **group}
    numbers = as_cell(question.figure, cell)
    row = {"period": month or question.period.text}
    row |= {name: _code(name, here[name]) if name in here else TOTAL for name in named}
    row |= {f"name_{code}": _name(answer, here, code) for code in ("zh", "en")}
    row |= {name: _text(numbers[name]) for name in ("value", "numerator", "denominator", "n")}
    if question.as_of.paced:
        row |= {name: _text(numbers.get(name)) for name in ("known_as_of", "known_size")}
    return row | {"status": _status(numbers["suppressed"], numbers["value"] is None, about.provisional)}


def _status(hidden: bool, nothing: bool, provisional: bool) -> str:
    return SUPPRESSED if hidden else NONE if nothing else PROVISIONAL if provisional else NORMAL


def _text(number: object) -> str:
    return "" if number is None else str(number)


def _code(name: str, value: Value | None) -> str:
    if value is None:
        return UNKNOWN
    return labels.code(name, value) or UNSAID


def _name(answer: Answer, here: dict[str, Value | None], language: str) -> str:
    """The groups in words; of the total the figure's own name."""
    question = answer.question
    with speaking(language):
        words = [labels.name(question.face, name, one) for name, one in here.items()]
        return " · ".join(words) or str(question.figure.name)
