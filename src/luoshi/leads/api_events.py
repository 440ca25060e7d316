"""What happened to a lead or a company, as the API gives it: the same as on its page, with the ids that a correction names."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from luoshi.api.schema import TEXT, TIME, YES, or_null, record, rows
from luoshi.leads.api_given import ID
from luoshi.leads.reads import Happened, corrections
from luoshi.people import reads as people

CHANGE: Final = {
    "type": "object", "properties": {"field": TEXT, "was": {}, "is": {}}, "required": ["field", "was", "is"]
}  # fmt: skip
"""What a correction changed: `day`, `county`, `industry`, `occasion` (its id), `amount` (minor units)."""
EVENTS: Final = record(
    {
        "events": rows(
            record(
                {"id": ID, "verb": TEXT, "at": TIME, "recorded_at": TIME, "said": TEXT, "by": or_null(TEXT), "corrected": YES,
                 "corrects": or_null(ID), "changes": rows(CHANGE)}
            )
        )
    }
)  # fmt: skip


def told(happened: Sequence[Happened], said: Callable[[Happened], str]) -> dict[str, Any]:
    """Each event; `said` puts in words what it says beside what was done."""
    changed = {
        one.by.id: one.changes for one in corrections(sorted(happened, key=lambda one: (one.recorded_at, one.id)))
    }
    names = people.names({one.actor for one in happened if one.actor is not None})
    return {
        "events": [
            {"id": str(one.id), "verb": one.verb, "at": one.at, "recorded_at": one.recorded_at, "said": said(one),
             "by": names.get(one.actor or 0), "corrected": one.void, "corrects": str(one.corrects) if one.corrects else None,
             "changes": [{"field": name, "was": was, "is": now} for name, was, now in changed.get(one.id, ())]}
            for one in happened
        ]
    }  # fmt: skip
