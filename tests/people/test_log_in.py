"""Log-ins over HTTP: the lock-out, the forced change, sessions that can be ended, the administrators' pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from luoshi.kernel import clock
from luoshi.people.models import Person, SignIn
from luoshi.people.sessions import SINCE

PASSWORD = "longer-than-ten-7"


@pytest.fixture
def desk(db: None) -> Person:
    """A desk clerk who can log in."""
    return able("desk")


def able(login: str, must_change: bool = False) -> Person:
    person = Person.objects.get(login=login)
    person.set_password(PASSWORD)
    person.must_change = must_change
    person.save()
    return person


def log_in(browse: Client, login: str = "desk", password: str = PASSWORD, **more: str) -> Any:
    return browse.post("/login/", {"username": login, "password": password, **more})


def test_a_log_in_leads_to_my_work_and_is_written_down(browse: Client, desk: Person) -> None:
    response = log_in(browse)
    assert (response.status_code, response["Location"]) == (302, "/work/")
    assert [s.what for s in SignIn.objects.filter(person=desk)] == ["in"]
    assert browse.get("/work/").status_code == 200


def test_a_log_in_goes_back_to_the_page_that_was_asked_for_and_nowhere_else(browse: Client, desk: Person) -> None:
    response = browse.get("/work/cases/?state=open")
    assert response["Location"] == "/login/?next=%2Fwork%2Fcases%2F%3Fstate%3Dopen"
    assert log_in(browse, next="/work/cases/?state=open")["Location"] == "/work/cases/?state=open"
    assert log_in(Client(HTTP_HOST="127.0.0.1"), next="//evil.example/")["Location"] == "/work/"


def test_a_wrong_password_says_so_and_keeps_the_name(browse: Client, desk: Person) -> None:
    response = log_in(browse, password="wrong-wrong-wrong")
    assert response.status_code == 422
    assert "登录名或密码不对" in response.content.decode()
    assert 'value="desk"' in response.content.decode()
    assert [s.what for s in SignIn.objects.filter(person=desk)] == ["failed"]


def test_an_unknown_name_reads_the_same_as_a_wrong_password(browse: Client, desk: Person) -> None:
    known, unknown = log_in(browse, password="no-no-no-no"), log_in(browse, login="nobody", password="no-no-no-no")
    assert (known.status_code, unknown.status_code) == (422, 422)
    assert "登录名或密码不对" in unknown.content.decode()


def test_five_wrong_passwords_lock_the_name_even_for_the_right_one(browse: Client, desk: Person) -> None:
    statuses = [log_in(browse, password="wrong-wrong-wrong").status_code for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert statuses[:-1] == [422] * (settings.AXES_FAILURE_LIMIT - 1)
    response = log_in(browse)
    assert response.status_code == 429
    assert response["Retry-After"] == "3600"
    assert "锁定" in response.content.decode()


def test_whoever_must_change_the_password_can_do_nothing_else_first(browse: Client, desk: Person) -> None:
    able("desk", must_change=True)
    assert log_in(browse)["Location"] == "/password/"
    assert browse.get("/work/")["Location"] == "/password/"
    assert browse.get("/work/cases/")["Location"] == "/password/"
    refused = browse.post("/password/", {"old": PASSWORD, "new": "12345678901", "again": "1234567890"})
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "不能只有数字" in text and "两次不一样" in text
    done = browse.post("/password/", {"old": PASSWORD, "new": "another-word-9x", "again": "another-word-9x"})
    assert done["Location"] == "/work/"
    assert browse.get("/work/").status_code == 200
    assert log_in(Client(HTTP_HOST="127.0.0.1"), password="another-word-9x").status_code == 302


def test_changing_the_password_ends_the_sessions_elsewhere(browse: Client, desk: Person) -> None:
    other = Client(HTTP_HOST="127.0.0.1")
    log_in(browse)
    log_in(other)
    browse.post("/password/", {"old": PASSWORD, "new": "another-word-9x", "again": "another-word-9x"})
    assert browse.get("/work/").status_code == 200
    assert other.get("/work/").status_code == 302


def test_the_security_administrator_ends_a_persons_sessions(browse: Client, desk: Person) -> None:
    log_in(browse)
    guard = Client(HTTP_HOST="127.0.0.1")
    guard.force_login(Person.objects.get(login="secadmin"))
    page = guard.get("/security/").content.decode()
    assert "孙云宁" in page and "登录记录" in page
    assert guard.post("/security/end/", {"login": "desk"})["Location"] == "/security/"
    assert browse.get("/work/").status_code == 302
    assert "结束了" not in page and "孙云宁" in guard.get("/security/").content.decode()
    ended = SignIn.objects.get(what="ended")
    assert (ended.person, ended.by) == (desk, Person.objects.get(login="secadmin"))
    assert log_in(browse).status_code == 302
    assert browse.get("/work/").status_code == 200


def test_a_session_begun_before_its_end_is_over_whatever_its_cookie_says(browse: Client, desk: Person) -> None:
    log_in(browse)
    # as if the row of the session had been brought back
    Person.objects.filter(pk=desk.pk).update(sessions_from=clock.real() + timedelta(seconds=1))
    assert browse.get("/work/").status_code == 302
    session = browse.session
    session[SINCE] = (clock.real() + timedelta(seconds=2)).isoformat()
    session.save()
    assert browse.get("/work/").status_code == 200


def test_logging_out_takes_a_post(browse: Client, desk: Person) -> None:
    log_in(browse)
    assert browse.get("/logout/").status_code == 405
    assert browse.post("/logout/").status_code == 302
    assert browse.get("/work/").status_code == 302
    assert [s.what for s in SignIn.objects.filter(person=desk).order_by("id")] == ["in", "out"]


def test_a_demo_for_the_public_has_no_log_in(browse: Client, desk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(browse)
    monkeypatch.setitem(settings.CONF.values, "public_demo", True)
    response = log_in(Client(HTTP_HOST="127.0.0.1"))
    assert response.status_code == 403
    assert "登录已关闭" in response.content.decode()
    assert "没有这项权限" not in response.content.decode()
    assert browse.get("/work/").status_code == 302


@pytest.mark.parametrize(
    ("login", "open_to"), [("secadmin", "/security/"), ("sysadmin", "/system/"), ("auditadmin", "/audit/")]
)
def test_each_administrator_has_one_page_and_none_of_the_others(db: None, login: str, open_to: str) -> None:
    browse = Client(HTTP_HOST="127.0.0.1")
    browse.force_login(Person.objects.get(login=login))
    found = {path: browse.get(path).status_code for path in ("/security/", "/system/", "/audit/", "/work/cases/")}
    assert found == {path: 200 if path == open_to else 403 for path in found}
    assert open_to in browse.get("/work/").content.decode()


def test_a_clerk_sees_no_administrators_page(browse: Client, desk: Person) -> None:
    log_in(browse)
    assert [browse.get(path).status_code for path in ("/security/", "/system/", "/audit/")] == [403] * 3
    assert browse.post("/security/end/", {"login": "desk"}).status_code == 403


def test_the_pages_are_complete_in_english(browse: Client, desk: Person) -> None:
    assert "Staff log-in" in browse.get("/login/?lang=en").content.decode()
    log_in(browse)
    assert "New password" in browse.get("/password/?lang=en").content.decode()


def test_an_unknown_name_cannot_be_ended_or_audited(db: None) -> None:
    browse = Client(HTTP_HOST="127.0.0.1")
    browse.force_login(Person.objects.get(login="secadmin"))
    assert browse.post("/security/end/", {"login": "no such"}).status_code == 404
    browse.force_login(Person.objects.get(login="auditadmin"))
    response = browse.get("/audit/?person=no-such")
    assert response.status_code == 400
    assert "no-such" in response.content.decode()
    assert browse.get("/audit/?after=xx").status_code == 400
