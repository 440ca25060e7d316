"""Exchange rates: yuan for one unit of a currency, as of a day. Public facts, seen by everybody."""

from datetime import date
from decimal import Decimal

from luoshi.leads.models import ExchangeRate


def rate_on(currency: str, day: date) -> tuple[Decimal, date] | None:
    """The latest rate of that day or before, and the day on which it was set; None where there is none."""
    found = ExchangeRate.objects.filter(currency=currency, day__lte=day).order_by("-day").first()
    return (found.rate, found.day) if found else None


def rates() -> list[ExchangeRate]:
    """All rates, the latest first."""
    return list(ExchangeRate.objects.order_by("-day", "currency"))
