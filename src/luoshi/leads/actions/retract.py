"""A contact with a company that was noted by mistake is taken back: by another person, with a reason; it stays to be read."""

from typing import Any
from uuid import UUID

from luoshi.kernel.action import Act, Change
from luoshi.kernel.problems import Denied, Fault, Invalid
from luoshi.kernel.text import T
from luoshi.leads import reads
from luoshi.leads.actions.company import NO_CHOICE
from luoshi.leads.actions.lead import note_fault
from luoshi.leads.actions.met import follow
from luoshi.leads.core import LINE
from luoshi.leads.models import Company


@LINE.action("retract_contact")
def retract_contact(company: Company, act: Act, *, event: Any, reason: str) -> Change:
    """The contact never was: it counts no more, from now on. Raises Invalid, or Denied for whoever noted it."""
    standing = reads.contacts(reads.events(company))
    found = next((one for one in standing if str(one.id) == str(event)), None)
    faults = note_fault(reason, "reason")
    if found is None:
        faults.append(Fault("event", str(event)[:40], NO_CHOICE))
    if found is None or faults:
        raise Invalid(faults)
    if not act.viewer.persons.isdisjoint(_noted_by(company, found)):
        raise Denied(T("自己记的联系，须由他人撤回", "You noted it: somebody else takes it back"))
    rest = [one for one in standing if one.id != found.id]
    company.contacted_at = max((one.at for one in rest), default=None)
    follow(company, rest)
    return Change(body={"reason": reason}, occurred_at=found.at, corrects=found.id)


def _noted_by(company: Company, contact: reads.Happened) -> set[int]:
    """Who noted it; where it came over from a merged company, whoever noted it there, too."""
    there: list[UUID] = [one.log_id for one in reads.absorbed(company)]
    same = [one for ref in there for one in reads.events_of(ref) if one.verb == "contact" and one.at == contact.at]
    return {one.actor for one in (contact, *same) if one.actor is not None}
