"""Correct or void an event of a lead: one person proposes, another one approves, and the row follows.

What can be corrected: the day of any milestone; county, industry, occasion and amount of a signing; day and amount of a changed agreement,
as long as no later version of the agreement stands on it (an amount in another currency follows the rate of the corrected day). What can be void: the last milestone, the last version.
After an approved correction the lead says anew how it stands (`restated`), so that whoever reads its last event reads it right.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from luoshi.kernel import calendar, clock
from luoshi.kernel.action import Act, Also, Change
from luoshi.kernel.ledger.correct import OWN, Chain, CorrectionError, chains
from luoshi.kernel.problems import Denied, Fault, Invalid, NotNow
from luoshi.kernel.text import T
from luoshi.leads import clocks, reads
from luoshi.leads.actions.beside import correct_version, drop_version
from luoshi.leads.actions.company import FIRST_DAY, NO_CHOICE
from luoshi.leads.actions.lead import at_noon, check, note_fault
from luoshi.leads.actions.money import in_fen
from luoshi.leads.core import LEADS
from luoshi.leads.models import Lead, Proposal
from luoshi.leads.stages import AFTER, STAGES

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(AFTER, ("day",)), "sign": ("day", "county", "industry", "occasion", "amount"), "agree": ("day", "amount"),
}  # fmt: skip
"""The fields that can be corrected, by the log's verb."""
LABELS: Final = {
    "day": T("日期", "Day"), "county": T("旗县区", "County"), "industry": T("行业", "Industry"),
    "occasion": T("招商活动", "Occasion"), "amount": T("金额", "Amount"),
}  # fmt: skip


def chain(lead: Lead, event: Any) -> Chain:
    """The event with its corrections. Raises Invalid."""
    try:
        wanted = UUID(str(event))
        found = next(one for one in chains(reads.said(lead)) if wanted in {one.original.id, *(n.id for n in one.newer)})
    except (ValueError, StopIteration, CorrectionError):
        raise Invalid([Fault("event", str(event)[:40], NO_CHOICE)]) from None
    if found.original.verb not in FIELDS:
        raise NotNow(T("这一条不能更正", "This entry cannot be corrected"))
    return found


def present(found: Chain) -> dict[str, Any]:
    """The values that stand now, by the fields that can be corrected."""
    day = None if found.body.get("undated") else calendar.current().city_date(found.newest.at).isoformat()
    body = {"day": day, **found.body}
    return {name: body.get(name) for name in FIELDS[found.original.verb]}


@LEADS.action("propose")
def propose(
    lead: Lead, act: Act, *, event: Any, reason: str, void: bool = False, changes: Mapping[str, Any] | None = None
) -> Change:
    """Propose what is to stand instead of an event, or that it never was. Raises Denied, NotNow or Invalid."""
    if act.viewer.person is None:
        raise Denied(T("更正由有名有姓的人提出", "A correction is proposed by a person"))
    found = chain(lead, event)
    if faults := note_fault(reason, "reason"):
        raise Invalid(faults)
    if found.void:
        raise NotNow(T("这一条已作废", "This entry was declared void already"))
    if reads.proposed(lead, found.newest.id):
        raise NotNow(T("这一条已有更正等批", "A correction of this entry waits for approval already"))
    _last(lead, found, void, "amount" in (changes or {}))
    wanted = {} if void else _wanted(lead, found, changes or {})
    row = Proposal(
        lead=lead, event=found.newest.id, move=found.original.verb, void=void, changes=wanted, reason=reason,
        by_id=act.viewer.person, persons=sorted(act.viewer.persons), at=act.now,
    )  # fmt: skip
    return Change(body={"of": str(found.newest.id), "void": void, "changes": wanted, "note": reason}, rows=[row])


def _last(lead: Lead, found: Chain, void: bool, amount: bool) -> None:
    """Only what nothing stands on can be void, or have another amount. Raises NotNow."""
    verb = found.original.verb
    stage = void and verb in AFTER and AFTER[verb] != lead.state
    versions = (void or amount) and verb == "sign" and reads.versions(lead) > 1
    version = verb == "agree" and reads.last_version_event(lead) != found.original.id
    paid = void and verb == "sign" and lead.in_place > 0
    if stage or versions or version or paid:
        raise NotNow(T("后面还有记录建立在它上面，先处理后面的", "Later entries stand on it: see to those first"))


