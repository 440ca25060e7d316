"""Following what somebody else reported; what reporters of merged cases see and are told."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from staff_cast import STREET, at, bureau, case, kind, reported, step

from luoshi.cases import jobs
from luoshi.cases.actions import follow as actions
from luoshi.cases.actions import report_case
from luoshi.cases.actions.erase import erase
from luoshi.cases.follower import Follower, FollowerCode
from luoshi.cases.models import Case
from luoshi.cases.personal import PERSONAL
from luoshi.cases.reads import listeners
from luoshi.conf import Conf
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Absent
from luoshi.kernel.viewer import SYSTEM
from luoshi.people import viewer as viewers
from luoshi.ports.notify import reads as messages
from luoshi.ports.notify.codes import code_of
from luoshi.ports.notify.models import Message
from luoshi.privacy import erasures

MAIL = "weiguan@example.org"


@pytest.fixture
def mail(monkeypatch: Any) -> None:
    """Messages may go by mail; none is sent, since nothing runs what sends them."""
    values = {**settings.CONF.values, "mail_url": "smtp+plain://127.0.0.1:1", "public_url": "https://city.example"}
    monkeypatch.setattr(settings, "CONF", Conf(values))


def tell() -> None:
    """Run the jobs that tell people of a case, as the worker does."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'cases.tell' RETURNING id, args")
        found = sorted(cursor.fetchall())
    for _, args in found:
        jobs.tell(**(args if isinstance(args, dict) else json.loads(args)))


def followed(browse: Client, number: str, **given: str) -> str:
    """Follow by the page; gives the code."""
    page = browse.get(f"/cases/{number}/follow/").content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    answer = browse.post(f"/cases/{number}/follow/", {"key": key[1], **given})
    assert answer.status_code == 303, answer.content.decode()
    found = re.search(r'class="code nb">([0-9A-Z-]{14})<', browse.get("/follow/done").content.decode())
    assert found
    return found[1].replace("-", "")


def test_a_follower_looks_and_can_do_nothing_else(browse: Client) -> None:
    number = reported()
    code = followed(browse, number, email=MAIL, phone="138 0000 0000")
    page = browse.get(f"/track/{code}").content.decode()
    assert number in page and "绊倒" not in page and "幸福路 12 号" not in page
    for deed in ("withdraw", "confirm", "reopen", "export", "erase"):
        assert browse.post(f"/track/{code}", {"do": deed, "sure": "yes"}).status_code == 404
    assert case(number).state == "reported"
    row = Follower.objects.get()
    assert (row.email, row.phone) == (MAIL, "13800000000")
    assert browse.post("/track/", {"code": code.lower()}).status_code == 303


def test_the_log_holds_nothing_of_who_follows(browse: Client) -> None:
    number = reported()
    code = followed(browse, number, email=MAIL)
    event = Event.objects.get(subject=case(number).log_id, verb="follow")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM event_private WHERE event_id = %s", [event.pk])
        private = [bytes(row[0]) for row in cursor.fetchall()]
    whole = repr((event.body, bytes(event.payload), private, list(FollowerCode.objects.values())))
    assert MAIL not in whole and code not in whole and event.actor is None


def test_the_same_press_twice_is_one_follower_with_one_code(db: None) -> None:
    number = reported()
    first = actions.follow(number, key="k1", email=MAIL)
    again = actions.follow(number, key="k1", email=MAIL)
    assert again.repeated and first.answer == again.answer and Follower.objects.count() == 1
    assert actions.code_for(actions.DOOR, "k1") == first.secret["code"]


@pytest.mark.parametrize("how", ["private", "merged", "withdrawn", "none"])
def test_what_is_not_public_cannot_be_followed(browse: Client, how: str) -> None:
    number = "J-2021-999999"
    if how != "none":
        number = reported()
        Case.objects.filter(number=number).update(**({"public": False} if how == "private" else {"state": how}))
    with pytest.raises(Absent):
        actions.follow(number, key=None)
    assert browse.get(f"/cases/{number}/follow/").status_code == 404


def test_what_has_ended_says_so(browse: Client) -> None:
    number = reported()
    step(number, "refuse", "desk", reason="不归我们", answer="请找业主")
    assert "已经结束" in browse.get(f"/cases/{number}/follow/").content.decode()
    assert browse.post(f"/cases/{number}/follow/", {"key": ""}).status_code == 409
    assert not Follower.objects.exists()


