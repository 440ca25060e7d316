"""Hostile addresses and forms of the lists get a clear answer, never a fault of ours."""

from typing import Any

import pytest
from staff_cast import at, client

pytestmark = pytest.mark.usefixtures("db")
GETS = [
    ("/work/cases/J%00/", 404), ("/work/near/J%00/", 404), ("/work/cases/?cols=" + "x." * 3000, 200),
    ("/work/cases/?cols=%00.%ED%A0%80.due", 200), ("/work/cases/?after=%00", 400),
    ("/work/cases/columns/?query=" + "%26a=1" * 400, 400), ("/work/cases/columns/?c=" + "due&c=" * 200, 302),
    ("/work/cases/columns/?query=%0d%0aSet-Cookie:x=1&c=due", 302), ("/work/cases/export.csv?q=%00%00", 200),
    ("/work/cases/export.xlsx?cols=nonsense&state=nonsense", 200), ("/cases/feed.atom?division=%00", 422),
    ("/work/cases/views/99999999999999999999/drop/", 405),
]  # fmt: skip
POSTS: list[tuple[str, dict[str, Any], int]] = [
    ("/work/cases/views/", {"name": "x", "query": "&" * 2000}, 400),
    ("/work/cases/views/", {"name": "a", "query": "state=%00&unit=%ED%A0%80"}, 303),
    ("/work/cases/views/99999999999999999999/drop/", {}, 404),
    ("/work/cases/bulk/", {"row": "x" * 100_000 + ":1"}, 422),
    ("/work/cases/bulk/", {"row": "J-1:1", "all": "\0" * 50}, 200),
    ("/work/cases/bulk/do/", {"row": "J-1:1", "unit-J-1": "city.gas", "key": "a\0b"}, 422),
    ("/work/cases/bulk/do/", {"row": "J-1:1", "unit-J-1": "city.gas", "key": "k" * 300}, 422),
]


@pytest.mark.parametrize(("path", "status"), GETS, ids=[path[:50] for path, _ in GETS])
def test_a_hostile_address_is_answered(path: str, status: int) -> None:
    response = client("handler" if "near" in path else "desk").get(path)
    assert response.status_code == status
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(("path", "data", "status"), POSTS)
def test_a_hostile_form_is_answered(path: str, data: dict[str, Any], status: int) -> None:
    assert client("desk").post(path, data).status_code == status


@pytest.mark.parametrize("more", [{"key": "a\0b"}, {"note": "y\0"}, {"seen": "x"}, {"answer": "长" * 2001}])
def test_a_hostile_form_from_the_phone_is_answered(more: dict[str, str]) -> None:
    number = at("handling")
    given = {"seen": "4", "key": "k", "answer": "好了", "note": "补了"} | more
    assert client("handler").post(f"/work/near/{number}/", given).status_code == 422
