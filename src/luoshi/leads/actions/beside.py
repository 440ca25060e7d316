"""Rows beside a lead that a change replaces, in the caller's transaction."""

from typing import Any

from luoshi.leads.models import Agreement, Credit, Invitation, Lead


def clear_credits(lead: Lead) -> None:
    """Another split of the credit comes."""
    Credit.objects.filter(lead=lead).delete()


def end_invitations(lead: Lead) -> None:
    """Another link comes."""
    Invitation.objects.filter(lead=lead).delete()


def correct_version(lead: Lead, **values: Any) -> None:
    """The newest version of the agreement has another amount."""
    newest = Agreement.objects.filter(lead=lead).order_by("-version").first()
    if newest is not None:
        Agreement.objects.filter(pk=newest.pk).update(**values)


def drop_version(lead: Lead) -> None:
    """The newest version never was: the lead is agreed as before it."""
    Agreement.objects.filter(pk__in=Agreement.objects.filter(lead=lead).order_by("-version").values("pk")[:1]).delete()
    before = Agreement.objects.filter(lead=lead).order_by("-version").first()
    lead.currency = before.currency if before else "CNY"
    lead.amount, lead.agreed = (before.amount, before.fen) if before else (None, None)
    lead.fixed = before.fixed if before and before.currency == "CNY" else None