def test_stopping_deletes_the_contact_the_messages_and_the_code(browse: Client, mail: None) -> None:
    number = reported(phone="", email="")
    code = followed(browse, number, email=MAIL)
    step(number, "accept", "desk")
    tell()
    assert Message.objects.filter(address=MAIL).exists()
    erased = Follower.objects.get().pk
    assert browse.post(f"/track/{code}", {"do": "unfollow"}).status_code == 303
    assert not Follower.objects.exists() and not Message.objects.filter(address=MAIL).exists()
    assert browse.get(f"/track/{code}").status_code == 404
    # an older backup is brought back: the list of deletions is played again
    Follower.objects.create(pk=erased, case=case(number), email=MAIL, at=case(number).reported_at)
    listed = [one for one in erasures.load(Path(settings.CONF.home)) if one.subject == erased]
    assert len(listed) == 1 and PERSONAL.again(listed) == 1 and not Follower.objects.exists()


def test_deleting_a_case_s_data_deletes_its_followers(db: None) -> None:
    number = reported()
    actions.follow(number, key="k", email=MAIL)
    step(number, "refuse", "desk", reason="不归我们", answer="请找业主")
    erase(SYSTEM, number, "retention")
    assert not Follower.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM idempotency WHERE answer->>'number' = %s", [number])
        assert cursor.fetchone() == (0,)


def merge(main: str, other: str) -> None:
    step(other, "merge", "desk", into=main)


def test_listeners_are_reporters_of_all_that_is_merged_and_who_follows_any(db: None) -> None:
    main, other = reported(phone="13800000001"), reported(phone="13800000002")
    actions.follow(main, key="a", phone="13800000003")
    actions.follow(other, key="b", phone="13800000004")
    merge(main, other)
    found = listeners.listeners(case(main))
    told = [(one.phone, one.case.number, one.follower is None) for one in found]
    assert told[:2] == [("13800000001", main, True), ("13800000002", other, True)]
    assert set(told[2:]) == {("13800000003", main, False), ("13800000004", other, False)}


def test_everybody_is_told_in_words_of_their_own_with_a_link_that_opens_their_page(browse: Client, mail: None) -> None:
    main = reported(phone="", email="a@example.org")
    other = reported(phone="", email="b@example.org")
    followed(browse, main, email=MAIL)
    merge(main, other)
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("accept", "desk", {}), ("dispatch", "desk", {"unit": bureau()}), ("sign", "handler", {}),
        ("add_evidence", "handler", {"note": "补"}), ("finish", "handler", {"answer": "机密答复"}), ("verify", "verifier", {}),
    ]  # fmt: skip
    for verb, login, data in steps:
        step(main, verb, login, **data)
    tell()
    told = {(row.address, row.cause.partition(":")[0]): row for row in Message.objects.all()}
    assert set(told) == {
        ("a@example.org", "accept"), ("a@example.org", "answer"), ("b@example.org", "merge"), ("b@example.org", "answer"),
        (MAIL, "accept"), (MAIL, "answer"),
    }  # fmt: skip
    assert "机密答复" in told["b@example.org", "answer"].text and told["b@example.org", "answer"].number == other
    assert "您关注的" in told[MAIL, "answer"].text and "机密答复" not in told[MAIL, "answer"].text
    page = browse.get(f"/track/{code_of(told[MAIL, 'answer'].pk)}").content.decode()
    assert f"您关注的 {main}" in page
    assert MAIL not in {row.address for row in messages.about(case(main).log_id)}


def test_the_reporter_of_a_merged_case_sees_the_main_one_and_may_say_that_it_is_another(browse: Client) -> None:
    main = at("verified")
    other, code = reported_with_code()
    Case.objects.filter(number=main).update(state="handling", handled_at=None)
    merge(main, other)
    Case.objects.filter(number=main).update(state="verified", handled_at=case(main).signed_at)
    page = browse.get(f"/track/{code}").content.decode()
    assert "和另一件一起办" in page and main in page and "路面已补" in page and "绊倒" not in page.split(main)[1]
    assert "补好了" not in page
    assert browse.post(f"/track/{code}", {"do": "not_same", "note": "我说的是东边"}).status_code == 303
    assert case(other).state == "reported" and case(other).merged_into_id is None


def reported_with_code() -> tuple[str, str]:
    done = report_case(
        viewer=viewers.public(), category=kind(), text="又破了", channel="web", county="150203000000", street=STREET
    )
    return done.answer["number"], done.secret["code"]


def test_a_follower_of_a_merged_case_sees_the_one_that_stands_for_it(browse: Client) -> None:
    main, other = reported(), reported()
    code = followed(browse, other)
    merge(main, other)
    page = browse.get(f"/track/{code}").content.decode()
    assert main in page and other in page
    Case.objects.filter(number=main).update(public=False)
    page = browse.get(f"/track/{code}").content.decode()
    assert "不再公开" in page and main not in page
