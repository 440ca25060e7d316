"""What a report asked, in JSON: each question once with its cells, each printed number with the question it comes from."""

from collections.abc import Mapping, Sequence
from typing import Any

from luoshi.figures import ask
from luoshi.figures.answer import Cell, Group
from luoshi.figures.ask import Question
from luoshi.figures.period import MONTH, Period
from luoshi.figures.report.printed import Printed
from luoshi.figures.reported import ask as reported


class Asked:
    """The questions and numbers of a report, in the order of its text."""

    def __init__(self, printed: Sequence[Printed]) -> None:
        self.questions: list[dict[str, Any]] = []
        self._known: dict[str, int] = {}
        self.numbers = [self._number(one) for one in printed]

    def _number(self, one: Printed) -> dict[str, Any]:
        found: dict[str, Any] = {"anchor": one.anchor, "text": one.text, "part": one.part, "group": [], "before": None}
        if isinstance(one.answer, reported.Answer):
            return found | {"question": self._keep(_reported(one, one.answer))}
        question, group, cells = one.answer.question, one.group, one.answer.cells
        if not group and one.part != "rank":
            found["question"] = self._keep(_computed(question, (), {(): one.answer.total}))
        else:
            question, group, cells = _of_month(question, group, cells)
            found |= {"question": self._keep(_computed(question, question.by, cells)), "group": list(group)}
        if one.before is not None:
            found["before"] = self._keep(_computed(one.before.question, (), {(): one.before.total}))
        return found

    def _keep(self, question: dict[str, Any]) -> int:
        """The place of a question in the list."""
        key = repr([question[name] for name in question if name != "cells"])
        if key not in self._known:
            self._known[key] = len(self.questions)
            self.questions.append(question)
        return self._known[key]


def _of_month(
    question: Question, group: Group, cells: Mapping[Group, Cell]
) -> tuple[Question, Group, Mapping[Group, Cell]]:
    """A stock by months is one question a month: what stood at its end."""
    if MONTH not in question.by or question.figure.measure.clock is not None:
        return question, group, cells
    at = question.by.index(MONTH)
    month = int(group[at] or 0)
    some = {(*key[:at], *key[at + 1 :]): cell for key, cell in cells.items() if key[at] == month}
    by = tuple(name for name in question.by if name != MONTH)
    asked = ask.Question(question.figure, Period(month, month + 1), question.as_of, by, question.where)
    return asked, (*group[:at], *group[at + 1 :]), some


def _computed(question: Question, by: Sequence[str], cells: Mapping[Group, Cell]) -> dict[str, Any]:
    period = question.period
    found = [
        [list(group), [one.num, one.den, one.n, [list(part) for part in one.parts]]] for group, one in cells.items()
    ]
    return {
        "line": question.figure.line, "figure": question.figure.id, "period": period.text, "first_month": period.first,
        "last_month": period.last, "by": list(by), "where": dict(question.where), "cells": sorted(found, key=repr),
    }  # fmt: skip


def _reported(one: Printed, answer: reported.Answer) -> dict[str, Any]:
    """A reported value: what the newest vintage says, and what is printed where the source is known to err."""
    question = answer.question
    value = answer.cells[str(one.group[0])] if one.group else answer.total
    member = str(one.group[0]) if one.group and question.by == (reported.MEMBER,) else question.member
    period = str(one.group[0]) if one.group and question.by == (MONTH,) else question.period.text
    text = one.text.replace(",", "").replace("−", "-").lstrip("+")
    return {
        "figure": question.figure.id, "period": period, "member": member,
        "value": f"{value.newest.value:f}" if value else None,
        "printed": (f"{value.number:f}" if value else "") if one.part == "value" else text,
    }  # fmt: skip
