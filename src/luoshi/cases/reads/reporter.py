"""A case found by its number and the address that its reporter gave."""

from luoshi.cases.models import Case
from luoshi.cases.reads.one import with_private


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
    """A case with what its reporter may be told; for the worker."""
    case = Case.objects.select_related("private").filter(pk=key).first()
    return None if case is None else with_private(case)


def merged_reports(whole: Case) -> list[Case]:
    """The reports that stand merged in a case, oldest first."""
    return [with_private(case) for case in whole.merged_rows.select_related("private").order_by("reported_at", "pk")]
