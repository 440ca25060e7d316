"""A case found by its number and the address that its reporter gave."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from luoshi.cases.models import Case, Photo
from luoshi.cases.reads.one import with_private
from luoshi.kernel.models import Event


def plain_phone(given: str) -> str:
    """A telephone number without spaces, brackets and hyphens."""
    return "".join(letter for letter in given if letter.isdigit() or letter == "+")


def matching(number: str, given: str) -> tuple[Case, str] | None:
    """The case of that number and the address to write to, if `given` is the telephone or e-mail of its reporter."""
    case = Case.objects.select_related("private").filter(number=number, ours=True).first()
    if case is None or not hasattr(case, "private"):
        return None
    phone, email = case.private.phone, case.private.email
    if phone and plain_phone(phone) == plain_phone(given):
        return case, phone
    if email and email.casefold() == given.strip().casefold():
        return case, email
    return None


def to_tell(key: int) -> Case | None:
    """A case with what its reporter may be told, locked in the caller's transaction; for the worker."""
    # locked first and its private row read then, so that nothing is said from data that are being deleted meanwhile
    rows = Case.objects.select_for_update(of=("self",), no_key=True)
    case = rows.filter(pk=key).first()
    return None if case is None else with_private(case)


def numbers(subjects: Sequence[UUID]) -> dict[UUID, str]:
    """The numbers of cases by their ids in the log."""
    return dict(Case.objects.filter(log_id__in=subjects).values_list("log_id", "number"))


def erasures(subjects: Collection[UUID]) -> set[UUID]:
    """The deletions that this database knows of these cases."""
    rows = Event.objects.filter(subject__in=subjects, verb="erase").values_list("body__erasure", flat=True)
    return {UUID(found) for found in rows if found}


def ended(before: datetime, limit: int) -> list[str]:
    """Numbers of our own cases that ended before a moment and still hold personal data, the oldest first."""
    rows = Case.objects.filter(ours=True, part_of=None, closed_at__lt=before, private__isnull=False)
    return list(rows.order_by("closed_at").values_list("number", flat=True)[:limit])


def photographs(identities: Collection[UUID]) -> set[UUID]:
    """Those of the photographs that are in a row."""
    return set(Photo.objects.filter(pk__in=identities).values_list("pk", flat=True))
