"""Where a report stands, for the holder of its code: who has it, by when its step is due, what the unit did."""

from collections.abc import Mapping
from typing import Final

from luoshi.cases.models import Case
from luoshi.kernel.text import T
from luoshi.people import reads as people
from luoshi.web import words

# what is still to be done at a step whose clock runs, and who does it: the hotline centre or the case's own unit
STEPS: Final[Mapping[str, T]] = {
    "reported": T("现在在{who}，{at} 前受理", "It is with {who}, to be accepted by {at}"),
    "accepted": T("现在在{who}，{at} 前派给承办单位", "It is with {who}, to be sent to a unit by {at}"),
    "dispatched": T("现在在{who}，{at} 前签收", "It is with {who}, to be taken on by {at}"),
}


def whereabouts(case: Case) -> T | None:
    """Who has it and by when the step is done; None where no step's clock runs."""
    text = STEPS.get(case.state)
    if text is None or case.status != "going" or case.step_due_at is None:
        return None
    unit = case.unit if case.state == "dispatched" else people.responsible("hotline", "city", "")
    return text.fill(who=T(unit.zh, unit.en), at=words.when(case.step_due_at)) if unit else None


def is_done(case: Case) -> bool:
    """Has the case's unit said what it did? What parts have said so far is none of that, also if no more follows."""
    return case.handled_at is not None and case.state not in ("parted", "withdrawn")
