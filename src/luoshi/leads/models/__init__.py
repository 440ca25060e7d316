"""Tables of the investment line."""

from luoshi.leads.models.beside import (
    Agreement,
    Credit,
    Document,
    ExchangeRate,
    Invitation,
    Promise,
    Proposal,
    Receipt,
    Waiver,
)
from luoshi.leads.models.company import Company, CompanyName
from luoshi.leads.models.lead import Lead
from luoshi.leads.models.occasion import Met, Occasion

__all__ = [
    "Agreement",
    "Company",
    "CompanyName",
    "Credit",
    "Document",
    "ExchangeRate",
    "Invitation",
    "Lead",
    "Met",
    "Occasion",
    "Promise",
    "Proposal",
    "Receipt",
    "Waiver",
]
