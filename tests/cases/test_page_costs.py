"""What a page costs does not grow with what stands on it: the same number of queries for few rows and for many."""

from typing import Any

import pytest
from asking import questions
from django.test import Client

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Case, Category
from luoshi.kernel.kept import forget_all
from luoshi.kernel.viewer import Viewer
from luoshi.people.models import Person, Unit

# address, who, queries at most
PAGES = [
    ("/", "", 4), ("/cases/", "", 6), ("/work/", "desk", 7), ("/work/", "supervisor", 8), ("/work/", "handler", 7),
    ("/work/cases/", "desk", 9), ("/work/cases/", "handler", 9), ("/work/cases/?light=r", "supervisor", 9),
    ("/work/search/?q=井盖", "desk", 5),
]  # fmt: skip


def fill(cast: dict[str, Viewer], count: int) -> None:
    """Cases in the states that wait for somebody, `count` of each."""
    kind = Category.objects.filter(reportable=True, public=True, handle_kind="workdays").order_by("code")[0]
    bureau = Unit.objects.get(pk=cast["handler"].unit or 0)
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("accept", "desk", {}), ("dispatch", "desk", {"unit": bureau}), ("sign", "handler", {}),
        ("add_evidence", "handler", {"note": "换井盖"}), ("finish", "handler", {"answer": "已换"}),
        ("verify", "verifier", {}),
    ]  # fmt: skip
    for upto in range(len(steps) + 1):
        for _ in range(count):
            done = report_case(
                viewer=cast["public"], category=kind, text="井盖松动", channel="web", county="150203000000"
            )
            assert isinstance(done.row, Case)
            for verb, who, data in steps[:upto]:
                BY_VERB[verb](viewer=cast[who], on=done.row.number, **data)


def queries(client: Client, path: str) -> int:
    """How many queries the page asks, when nothing is remembered but what every page remembers."""
    client.get(path)
    forget_all()
    with questions() as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize(("path", "login", "most"), PAGES)
def test_queries_do_not_grow_with_rows(
    browse: Client, cast: dict[str, Viewer], path: str, login: str, most: int
) -> None:
    if login:
        browse.force_login(Person.objects.get(login=login), backend="luoshi.people.door.Backend")
    fill(cast, 1)
    few = queries(browse, path)
    fill(cast, 3)
    assert queries(browse, path) == few <= most
