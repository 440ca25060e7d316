"""Open cases in a person's hands or with a unit: what is handed over when people move and units change."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from django.db.models import Count

from luoshi.cases.flow import ALIVE, OPEN
from luoshi.cases.models import Case
from luoshi.cases.reads.scope import visible
from luoshi.kernel.viewer import SYSTEM


class Held(NamedTuple):
    """An open case: its number, and the unit that answers for it."""

    number: str
    unit: int | None


ROWS: Final = {"state__in": OPEN, "status__in": ALIVE}


def in_hand(person: int) -> list[Held]:
    """The open cases that a person handles, the oldest first. For whoever hands them over, who need not see them."""
    found = visible(SYSTEM).filter(handler_id=person, **ROWS).order_by("reported_at", "id")
    return [Held(*row) for row in found.values_list("number", "unit_id")]


def at_unit(unit: int) -> list[str]:
    """The numbers of the open cases that lie with a unit, the oldest first."""
    found = visible(SYSTEM).filter(unit_id=unit, **ROWS).order_by("reported_at", "id")
    return list(found.values_list("number", flat=True))


def count_in_hand(persons: Iterable[int]) -> dict[int, int]:
    """How many open cases each of the persons handles; who has none is left out. One query."""
    found = Case.objects.filter(handler_id__in=set(persons), **ROWS).values("handler_id")
    return dict(found.annotate(n=Count("id")).order_by().values_list("handler_id", "n"))


def count_at(unit: int) -> int:
    """How many open cases lie with a unit."""
    return Case.objects.filter(unit_id=unit, **ROWS).count()
