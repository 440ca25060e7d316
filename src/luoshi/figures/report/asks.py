"""From a call in a text to the question that it asks, and the answers, each question asked once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final, get_args

from luoshi.figures import ask as counted
from luoshi.figures import days, labels, said
from luoshi.figures.answer import Group, placed
from luoshi.figures.answer import ranks as computed
from luoshi.figures.ask import AsOf
from luoshi.figures.catalogue import all_figures
from luoshi.figures.declare import Figure
from luoshi.figures.period import Period, PeriodError, parse
from luoshi.figures.report.grammar import Call
from luoshi.figures.report.printed import Answer, Part
from luoshi.figures.reported import ask as reported
from luoshi.figures.reported import said as told
from luoshi.figures.reported.catalogue import all_reported
from luoshi.figures.reported.declare import Reported
from luoshi.figures.said import Compare
from luoshi.kernel.measures import DIVIDED
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.text import T

Question = counted.Question | reported.Question
PARTS: Final[tuple[Part, ...]] = get_args(Part)
_OF_REPORTED: Final[tuple[Part, ...]] = ("value", "change", "rank")
_COMPARES: Final[tuple[Compare, ...]] = ("yoy", "mom")


@dataclass(frozen=True)
class Wanted:
    """What a call prints: a part of an answer's total, or the rank of one of its groups; a table all groups."""

    question: Question
    part: Part = "value"
    group: Group = ()
    compare: Compare | None = None
    ranked: bool = False


class Asker:
    """Reads calls and answers them, for one period and one size of the log."""

    def __init__(self, period: Period, as_of: AsOf) -> None:
        self.period, self.as_of = period, as_of
        self._answers: dict[str, Answer] = {}

    def wanted(self, call: Call) -> Wanted:
        """What a call of a figure or a table asks. Raises Absent or Invalid, or of a bad declaration FigureError."""
        by = tuple(one.strip() for one in call.text("by").split(",") if one.strip())
        where, part = _pairs(call.text("where")), _part(call)
        if (call.kind == "table" or part == "rank") != (len(by) == 1) or len(by) > 1:
            rule = T(
                'table 和 part="rank" 要有一个维度，其他都没有',
                'a table and part="rank" have one dimension, others none',
            )
            raise _bad("by", call.text("by"), rule)
        compare = next((one for one in _COMPARES if one == call.text("compare")), None)
        if (part == "change") != (compare is not None) or (call.text("compare") and compare is None):
            raise _bad(
                "compare",
                call.text("compare"),
                T('part="change" 要写 yoy 或 mom，其他不写', 'part="change" needs yoy or mom, others none'),
            )
        name, period = call.text("id"), self._period(call.text("period"))
        figure, other = all_figures().get(name), all_reported().get(name)
        if figure is not None:
            asked, group = self._counted(figure, period, by, where, part)
            return Wanted(asked, part, group, compare, "rank" in call.flags)
        if other is None:
            raise Absent(T("没有指标 {name}", "there is no figure {name}").fill(name=name))
        return self._reported(other, period, by, where, part, compare, "rank" in call.flags)

    def _period(self, text: str) -> Period:
        known = {"": self.period, "year_before": self.period.year_before, "before": self.period.before}
        try:
            return known[text] if text in known else parse(text)
        except PeriodError as error:
            raise _bad("period", text, error.text) from None

    def _counted(
        self, figure: Figure, period: Period, by: tuple[str, ...], where: dict[str, str], part: Part
    ) -> tuple[counted.Question, Group]:
        question = counted.Question(figure, period, days.shown(figure, self.as_of), by)
        if part in ("numerator", "denominator") and figure.measure.kind not in DIVIDED:
            rule = T("只有占比和合计之比有分子和分母", "only a share or a ratio has a numerator and a denominator")
            raise _bad("part", part, rule)
        one = where.pop(by[0], None) if part == "rank" else None
        if part == "rank" and one is None:
            raise _bad("where", "", T("要写明是谁的名次：{by}=…", "must say whose rank: {by}=…").fill(by=by[0]))
        question = labels.narrowed(question, where)
        return question, () if one is None else (labels.read(question.face, by[0], one),)

    def _reported(
        self, figure: Reported, period: Period, by: tuple[str, ...], where: dict[str, str], part: Part,
        compare: Compare | None, ranked: bool,
    ) -> Wanted:  # fmt: skip
        if part not in _OF_REPORTED:
            raise _bad(
                "part",
                part,
                T("引用的数只有：{all}", "a reported figure has only: {all}").fill(all=", ".join(_OF_REPORTED)),
            )
        member = where.pop(reported.MEMBER, "") if part == "rank" else ""
        question = reported.Question(figure, period, self.as_of, by, where)
        reported.check(question)
        kept = figure.members.kept(member)
        if kept is None:
            raise _bad("where", member, T("没有这个地方", "there is no such place"))
        return Wanted(question, part, (kept,) if part == "rank" else (), compare, ranked)

    def answer(self, question: Question) -> Answer:
        """The answer. Raises Invalid or EngineMissing."""
        key = repr((question.figure.id, question.period, question.by, sorted(question.where.items())))
        if key not in self._answers:
            if isinstance(question, counted.Question):
                found = counted.ask(question)
                self._answers[key] = replace(found, total=counted.told(found))
            else:
                self._answers[key] = reported.ask(question)
        return self._answers[key]

    def require(self, wanted: Wanted) -> None:
        """Ask it. Raises Invalid, also for the rank of a group of which nothing is recorded, or EngineMissing."""
        answer = self.answer(wanted.question)
        if wanted.group and isinstance(answer, counted.Answer) and wanted.group not in answer.cells:
            raise _bad(
                "where", str(wanted.group[0]), T("时期内没有它的记录", "nothing of it is recorded in the period")
            )

    def before(self, question: Question, compare: Compare) -> Answer:
        """The answer for the period that a change comes from, without groups."""
        period = question.period.year_before if compare == "yoy" else question.period.before
        return self.answer(replace(question, period=period, by=()))


