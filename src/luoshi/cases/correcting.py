"""Which fields of which event of a case can be corrected, which events can be voided, and what an event sets. Pure.

What was typed wrongly: when it happened, the kind, the place, the unit, the verdict taken down at a call-back. Not that
it was done: a case sent to the wrong unit is returned and sent anew. A correction never moves a due time that was told.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from luoshi.cases.flow import ALIVE, EVERY
from luoshi.kernel.flow import Move
from luoshi.kernel.text import T

PROPOSE_RIGHT: Final = "ledger.correct"
APPROVE_RIGHT: Final = "ledger.approve"
# by the move that the event was; `at` is when it happened
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "report": ("at", "category", "division"),
    "accept": ("category",),
    "adopt": ("category",),
    "reclassify": ("category",),
    "relocate": ("division",),
    "dispatch": ("unit",),
    "decide": ("unit",),
    "pass_on": ("unit",),
    "contact": ("at",),
    "call_failed": ("at",),
    "add_evidence": ("at",),
    "add_note": ("at",),
    "urge": ("at",),
    "call_solved": ("solved", "grade"),
}
# what never was: a contact that nobody made counts for the rate of contacts
VOIDABLE: Final = frozenset({"contact", "add_note", "urge"})
LABELS: Final[Mapping[str, T]] = {
    "at": T("发生时间", "When it happened"),
    "category": T("类别", "Category"),
    "division": T("地点", "Place"),
    "unit": T("单位", "Unit"),
    "solved": T("是否解决", "Solved"),
    "grade": T("评分", "Grade"),
}
PLACE: Final = ("county", "street", "community")
# the names under which a field stands in the bodies of events
NAMES: Final[Mapping[str, tuple[str, ...]]] = {"category": ("category", "top"), "division": PLACE}

PROPOSE: Final = Move(
    "propose_correction", T("提出更正", "Correction proposed"), EVERY, None, PROPOSE_RIGHT, ("event", "reason"),
    ("void", "changes"), statuses=ALIVE, event="propose", quiet=True,
)  # fmt: skip
CORRECT: Final = Move(
    "correct", T("更正", "Corrected"), EVERY, None, APPROVE_RIGHT, ("proposal",), ("note",), statuses=ALIVE
)
VOID: Final = Move(
    "void", T("作废", "Declared void"), EVERY, None, APPROVE_RIGHT, ("proposal",), ("note",), statuses=ALIVE
)
DECLINE: Final = Move(
    "decline_correction", T("不同意更正", "Correction declined"), EVERY, None, APPROVE_RIGHT, ("proposal", "reason"),
    statuses=ALIVE, event="decline", quiet=True,
)  # fmt: skip
MOVES: Final = (PROPOSE, CORRECT, VOID, DECLINE)

_SNAPSHOT: Final = (
    "stage", "status", "due_at", "clock", "reported_at", "county", "top", "street", "community", "category", "channel",
    "unit", "returns", "source", "by_staff",
)  # fmt: skip
_JUDGED: Final = frozenset({"close", "rate", "reopen"})


def sets(verb: str, body: Mapping[str, Any], at: datetime, before: Mapping[str, Any]) -> dict[str, Any]:
    """What an event sets of a case: what its snapshot has otherwise than before, the verdict, when somebody was contacted."""
    found = {name: body.get(name) for name in _SNAPSHOT if body.get(name) != before.get(name)}
    if verb in _JUDGED:
        found["grade"] = body.get("grade")
        if "solved" in body:
            found["solved"] = body["solved"]
    if verb == "contact" and body.get("move") == "contact":
        found["contacted_at"] = at
    return found
