"""Two rows of one company: the one goes into the other with its contacts, explicitly, and comes out again with them.

A contact is an event of a company, and contacted companies are counted by their events. So when two turn out to be one, the
contacts of the merged one are taken back where they stand and noted anew, as they happened, under the one that stays: as of
an earlier day there were two, from now on there is one.
"""

from typing import Any
from uuid import UUID

from luoshi.kernel.action import Act, Also, Change
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.leads import reads
from luoshi.leads.actions.lead import dress
from luoshi.leads.actions.met import follow
from luoshi.leads.core import LEADS, LINE
from luoshi.leads.models import Company, Lead


def _carried(old: Company, new: Company, contacts: list[reads.Happened]) -> list[Also]:
    """Each contact taken back there and noted here, as it happened."""
    found: list[Also] = []
    for one in contacts:
        found.append(Also(old, "void", Change(occurred_at=one.at, corrects=one.id)))
        told: dict[str, Any] = {"way": one.body.get("way"), "move": "contact", "note": one.private.get("note", "")}
        told |= {"met_at": one.body["met_at"]} if one.body.get("met_at") else {}
        found.append(Also(new, "contact", Change(body=told, occurred_at=one.at)))
    return found


def _latest(company: Company, contacts: list[reads.Happened]) -> None:
    company.contacted_at = max((one.at for one in contacts), default=None)
    follow(company, contacts)


@LINE.action("merge_company")
def merge_company(company: Company, act: Act, *, into: Company, reason: str) -> Change:
    """The company is the same as another listed one, which stands for both from now on. Raises Invalid."""
    rule = None
    if into.pk == company.pk:
        rule = T("不能并入自己", "cannot be merged into itself")
    elif into.state != "listed":
        rule = T("那一家已并入别家", "was merged into another itself")
    elif company.code and into.code and company.code != into.code:
        rule = T(
            "两家的统一社会信用代码不同，不是一家；代码有误请先更正",
            "has another unified social credit code and is not the same company; correct the code first where it is wrong",
        )
    if rule is not None:
        raise Invalid([Fault("into", into.name[:40], rule)])
    mine, theirs = (reads.contacts(reads.events(one)) for one in (company, into))
    company.merged_into, into.absorbed = into, into.absorbed + 1
    _latest(company, [])
    _latest(into, [*mine, *theirs])
    told = Also(into, "absorb_company", Change(body={"other": str(company.log_id)}))
    body = {"into": str(into.log_id), "reason": reason}
    return Change(body=body, also=[told, *_carried(company, into, mine), *_leads(reads.leads_to_move(company), into)])


def _leads(rows: list[Lead], company: Company) -> list[Also]:
    """Leads that go over to another company, each with its own event."""
    found = []
    for lead in rows:
        lead.company = company
        dress(lead)
        found.append(Also(lead, "change_lead", Change(body={"before": {}}), line=LEADS))
    return found


@LINE.action("unmerge_company")
def unmerge_company(company: Company, act: Act, *, reason: str) -> Change:
    """They were two after all: the company is listed again, with the contacts that it brought. Raises Invalid."""
    into = company.merged_into
    assert into is not None
    other = reads.listed_with(company.code) if company.code else None
    if other is not None:
        rule = T("另一家在册企业已用这个代码：{name}", "another listed company has the code: {name}").fill(
            name=other.name
        )
        raise Invalid([Fault("code", company.code, rule)])
    standing = reads.events(into)
    act_of = _merged_by(standing, company.log_id)
    contacts = reads.contacts(standing)
    brought = [one for one in contacts if one.act == act_of]
    stays = [one for one in contacts if one.act != act_of]
    company.merged_into, into.absorbed = None, into.absorbed - 1
    _latest(company, brought)
    _latest(into, stays)
    told = Also(into, "detach_company", Change(body={"other": str(company.log_id)}))
    body = {"into": str(into.log_id), "reason": reason}
    came = [lead for lead in reads.leads_to_move(into) if reads.changed_by(lead, act_of)]
    return Change(body=body, also=[told, *_carried(into, company, brought), *_leads(came, company)])


def _merged_by(standing: list[reads.Happened], company: UUID) -> UUID | None:
    """The act by which a company was merged last."""
    found = [one.act for one in standing if one.verb == "absorb_company" and one.body.get("other") == str(company)]
    return found[-1] if found else None
