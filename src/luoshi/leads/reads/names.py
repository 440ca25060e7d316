"""All names of the register, for matching a list of companies against it. What an operator asks, not a viewer."""

from collections.abc import Iterator

from luoshi.leads.flow import LISTED
from luoshi.leads.models import Company, CompanyName


def all_names() -> Iterator[tuple[int, str]]:
    """(key, name) of every listed company, former names too."""
    yield from Company.objects.filter(state=LISTED).order_by("pk").values_list("pk", "name").iterator(10_000)
    former = CompanyName.objects.filter(company__state=LISTED).order_by("pk")
    yield from former.values_list("company_id", "name").iterator(10_000)


def all_codes() -> Iterator[tuple[int, str]]:
    """(key, unified social credit code) of every listed company that has one."""
    yield from Company.objects.filter(state=LISTED).exclude(code="").values_list("pk", "code").iterator(10_000)
