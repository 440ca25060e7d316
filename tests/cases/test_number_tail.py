"""A case is found by how its number ends, by whoever may see it, through an index."""

import pytest
from django.db import connection
from staff_cast import at, case, client, reported

from luoshi.cases import reads
from luoshi.kernel import clock
from luoshi.people.viewer import of_login

pytestmark = pytest.mark.usefixtures("db")


def found(login: str, text: str) -> list[str]:
    return [row.number for row in reads.list_page(of_login(login), reads.Filters(q=text), clock.now()).rows]


def numbered(made: str, number: str, **more: str) -> str:
    row = case(made)
    row.number = number
    row.save()
    return number


def test_the_last_figures_find_the_case() -> None:
    number = numbered(reported(), "J-2021-075005")
    other = numbered(reported(), "J-2021-175006")
    for text in ("5005", "075005", " 075005 ", "2021-075005", "J-2021-075005", "j-2021-075005"):
        assert found("desk", text) == [number], text
    assert found("desk", "75006") == [other]
    for text in ("005", "7500", "0750", "21-075005", "%5005", "5_05"):
        assert found("desk", text) == [], text
    assert f'href="/work/cases/{number}/"' in client("desk").get("/work/search/?q=75005").content.decode()
    assert f'href="/work/cases/{number}/"' in client("desk").get("/work/cases/?q=75005").content.decode()


def test_the_figures_may_stand_in_the_text_as_before() -> None:
    number = numbered(reported(), "J-2021-075005")
    texted = reported(text="路灯杆 5005 倾斜")
    assert set(found("desk", "5005")) == {number, texted}


def test_each_finds_what_they_may_see() -> None:
    mine = numbered(at("handling"), "J-2021-075005")
    numbered(reported(), "J-2022-075005")
    assert found("handler", "75005") == [mine] and found("handler3", "75005") == []
    assert len(found("desk", "75005")) == 2


def test_both_are_looked_up_in_an_index() -> None:
    rows = reads.lists.narrowed(
        reads.visible(of_login("desk")), reads.Filters(q="075005"), of_login("desk"), clock.now()
    )
    with connection.cursor() as cursor:
        # of few rows it would read all, by any index: only what an index can be asked is left
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        plan = rows.explain()
    assert "case_tail" in plan and "case_private_tokens" in plan and "Seq Scan" not in plan
