"""The list of companies: by words of any of their names, code or initials; newest first, or by the last contact."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from luoshi.kernel import search_tokens
from luoshi.kernel.search import Written, begins
from luoshi.kernel.viewer import Viewer
from luoshi.leads.flow import LISTED, MERGED
from luoshi.leads.models import Company
from luoshi.leads.reads.keyset import cut
from luoshi.leads.reads.one import visible

SIZE: Final = 50
LONGEST: Final = 60
MOST: Final = 8
CODE: Final = 4
"""So many characters begin a code."""
"""Hits of a search as one types."""


@dataclass(frozen=True)
class Filters:
    """Which companies a list shows. `state`: listed (default), merged, or `all`; `contact`: `yes`, `no` or all."""

    q: str = ""
    province: str = ""
    industry: str = ""
    state: str = LISTED
    contact: str = ""
    order: str = "newest"


@dataclass(frozen=True)
class Page:
    """Rows of a list, and after which row the next page begins."""

    rows: list[Company]
    after: tuple[datetime, int] | None


def _wanted(viewer: Viewer, filters: Filters) -> QuerySet[Company]:
    rows = visible(viewer)
    if filters.state in (LISTED, MERGED):
        rows = rows.filter(state=filters.state)
    for name in ("province", "industry"):
        if getattr(filters, name):
            rows = rows.filter(**{name: getattr(filters, name)})
    if filters.contact:
        rows = rows.filter(contacted_at__isnull=filters.contact == "no")
    return rows.filter(_words(filters.q)) if filters.q else rows


def _words(text: str) -> Q:
    """By words of names and codes; a run of Latin letters and digits is also looked for as initials, and as a code's beginning."""
    asked, plain = search_tokens.query(text), text.strip().lower()
    found = Q(tokens__contains=Written(asked)) if asked else Q(pk__in=[])
    if not plain.isascii() or not plain.isalnum() or len(plain) > LONGEST:
        return found
    if len(plain) >= CODE and any(map(str.isdigit, plain)):
        found |= Q(begins("code", plain.upper()))
    return found | Q(begins("initials", plain)) | Q(begins("short_initials", plain))


def list_page(viewer: Viewer, filters: Filters, after: tuple[datetime, int] | None = None, size: int = SIZE) -> Page:
    """A page of a list; one query."""
    field = "contacted_at" if filters.order == "contact" else "updated_at"
    rows = _wanted(viewer, filters).select_related("merged_into")
    if field == "contacted_at":
        rows = rows.filter(contacted_at__isnull=False)
    return Page(*cut(rows, field, after, size))


def find(viewer: Viewer, text: str, limit: int = MOST) -> list[Company]:
    """Listed companies that match what is being typed: a name as it stands first, then by their names; one query."""
    if not text.strip():
        return []
    rows = _wanted(viewer, Filters(q=text))
    return sorted(
        rows.order_by("name")[: limit * 4], key=lambda one: (not one.name.startswith(text.strip()), one.name)
    )[:limit]
