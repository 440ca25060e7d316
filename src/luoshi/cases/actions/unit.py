"""The unit: sign, assign, return, ask, give evidence, report as handled, suspend, ask for more time."""

from datetime import datetime

from luoshi.cases import clocks
from luoshi.cases.actions.again import on_time
from luoshi.cases.actions.report import attach
from luoshi.cases.core import LINE
from luoshi.cases.models import Case, Photo
from luoshi.kernel import calendar
from luoshi.kernel.action import MISSING, Act, Change
from luoshi.kernel.deadlines import due
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.people.models import Person


def _works(case: Case, act: Act, handler: Person | None = None) -> None:
    """Remember who worked on it: none of them may verify it."""
    for person in (act.viewer.person, handler.pk if handler else None):
        if person is not None and person not in case.worked_by:
            case.worked_by = [*case.worked_by, person]


@LINE.action("sign")
def sign(case: Case, act: Act, *, handler: Person | None = None) -> Change:
    """The unit takes it over; without a handler named, the one who signs."""
    case.signed_at = act.now
    case.handler_id = handler.pk if handler else act.viewer.person
    _works(case, act, handler)
    return Change()


@LINE.action("assign")
def assign(case: Case, act: Act, *, handler: Person, note: str = "") -> Change:
    """Another person of the unit handles it."""
    case.handler = handler
    _works(case, act, handler)
    return Change(body={"note": note})


@LINE.action("send_back")
def send_back(case: Case, act: Act, *, reason: str) -> Change:
    """The unit returns it, once, with a reason; it is dispatched anew."""
    case.returns += 1
    case.handler = None
    return Change(body={"reason": "returned", "note": reason})


@LINE.action("escalate")
def escalate(case: Case, act: Act, *, reason: str) -> Change:
    """A second return goes to joint dispatch, never back and forth."""
    case.returns += 1
    case.handler = None
    return Change(body={"reason": "returned", "note": reason})


@LINE.action("add_evidence")
def add_evidence(case: Case, act: Act, *, note: str = "", photos: list[Photo] | None = None) -> Change:
    """A photograph, a document or a note of what was done."""
    if not note.strip() and not photos:
        raise Invalid([Fault("note", "", T("写一句说明，或附照片", "write a note or add a photograph"))])
    case.evidence += 1
    _works(case, act)
    change = Change(body={"note": note})
    attach(change, case, photos, "after", act.viewer.person)
    return change


@LINE.action("finish")
def finish(case: Case, act: Act, *, answer: str) -> Change:
    """The handling ends; `answer` is what the reporter will read."""
    case.handled_at = act.now
    case.private.answer = answer
    case.extend_to = None
    _works(case, act)
    return Change(body={"answer": answer, "on_time": on_time(case)}, saves=[case.private])


@LINE.action("suspend")
def suspend(case: Case, act: Act, *, reason: str) -> Change:
    """Stop the clocks for a reason that is not the unit's; what is left of them is kept exactly."""
    case.status = "suspended"
    clocks.pause(case, act.now)
    return Change(body={"reason": "suspended", "note": reason})


@LINE.action("resume")
def resume(case: Case, act: Act, *, note: str = "") -> Change:
    """Start the clocks again."""
    return go_on(case, act, note)


def go_on(case: Case, act: Act, note: str) -> Change:
    """The case goes on with what was left of its clocks."""
    case.status, case.ask_due_at = "going", None
    clocks.go_on(case, act.now)
    return Change(body={"note": note})


@LINE.action("ask")
def ask(case: Case, act: Act, *, question: str) -> Change:
    """Ask the reporter; the clocks wait for the answer, but not for ever."""
    case.status = "asked"
    case.ask_due_at = due(clocks.rule("ask"), act.now, calendar.current())
    case.private.question = question
    clocks.pause(case, act.now)
    return Change(body={"question": question}, saves=[case.private])


@LINE.action("end_ask")
def end_ask(case: Case, act: Act, *, note: str = "") -> Change:
    """Go on without the answer."""
    return go_on(case, act, note)


@LINE.action("ask_extension")
def ask_extension(case: Case, act: Act, *, until: datetime, reason: str) -> Change:
    """Ask for more time, before the due time; another person grants it."""
    faults = []
    if case.due_at is not None and act.now > case.due_at:
        faults.append(Fault("until", "", T("已经超期，不能再申请", "it is overdue: too late to ask")))
    elif case.due_at is not None and until <= case.due_at:
        faults.append(Fault("until", until.isoformat(), T("要晚于现在的期限", "must be later than the due time")))
    if not reason.strip():
        faults.append(Fault("reason", "", MISSING))
    if faults:
        raise Invalid(faults)
    case.extend_to, case.extend_by = until, act.viewer.person
    return Change(body={"until": until, "note": reason})
