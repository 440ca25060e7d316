"""The clocks of a case: the whole, the present step, the answer to the reporter. Changes rows in memory only."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple, cast

from luoshi.cases.models import Case, Category
from luoshi.kernel import calendar, installation
from luoshi.kernel.deadlines import Kind, Rule, due, remaining, resume, warn_at

# which clock of the pack runs in which state; a state without one has only the whole
STEP: Final = {
    "reported": "accept",
    "accepted": "dispatch",
    "dispatched": "sign",
    "joint": "joint",
    "handled": "verify",
    "verified": "callback",
}
# so many failed call-backs are enough: then the case waits for the reporter, without a clock for the desk
ATTEMPTS: Final = 3
APART: Final = timedelta(hours=2)  # calls that follow sooner on the last one are the same attempt
# the whole runs until the handling ends
WHOLE: Final = frozenset({"reported", "accepted", "dispatched", "joint", "handling", "parted"})
# by the log's verbs: what stops the clocks, what lets them go on, what gives more time, what begins anew
STOPS: Final = frozenset({"suspend", "ask", "merge"})
GOES_ON: Final = frozenset({"resume", "reply", "end_ask", "unmerge"})
GRANTS: Final = "grant_extension"
BEGINS: Final = frozenset({"reopen", "adopt"})


@lru_cache(maxsize=64)
def rule(name: str) -> Rule:
    """A clock of the pack by its name, such as `accept` or `unrated`."""
    n, kind = installation.current().pack["clocks"][name]
    return Rule(cast(Kind, kind), n)


def handling_rule(category: Category) -> Rule:
    """How long handling may take; the pack's default where the category says nothing."""
    return Rule(cast(Kind, category.handle_kind), category.handle_n) if category.handle_n else rule("handle")


def _warn(clock: Rule, start: datetime, end: datetime) -> datetime:
    """When the clock turns yellow, by the pack's rule."""
    return warn_at(clock, start, end, calendar.current(), **installation.current().pack["light"])


def start_whole(case: Case, category: Category, start: datetime) -> None:
    """Start (or recompute) the clocks that the category sets: the whole and the answer to the reporter."""
    cal, whole = calendar.current(), handling_rule(category)
    case.clock_from, case.due_kind, case.due_n = start, whole.kind, whole.n
    case.due_at = due(whole, start, cal)
    case.warn_at = _warn(whole, start, case.due_at)
    if case.by_staff or case.contacted_at:
        return
    response = (
        Rule(cast(Kind, category.response_kind), category.response_n) if category.response_n else rule("response")
    )
    case.response_due_at = due(response, came_at(case), cal)


def came_at(case: Case) -> datetime:
    """When the case came to us: reported, or adopted from another system, whose own delays are not ours."""
    return case.accepted_at or case.reported_at if case.channel == "import" else case.reported_at


class Happened(NamedTuple):
    """An event that touched the clock of the whole: the log's verb, when, and the due time that it granted."""

    verb: str
    at: datetime
    until: datetime | None = None


def whole_anew(case: Case, category: Category, start: datetime, past: Iterable[Happened]) -> None:
    """Recompute the whole by a category's rule, then let everything that happened to it since `start` happen again:
    what was left at each stop is kept exactly, and what was granted is never taken back.
    """
    start_whole(case, category, start)
    paused: datetime | None = None
    left: int | None = None
    for one in past:
        if one.verb in STOPS and paused is None:
            paused, left = one.at, _left(case.due_kind, one.at, case.due_at)
        elif one.verb in GOES_ON and paused is not None and left is not None:
            case.due_at, case.warn_at = _resumed(case.due_kind, left, case.warn_at, paused, one.at)
            paused = left = None
        elif one.verb == GRANTS and one.until is not None:
            extend(case, one.until)


def extend(case: Case, until: datetime) -> None:
    """Give time until then, or leave the due time where it is later already; the warning moves along."""
    if case.due_at is None or until <= case.due_at:
        return
    if case.warn_at is not None:
        case.warn_at += until - case.due_at
    case.due_at = until


