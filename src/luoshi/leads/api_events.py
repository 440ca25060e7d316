"""What happened to a lead or a company, as the API gives it: the same as on its page, with the ids that a correction names."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from luoshi.api.schema import TEXT, TIME, YES, or_null, record, rows
from luoshi.leads.api_given import ID
from luoshi.leads.reads import Happened
from luoshi.people import reads as people

EVENTS: Final = record(
    {
        "events": rows(
            record(
                {"id": ID, "verb": TEXT, "at": TIME, "recorded_at": TIME, "said": TEXT, "by": or_null(TEXT), "corrected": YES,
                 "corrects": or_null(ID)}
            )
        )
    }
)  # fmt: skip


def told(happened: Sequence[Happened], said: Callable[[Happened], str]) -> dict[str, Any]:
    """Each event; `said` puts in words what it says beside what was done."""
    names = people.names({one.actor for one in happened if one.actor is not None})
    return {
        "events": [
            {"id": str(one.id), "verb": one.verb, "at": one.at, "recorded_at": one.recorded_at, "said": said(one),
             "by": names.get(one.actor or 0), "corrected": one.void, "corrects": str(one.corrects) if one.corrects else None}
            for one in happened
        ]
    }  # fmt: skip
