"""Grades of 1 and 2, and some picked among the others, wait on a page, with what was said, until somebody says what was done."""

import re
from dataclasses import replace

import pytest
from django.conf import settings
from staff_cast import at, case, client, do, step

from luoshi.cases.actions import BY_VERB, again
from luoshi.cases.models import Case
from luoshi.cases.reads import joint
from luoshi.people.models import Unit
from luoshi.people.viewer import holder


def rated(grade: int, note: str = "还是会绊倒") -> str:
    number = at("verified")
    viewer = holder(str(case(number).log_id))
    BY_VERB["confirm"](viewer=viewer, on=number, grade=grade, reasons=["undone"], note=note)
    return number


def test_bad_ones_with_reason_words_and_answer_and_good_ones_not(db: None) -> None:
    bad, worst, good = rated(2), rated(1, "没来人"), rated(3)
    page = client("supervisor").get("/work/followup/").content.decode()
    for text in (bad, worst, "还是会绊倒", "没来人", "没真正办好", "路面已补"):
        assert text in page
    assert good not in page


def test_some_of_the_others_are_picked_and_nobody_outside_can_tell_which(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def share(n: int) -> None:
        monkeypatch.setattr(settings, "CONF", replace(settings.CONF, values={**settings.CONF.values, "spot_checks": n}))

    share(40)
    numbers = [rated(5, "很好") for _ in range(30)]
    picked = set(Case.objects.filter(number__in=numbers, followup="due").values_list("number", flat=True))
    assert 3 < len(picked) < 25
    page = client("supervisor").get("/work/followup/").content.decode()
    assert page.count("抽查</span>") == len(picked) and "每百件抽查 40 件" in page
    rows = Case.objects.filter(number__in=numbers)
    assert {row.number for row in rows if again.followed_up(row, 4)} == picked, (
        "the same ones whenever they are asked for"
    )
    monkeypatch.setattr(again, "secret", lambda: b"another city")
    assert {row.number for row in rows if again.followed_up(row, 4)} != picked
    share(100)
    assert all(again.followed_up(row, 3) for row in rows) and not again.followed_up(rows[0], None)


def test_done_there_it_comes_back_and_is_counted(db: None) -> None:
    number = rated(1)
    data = {"note": "已上门道歉并返工", "next": "/work/followup/"}
    answer = do(client("supervisor"), number, "follow_up", data)
    assert (answer.status_code, answer.url) == (303, "/work/followup/")
    page = client("supervisor").get("/work/followup/").content.decode()
    assert "已跟进 1 件" in page and f"/{number}/do/follow_up/" not in page


def test_all_can_be_reached_page_by_page_and_by_unit(db: None) -> None:
    numbers = {rated(1) for _ in range(joint.SIZE + 3)}
    browse, address, seen = client("supervisor"), "/work/followup/", set()
    while address:
        page = browse.get(address).content.decode()
        shown = set(re.findall(r"/work/cases/(J-[0-9-]+)/do/follow_up/", page))
        assert shown and not shown & seen
        seen |= shown
        onward = re.search(r'rel="next" href="([^"]*)"', page)
        address = f"/work/followup/{onward[1]}".replace("&amp;", "&") if onward else ""
    assert seen == numbers
    Case.objects.filter(number=min(numbers)).update(unit=Unit.objects.exclude(code="150203.urban").order_by("id")[0])
    other = Case.objects.get(number=min(numbers)).unit_id
    page = browse.get(f"/work/followup/?unit={other}").content.decode()
    assert re.findall(r"/work/cases/(J-[0-9-]+)/do/follow_up/", page) == [min(numbers)]
    assert browse.get("/work/followup/?after=nonsense").status_code == 400


@pytest.mark.parametrize(
    ("login", "status"), [("supervisor", 200), ("dispatcher", 200), ("handler", 403), ("desk", 403)]
)
def test_who_may_open_it(db: None, login: str, status: int) -> None:
    assert client(login).get("/work/followup/").status_code == status


def test_a_dispatcher_sees_those_of_the_units_below(db: None) -> None:
    number = rated(1)
    assert number in client("dispatcher").get("/work/followup/").content.decode()
    Case.objects.filter(number=number).update(unit=Unit.objects.filter(level="city").order_by("id").last())
    assert number not in client("dispatcher").get("/work/followup/").content.decode()


def test_the_cost_does_not_grow_with_rows(db: None) -> None:
    from test_page_costs import queries

    rated(1)
    browse = client("supervisor")
    few = queries(browse, "/work/followup/")
    for _ in range(3):
        rated(2)
    assert queries(browse, "/work/followup/") == few <= 10


def test_followed_up_once(db: None) -> None:
    number = rated(1)
    step(number, "follow_up", "supervisor", note="已返工")
    assert do(client("supervisor"), number, "follow_up", {"note": "再来"}).status_code == 409
