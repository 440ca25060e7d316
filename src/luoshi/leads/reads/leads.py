"""Lists of leads: filtered and paged, found as one types, counted for the board, compared for doubles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from luoshi.kernel import search_tokens
from luoshi.kernel.search import Written
from luoshi.kernel.viewer import Viewer
from luoshi.leads.models import Company, Lead, Met, Occasion
from luoshi.leads.reads.keyset import cut
from luoshi.leads.reads.lead import visible_leads
from luoshi.leads.reads.one import visible
from luoshi.leads.reads.rows import COLUMNS, Row, rows_of
from luoshi.leads.stages import COUNTED

SIZE: Final = 50
MOST: Final = 8


@dataclass(frozen=True)
class Wanted:
    """Which leads a list shows; what is empty does not narrow it. `state`: a stage, or `merged`; default all but merged."""

    q: str = ""
    state: str = ""
    status: str = ""
    county: str = ""
    industry: str = ""
    officer: int | None = None
    occasion: str = ""
    company: int | None = None
    order: str = "newest"


@dataclass(frozen=True)
class LeadPage:
    """Rows of a list, and after which row the next page begins."""

    rows: list[Row]
    after: tuple[datetime, int] | None


def wanted_rows(viewer: Viewer, wanted: Wanted) -> QuerySet[Lead]:
    """The leads that a list is about, in no order."""
    rows = visible_leads(viewer)
    rows = rows.filter(state=wanted.state) if wanted.state else rows.exclude(state="merged")
    for name in ("status", "county", "industry"):
        if getattr(wanted, name):
            rows = rows.filter(**{name: getattr(wanted, name)})
    if wanted.officer is not None:
        rows = rows.filter(officer=wanted.officer)
    if wanted.company is not None:
        rows = rows.filter(company=wanted.company)
    if wanted.occasion:
        rows = rows.filter(occasion__log_id=wanted.occasion)
    if wanted.q:
        asked = search_tokens.query(wanted.q)
        rows = rows.filter(tokens__contains=Written(asked)) if asked else rows.none()
    return rows


def lead_page(viewer: Viewer, wanted: Wanted, after: tuple[datetime, int] | None = None, size: int = SIZE) -> LeadPage:
    """A page of a list; one query."""
    field = "signed_at" if wanted.order == "signed" else "updated_at"
    rows = wanted_rows(viewer, wanted).values_list(*COLUMNS)
    if field == "signed_at":
        rows = rows.filter(signed_at__isnull=False)
    return LeadPage(*cut(rows, field, after, size, Row._make))


def find_leads(viewer: Viewer, text: str, limit: int = MOST) -> list[Lead]:
    """Leads that match what is being typed, the latest first; one query."""
    return list(wanted_rows(viewer, Wanted(q=text)).order_by("-updated_at", "-id")[:limit]) if text.strip() else []


def of_company(viewer: Viewer, company: Company) -> list[Lead]:
    """The leads of a company that the viewer may see, the latest first."""
    rows = visible_leads(viewer).filter(company=company).select_related("officer")
    return list(rows.order_by("-updated_at", "-id")[:100])


@dataclass(frozen=True)
class Yield:
    """What came of an occasion: companies met, leads, signed ones, agreed fen, and how many have no known amount."""

    occasion: Occasion
    companies: int
    leads: int
    signed: int
    agreed: int
    unknown: int


def yields(viewer: Viewer, occasions: Sequence[Occasion]) -> list[Yield]:
    """What came of occasions as of now, as far as the viewer may see it; two queries. A company behind a lead was met."""
    counted, more = Q(state__in=COUNTED), met_beside(viewer, occasions)
    rows = visible_leads(viewer).filter(occasion__in=occasions).order_by().values("occasion")
    sums = {
        row["occasion"]: row
        for row in rows.annotate(
            n=Count("pk", filter=~Q(state="merged")), met=Count("company", distinct=True), signed=Count("pk", filter=counted), money=Sum("agreed", filter=counted),
            unknown=Count("pk", filter=counted & Q(agreed=None)),
        )
    }  # fmt: skip
    none = {"n": 0, "met": 0, "signed": 0, "money": 0, "unknown": 0}
    found = []
    for one in occasions:
        row = sums.get(one.pk, none)
        found.append(
            Yield(one, row["met"] + more.get(one.pk, 0), row["n"], row["signed"], row["money"] or 0, row["unknown"])
        )
    return found


def at_occasion(viewer: Viewer, occasion: Occasion) -> list[Row]:
    """Leads from an occasion, signed ones first."""
    rows = visible_leads(viewer).filter(occasion=occasion).exclude(state="merged")
    return rows_of(rows.order_by(F("signed_at").desc(nulls_last=True), "-id")[:500])


def met_beside(viewer: Viewer, occasions: Sequence[Occasion]) -> dict[int, int]:
    """How many companies were met at occasions of which no lead (that the viewer may see) came, by occasion."""
    behind = visible_leads(viewer).filter(occasion=OuterRef("occasion"), company=OuterRef("company"))
    rows = Met.objects.filter(~Exists(behind), occasion__in=occasions, company__in=visible(viewer)).order_by()
    return dict(rows.values_list("occasion").annotate(n=Count("pk")))


def met_at(viewer: Viewer, occasion: Occasion) -> list[Company]:
    """The companies met at an occasion, by a contact or behind a lead, each once, by name; at most 500."""
    behind = visible_leads(viewer).filter(occasion=occasion, company__isnull=False).values("company")
    there = Q(pk__in=behind) | Q(pk__in=Met.objects.filter(occasion=occasion).values("company"))
    return list(visible(viewer).filter(there).order_by("name", "pk")[:500])


def known_leads(names: Sequence[str]) -> set[tuple[int | None, str]]:
    """(company, name) of the leads of those names; for whoever brings in a list."""
    return set(Lead.objects.filter(name__in=names).values_list("company_id", "name"))


def largest(viewer: Viewer, limit: int, start: datetime, stop: datetime) -> list[Row]:
    """The projects signed in a span of time with the largest agreed investment."""
    rows = visible_leads(viewer).filter(
        state__in=COUNTED, agreed__isnull=False, signed_at__gte=start, signed_at__lt=stop
    )
    return rows_of(rows.order_by("-agreed", "id")[:limit])
