"""Joint dispatch on one page: who said no and why, who it could be, decided by a person or split; parts on the record."""

from typing import Any

import pytest
from django.test import Client
from staff_cast import at, bureau, case, client, do, reported, step

from luoshi.cases.actions.parts import Share
from luoshi.cases.models import Case
from luoshi.people.models import Person, Post, Unit


def elsewhere() -> tuple[Unit, Person]:
    """Another unit that handles, and somebody there."""
    post = Post.objects.filter(role="handler").exclude(unit=bureau()).select_related("unit", "person").order_by("id")[0]
    return post.unit, post.person


def refused_twice() -> str:
    """A case that two units returned."""
    number = at("accepted")
    step(number, "dispatch", "desk", unit=bureau())
    step(number, "send_back", "handler", reason="产权在小区物业")
    unit, person = elsewhere()
    step(number, "dispatch", "desk", unit=unit)
    step(number, "escalate", person.login, reason="属于燃气公司管线")
    return number


def test_each_return_with_unit_person_and_reason_and_who_it_could_be(db: None) -> None:
    number = refused_twice()
    page = client("supervisor").get("/work/joint/").content.decode()
    unit, person = elsewhere()
    for text in (number, "产权在小区物业", "属于燃气公司管线", bureau().zh, unit.zh, person.name):
        assert text in page
    assert "按类别的职能" in page and "已退回" in page


def test_a_supervisor_decides_there_and_comes_back(db: None) -> None:
    number = refused_twice()
    data = {"unit": bureau().zh, "reason": "按职责分工", "next": "/work/joint/"}
    answer = do(client("supervisor"), number, "decide", data)
    assert (answer.status_code, answer.url) == (303, "/work/joint/")
    assert case(number).state == "dispatched" and case(number).unit == bureau()
    assert (
        number
        not in client("supervisor").get("/work/joint/").content.decode().partition("<main")[2].partition("said")[0]
    )


def test_the_desk_may_split_and_not_decide(db: None) -> None:
    number = refused_twice()
    page = client("desk").get("/work/joint/").content.decode()
    assert f"/{number}/do/split/" in page and f"/{number}/do/decide/" not in page
    data = {"part_unit": [bureau().zh, elsewhere()[0].zh], "part_text": ["修路面", "挪管线"], "next": "/work/joint/"}
    assert do(client("desk"), number, "split", data).status_code == 303
    assert case(number).state == "parted"


@pytest.mark.parametrize(("login", "status"), [("handler", 403), ("leader", 403), ("verifier", 403), ("desk", 200)])
def test_who_may_open_it(db: None, login: str, status: int) -> None:
    assert client(login).get("/work/joint/").status_code == status


def test_nobody_not_logged_in(browse: Client) -> None:
    assert browse.get("/work/joint/").status_code in (302, 303)


def test_an_empty_page_says_when_it_fills(db: None) -> None:
    assert "没有等会商" in client("supervisor").get("/work/joint/").content.decode()


def test_the_cost_does_not_grow_with_rows(db: None) -> None:
    from test_page_costs import queries

    refused_twice()
    browse = client("supervisor")
    few = queries(browse, "/work/joint/")
    for _ in range(3):
        refused_twice()
    assert queries(browse, "/work/joint/") == few <= 9


def parted() -> tuple[str, list[str]]:
    number = at("accepted")
    step(number, "split", "desk", parts=[Share(bureau(), "修路面"), Share(elsewhere()[0], "挪管线")])
    return number, [f"{number}-1", f"{number}-2"]


def test_parts_stand_on_the_record_of_the_whole_and_lead_back(db: None) -> None:
    number, parts = parted()
    page = client("desk").get(f"/work/cases/{number}/").content.decode()
    for text in (*parts, "修路面", "挪管线", bureau().zh, elsewhere()[0].zh):
        assert text in page
    assert f'href="/work/cases/{number}/"' in client("desk").get(f"/work/cases/{parts[1]}/").content.decode()


def test_a_part_is_linked_only_for_who_may_see_it(db: None) -> None:
    number, parts = parted()
    page = client("handler").get(f"/work/cases/{number}/").content.decode()
    assert f'href="/work/cases/{parts[0]}/"' in page
    assert parts[1] in page and f'href="/work/cases/{parts[1]}/"' not in page
    other = client(elsewhere()[1].login).get(f"/work/cases/{parts[1]}/").content.decode()
    assert number in other and f'href="/work/cases/{number}/"' not in other


def test_the_reporter_hears_one_answer_once_all_parts_are_done(browse: Client) -> None:
    from test_follow import reported_with_code

    number, code = reported_with_code()
    step(number, "accept", "desk")
    step(number, "split", "desk", parts=[Share(bureau(), "修路面"), Share(elsewhere()[0], "挪管线")])
    finish(f"{number}-1", "handler", "路面修好")
    page = browse.get(f"/track/{code}").content.decode()
    assert "几个单位分头在办" in page and "路面修好" not in page
    finish(f"{number}-2", elsewhere()[1].login, "管线挪好")
    page = browse.get(f"/track/{code}").content.decode()
    assert "路面修好" in page and "管线挪好" in page and case(number).state == "verified"


def finish(number: str, login: str, answer: str) -> None:
    moves: list[tuple[str, str, dict[str, Any]]] = [
        ("sign", login, {}), ("add_evidence", login, {"note": "办了"}), ("finish", login, {"answer": answer}),
        ("verify_close", "verifier", {}),
    ]  # fmt: skip
    for verb, who, data in moves:
        step(number, verb, who, **data)


def test_ended_ones_are_not_on_the_page(db: None) -> None:
    reported()
    number = refused_twice()
    Case.objects.filter(number=number).update(state="closed")
    assert number not in client("supervisor").get("/work/joint/").content.decode()