def _bad(name: str, value: str, rule: T) -> Invalid:
    return Invalid([Fault(name, value[:40], rule)])


def _part(call: Call) -> Part:
    text = call.text("part") or ("change" if call.text("compare") else "value")
    part = next((one for one in PARTS if one == text), None)
    if part is None:
        raise _bad("part", text, T("应为其一：{all}", "must be one of: {all}").fill(all=", ".join(PARTS)))
    return part


def _pairs(text: str) -> dict[str, str]:
    """`county=150203000000, channel=web`."""
    pairs = [one.partition("=") for one in text.split(",") if one.strip()]
    if any(not name.strip() or not value.strip() for name, _, value in pairs):
        raise _bad("where", text, T("应写作 维度=值, 维度=值", "must be written dimension=value, dimension=value"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def order(answer: Answer, ranked: bool) -> tuple[list[Group], Mapping[Group, int]]:
    """The groups of a table in their order, and their ranks where it is ranked: the best first, without a number last."""
    if isinstance(answer, counted.Answer):
        groups = [group for group, _ in said.in_order(answer)]
    else:
        figure, (dimension,) = answer.question.figure, answer.question.by
        groups = [(key,) for key in sorted(answer.cells, key=lambda key: told.name_of(figure, dimension, key))]
    places = ranks(answer) if ranked else {}
    return sorted(groups, key=lambda group: places.get(group, len(groups) + 1)), places


def ranks(answer: Answer) -> dict[Group, int]:
    """1 for the best; those without a number have none."""
    if isinstance(answer, counted.Answer):
        return computed(answer.question.figure, answer.together)
    numbers: dict[Group, Decimal | Fraction] = {(key,): one.number for key, one in answer.cells.items()}
    return placed(numbers, answer.question.figure.better)
