"""What can be counted of cases: the columns of its facts, one row a case, and the measures over them. Free of Django.

A case of ours counts once: parts stand with their whole, one that was merged with the case that stands for it.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from luoshi.cases.channels import CHANNELS
from luoshi.cases.flow import OPEN, STATES
from luoshi.kernel.measures import (
    ALWAYS,
    END,
    Below,
    Column,
    Condition,
    Every,
    Facts,
    Is,
    Known,
    Less,
    Measure,
    Not,
    Rolled,
    Some,
)

_JUDGED: Final = Is("verb", ("close", "rate", "reopen"))
_CONTACT: Final = Every((Is("verb", ("contact",)), Is("move", ("contact",))))
# with the last of its parts a whole is closed that staff found, without an event of its own
_CLOSE: Final = Some((Is("verb", ("close",)), Every((Is("verb", ("part_done", "part_off")), Is("stage", ("closed",))))))
_VERIFY: Final = Some((Is("verb", ("verify",)), Every((Is("verb", ("close",)), Is("move", ("verify_close",))))))


def _first(name: str, *verbs: str) -> Rolled:
    return Rolled(name, "min", "occurred_at", Is("verb", verbs))


FACTS: Final = Facts(
    line="cases",
    columns=(
        Column("county", "text"), Column("top", "text"), Column("stage", "text"),
        Column("status", "text"), Column("due_at", "time"), Column("reported_at", "time"),
        Column("source", "text"), Column("by_staff", "bool"), Column("part", "bool"),
        Column("street", "text"), Column("community", "text"), Column("category", "text"), Column("channel", "text"),
        Column("unit", "int"), Column("returns", "int"), Column("move", "text"),
        Column("solved", "bool"), Column("grade", "int"), Column("on_time", "bool"), Column("in_time", "bool"),
        Column("response_due_at", "time"), Column("handled_at", "time"), Column("clock_name", "text"),
    ),
    carried=(
        "county", "top", "stage", "status", "due_at", "reported_at", "source", "by_staff", "part", "street", "community",
        "category", "channel", "unit", "returns",
    ),
    rolled=(
        _first("accepted_at", "accept", "adopt"),
        _first("dispatched_at", "dispatch"),
        _first("signed_at", "sign"),
        Rolled("finished_at", "max", "occurred_at", Is("verb", ("finish",))),
        Rolled("verified_at", "max", "occurred_at", _VERIFY),
        Rolled("closed_at", "max", "recorded_at", _CLOSE),
        Rolled("contacted_at", "min", "occurred_at", _CONTACT),
        Rolled("answer_due_at", "last", "response_due_at", Known("response_due_at")),
        Rolled("on_time", "last", "on_time", _CLOSE),
        Rolled("solved", "last", "solved", Every((_JUDGED, Known("solved")))),
        Rolled("grade", "last", "grade", _JUDGED),
        Rolled("returned", "count", "place", Is("verb", ("send_back",))),
        Rolled("reopens", "count", "place", Is("verb", ("reopen",))),
        Rolled("calls", "count", "place", Is("move", ("call_failed",))),
    ),
    clocks=("occurred_at", "recorded_at", "reported_at", "closed_at"),
    dimensions=("county", "street", "community", "top", "category", "channel", "unit", "source", "stage"),
    trees=(("county", "street", "community"), ("top", "category")),
    closed=(("channel", tuple(CHANNELS)), ("stage", tuple(state.name for state in STATES))),
)  # fmt: skip

OURS: Final = Every((Not(Is("status", ("imported",))), Is("part", (False,))))
ONCE: Final = Every((OURS, Not(Is("stage", ("merged",)))))
_CITIZENS: Final = Is("by_staff", (False,))
# what was reported and is worked on, or was
_TAKEN: Final = Every((ONCE, Not(Is("stage", ("refused", "withdrawn", "abuse")))))
_CLOSED: Final = Every((ONCE, Is("stage", ("closed",))))
_OPEN: Final = Every((ONCE, Is("stage", OPEN)))
_JOINED: Final = Every((OURS, Is("stage", ("merged",))))
_LATE: Final = Below("due_at", END)


def _and(*conditions: Condition) -> Every:
    return Every(conditions)


def _life(name: str, where: Condition, clock: str | None = "reported_at", **more: Any) -> Measure:
    kind = "share" if "part" in more else "quantile" if "value" in more else "count"
    return Measure(f"cases.{name}", more.pop("kind", kind), "life", clock, where, **more)


def _event(name: str, *verbs: str, where: Condition = ALWAYS) -> Measure:
    return Measure(f"cases.{name}", "count", "events", "occurred_at", Every((Is("verb", verbs), OURS, where)))


def _spans() -> list[Measure]:
    """How long each stage took, median and ninetieth percentile, of cases closed in the period."""
    found = []
    for name, a, b in (
        ("accept", "accepted_at", "reported_at"), ("dispatch", "dispatched_at", "accepted_at"),
        ("sign", "signed_at", "dispatched_at"), ("handle", "finished_at", "signed_at"),
        ("verify", "verified_at", "finished_at"), ("close", "closed_at", "reported_at"),
    ):  # fmt: skip
        there = _and(_CLOSED, Known(a), Known(b))
        found.append(_life(f"{name}_median", there, "closed_at", value=Less(a, b)))
        found.append(_life(f"{name}_p90", there, "closed_at", value=Less(a, b), q=Fraction(9, 10)))
    return found


def _answered(base: str) -> Condition:
    """Reports with a time for the answer: all, or those that were answered or should have been by now."""
    have = _and(_TAKEN, _CITIZENS, Known("answer_due_at"))
    return have if base == "all" else _and(have, Some((Known("contacted_at"), Below("answer_due_at", END))))


def _base(base: str) -> Condition:
    """Citizens' cases that were closed, or of those where the citizen said whether it is solved, or gave a grade."""
    return {
        "closed": _and(_TAKEN, _CITIZENS, Is("stage", ("closed",))),
        "answered": _and(_TAKEN, _CITIZENS, Known("solved")),
        "rated": _and(_TAKEN, _CITIZENS, Known("grade")),
    }[base]


