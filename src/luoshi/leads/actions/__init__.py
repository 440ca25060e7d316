"""Every write of the investment line."""

from luoshi.kernel.action import Action
from luoshi.leads.actions.company import add_company, change_company, contact, rename_company
from luoshi.leads.actions.correct import approve, approve_void, decline, propose
from luoshi.leads.actions.double import merge_lead, unmerge_lead
from luoshi.leads.actions.lead import STEPS, add_lead, change_lead, feed_back, judge, report_progress, respond
from luoshi.leads.actions.lead import check as check_lead
from luoshi.leads.actions.merge import merge_company, unmerge_company
from luoshi.leads.actions.money import (
    agree,
    refuse_money,
    report_money,
    revoke_money,
    same,
    sign,
    split_credit,
    verify_money,
    withdraw_money,
)
from luoshi.leads.actions.occasion import add_occasion, cancel_occasion, change_occasion, hold_occasion, plan_again
from luoshi.leads.actions.paper import add_document, waive
from luoshi.leads.actions.promise import (
    confirm_promise,
    dispute_promise,
    drop_promise,
    invite,
    keep_promise,
    overdue_promise,
    promise,
    rate_service,
    warn_promise,
)
from luoshi.leads.actions.retract import retract_contact
from luoshi.leads.actions.status import abandon, assign_lead, lose, overdue, remind, resume, revive, suspend, warn
from luoshi.leads.models import Company, Lead, Occasion

BY_VERB: dict[str, Action[Company]] = {
    one.move.verb: one
    for one in (change_company, rename_company, contact, retract_contact, merge_company, unmerge_company)
}
"""The moves of a company by their verbs."""
OF_LEAD: dict[str, Action[Lead]] = {
    one.move.verb: one
    for one in (
        respond, judge, feed_back, *STEPS.values(), sign, report_progress, change_lead, agree, report_money, withdraw_money,
        verify_money, refuse_money, revoke_money, split_credit, add_document, waive, promise, keep_promise, drop_promise, invite,
        confirm_promise, dispute_promise, rate_service, suspend, resume, lose, abandon, revive, assign_lead, merge_lead,
        unmerge_lead, propose, approve, approve_void, decline, warn, overdue, remind, warn_promise, overdue_promise,
    )
}  # fmt: skip
"""The moves of a lead by their verbs."""
OF_OCCASION: dict[str, Action[Occasion]] = {
    one.move.verb: one for one in (change_occasion, hold_occasion, cancel_occasion, plan_again)
}
"""The moves of an occasion by their verbs."""

__all__ = [
    "BY_VERB",
    "OF_LEAD",
    "OF_OCCASION",
    "STEPS",
    "add_company",
    "add_lead",
    "add_occasion",
    "agree",
    "check_lead",
    "contact",
    "hold_occasion",
    "merge_company",
    "merge_lead",
    "plan_again",
    "same",
    "sign",
]
