"""What the events of cases contribute to figures, and how wide each field stands in the log. Free of Django.

open: the county, the top category, stage, due time, kind of clock, source. restricted: finer place and category,
channel, units, verdicts, reasons. Everything else (names, telephone, free text, exact place) is private.
"""

from typing import Any, Final

from luoshi.cases.correcting import FIELDS as CORRECTABLE
from luoshi.cases.flow import FLOW, MOVES
from luoshi.kernel.ledger.fields import Widths

OPEN: Final = frozenset(
    {"county", "top", "stage", "status", "due_at", "clock", "reported_at", "source", "by_staff", "part"}
)
RESTRICTED: Final = frozenset(
    {"street", "community", "category", "channel", "unit", "move", "returns", "acting_for", "actor_kind"}
)
# fields that only some verbs carry; a verb's restricted names always all stand in its payload
EXTRA: Final[dict[str, frozenset[str]]] = {
    "report": frozenset({"files", "source_status", "flags", "response_due_at"}),
    "accept": frozenset({"response_due_at"}),
    "close": frozenset({"solved", "grade", "reasons", "on_time", "contacted", "handled_at"}),
    "rate": frozenset({"solved", "grade", "reasons"}),
    "reopen": frozenset({"reason", "solved", "response_due_at"}),
    "finish": frozenset({"on_time", "files"}),
    "add_evidence": frozenset({"files"}),
    "contact": frozenset({"in_time", "outcome"}),
    "refuse": frozenset({"reason"}),
    "mark_abuse": frozenset({"reason"}),
    "send_back": frozenset({"reason"}),
    "escalate": frozenset({"reason"}),
    "reject": frozenset({"reason"}),
    "suspend": frozenset({"reason"}),
    "reclassify": frozenset({"category_before", "due_before", "response_due_at"}),
    "relocate": frozenset({"street_before", "due_before"}),
    "ask_extension": frozenset({"until"}),
    "grant_extension": frozenset({"until", "due_before"}),
    "warn": frozenset({"rule"}),
    "overdue": frozenset({"rule"}),
    "release": frozenset({"files"}),
    "import": frozenset({"source_status", "flags"}),
    "split": frozenset({"units"}),
    "part_done": frozenset({"unit_done", "on_time"}),
    "part_off": frozenset({"unit_done", "reason"}),
    "withdraw": frozenset({"reason"}),
    "erase": frozenset({"reason", "erasure"}),
    "merge": frozenset({"into", "state_before"}),
    "unmerge": frozenset({"into", "reason"}),
    "absorb": frozenset({"other"}),
    "detach": frozenset({"other"}),
    "adopt": frozenset({"category_before", "response_due_at"}),
    "propose": frozenset({"of", "void"}),
    "decline": frozenset({"of"}),
}
# a correction carries whatever the event that it corrects could carry
_CORRECTED: Final = frozenset({"proposed_by"}).union(
    *(EXTRA.get(FLOW.move(move).log_verb if move != "report" else move, frozenset()) for move in CORRECTABLE)
)
MORE_OPEN: Final[dict[str, frozenset[str]]] = {
    "warn": frozenset({"clock_name", "threshold", "clock_due_at"}),
    "overdue": frozenset({"clock_name", "threshold", "clock_due_at"}),
}
VERBS: Final = (
    "report",
    "import",
    "renew",
    "erase",
    "part",
    "part_done",
    "part_off",
    "absorb",
    "detach",
    "follow",
    "unfollow",
    "propose",
    "decline",
    *sorted({move.log_verb for move in MOVES}),
)
WIDTHS: Final = {
    verb: Widths(
        OPEN | MORE_OPEN.get(verb, frozenset()), RESTRICTED | EXTRA.get(verb, frozenset()), hushed=verb in FLOW.shared
    )
    for verb in VERBS
} | {verb: Widths(OPEN, RESTRICTED | _CORRECTED) for verb in ("correct", "void")}


def snapshot(case: Any) -> dict[str, Any]:
    """What figures need to know of a case after a move; times as aware datetimes."""
    return {
        "county": case.county,
        "top": case.top,
        "stage": case.state,
        "status": case.status,
        "due_at": case.due_at,
        "clock": case.due_kind,
        "reported_at": case.reported_at,
        "source": case.source,
        "by_staff": case.by_staff,
        "part": case.part_of_id is not None,
        "street": case.street,
        "community": case.community,
        "category": case.category_id,
        "channel": case.channel,
        "unit": case.unit_id,
        "returns": case.returns,
    }
