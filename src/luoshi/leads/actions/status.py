"""Is a lead alive: suspended, lost, given up, taken up again; in whose hands it is; what time does to it."""

from datetime import date
from typing import Any

from luoshi.kernel.action import Act, Change
from luoshi.kernel.models import Crossing
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.leads import clocks
from luoshi.leads.actions.company import NO_CHOICE
from luoshi.leads.actions.lead import moment, note_fault, unit_of
from luoshi.leads.core import LEADS
from luoshi.leads.models import Lead
from luoshi.leads.stages import LOST
from luoshi.people.models import Person, Unit


@LEADS.action("suspend")
def suspend(lead: Lead, act: Act, *, reason: str) -> Change:
    """Nothing goes on for a while: no clock runs."""
    _text(reason)
    lead.status = "suspended"
    clocks.stop(lead)
    return Change(body={"reason": reason})


@LEADS.action("resume")
def resume(lead: Lead, act: Act, *, note: str = "") -> Change:
    """It goes on: the next report is due from now."""
    _text(note)
    return _going(lead, act, {"note": note})


@LEADS.action("revive")
def revive(lead: Lead, act: Act, *, reason: str) -> Change:
    """What was lost or given up is taken up again."""
    _text(reason)
    lead.ended_at, lead.ended_why = None, ""
    return _going(lead, act, {"reason": reason})


def _going(lead: Lead, act: Act, body: dict[str, Any]) -> Change:
    lead.status, lead.touched_at = "going", act.now
    clocks.start(lead, "report", act.now)
    return Change(body=body)


@LEADS.action("lose")
def lose(lead: Lead, act: Act, *, why: str, reason: str, day: date | None = None) -> Change:
    """The investor will not come, since a day. Raises Invalid."""
    return _ended(lead, act, "lost", why, reason, day)


@LEADS.action("abandon")
def abandon(lead: Lead, act: Act, *, why: str, reason: str, day: date | None = None) -> Change:
    """The city gives it up, since a day. Raises Invalid."""
    return _ended(lead, act, "abandoned", why, reason, day)


def _ended(lead: Lead, act: Act, status: str, why: str, reason: str, day: date | None) -> Change:
    if why not in LOST:
        raise Invalid([Fault("why", why[:40], NO_CHOICE)])
    _text(reason)
    at = moment(lead, act, day)
    lead.status, lead.ended_at, lead.ended_why = status, at, why
    clocks.stop(lead)
    return Change(body={"why": why, "reason": reason}, occurred_at=at)


def _text(text: str) -> None:
    if faults := note_fault(text, "reason"):
        raise Invalid(faults)


@LEADS.action("assign_lead")
def assign_lead(lead: Lead, act: Act, *, officer: Person, note: str = "") -> Change:
    """Another officer has it in hand."""
    return hand(lead, officer, note)


def hand(lead: Lead, officer: Person, note: str = "") -> Change:
    """The lead, and the unit of whoever has it, as they are from now on."""
    before = lead.officer_id
    lead.officer, lead.unit_id = officer, unit_of(officer)
    return Change(body={"before": before, "note": note})


def carry(lead: Lead, act: Act, *, unit: Unit) -> Change:
    """Its unit goes on as another one."""
    lead.unit = unit
    return Change(body={})


def _cross(lead: Lead, act: Act, name: str, threshold: str, end: Any) -> Change:
    """A crossing is written once for each (subject, clock, threshold, due time)."""
    if end is None:
        raise Invalid([Fault("clock", name, T("这只钟没有在走", "this clock does not run"))])
    row = Crossing(subject=lead.log_id, clock=name, threshold=threshold, due_at=end, at=act.now)
    return Change(body={"clock_name": name, "clock_due_at": end}, rows=[row])


@LEADS.action("warn")
def warn(lead: Lead, act: Act) -> Change:
    """Its clock turned yellow."""
    return _cross(lead, act, lead.clock, "warn", lead.due_at)


@LEADS.action("overdue")
def overdue(lead: Lead, act: Act) -> Change:
    """Its clock ran out."""
    return _cross(lead, act, lead.clock, "overdue", lead.due_at)


@LEADS.action("remind")
def remind(lead: Lead, act: Act) -> Change:
    """Nobody was in touch for long."""
    return _cross(lead, act, "silent", "warn", lead.touched_at + clocks.silent())