def _wanted(lead: Lead, found: Chain, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes that change something, checked. Raises Invalid."""
    now = present(found)
    faults = [Fault(name, str(value)[:60], NO_CHOICE) for name, value in changes.items() if name not in now]
    given = {name: None if (name, value) == ("occasion", "") else value for name, value in changes.items()}
    wanted = {name: value for name, value in given.items() if name in now and value != now[name]}
    if not wanted and not faults:
        faults.append(
            Fault(
                "changes", "", T("和现在的一样，没有要更正的", "is as it stands already: there is nothing to correct")
            )
        )
    faults += check(None, str(wanted.get("county") or ""), str(wanted.get("industry") or ""), lead.level)
    if wanted.get("occasion") and wanted["occasion"] not in reads.occasion_names(held=True):
        faults.append(Fault("occasion", str(wanted["occasion"])[:40], NO_CHOICE))
    if "day" in wanted:
        faults += _day(lead, found, str(wanted["day"]))
    if wanted.get("amount") is not None:
        in_fen(wanted["amount"], str(found.body.get("currency") or "CNY"), _date(now.get("day")), faults, "amount")
    if faults:
        raise Invalid(faults)
    return wanted


def _date(text: Any) -> date:
    return date.fromisoformat(text) if text else date.max


def _day(lead: Lead, found: Chain, text: str) -> list[Fault]:
    """The day lies between the milestones before and after it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return [Fault("day", text[:20], T("写成 2021-11-23 的样子", "write it like 2021-11-23"))]
    cal = calendar.current()
    if found.original.verb == "agree":
        return _version_day(lead, day)
    at = STAGES.index(AFTER[found.original.verb])
    # stages without a day of their own bind nobody
    came = None if reads.said(lead)[0].body.get("undated") else lead.came_at
    before = next((one for stage in STAGES[at - 1 : 0 : -1] if (one := getattr(lead, f"{stage}_at"))), came)
    after = next((one for stage in STAGES[at + 1 :] if (one := getattr(lead, f"{stage}_at"))), None)
    if day < (cal.city_date(before) if before else FIRST_DAY):
        return [Fault("day", text, T("早于上一个阶段", "is before the stage before it"))]
    if after is not None and day > cal.city_date(after):
        return [Fault("day", text, T("晚于下一个阶段", "is after the stage after it"))]
    if found.original.verb == "sign" and (later := _on_signing(lead)) and day > min(later):
        return [Fault("day", text, T("晚于后来的协议变更或到位资金", "is after a later agreement, or money in place"))]
    return _to_come(day)


def _on_signing(lead: Lead) -> list[date]:
    """The days of what stands on the signing: later versions of the agreement, money."""
    versions = [one.day for one in reads.agreements(lead)[:-1]]
    return versions + [one.day for one in reads.receipts(lead) if one.state in ("reported", "verified")]


def _to_come(day: date) -> list[Fault]:
    if day > calendar.current().city_date(clock.now()):
        return [Fault("day", day.isoformat(), T("还没有到这一天", "is still to come"))]
    return []


def _version_day(lead: Lead, day: date) -> list[Fault]:
    """The day of the newest version of the agreement lies between the version before it and today."""
    former = reads.agreements(lead)[1:2]
    if former and day < former[0].day:
        return [Fault("day", day.isoformat(), T("早于上一版协议", "is before the version before it"))]
    return _to_come(day)


def _decided(lead: Lead, act: Act, key: Any, state: str) -> Proposal:
    row = reads.proposal(lead, key)
    if row.state != "open":
        raise NotNow(T("已经有人处理了", "Somebody has decided on it already"))
    if act.viewer.person is None or not act.viewer.persons.isdisjoint(row.persons):
        raise NotNow(T("自己提出的，须由他人批", "You proposed it: somebody else decides"))
    row.state = state
    return row


def _approved(lead: Lead, act: Act, proposal: Any, note: str, *, void: bool) -> Change:
    """What was proposed stands: an event with the whole replacing body, or that it never was; and a word on how it stands now."""
    row = _decided(lead, act, proposal, "done")
    if row.void != void:
        raise NotNow(
            T("提出的是作废，不是更正", "what was proposed is that it never was, not a correction")
            if row.void
            else T("提出的是更正，不是作废", "what was proposed is a correction, not that it never was")
        )
    found = chain(lead, row.event)
    if found.newest.id != row.event:
        raise NotNow(T("这一条已另行更正", "This entry was corrected otherwise meanwhile"))
    _last(lead, found, row.void, "amount" in row.changes)
    if not void:
        _wanted(lead, found, row.changes)  # what came since it was proposed may forbid it
    at = found.newest.at
    lead.corrected += 1
    body: dict[str, Any] = {}
    if row.void:
        _undo(lead, found.original.verb, act)
    else:
        body, at = _replacing(lead, found, row.changes, act)
    body |= {"proposed_by": row.by_id, "note": note, "why_corrected": row.reason}
    restated = Also(lead, "restated", Change())
    return Change(body=body, saves=[row], occurred_at=at, corrects=row.event, also=[restated])


def _replacing(lead: Lead, found: Chain, changes: Mapping[str, Any], act: Act) -> tuple[dict[str, Any], datetime]:
    """The whole body that stands instead, and when it happened; the row as it is by that."""
    verb, at = found.original.verb, found.newest.at
    body = {name: value for name, value in found.body.items() if name not in OWN}
    if "day" in changes:
        at = min(act.now, at_noon(date.fromisoformat(changes["day"])))
        body.pop("undated", None)
        if verb in AFTER:
            setattr(lead, f"{AFTER[verb]}_at", at)
    for name in ("county", "industry"):
        if name in changes:
            body[name] = changes[name]
            setattr(lead, name, changes[name])
    if "occasion" in changes:
        body["occasion"] = ref = changes["occasion"]
        lead.occasion = reads.get_occasion(act.viewer, ref) if ref else None
    money = verb in ("sign", "agree") and reads.last_version_event(lead) == found.original.id
    if money and not changes.keys().isdisjoint({"amount", "day"}):
        _amount(lead, body, changes.get("amount", body.get("amount")), calendar.current().city_date(at))
    return body, at


def _amount(lead: Lead, body: dict[str, Any], minor: int | None, day: date) -> None:
    """Another amount: what the event added, and what is agreed now."""
    currency = str(body.get("currency") or "CNY")
    fen, rate, rate_day = in_fen(minor, currency, day, [], "amount")
    before = reads.last_known(lead, versions=reads.versions(lead) - 1)
    lead.amount, lead.agreed = minor, fen
    body |= {"amount": minor, "agreed": fen, "added": None if fen is None else fen - before}
    correct_version(lead, day=day, amount=minor, fen=fen, rate=rate, rate_day=rate_day)


def _undo(lead: Lead, verb: str, act: Act) -> None:
    """The row as if the event had never been."""
    if verb == "agree":
        drop_version(lead)
        return
    setattr(lead, f"{AFTER[verb]}_at", None)
    lead.state = STAGES[STAGES.index(AFTER[verb]) - 1]
    if verb == "sign":
        drop_version(lead)
        lead.apart = ""
    clocks.entered(lead, act.now)


@LEADS.action("decline")
def decline(lead: Lead, act: Act, *, proposal: Any, reason: str) -> Change:
    """What stands goes on to stand. Raises Invalid or NotNow."""
    row = _decided(lead, act, proposal, "declined")
    return Change(body={"of": str(row.event), "note": reason}, saves=[row])


@LEADS.action("approve")
def approve(lead: Lead, act: Act, *, proposal: Any, note: str = "") -> Change:
    """The proposed values stand. Raises Invalid or NotNow."""
    return _approved(lead, act, proposal, note, void=False)


@LEADS.action("approve_void")
def approve_void(lead: Lead, act: Act, *, proposal: Any, note: str = "") -> Change:
    """The event never was. Raises Invalid or NotNow."""
    return _approved(lead, act, proposal, note, void=True)
