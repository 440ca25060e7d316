"""Documents of a lead in versions, and what may be missing until a day."""

from datetime import date, timedelta
from typing import Final

from luoshi.kernel import calendar
from luoshi.kernel.action import Act, Change
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.leads import gates, reads
from luoshi.leads.actions.company import NO_CHOICE
from luoshi.leads.actions.lead import note_fault
from luoshi.leads.core import LEADS
from luoshi.leads.models import Document, Lead, Waiver
from luoshi.ports.papers import Paper

LONGEST: Final = timedelta(days=180)
"""The longest time for which something may be waived."""


@LEADS.action("add_document")
def add_document(lead: Lead, act: Act, *, kind: str, file: Paper, note: str = "") -> Change:
    """A document, or a new version of it; `file` was checked and stored. Its hash stands in the event. Raises Invalid."""
    faults = note_fault(note)
    if kind not in gates.DOCUMENTS:
        faults.append(Fault("kind", kind[:40], NO_CHOICE))
    if faults:
        raise Invalid(faults)
    row = Document(
        id=file.id, lead=lead, kind=kind, version=reads.paper_version(lead, kind), name=file.name, type=file.type, size=file.size,
        sha256=file.sha256, note=note, at=act.now, by_id=act.viewer.person,
    )  # fmt: skip
    if kind not in lead.papers:
        lead.papers = [*lead.papers, kind]
    body = {"kind": kind, "file": file.sha256, "size": file.size, "file_name": file.name, "note": note}
    return Change(body=body, rows=[row], answer={"document": str(file.id)})


@LEADS.action("waive")
def waive(lead: Lead, act: Act, *, item: str, until: date, reason: str) -> Change:
    """What a gate asks for need not be there until a day; decided by another person than the one in charge. Raises Invalid."""
    today = calendar.current().city_date(act.now)
    faults = note_fault(reason, "reason")
    if item not in gates.NEEDS:
        faults.append(Fault("item", item[:40], NO_CHOICE))
    if not today <= until <= today + LONGEST:
        rule = T("从今天起，最多 {n} 天", "from today on, at most {n} days").fill(n=LONGEST.days)
        faults.append(Fault("until", until.isoformat(), rule))
    if faults:
        raise Invalid(faults)
    row = Waiver(lead=lead, item=item, until=until, reason=reason, by_id=act.viewer.person, at=act.now)
    return Change(body={"item": item, "until": until.isoformat(), "reason": reason}, rows=[row])
