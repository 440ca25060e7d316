"""Two leads of one project: the one goes into the other, its milestones count no more, and can come out again with them.

A signing is an event, and signed projects are counted by their events. So the milestones of the merged one are taken back
where they stand: as of an earlier day there were two, from now on there is one, at the first of both signings. Its verified money goes over as it came, and so
do its documents and what was promised; the event says which, so that they come back when the two are taken apart.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from luoshi.kernel.action import Act, Also, Change
from luoshi.kernel.ledger.correct import OWN
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.leads import clocks, reads
from luoshi.leads.actions.money import money_in
from luoshi.leads.core import LEADS
from luoshi.leads.models import Credit, Lead, Promise, Receipt
from luoshi.leads.stages import AFTER, STAGES

MILESTONES: Final = (*AFTER, "agree", "money_in")
"""The log's verbs that figures count, taken back when the project turns out to be another one's double."""


class _Told:
    """The log of a lead, read once."""

    def __init__(self, lead: Lead) -> None:
        self.events = {one.id: one for one in reads.events_of(lead.log_id)}

    def milestones(self) -> list[reads.Happened]:
        """The events that count and stand, as they hold now, oldest first."""
        standing = [one for one in self.events.values() if not one.void and one.verb != "void"]
        return [one for one in standing if self.verb(one) in MILESTONES]

    def verb(self, one: reads.Happened) -> str:
        """What was said at first, where an event is a correction."""
        while one.corrects and one.corrects in self.events:
            one = self.events[one.corrects]
        return one.verb

    def merged(self, other: UUID) -> reads.Happened | None:
        """The event by which another lead was merged into this one last."""
        found = [
            one for one in self.events.values() if one.verb == "absorb_lead" and one.body.get("other") == str(other)
        ]
        return found[-1] if found else None

    def brought(self, merged: UUID | None, waited: Collection[int]) -> list[reads.Happened]:
        """The events by which the money of a merged lead counts here: verified before, or as it waited then, since."""
        standing = [one for one in self.events.values() if one.verb == "money_in" and not one.void]
        return [one for one in standing if one.act == merged or one.body.get("receipt") in waited]

    def taken_back(self, merged: UUID | None) -> list[reads.Happened]:
        """What an act took back, by the verb that it had at first, with the body that held."""
        voids = [one for one in self.events.values() if one.act == merged and one.verb == "void"]
        found = [one for void in voids if (one := self.events.get(void.corrects) if void.corrects else None)]
        return [replace(one, verb=self.verb(one), corrects=None, void=False) for one in found]


@LEADS.action("merge_lead")
def merge_lead(lead: Lead, act: Act, *, into: Lead, reason: str) -> Change:
    """It is the same project as another one, which stands for both from now on. Raises Invalid."""
    rule = None
    if into.pk == lead.pk:
        rule = T("不能并入自己", "cannot be merged into itself")
    elif into.state == "merged":
        rule = T("那一个已并入别的项目", "was merged into another itself")
    elif lead.agreed is not None and into.agreed is None:
        rule = T(
            "金额不详，而这一个写明了：先在那一个上记协议金额",
            "has no known amount and this one has: note it there first",
        )
    elif STAGES.index(lead.state) > STAGES.index(into.state):
        rule = T("那一个还没有走到这一步：请把它并入这一个", "has not come as far: merge that one into this one")
    if rule is not None:
        raise Invalid([Fault("into", into.number, rule)])
    lead.state_before, lead.merged_into, into.absorbed = lead.state, into, into.absorbed + 1
    standing = _Told(lead).milestones()
    moved = [one for one in reads.receipts(lead) if one.state == "verified"]
    also = [Also(lead, "void", Change(occurred_at=one.at, corrects=one.id), line=LEADS) for one in standing]
    clocks.stop(lead)
    also += _earlier(lead, into)
    also.append(Also(into, "absorb_lead", _carried(lead, into)))
    also += _money(moved, into)
    lead.in_place = 0
    body = {"into": str(into.log_id), "reason": reason}
    return Change(body=body, also=also)


def _earlier(lead: Lead, into: Lead) -> list[Also]:
    """A project counts at its first signing: where the merged one reached a stage earlier, that is the day of both."""
    found, told = [], _Told(into)
    for event in told.milestones():
        stage = AFTER.get(told.verb(event))
        at = getattr(lead, f"{stage}_at") if stage else None
        if at is not None and at < event.at:
            setattr(into, f"{stage}_at", at)
            found.append(_moved(into, event, at))
    return found


def _moved(lead: Lead, event: reads.Happened, at: datetime, undated: bool = False) -> Also:
    """A milestone on another day, or one that is `undated`, all else as it stands."""
    body = {name: value for name, value in event.body.items() if name not in OWN and name != "undated"}
    body |= {"undated": True} if undated else {}
    return Also(lead, "correct", Change(body=body, occurred_at=at, corrects=event.id), line=LEADS)


def _back(into: Lead, told: _Told, merged: UUID | None) -> list[Also]:
    """Milestones that went to an earlier day with the merging go back."""
    found = []
    for one in told.events.values():
        former = told.events.get(one.corrects) if one.corrects else None
        if one.verb != "correct" or one.act != merged or one.void or former is None:
            continue
        undated = bool(former.body.get("undated"))
        setattr(into, f"{AFTER[told.verb(one)]}_at", None if undated else former.at)
        found.append(_moved(into, one, former.at, undated))
    return found


def _carried(lead: Lead, into: Lead) -> Change:
    """Its documents, each as a further version, promises, money that waits and, where there is none, its split of credit go over;
    which, with the versions that they had, is noted."""
    papers, promises = reads.documents(lead)[::-1], reads.promises(lead)
    waiting = [one for one in reads.receipts(lead) if one.state == "reported"]
    shares = [] if reads.credits(into) else reads.credits(lead)
    body = {
        "other": str(lead.log_id), "promises": [one.pk for one in promises], "receipts": [one.pk for one in waiting],
        "papers": [[str(one.pk), one.version] for one in papers], "credits": [one.pk for one in shares],
        "came_at": into.came_at.isoformat(),
    }  # fmt: skip
    newest = {one.kind: reads.paper_version(into, one.kind) for one in papers}
    for paper in papers:
        paper.lead, paper.version = into, newest[paper.kind]
        newest[paper.kind] += 1
    beside: list[Promise | Receipt | Credit] = [*promises, *waiting, *shares]
    for one in beside:
        one.lead = into
    into.came_at = min(into.came_at, lead.came_at)
    into.papers, lead.papers = sorted({*into.papers, *newest}), []
    return Change(body=body, saves=[*papers, *beside])


def _returned(into: Lead, lead: Lead, said: Mapping[str, Any]) -> Change:
    """What went over then, as was noted, comes back as it was; what was added since stays."""
    into.came_at = datetime.fromisoformat(said["came_at"]) if "came_at" in said else into.came_at
    versions = dict(said.get("papers", ()))
    kept = reads.documents(into)
    papers = [one for one in kept if str(one.pk) in versions]
    beside: list[Promise | Receipt | Credit] = [
        one for one in reads.promises(into) if one.pk in said.get("promises", ())
    ]
    beside += [one for one in reads.credits(into) if one.pk in said.get("credits", ())]
    beside += [one for one in reads.receipts(into) if one.pk in said.get("receipts", ()) and one.state != "verified"]
    for paper in papers:
        paper.lead, paper.version = lead, versions[str(paper.pk)]
    for one in beside:
        one.lead = lead
    lead.papers = sorted({one.kind for one in papers})
    into.papers = sorted({one.kind for one in kept if one.lead_id == into.pk})
    return Change(body={"other": str(lead.log_id)}, saves=[*papers, *beside])


def _money(rows: list[Receipt], lead: Lead) -> list[Also]:
    """Receipts that go over to a lead, each as it came."""
    found = []
    for row in rows:
        lead.in_place += row.fen
        change = money_in(row)
        change.saves.append(row)
        row.lead = lead
        found.append(Also(lead, "money_in", change))
    return found


@LEADS.action("unmerge_lead")
def unmerge_lead(lead: Lead, act: Act, *, reason: str) -> Change:
    """They were two after all: the project is back at its stage, with the milestones and the money that it brought."""
    into = lead.merged_into
    assert into is not None
    told = _Told(into)
    event = told.merged(lead.log_id)
    merged, noted = (event.act, {**event.private, **event.body}) if event else (None, {})
    lead.state, lead.state_before, lead.merged_into = lead.state_before, "", None
    into.absorbed -= 1
    also = [Also(lead, one.verb, _again(one)) for one in _Told(lead).taken_back(merged) if one.verb != "money_in"]
    brought = told.brought(merged, noted.get("receipts", ()))
    also += [Also(into, "void", Change(occurred_at=one.at, corrects=one.id)) for one in brought]
    keys = {one.body.get("receipt") for one in brought}
    rows = [row for row in reads.receipts(into) if row.pk in keys]
    into.in_place -= sum(row.fen for row in rows)
    also += _money(rows, lead)
    also += _back(into, told, merged)
    also.append(Also(into, "detach_lead", _returned(into, lead, noted)))
    clocks.start(lead, "report" if lead.state != "lead" else "respond", act.now)
    return Change(body={"into": str(into.log_id), "reason": reason}, also=also)


def _again(one: reads.Happened) -> Change:
    """A milestone as it happened, noted anew."""
    said: dict[str, Any] = {name: value for name, value in one.body.items() if name not in OWN and name != "why"}
    return Change(body={**said, "move": one.verb}, occurred_at=one.at)
