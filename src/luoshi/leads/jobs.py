"""What time does to leads, each minute: warnings, overdue, and a word where nobody was in touch for long.

Every step may run twice: the action's lock and the crossing's unique key let only one through.
"""

from typing import Any

from django.db import IntegrityError

from luoshi.kernel import clock
from luoshi.kernel.jobs import every
from luoshi.kernel.problems import Problem
from luoshi.kernel.viewer import SYSTEM
from luoshi.leads import reads
from luoshi.leads.actions import OF_LEAD


@every("* * * * *", "leads.time")
def pass_time() -> None:
    """Do what is due at the city's present moment."""
    now = clock.now()
    for threshold in ("overdue", "warn", "remind"):
        for ref in reads.crossed(threshold, now):
            _do(threshold, ref)
    for threshold in ("overdue", "warn"):
        for ref, promise in reads.promises_crossed(threshold, now):
            _do(f"{threshold}_promise", ref, promise=promise)


def _do(verb: str, ref: str, **data: Any) -> None:
    try:
        OF_LEAD[verb](viewer=SYSTEM, on=ref, **data)
    except (Problem, IntegrityError):
        # somebody moved it meanwhile, or another worker was first: nothing is left to do
        return


@every("*/10 * * * *", "leads.tally")
def put_together() -> None:
    """The sums of leads, whose changes stand as rows of their own."""
    reads.TALLY.fold()
