"""Exchange rates: yuan for one unit of a currency, as of a day. Public facts, seen by everybody."""

from datetime import date
from decimal import Decimal

from luoshi.leads.models import Agreement, ExchangeRate, Receipt


def rate_on(currency: str, day: date) -> tuple[Decimal, date] | None:
    """The latest rate of that day or before, and the day on which it was set; None where there is none."""
    found = ExchangeRate.objects.filter(currency=currency, day__lte=day).order_by("-day").first()
    return (found.rate, found.day) if found else None


def rates() -> list[ExchangeRate]:
    """All rates, the latest first."""
    return list(ExchangeRate.objects.order_by("-day", "currency"))


def rate_used(currency: str, day: date) -> bool:
    """Was an agreement or a receipt converted by the rate of that day?"""
    asked = {"currency": currency, "rate_day": day}
    return Agreement.objects.filter(**asked).exists() or Receipt.objects.filter(**asked).exists()