def rates(rule: Mapping[str, Any], limit: int) -> list[Measure]:
    """The three rates 三率 and their weighted sum, in the pack's arithmetic: bases, weights, from which grade satisfied."""
    bases, weights = rule["bases"], rule["weights"]
    satisfied = Is("grade", tuple(range(rule["satisfied_from"], 6)))
    three = {
        "response": _life("response", _answered(bases["response"]), part=Below("contacted_at", "answer_due_at", True)),
        "solved": _life("solved", _base(bases["solved"]), part=Is("solved", (True,)), suppress_below=limit),
        "satisfied": _life("satisfied", _base(bases["satisfied"]), part=satisfied, suppress_below=limit),
    }
    parts = tuple((weights[name], one) for name, one in three.items() if weights[name])
    score = Measure("cases.score", "index", "life", "reported_at", parts=parts, suppress_below=limit)
    return [*three.values(), score]


def measures(rule: Mapping[str, Any], limit: int = 5) -> list[Measure]:
    """All measures of cases. `rule` is the pack's `rates`; groups of fewer verdicts than `limit` are not shown."""
    verdicts = _and(_CLOSED, _CITIZENS)
    return [
        _life("reported", ONCE),
        _event("reports", "report"),
        _life("closed", _CLOSED, "closed_at"),
        _life("open", _OPEN, None),
        _life("overdue", _and(_OPEN, _LATE, Is("status", ("going",))), None),
        _life("age_median", _OPEN, None, value=Less(END, "reported_at")),
        _life("age_p90", _OPEN, None, value=Less(END, "reported_at"), q=Fraction(9, 10)),
        _life("on_time", _and(_CLOSED, Known("on_time")), "closed_at", part=Is("on_time", (True,))),
        _event("returns", "send_back"),
        _life("returned", _CLOSED, "closed_at", part=Not(Is("returned", (0,)))),
        _event("reopens", "reopen"),
        _life("reopened", _CLOSED, "closed_at", part=Not(Is("reopens", (0,)))),
        _life("repeats", _JOINED),
        _life("repeated", OURS, part=Is("stage", ("merged",))),
        _life("places", ONCE, kind="distinct", keys=("street", "category")),
        _life("found_by_staff", ONCE, part=Is("by_staff", (True,))),
        _life("not_taken", ONCE, part=Is("stage", ("refused", "withdrawn", "abuse"))),
        _life("unrated", verdicts, "closed_at", part=Not(Known("grade")), suppress_below=limit),
        _life("bad", _and(verdicts, Known("grade")), "closed_at", part=Is("grade", (1, 2)), suppress_below=limit),
        _life("unreached", verdicts, "closed_at", part=_and(Not(Known("solved")), Not(Is("calls", (0,)))),
              suppress_below=limit),
        _event("warned", "warn"),
        _event("crossed", "overdue"),
        _event("extensions", "grant_extension"),
        _event("suspensions", "suspend"),
        *_spans(),
        *rates(rule, limit),
    ]  # fmt: skip
