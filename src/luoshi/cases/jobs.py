"""What time does to cases, each minute: warnings and overdue, unanswered questions, closing without a verdict.

Every step may run twice: the action's lock and the crossing's unique key let only one through.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q

from luoshi.cases import clocks
from luoshi.cases.actions import BY_VERB
from luoshi.cases.actions import tell as telling
from luoshi.cases.models import Case
from luoshi.cases.reads.api import TALLY
from luoshi.kernel import calendar, clock
from luoshi.kernel.deadlines import due
from luoshi.kernel.jobs import every, job
from luoshi.kernel.models import Crossing
from luoshi.kernel.problems import Problem
from luoshi.kernel.viewer import SYSTEM

AT_ONCE: Final = 500
# clock → (its due column, its warning column)
COLUMNS: Final = {"whole": ("due_at", "warn_at"), "step": ("step_due_at", "step_warn_at")}


@every("* * * * *", "cases.time")
def pass_time() -> None:
    """Do what is due at the city's present moment."""
    now = clock.now()
    for name in COLUMNS:
        for threshold in ("overdue", "warn"):
            for number in crossed(name, threshold, now):
                _do(threshold, number, clock=name)
    for number in unanswered(now):
        _do("end_ask", number)
    for number in unrated(now):
        _do("close_unrated", number)


@job("cases.tell")
def tell(case: int, what: str, version: int) -> None:
    """Tell the reporter of a step of their case, and the systems that listen."""
    telling.tell(case, what, version)


@every("*/10 * * * *", "cases.tally")
def put_together() -> None:
    """The sums of cases by unit and state, whose changes stand as rows of their own."""
    TALLY.fold()


def _do(verb: str, number: str, **data: Any) -> None:
    try:
        BY_VERB[verb](viewer=SYSTEM, on=number, **data)
    except (Problem, IntegrityError):
        # Somebody moved the case meanwhile, or another worker was first: nothing is left to do.
        return


def crossed(name: str, threshold: str, now: datetime) -> list[str]:
    """Numbers of the cases whose clock `whole` or `step` crossed a threshold that is not written yet."""
    end, warn = COLUMNS[name]
    written = Crossing.objects.filter(subject=OuterRef("log_id"), clock=name, threshold=threshold, due_at=OuterRef(end))
    past = Q(**{f"{end}__lt": now}) if threshold == "overdue" else Q(**{f"{warn}__lte": now, f"{end}__gte": now})
    rows = Case.objects.filter(past, next_warn_at__lte=now, status="going").exclude(Exists(written))
    if name == "whole":
        rows = rows.filter(state__in=clocks.WHOLE)
    return list(rows.order_by("next_due_at", "id").values_list("number", flat=True)[:AT_ONCE])


def unanswered(now: datetime) -> list[str]:
    """Numbers of the cases whose question was not answered in time."""
    rows = Case.objects.filter(status="asked", ask_due_at__lt=now).order_by("ask_due_at")
    return list(rows.values_list("number", flat=True)[:AT_ONCE])


def unrated(now: datetime) -> Iterator[str]:
    """Numbers of the verified cases that nobody judged in time."""
    cal, rule = calendar.current(), clocks.rule("unrated")
    rows = Case.objects.filter(state="verified", status="going")
    for number, verified_at in rows.order_by("verified_at").values_list("number", "verified_at")[:AT_ONCE]:
        if verified_at is not None and due(rule, verified_at, cal) < now:
            yield number
