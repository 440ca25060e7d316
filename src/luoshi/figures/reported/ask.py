"""What a reported figure says of a period, as of a size of the log: the newest vintage known then, the first one beside it.

Nothing is computed but the distance between two rates. How much a quantity grew is a figure of its own that somebody
reports: two values at the prices of their years would give another number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from luoshi.figures.ask import NO_DIMENSION, ONLY_BY, AsOf
from luoshi.figures.period import MONTH, Period
from luoshi.figures.reported import catalogue, reads
from luoshi.figures.reported.corrections import Correction
from luoshi.figures.reported.declare import Reported
from luoshi.figures.reported.reads import Known
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T

MEMBER: Final = "member"
ENGINE: Final = "postgres"
"""Reported figures are read from the events, whichever engine counts the others."""


@dataclass(frozen=True)
class Question:
    """A reported figure in a period, as of a size of the log; by `member` or `month`, or for one member."""

    figure: Reported
    period: Period
    as_of: AsOf
    by: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def member(self) -> str:
        """The member that is asked for, as it is kept."""
        return self.figure.members.kept(self.where.get(MEMBER, "")) or ""


@dataclass(frozen=True)
class Value:
    """A published value: the newest vintage, the first release, and the correction where the source is known to err."""

    newest: Known
    first: Known
    correction: Correction | None = None

    @property
    def number(self) -> Decimal:
        """The number that is answered."""
        return self.correction.correct if self.correction else self.newest.value


@dataclass(frozen=True)
class Answer:
    """The value of the whole, and where it was asked by something those of members (as kept) or months (as text)."""

    question: Question
    total: Value | None
    cells: Mapping[str, Value]


def check(question: Question) -> None:
    """Raises Invalid for a dimension or a member that is not there."""
    known = (*question.figure.by, MONTH)
    faults = [Fault("by", name, NO_DIMENSION.fill(all=", ".join(known))) for name in question.by if name not in known]
    for name in question.where:
        if name not in question.figure.by:
            there = NO_DIMENSION.fill(all=", ".join(question.figure.by) or "—")
            faults.append(Fault("where", name, ONLY_BY if name == MONTH else there))
    if len(question.by) > 1 or set(question.by) & set(question.where):
        faults.append(Fault("by", ",".join(question.by), T("一次只能按一个维度", "by one dimension at a time")))
    member = question.where.get(MEMBER, "")
    if question.figure.members.kept(member) is None:
        rule = T("没有这个地方；有：{all}", "there is no such place; there are: {all}")
        faults.append(Fault("where", member[:40], rule.fill(all=", ".join(question.figure.members.names))))
    if faults:
        raise Invalid(faults)


def ask(question: Question) -> Answer:
    """The values as of the size of the log. Raises Invalid."""
    check(question)
    found = values(question.figure, question.as_of.size)
    total = found.get((question.period.text, question.member))
    cells: dict[str, Value] = {}
    if question.by == (MEMBER,):
        cells = {member: one for (period, member), one in found.items() if period == question.period.text}
    elif question.by == (MONTH,):
        months = [month.text for month in question.period.months()]
        cells = {month: one for month in months if (one := found.get((month, question.member))) is not None}
    return Answer(question, total, cells)


def values(figure: Reported, size: int) -> dict[tuple[str, str], Value]:
    """By period and member."""
    found: dict[tuple[str, str], Value] = {}
    wrong = catalogue.all_corrections()
    for one in reads.known(figure.id, size):
        cell = (one.period, one.member)
        correction = wrong.get((figure.id, *cell))
        if correction is not None and (one.value != correction.published or not correction.holds(one.value)):
            correction = None
        found[cell] = Value(one, found[cell].first if cell in found else one, correction)
    return found


@dataclass(frozen=True)
class Compared:
    """The value of another period, and the change: percentage points between rates, else as somebody reports it."""

    period: Period
    value: Value | None
    change: Decimal | None
    unit: str


def compared(answer: Answer, how: str) -> Compared:
    """Beside last year's value (yoy) or that of the period before (mom). Raises Invalid for ytd: nothing is added up."""
    question = answer.question
    if how == "ytd":
        rule = T(
            "报送指标不累计：累计数由来源另行公布",
            "reported figures are not added up: the source publishes such a number itself",
        )
        raise Invalid([Fault("compare", how, rule)])
    period = question.period.year_before if how == "yoy" else question.period.before
    other = ask(replace(question, period=period, by=())).total
    if question.figure.unit.zh == "%":
        both = answer.total is not None and other is not None
        return Compared(period, other, answer.total.number - other.number if both else None, "pp")  # type: ignore[union-attr]
    return Compared(period, other, _growth(question) if how == "yoy" else None, "%")


def _growth(question: Question) -> Decimal | None:
    """The growth over last year that is reported; None where nobody reports it."""
    if not question.figure.growth:
        return None
    other = catalogue.figure(question.figure.growth)
    where = question.where if other.by else {}
    found = ask(Question(other, question.period, question.as_of, (), where)).total
    return found.number if found is not None else None
