"""Dated exchange rates come in from a file, each with its source; what is there already stays."""

import csv
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.leads.models import ExchangeRate
from luoshi.leads.money import CURRENCIES

SHIPPED: Final = Path(__file__).parent.parent / "rates.csv"


def load_rates(file: Path = SHIPPED) -> int:
    """Rates of a CSV with `currency, day, rate, source` (yuan for one unit); how many are new. Raises Invalid."""
    rows, faults = [], []
    with file.open(encoding="utf-8-sig", newline="") as handle:
        for line, row in enumerate(csv.DictReader(handle), 2):
            try:
                one = ExchangeRate(
                    currency=row["currency"],
                    day=date.fromisoformat(row["day"]),
                    rate=Decimal(row["rate"]),
                    source=row["source"],
                )
                good = (
                    one.currency in CURRENCIES and one.currency != "CNY" and 0 < one.rate < 10_000 and bool(one.source)
                )
            except (KeyError, TypeError, ValueError, InvalidOperation):
                good = False
            if good:
                rows.append(one)
            else:
                rule = T("应为 货币,日期,汇率,来源", "must be currency, day, rate, source")
                faults.append(Fault(f"{file.name}:{line}", str(list(row.values()))[:60], rule))
    if faults:
        raise Invalid(faults)
    before = ExchangeRate.objects.count()
    ExchangeRate.objects.bulk_create(rows, ignore_conflicts=True)
    return ExchangeRate.objects.count() - before
