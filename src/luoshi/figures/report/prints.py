"""A number as it is printed: its text, its unit beside it, and why there is none where there is none."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple

from luoshi.figures import ask as counted
from luoshi.figures.answer import Group, change, value
from luoshi.figures.pages import NO_NUMBER, hidden
from luoshi.figures.report.asks import ranks
from luoshi.figures.report.printed import Answer, Part, Printed
from luoshi.figures.reported import ask as reported
from luoshi.figures.said import Compare
from luoshi.kernel.text import T
from luoshi.web import words

NOTHING: Final = T("没有数", "no number")
POINTS: Final = T("个百分点", "percentage points")
PER_CENT: Final = T("%", "%")
NO_UNIT: Final = T("", "")
Before = Callable[[counted.Question | reported.Question, Compare], Answer]


class Shown(NamedTuple):
    """A printed number, the unit that stands beside it, and why it is a dot."""

    printed: Printed
    unit: T
    reason: T | None

    @property
    def beside(self) -> str:
        """The unit with the space before it."""
        unit = str(self.unit)
        if unit in ("", "%"):
            return unit
        return f" ({unit})" if unit[0].isdigit() else f" {unit}"  # (100 million yuan)


class Numbers:
    """The numbers of a report, numbered as they are printed."""

    def __init__(self, before: Before) -> None:
        self.printed: list[Printed] = []
        self._before = before

    def put(self, part: Part, answer: Answer, group: Group = (), compare: Compare | None = None) -> Shown:
        """One more."""
        before: counted.Answer | None = None
        if isinstance(answer, counted.Answer):
            if compare is not None:
                other = self._before(answer.question, compare)
                assert isinstance(other, counted.Answer), "the same figure"
                before = other
            number, unit, reason = _computed(part, answer, group, before)
        else:
            number, unit, reason = _taken_over(part, answer, group, compare)
            group = group if group and str(group[0]) in answer.cells else ()
        text = NO_NUMBER if number is None else words.number(number)
        if compare and number is not None and number > 0:
            text = f"+{text}"
        one = Printed(f"n{len(self.printed) + 1}", text, part, answer, group, compare, before)
        self.printed.append(one)
        return Shown(one, unit if number is not None else NO_UNIT, None if number is not None else reason)


def _computed(
    part: Part, answer: counted.Answer, group: Group, before: counted.Answer | None
) -> tuple[Decimal | int | None, T, T]:
    figure, cell = answer.question.figure, answer.cells[group] if group else answer.total
    reason = hidden(answer.question) if cell.suppressed else counted.silence(answer.question, cell) or NOTHING
    if part == "value":
        return value(figure, cell), figure.unit_name, reason
    if part == "rank":
        return ranks(answer).get(group), NO_UNIT, reason
    if before is None:
        return {"numerator": cell.num, "denominator": cell.den, "n": cell.n}[part], NO_UNIT, reason
    number, unit = change(figure, cell, before.total)
    missing = before.total.suppressed and not cell.suppressed
    return (
        number,
        PER_CENT if unit == "%" else figure.unit_name if figure.unit == "分" else POINTS,
        hidden(before.question) if missing else reason,
    )


def _taken_over(
    part: Part, answer: reported.Answer, group: Group, compare: Compare | None
) -> tuple[Decimal | int | None, T, T]:
    if compare is not None:
        found = reported.compared(answer, compare)
        return found.change, POINTS if found.unit == "pp" else PER_CENT, NOTHING
    if part == "rank":
        return ranks(answer).get(group), NO_UNIT, NOTHING
    one = answer.cells.get(str(group[0])) if group else answer.total
    return one.number if one else None, answer.question.figure.unit, NOTHING