def enter(case: Case, now: datetime) -> None:
    """The case has entered its state: start the clock of the step, or end all."""
    case.step, case.step_since = case.state, now
    start_step(case, STEP.get(case.state, ""), now)


def start_step(case: Case, name: str, now: datetime) -> None:
    """Start a clock of the pack as that of the present step; with no name the step has none."""
    if name:
        step = rule(name)
        case.step_kind, case.step_due_at = step.kind, due(step, now, calendar.current())
        case.step_warn_at = _warn(step, now, case.step_due_at)
    else:
        case.step_kind, case.step_due_at, case.step_warn_at = "", None, None
    settle(case)


def _running(case: Case) -> list[tuple[datetime, datetime | None]]:
    """(due, warn) of the clocks that run now."""
    running = [(case.step_due_at, case.step_warn_at)]
    if case.state in WHOLE:
        running.append((case.due_at, case.warn_at))
    return [(end, warn) for end, warn in running if end is not None]


def settle(case: Case) -> None:
    """Set what is due next, from the clocks that run; nothing while the case waits, is over or is not ours."""
    running = _running(case) if case.status == "going" else []
    case.next_due_at = min((end for end, _ in running), default=None)
    case.next_warn_at = min((warn for _, warn in running if warn is not None), default=None)


def pause(case: Case, now: datetime) -> None:
    """Stop both clocks and keep what exactly is left of each."""
    case.paused_at = now
    case.left_us = _left(case.due_kind, now, case.due_at)
    case.step_left_us = _left(case.step_kind, now, case.step_due_at)
    settle(case)


def _left(kind: str, now: datetime, end: datetime | None) -> int | None:
    """Microseconds left in the clock's own time; negative when late."""
    if end is None:
        return None
    return round(remaining(cast(Kind, kind), now, end, calendar.current()) / timedelta(microseconds=1))


def go_on(case: Case, now: datetime) -> None:
    """Start both clocks again with what was left of them."""
    paused = case.paused_at
    if case.left_us is not None:
        case.due_at, case.warn_at = _resumed(case.due_kind, case.left_us, case.warn_at, paused, now)
    if case.step_left_us is not None:
        case.step_due_at, case.step_warn_at = _resumed(
            case.step_kind, case.step_left_us, case.step_warn_at, paused, now
        )
    case.paused_at = case.left_us = case.step_left_us = None
    settle(case)


def _resumed(
    kind: str, left_us: int, warn: datetime | None, paused: datetime | None, now: datetime
) -> tuple[datetime, datetime | None]:
    """When a clock that goes on now is due, and when it warns."""
    end = resume(cast(Kind, kind), now, timedelta(microseconds=left_us), calendar.current())
    return end, _later(warn, paused, now, end)


def _later(warn: datetime | None, paused: datetime | None, now: datetime, end: datetime) -> datetime | None:
    """The warning moves with the pause, unless it was given already, and never behind the due time."""
    if warn is None or paused is None or warn <= paused:
        return warn
    return min(warn + (now - paused), end)


def stop(case: Case) -> None:
    """The case is over: no clock runs."""
    case.ask_due_at = case.extend_to = None
    settle(case)


def light(case: Case, now: datetime) -> str:
    """`g`, `y`, `r`, or `n` where no clock runs; computed on reading."""
    if case.next_due_at is None:
        return "n"
    if now > case.next_due_at:
        return "r"
    return "y" if case.next_warn_at is not None and now >= case.next_warn_at else "g"


def whole_light(case: Case, now: datetime) -> str:
    """The light of the whole alone, as the public sees it beside its due time; `n` where it does not run."""
    if case.state not in WHOLE or case.status != "going" or case.due_at is None:
        return "n"
    if now > case.due_at:
        return "r"
    return "y" if case.warn_at is not None and now >= case.warn_at else "g"


def next_kind(case: Case) -> Kind:
    """In which kind of time that which is due next is counted."""
    step = case.next_due_at is not None and case.next_due_at == case.step_due_at
    return case.step_kind if step else case.due_kind or "hours"  # type: ignore[return-value]
