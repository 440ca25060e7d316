"""How wide each field of the line's events stands in the log. Free of Django.

Nothing is open of a company: whom a city courts is nobody's business before something is signed. That a company was contacted, and
when, is in the verb and the times of an event of a random subject, so contacted companies can be counted by anybody.
"""

from typing import Any, Final

from luoshi.kernel.ledger.fields import Widths
from luoshi.leads.stages import FLOW, MOVES

RESTRICTED: Final = frozenset({"move", "stage", "province", "industry", "acting_for", "actor_kind"})
EXTRA: Final[dict[str, frozenset[str]]] = {
    "contact": frozenset({"way", "met_at"}),
    "merge_company": frozenset({"into", "reason"}),
    "unmerge_company": frozenset({"into", "reason"}),
    "absorb_company": frozenset({"other"}),
    "detach_company": frozenset({"other"}),
}
VERBS: Final = (
    "add_company", "change_company", "rename_company", "contact", "merge_company", "unmerge_company", "absorb_company",
    "detach_company", "void",
)  # fmt: skip
WIDTHS: Final = {
    verb: Widths(frozenset(), RESTRICTED | EXTRA.get(verb, frozenset()), hushed=verb == "void") for verb in VERBS
}


# A lead: nothing is open but its clock until it is signed (`VEIL`); from then on anybody may count stages, money and places.
LEAD_OPEN: Final = frozenset({"due_at", "clock", "stage", "status", "county", "industry", "agreed", "added"})
VEIL: Final = LEAD_OPEN - {"due_at", "clock"}
"""What stays restricted in the log until a lead is signed."""
_LEAD_RESTRICTED: Final = frozenset(
    {"move", "unit", "officer", "occasion", "company", "fixed", "in_place", "ended_at", "acting_for", "actor_kind"}
)
_LEAD_EXTRA: Final[dict[str, frozenset[str]]] = {
    "judge": frozenset({"worth", "why"}),
    # only the latest day on which it can have been is known, which is the event's
    **dict.fromkeys(("add_lead", "engage", "talk", "land", "start", "produce", "reach"), frozenset({"undated"})),
    "sign": frozenset({"currency", "amount", "succeeds"}),
    "agree": frozenset({"currency", "amount", "first_known"}),
    "report_money": frozenset({"receipt", "fen", "proof", "file"}),
    "withdraw_money": frozenset({"receipt"}),
    "revoke_money": frozenset({"receipt"}),
    "verify_money": frozenset({"receipt"}),
    "refuse_money": frozenset({"receipt"}),
    "money_in": frozenset({"receipt", "fen", "proof"}),
    "split_credit": frozenset({"shares"}),
    "add_document": frozenset({"kind", "file", "size"}),
    "waive": frozenset({"item", "until"}),
    "promise": frozenset({"promise", "owner", "until"}),
    "keep_promise": frozenset({"promise"}),
    "drop_promise": frozenset({"promise"}),
    "answer": frozenset({"promise", "kept", "grade"}),
    "lose": frozenset({"why"}),
    "abandon": frozenset({"why"}),
    "merge_lead": frozenset({"into"}),
    "unmerge_lead": frozenset({"into"}),
    "absorb_lead": frozenset({"other"}),
    "detach_lead": frozenset({"other"}),
    "propose": frozenset({"of", "void"}),
    "decline": frozenset({"of"}),
    "warn": frozenset({"clock_name", "clock_due_at"}),
    "overdue": frozenset({"clock_name", "clock_due_at"}),
    "remind": frozenset({"clock_name", "clock_due_at"}),
    "warn_promise": frozenset({"promise", "owner", "clock_due_at"}),
    "overdue_promise": frozenset({"promise", "owner", "clock_due_at"}),
}
_CORRECTED: Final = frozenset({"proposed_by"}).union(*_LEAD_EXTRA.values())
LEAD_VERBS: Final = (
    "add_lead", "restated", "money_in", "absorb_lead", "detach_lead", "progress", "answer", "carry",
    *(move.log_verb for move in MOVES if not move.event),
)  # fmt: skip
LEAD_WIDTHS: Final = {
    verb: Widths(LEAD_OPEN, _LEAD_RESTRICTED | _LEAD_EXTRA.get(verb, frozenset()), hushed=verb in FLOW.shared)
    for verb in LEAD_VERBS
} | {verb: Widths(LEAD_OPEN, _LEAD_RESTRICTED | _CORRECTED) for verb in ("correct", "void")}
OCCASION_WIDTHS: Final = {
    verb: Widths(frozenset(), frozenset({"move", "stage", "acting_for", "actor_kind"}))
    for verb in ("add_occasion", "change_occasion", "hold_occasion", "cancel_occasion", "plan_again")
}


def snapshot(company: Any) -> dict[str, Any]:
    """What every event of a company says of it; name and code are private."""
    return {
        "stage": company.state,
        "province": company.province,
        "industry": company.industry,
        "code": company.code,
        "name": company.name,
    }


def lead_snapshot(lead: Any) -> dict[str, Any]:
    """What every event of a lead says of it: money in fen of yuan; name and text are private."""
    return {
        "stage": lead.state,
        "status": lead.status,
        "county": lead.county,
        "industry": lead.industry,
        "agreed": lead.agreed,
        "fixed": lead.fixed,
        "in_place": lead.in_place,
        "ended_at": lead.ended_at,
        "due_at": lead.due_at,
        "clock": lead.clock,
        "unit": lead.unit_id,
        "officer": lead.officer_id,
        "occasion": str(lead.occasion.log_id) if lead.occasion_id else None,
        "company": str(lead.company.log_id) if lead.company_id else None,
        "name": lead.name,
    }


def occasion_snapshot(occasion: Any) -> dict[str, Any]:
    """What every event of an occasion says: its state; all else is private."""
    return {
        "stage": occasion.state, "name": occasion.name, "kind": occasion.kind, "place": occasion.place,
        "first_day": occasion.first_day.isoformat(), "last_day": occasion.last_day.isoformat(), "cost": occasion.cost,
    }  # fmt: skip
