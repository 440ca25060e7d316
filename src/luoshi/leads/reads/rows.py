"""What a list shows of a lead, read without an object for each joined row."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When

from luoshi.kernel.models import Event
from luoshi.leads.models import Lead
from luoshi.leads.stages import AFTER


class Row(NamedTuple):
    """A line of a list; names as in `Lead`, and those of company, occasion and officer with their ids in the log and log-in name."""

    pk: int
    log_id: UUID
    sim: bool
    number: str
    name: str
    state: str
    status: str
    version: int
    county: str
    industry: str
    currency: str
    amount: int | None
    agreed: int | None
    in_place: int
    clock: str
    due_at: datetime | None
    came_at: datetime
    signed_at: datetime | None
    landed_at: datetime | None
    updated_at: datetime
    corrected: int
    company: str | None
    company_id: UUID | None
    occasion: str | None
    occasion_id: UUID | None
    officer: str | None
    login: str | None


_JOINED: Final = {
    "company": "company__name", "company_id": "company__log_id", "occasion": "occasion__name", "occasion_id": "occasion__log_id",
    "officer": "officer__name", "login": "officer__login",
}  # fmt: skip
COLUMNS: Final = tuple(_JOINED.get(name, name) for name in Row._fields)
"""Paths of the fields, as `values_list` takes them."""


def rows_of(leads: QuerySet[Lead]) -> list[Row]:
    """The lines of leads, in their order; one query."""
    return [Row._make(one) for one in leads.values_list(*COLUMNS)]


def stage_days(leads: Collection[int]) -> dict[int, tuple[str, tuple[datetime | None, ...]]]:
    """Of leads that were read through their door: the company's code, and when each came in and reached each stage; one query.

    None where a stage was not reached, or nobody knows when.
    """
    undated = Exists(Event.objects.filter(subject=OuterRef("log_id"), verb="add_lead", body__undated=True))
    came = Case(When(undated, then=Value(None)), default=F("came_at"))
    columns = ("pk", "company__code", "came", *(f"{stage}_at" for stage in AFTER.values()))
    rows = Lead.objects.filter(pk__in=leads).annotate(came=came).values_list(*columns)
    return {key: (code or "", tuple(days)) for key, code, *days in rows}


def row_of(lead: Lead) -> Row:
    """The line of one lead."""
    return Row(*(_at(lead, path) for path in COLUMNS))


def _at(lead: Any, path: str) -> Any:
    name, _, rest = path.partition("__")
    found = getattr(lead, name)
    return getattr(found, rest) if rest and found is not None else found
