"""An answer in plain data, as the command, the API and exports give it: numbers as strings, every key always there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final, Literal

from luoshi.figures import labels
from luoshi.figures.answer import Cell, Group, change, exact, numerator, ranks, value
from luoshi.figures.ask import Answer, Question, ask, silence
from luoshi.figures.declare import Figure
from luoshi.figures.period import moment
from luoshi.kernel.text import T
from luoshi.web import words

Compare = Literal["yoy", "mom", "ytd"]
COMPARES: Final[tuple[Compare, ...]] = ("yoy", "mom", "ytd")
CHANGES: Final[Mapping[Compare, T]] = {"yoy": T("同比", "On a year before"), "mom": T("环比", "On the period before")}
COUNTED: Final = ("count", "distinct", "sum")
"""Kinds of measures of which nothing is 0."""
POINTS: Final = {"pp": T(" 个百分点", " points"), "%": T("%", "%")}
"""What a change is counted in."""


def plain(number: Decimal | None) -> str | None:
    """A decimal as a string without exponent."""
    return None if number is None else f"{number:f}"


def as_cell(figure: Figure, cell: Cell) -> dict[str, Any]:
    """The number and its parts; all null of a hidden one. What stands above the line is text where it has decimals."""
    above = numerator(figure, cell)
    found = {
        "numerator": plain(above) if isinstance(above, Decimal) else above, "denominator": cell.den, "n": cell.n,
        "value": plain(value(figure, cell)),
        "suppressed": cell.suppressed,
    }  # fmt: skip
    if cell.known is None:
        return found
    return found | {"known_size": cell.known[0], "known_as_of": moment_text(cell.known[1])}


def moment_text(micros: int) -> str | None:
    """A moment in the city's time, to the minute."""
    return words.when(moment(micros)) if micros else None


def in_order(answer: Answer) -> list[tuple[Group, Cell]]:
    """The groups: months in time, others by their names."""
    face, by = answer.question.face, answer.question.by

    def place(item: tuple[Group, Cell]) -> list[str]:
        texts = []
        for dimension, one in zip(by, item[0], strict=True):
            texts.append(
                (labels.code(dimension, one) or "~") if dimension == "month" else labels.name(face, dimension, one)
            )
        return texts

    return sorted(answer.cells.items(), key=place)


def rows(answer: Answer, *, ranked: bool) -> list[dict[str, Any]]:
    """The groups as plain data; ranked, the best first and those without a number last."""
    figure, face, by = answer.question.figure, answer.question.face, answer.question.by
    places = ranks(figure, answer.together) if ranked else {}
    found = in_order(answer)
    if ranked:
        found.sort(key=lambda item: places.get(item[0], len(found) + 1))
    out = []
    for group, cell in found:
        row: dict[str, Any] = {name: labels.code(name, one) for name, one in zip(by, group, strict=True)}
        row["name"] = " · ".join(labels.name(face, name, one) for name, one in zip(by, group, strict=True))
        row |= as_cell(figure, cell)
        out.append(row | ({"rank": places.get(group)} if ranked else {}))
    return out


def filled(answer: Answer) -> Answer:
    """With 0 for each member of which a count holds nothing: nothing overdue is a number, and the best one."""
    question, by = answer.question, answer.question.by
    if len(by) != 1 or question.where or question.figure.measure.kind not in COUNTED or silence(question, answer.total):
        return answer
    none: dict[Group, Cell] = {(one,): Cell(0, None, 0) for one in labels.expected(question.face, by[0])}
    return replace(answer, cells={**none, **answer.cells})


def missing(answer: Answer) -> list[str]:
    """Members that should be in a rank and have no number, by name."""
    by, face = answer.question.by, answer.question.face
    if len(by) != 1:
        return []
    figure = answer.question.figure
    have = {group[0] for group, cell in answer.cells.items() if exact(figure, cell) is not None}
    known = {*labels.expected(face, by[0]), *(group[0] for group in answer.cells if group[0] not in (None, ""))}
    return sorted(labels.name(face, by[0], one) for one in known if one not in have)


def counted(question: Question) -> Cell:
    """The number without groups."""
    return ask(replace(question, by=())).total


def compared(answer: Answer, how: Compare, number: Callable[[Question], Cell] = counted) -> dict[str, Any]:
    """The number beside that of another period, as of the same size of the log: 同比, 环比; or from the year's beginning: 累计.

    `number` gives the other one.
    """
    asked, figure = other(answer.question, how), answer.question.figure
    cell = number(asked)
    by, unit = (None, None) if how == "ytd" else change(figure, answer.total, cell)
    return {
        "kind": how, "period": asked.period.text, **as_cell(figure, cell), "change": plain(by), "change_unit": unit,
        "unknown": unknown(asked, cell),
    }  # fmt: skip


def other(question: Question, how: Compare) -> Question:
    """The same question of the period that it is compared with."""
    period = question.period
    return replace(question, period={"yoy": period.year_before, "mom": period.before, "ytd": period.to_date}[how])


def unknown(question: Question, cell: Cell) -> str | None:
    """Why a number of no records says nothing, where it does: that 0 was counted is then no finding."""
    silent = silence(question, cell)
    return None if silent is None else str(silent)


def said(answer: Answer, *, ranked: bool = False, compare: Compare | None = None) -> dict[str, Any]:
    """The whole answer."""
    question: Question = answer.question
    answer, as_of = filled(answer) if ranked else answer, question.as_of
    found: dict[str, Any] = {
        "figure": question.figure.id, "name": str(question.figure.name), "period": question.period.text,
        "as_of": moment_text(as_of.moment), "log_size": as_of.size, "provisional": as_of.provisional,
        **as_cell(question.figure, answer.total), "unit": question.figure.unit,
        "fingerprint": question.figure.fingerprint, "engine": question.engine, "rows": rows(answer, ranked=ranked),
    }  # fmt: skip
    found["unknown"] = unknown(question, answer.total)
    found["missing"] = missing(answer) if ranked else []
    found["compare"] = compared(answer, compare) if compare else None
    return found


def table(found: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Rows of an answer for a terminal: name, value, numerator, denominator, n."""
    hidden = "·"
    return [
        [row["name"], row["value"] or hidden, *(hidden if row[key] is None else str(row[key]) for key in ("numerator", "denominator", "n"))]
        for row in found
    ]  # fmt: skip
