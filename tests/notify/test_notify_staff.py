"""What a person of the staff is told: by choice, a digest once a working day, at once what cannot wait, not at night."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from given import NOW
from notify_work import configured, mail_server, work

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Case, Category
from luoshi.kernel import clock
from luoshi.kernel.viewer import Viewer
from luoshi.people import viewer as viewers
from luoshi.people.models import Person
from luoshi.ports.notify import actions as notify
from luoshi.ports.notify import staff
from luoshi.ports.notify.models import Choice, Message

Cast = dict[str, Viewer]
WANTS = {
    "mail": "desk@city.example", "phone": "", "digest": "on", "digest_at": "480", "at_once": "none", "quiet_from": "1260",
    "quiet_to": "480", "language": "zh",
}  # fmt: skip


def report(text: str = "路面破损，张三家门口") -> Case:
    kind = Category.objects.get(code="010102")
    done = report_case(viewer=viewers.public(), category=kind, text=text, channel="web", county="150203000000")
    assert done.row is not None
    return done.row


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch, db: None) -> Any:
    with mail_server() as (port, taken):
        configured(monkeypatch, mail_url=f"smtp+plain://127.0.0.1:{port}")
        yield taken


@pytest.fixture
def desk(db: None) -> Client:
    browse = Client(HTTP_HOST="127.0.0.1")
    browse.force_login(Person.objects.get(login="desk"), backend="luoshi.people.door.Backend")
    return browse


def wants(desk: Client, **change: str) -> Choice:
    sent = {name: value for name, value in {**WANTS, **change}.items() if value}
    assert desk.post("/work/notify/", sent).status_code == 303
    return Choice.objects.get(person__login="desk")


def test_a_digest_comes_once_a_working_day_and_says_nothing_private(desk: Client, mail: list[str]) -> None:
    case = report()
    wants(desk)
    assert staff.digests() == 1 and staff.digests() == 0
    assert work() == []
    assert case.number in mail[0] and "待受理" in mail[0] and "/work/notify/" in mail[0]
    assert "张三" not in mail[0] and "路面" not in mail[0]
    with clock.at(NOW + timedelta(days=1)):
        assert staff.digests() == 1
    with clock.at(NOW + timedelta(days=3)):  # New Year's day
        assert staff.digests() == 0


def test_before_its_hour_and_with_nothing_waiting_there_is_none(desk: Client, mail: list[str]) -> None:
    wants(desk, digest_at="600")
    report()
    assert staff.digests() == 0  # 09:00
    Case.objects.update(state="closed", next_due_at=None)
    with clock.at(NOW + timedelta(hours=2)):
        assert staff.digests() == 0


def test_at_once_only_what_is_new_since_and_each_thing_once(desk: Client, mail: list[str]) -> None:
    old = report()
    wants(desk, digest="", at_once="all")
    assert staff.at_once() == 0, "what waited before is no news"
    new = report()
    assert staff.at_once() == 1 and staff.at_once() == 0
    assert work() == []
    assert new.number in mail[0] and old.number not in mail[0] and "张三" not in mail[0]
    with clock.at(NOW + timedelta(hours=2)):
        assert staff.at_once() == 1  # both are overdue now
    assert Message.objects.filter(person__login="desk").count() == 2


def test_late_only_means_late_only(desk: Client, mail: list[str]) -> None:
    wants(desk, digest="", at_once="late")
    report()
    assert staff.at_once() == 0
    with clock.at(NOW + timedelta(hours=2)):
        assert staff.at_once() == 1


def test_nothing_at_night_and_all_in_one_in_the_morning(desk: Client, mail: list[str]) -> None:
    wants(desk, digest="", at_once="all")
    with clock.at(NOW + timedelta(hours=13)):  # 22:00
        report()
        report()
        assert staff.at_once() == 0
    with clock.at(NOW + timedelta(hours=23)):  # 08:00
        assert staff.at_once() == 1


def test_whoever_left_and_whoever_chose_nothing_is_told_nothing(desk: Client, mail: list[str]) -> None:
    report()
    wants(desk, at_once="all")
    report()
    Person.objects.filter(login="desk").update(is_active=False)
    assert (staff.digests(), staff.at_once()) == (0, 0)


@pytest.mark.parametrize(
    "change",
    [{"mail": ""}, {"mail": "x"}, {"mail": "a@b.example\nBcc: c@d.example"}, {"phone": "abc"}, {"digest_at": "481"},
     {"at_once": "sometimes"}, {"language": "fr"}, {"quiet_from": "-1"}],
)  # fmt: skip
def test_a_bad_choice_is_a_fault_and_is_not_kept(desk: Client, change: dict[str, str]) -> None:
    assert desk.post("/work/notify/", {**WANTS, **change}).status_code == 422
    assert not Choice.objects.exists()


def test_the_page_is_ones_own(desk: Client, mail: list[str]) -> None:
    wants(desk)
    report()
    staff.digests()
    assert "desk@city.example" in desk.get("/work/notify/").content.decode()
    other = Client(HTTP_HOST="127.0.0.1")
    other.force_login(Person.objects.get(login="handler"), backend="luoshi.people.door.Backend")
    assert "desk@city.example" not in other.get("/work/notify/").content.decode()
    assert Client(HTTP_HOST="127.0.0.1").get("/work/notify/").status_code == 302


def test_in_english_for_whoever_wants_it(desk: Client, mail: list[str]) -> None:
    report()
    wants(desk, language="en")
    staff.digests()
    assert "wait for you" in Message.objects.get().title


def test_sent_messages_are_kept_for_their_time_only(desk: Client, mail: list[str], cast: Cast) -> None:
    report()
    wants(desk)
    staff.digests()
    with clock.at(NOW + staff.kept() - timedelta(days=1)):
        assert notify.tidy(staff.kept()) == 0
    with clock.at(NOW + staff.kept() + timedelta(days=1)):
        assert notify.tidy(staff.kept()) == 1


def test_stages_move_on_and_are_news_again(desk: Client, mail: list[str], cast: Cast) -> None:
    wants(desk, digest="", at_once="all")
    case = report()
    assert staff.at_once() == 1
    BY_VERB["accept"](viewer=cast["desk"], on=case.number)
    assert staff.at_once() == 1
