"""Signed projects that may be one and the same: of one company, of companies of one group, or told by two of one name and amount."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce

from luoshi.kernel.viewer import Viewer
from luoshi.leads import alike
from luoshi.leads.models import Lead
from luoshi.leads.reads.lead import visible_leads
from luoshi.leads.stages import COUNTED

TOGETHER: Final = 20_000
"""Projects that are compared at a time, those of the latest registered companies first."""
_GROUP: Final = 300
"""Of those that have a company, or an amount, in common."""


@dataclass(frozen=True)
class Double:
    """Two signed projects that may be one, how alike they are (0–100), and what was said of it when the second was signed."""

    one: Lead
    other: Lead
    score: int
    apart: str


class _Signed(NamedTuple):
    pk: int
    family: int
    company_id: int | None
    name: str
    agreed: int | None
    succeeds: int | None
    apart: str


_Pair = tuple[_Signed, _Signed, int]


def doubles(viewer: Viewer, limit: int = 200) -> list[Double]:
    """The likeliest pairs first, those of which nobody said why they are two before the others; a query for each way to be alike."""
    counted = visible_leads(viewer).filter(state__in=COUNTED, company__isnull=False)
    counted = counted.annotate(family=Coalesce("company__group", "company"))
    found: dict[tuple[int, int], _Pair] = {}
    for key, apart in (("family", False), ("agreed", True)):
        for some in _alike(counted, key, apart):
            found |= {(one.pk, other.pk): (one, other, score) for one, other, score in _pairs(some, apart)}
    pairs = sorted(found.values(), key=lambda pair: (bool(pair[1].apart), -pair[2]))[:limit]
    wanted = {one.pk for pair in pairs for one in pair[:2]}
    leads = {row.pk: row for row in visible_leads(viewer).filter(pk__in=wanted).select_related("company", "occasion")}
    return [Double(leads[one.pk], leads[other.pk], score, other.apart) for one, other, score in pairs]


def _alike(counted: QuerySet[Lead], key: str, apart: bool) -> Iterator[list[_Signed]]:
    """The projects that have something in common, each group by the day of signing; `apart`: of more than one company or group."""
    known = counted.exclude(**{key: None})
    groups = known.order_by().values(key).annotate(n=Count("family", distinct=True) if apart else Count("pk"))
    rows = known.filter(**{f"{key}__in": groups.filter(n__gt=1).values(key)}).order_by(f"-{key}", "signed_at", "pk")
    found = map(_Signed._make, rows.values_list(*_Signed._fields)[:TOGETHER])
    for _, some in groupby(found, attrgetter(key)):
        yield list(some)[:_GROUP]


def _pairs(some: list[_Signed], apart: bool) -> list[_Pair]:
    """Those that may be one, of one family or `apart`; what changed its investor is no double of what it was before."""
    return [
        (one, other, score)
        for at, other in enumerate(some)
        for one in some[:at]
        if (one.family != other.family) is apart
        and other.succeeds != one.pk
        and (score := alike.names(one, other) if apart else alike.score(one, other)) >= alike.LIMIT
    ]
