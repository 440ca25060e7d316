"""What the city promised the investor, whether it was kept, and what the company says of it by an expiring link."""

from datetime import date, timedelta
from typing import Any, Final

from luoshi.kernel import calendar
from luoshi.kernel.action import Act, Also, Change
from luoshi.kernel.ids import code_hash, derive_code, tracking_code
from luoshi.kernel.models import Crossing
from luoshi.kernel.problems import Denied, Fault, Invalid, NotNow
from luoshi.kernel.secret import secret
from luoshi.kernel.text import T
from luoshi.leads import clocks, reads
from luoshi.leads.actions.beside import end_invitations
from luoshi.leads.actions.lead import note_fault
from luoshi.leads.core import LEADS
from luoshi.leads.models import Invitation, Lead, Promise
from luoshi.leads.rules import MOST_DAYS, RULES
from luoshi.people.models import Unit

LONGEST: Final = 200
GRADES: Final = (1, 2, 3, 4, 5)


@LEADS.action("promise")
def promise(lead: Lead, act: Act, *, what: str, owner: Unit, until: date) -> Change:
    """The city owes the investor something: which unit, until which day. Raises Invalid."""
    faults = []
    if len(what) > LONGEST:
        faults.append(Fault("what", what[:20] + "…", T("最长 {n} 字", "at most {n} characters").fill(n=LONGEST)))
    if until < calendar.current().city_date(act.now):
        faults.append(Fault("until", until.isoformat(), T("不能早于今天", "cannot be before today")))
    if faults:
        raise Invalid(faults)
    row = Promise(pk=reads.next_promise(), lead=lead, what=what, owner=owner, until=until, at=act.now)
    body = {"promise": row.pk, "owner": owner.pk, "until": until.isoformat(), "what": what}
    return Change(body=body, rows=[row], answer={"promise": row.pk})


def _in(row: Promise, *states: str) -> Promise:
    if row.state not in states:
        raise NotNow(T("这项承诺现在不能这样办", "This cannot be done to the promise now"))
    return row


@LEADS.action("keep_promise")
def keep_promise(lead: Lead, act: Act, *, promise: object, note: str) -> Change:
    """The unit that owes it says that it was kept; the company has the last word. Raises Invalid, NotNow or Denied."""
    row = _in(reads.promise(lead, promise), "open", "disputed")
    if (
        row.owner_id not in reads.units(act.viewer)
        and not lead.owned_by(act.viewer)
        and not act.viewer.reach("leads.head")
    ):
        raise Denied(T("由负责单位或招商负责人报", "The unit that owes it, or the head of investment, says so"))
    _text(note)
    row.state, row.kept_at = "kept", act.now
    return Change(body={"promise": row.pk, "note": note}, saves=[row])


@LEADS.action("drop_promise")
def drop_promise(lead: Lead, act: Act, *, promise: object, reason: str) -> Change:
    """It is owed no more, for a reason that stays visible. Raises Invalid or NotNow."""
    row = _in(reads.promise(lead, promise), "open", "kept", "disputed")
    _text(reason, "reason")
    row.state = "dropped"
    return Change(body={"promise": row.pk, "reason": reason}, saves=[row])


def _crossed(threshold: str) -> Any:
    """The change by which a promise crosses a threshold of its clock: written once."""

    def change(lead: Lead, act: Act, *, promise: object) -> Change:
        """What is owed falls due soon, or was not kept in time. Raises Invalid or NotNow."""
        row = _in(reads.promise(lead, promise), "open", "disputed")
        end = clocks.promised(row.until)
        written = Crossing(subject=lead.log_id, clock=f"promise:{row.pk}", threshold=threshold, due_at=end, at=act.now)
        return Change(body={"promise": row.pk, "owner": row.owner_id, "clock_due_at": end}, rows=[written])

    return LEADS.action(f"{threshold}_promise")(change)


warn_promise, overdue_promise = _crossed("warn"), _crossed("overdue")
"""What time does to a promise."""


@LEADS.action("invite")
def invite(lead: Lead, act: Act, *, days: int | None = None) -> Change:
    """A link by which the company answers, good for some days; earlier links end. The code is told once. Raises Invalid."""
    days = RULES["days"]["link"] if days is None else days
    if isinstance(days, bool) or not 1 <= days <= MOST_DAYS:
        raise Invalid([Fault("days", str(days), T("1 到 {n}", "1 to {n}").fill(n=MOST_DAYS))])
    key = secret()
    code = derive_code(key, f"invite:{act.door}:{act.key}") if act.key else tracking_code()
    end_invitations(lead)
    until = act.now + timedelta(days=days)
    row = Invitation(lead=lead, hash=code_hash(key, code), until=until, at=act.now)
    return Change(body={"link_until": until}, rows=[row], secret={"code": code})


@LEADS.action("confirm_promise")
def confirm_promise(lead: Lead, act: Act, *, promise: object, grade: int | None = None, note: str = "") -> Change:
    """The company says that it was kept. Raises Invalid or NotNow."""
    row = _in(reads.promise(lead, promise), "open", "kept", "disputed")
    _text(note)
    row.state, row.answered_at, row.grade = "confirmed", act.now, _grade(grade)
    body = {"promise": row.pk, "kept": True, "grade": grade, "note": note}
    return Change(body=body, saves=[row], also=_instead(lead, row.pk))


@LEADS.action("dispute_promise")
def dispute_promise(lead: Lead, act: Act, *, promise: object, note: str) -> Change:
    """The company says that it was not kept: it is owed again. Raises Invalid or NotNow."""
    row = _in(reads.promise(lead, promise), "open", "kept", "confirmed")
    _text(note)
    row.state, row.answered_at = "disputed", act.now
    return Change(body={"promise": row.pk, "kept": False, "note": note}, saves=[row], also=_instead(lead, row.pk))


@LEADS.action("rate_service")
def rate_service(lead: Lead, act: Act, *, grade: int, note: str = "") -> Change:
    """The company rates how it was served, 1 to 5; it may change its mind. Raises Invalid."""
    _text(note)
    return Change(body={"grade": _grade(grade), "note": note}, also=_instead(lead, None))


def _instead(lead: Lead, promise: int | None) -> list[Also]:
    """The company's earlier word on the same counts no more: of a promise, or of how it was served."""
    said = reads.standing(reads.events_of(lead.log_id), ("answer",))
    return [
        Also(lead, "void", Change(occurred_at=one.at, corrects=one.id), line=LEADS)
        for one in said
        if one.body.get("promise") == promise
    ]


def _grade(grade: int | None) -> int | None:
    if grade is not None and (isinstance(grade, bool) or grade not in GRADES):
        raise Invalid([Fault("grade", str(grade)[:20], T("从 1 到 5", "from 1 to 5"))])
    return grade


def _text(text: str, field: str = "note") -> None:
    if faults := note_fault(text, field):
        raise Invalid(faults)
