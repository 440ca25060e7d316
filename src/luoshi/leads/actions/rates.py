"""Dated exchange rates come in: the shipped ones, and those of a city's own files; what is there already stays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connection, transaction

from luoshi.kernel.problems import Fault
from luoshi.kernel.text import T
from luoshi.leads import reads
from luoshi.leads.models import ExchangeRate

OTHER: Final = T(
    "这一天已有另一个汇率 {rate}（{source}）；确要改的，用 luoshi import rates FILE --replace",
    "that day has another rate, {rate} ({source}); to put this one in its place: luoshi import rates FILE --replace",
)
USED: Final = T(
    "这一天的汇率 {rate} 已有协议或到位资金用它折算，不能改",
    "an agreement or a receipt was converted by the rate of that day, {rate}: it stays",
)


@dataclass(frozen=True)
class Rate:
    """Yuan for one unit of a currency, as of a day, with its source; `line` of its file."""

    currency: str
    day: date
    rate: Decimal
    source: str
    line: int = 0


@dataclass
class Taken:
    """What became of some rates."""

    created: list[Rate]
    updated: list[Rate]
    unchanged: int
    refused: list[tuple[int, Fault]]


def put_rates(rows: Iterable[Rate], *, replace: bool = False, dry: bool = False) -> Taken:
    """Rates that are new come in; one that says otherwise is refused, or (`replace`) put in place of one that nothing used."""
    taken = Taken([], [], 0, [])
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('exchange rates', 0))")
        there = {(one.currency, one.day): (one.rate, one.source) for one in reads.rates()}
        for row in rows:
            key = (row.currency, row.day)
            before = there.get(key)
            if before is not None and before[0] == row.rate:
                taken.unchanged += 1
                continue
            if before is not None and (rule := _stays(key, replace)) is not None:
                fault = Fault(
                    "rate",
                    f"{row.currency} {row.day} {row.rate}",
                    rule.fill(rate=f"{before[0].normalize():f}", source=before[1]),
                )
                taken.refused.append((row.line, fault))
                continue
            (taken.created if before is None else taken.updated).append(row)
            there[key] = (row.rate, row.source)
        if not dry:
            _write(taken)
    return taken


def _stays(key: tuple[str, date], replace: bool) -> T | None:
    """Why the rate of a day stays as it is."""
    if not replace:
        return OTHER
    return USED if reads.rate_used(*key) else None


def _write(taken: Taken) -> None:
    rows = [
        ExchangeRate(currency=one.currency, day=one.day, rate=one.rate, source=one.source)
        for one in (*taken.created, *taken.updated)
    ]
    ExchangeRate.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["currency", "day"], update_fields=["rate", "source"]
    )
