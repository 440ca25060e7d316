"""Signed projects that may be one and the same: of one company, or of companies of one group."""

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from django.db.models import Count
from django.db.models.functions import Coalesce

from luoshi.kernel.viewer import Viewer
from luoshi.leads import alike
from luoshi.leads.models import Lead
from luoshi.leads.reads.lead import visible_leads
from luoshi.leads.stages import COUNTED

TOGETHER: Final = 20_000
"""Projects that are compared at a time, those of the latest registered companies first."""


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


def doubles(viewer: Viewer, limit: int = 200) -> list[Double]:
    """The likeliest pairs first, those of which nobody said why they are two before the others; two queries."""
    counted = visible_leads(viewer).filter(state__in=COUNTED, company__isnull=False)
    counted = counted.annotate(family=Coalesce("company__group", "company"))
    many = counted.order_by().values("family").annotate(n=Count("pk")).filter(n__gt=1).values("family")
    columns = ("pk", "family", "company_id", "name", "agreed", "succeeds", "apart")
    rows = counted.filter(family__in=many).order_by("-family", "signed_at", "pk").values_list(*columns)[:TOGETHER]
    pairs = []
    for _, some in groupby(map(_Signed._make, rows), attrgetter("family")):
        pairs += _pairs(list(some))
    pairs = sorted(pairs, key=lambda pair: (bool(pair[1].apart), -pair[2]))[:limit]
    keys = {one.pk for pair in pairs for one in pair[:2]}
    leads = {row.pk: row for row in visible_leads(viewer).filter(pk__in=keys).select_related("company", "occasion")}
    return [Double(leads[one.pk], leads[other.pk], score, other.apart) for one, other, score in pairs]


def _pairs(some: list[_Signed]) -> list[tuple[_Signed, _Signed, int]]:
    """Those of one family that may be one; what changed its investor is no double of what it was before."""
    return [
        (one, other, score)
        for at, other in enumerate(some)
        for one in some[:at]
        if (score := alike.score(one, other)) >= alike.LIMIT and other.succeeds != one.pk
    ]
