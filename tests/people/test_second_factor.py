"""The second factor: against pyotp, each code once, recovery codes, limits, who must have it, who resets it."""

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client

from luoshi.kernel import clock, installation
from luoshi.kernel.problems import Denied, TooMany
from luoshi.people import viewer
from luoshi.people.models import Person, SecondFactor, SignIn
from luoshi.people.second import actions, totp

PASSWORD = "longer-than-ten-7"


def able(login: str) -> Person:
    person = Person.objects.get(login=login)
    person.set_password(PASSWORD)
    person.must_change = False
    person.save()
    return person


@pytest.fixture
def admin(db: None) -> Person:
    return able("sysadmin")


def log_in(browse: Client, login: str = "sysadmin") -> Any:
    return browse.post("/login/", {"username": login, "password": PASSWORD})


def now_code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.real() + timedelta(seconds=30 * steps))


def with_factor(person: Person) -> tuple[str, list[str]]:
    """As if set up a while ago: no code of now was used."""
    secret = totp.new_secret()
    codes = actions.set_up(person, secret, now_code(secret))
    assert codes is not None
    SecondFactor.objects.filter(person=person).update(last_step=0)
    return secret, codes


@pytest.mark.parametrize("steps", [-2, -1, 0, 1, 2])
def test_codes_are_those_of_pyotp_within_one_step(steps: int) -> None:
    secret, at = totp.new_secret(), clock.real().replace(second=10)
    code = pyotp.TOTP(secret).at(at + timedelta(seconds=30 * steps))
    step = totp.step_of(secret, code, at, 0)
    assert step == (int(at.timestamp()) // 30 + steps if abs(steps) < 2 else None)
    if step is not None:
        assert totp.step_of(secret, f"{code[:3]} {code[3:]}", at, 0) == step
        assert totp.step_of(secret, code, at, step) is None


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34 5"])
def test_what_is_no_code(typed: str) -> None:
    assert totp.step_of(totp.new_secret(), typed, clock.real(), 0) is None


def test_the_known_values_of_the_standard() -> None:
    # RFC 6238, appendix B, SHA-1: the last six digits at 59 s and at 1111111109 s
    from base64 import b32encode
    from datetime import UTC, datetime

    secret = b32encode(b"12345678901234567890").decode()
    assert totp.step_of(secret, "287082", datetime.fromtimestamp(59, UTC), 0) == 1
    assert totp.step_of(secret, "081804", datetime.fromtimestamp(1111111109, UTC), 0) == 37037036


def test_an_administrator_sets_it_up_at_the_first_log_in(browse: Client, admin: Person) -> None:
    assert log_in(browse)["Location"] == "/login/second/"
    assert browse.get("/system/").status_code == 302  # the password alone opens nothing
    page = browse.get("/login/second/").content.decode()
    secret = browse.session["second"]
    assert "<svg" in page and " ".join(secret[at : at + 4] for at in range(0, 32, 4)) in page
    assert browse.post("/login/second/", {"code": "000000"}).status_code == 422
    done = browse.post("/login/second/", {"code": now_code(secret)})
    assert done.content.decode().count("<li><code>") == 10
    assert done["Cache-Control"] == "private, no-store"
    assert browse.get("/system/").status_code == 200
    assert [one.what for one in SignIn.objects.order_by("id")] == ["second-set", "in"]
    kept = SecondFactor.objects.get(person=admin)
    assert secret.encode() not in bytes(kept.secret) and totp.opened(kept.secret) == secret


def test_a_log_in_takes_the_code_and_no_code_twice(browse: Client, admin: Person) -> None:
    secret, _ = with_factor(admin)
    log_in(browse)
    assert "<svg" not in browse.get("/login/second/").content.decode().split("<main", 1)[1]
    code = now_code(secret)
    assert browse.post("/login/second/", {"code": code})["Location"] == "/work/"
    assert browse.get("/system/").status_code == 200
    other = Client(HTTP_HOST="127.0.0.1")
    log_in(other)
    assert other.post("/login/second/", {"code": code}).status_code == 422
    assert other.get("/system/").status_code == 302


def test_a_recovery_code_opens_once(admin: Person) -> None:
    _, codes = with_factor(admin)
    assert actions.passed(admin, codes[3].upper().replace("-", " "))
    assert not actions.passed(admin, codes[3])
    assert len(SecondFactor.objects.get(person=admin).codes) == 9
    fresh = actions.new_codes(admin)
    assert not actions.passed(admin, codes[4]) and actions.passed(admin, fresh[4])


def test_wrong_codes_are_counted_and_then_the_right_one_is_refused_too(browse: Client, admin: Person) -> None:
    secret, _ = with_factor(admin)
    for _ in range(actions.TRIES):
        assert not actions.passed(admin, "000000")
    with pytest.raises(TooMany):
        actions.passed(admin, now_code(secret))
    log_in(browse)
    assert browse.post("/login/second/", {"code": now_code(secret)}).status_code == 429
    assert SignIn.objects.filter(what="second-wrong").count() == actions.TRIES


def test_half_a_log_in_ends_with_its_minutes_and_with_the_password(browse: Client, admin: Person) -> None:
    secret, _ = with_factor(admin)
    log_in(browse)
    admin.set_password("another-word-9x")
    admin.save()
    assert browse.post("/login/second/", {"code": now_code(secret)})["Location"] == "/login/"
    able("sysadmin")
    log_in(browse)
    session = browse.session
    session["half"] = session["half"] | {"at": (clock.real() - timedelta(minutes=11)).isoformat()}
    session.save()
    assert browse.post("/login/second/", {"code": now_code(secret)})["Location"] == "/login/"


def test_a_demo_asks_for_none_and_a_clerk_need_not(
    browse: Client, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    able("desk")
    assert log_in(browse, "desk")["Location"] == "/work/"
    city = installation.current()
    monkeypatch.setattr(
        installation, "current", lambda: city.__class__(True, city.origin, city.code, city.name, city.pack)
    )
    assert log_in(Client(HTTP_HOST="127.0.0.1"))["Location"] == "/work/"


def test_anybody_may_have_one_and_take_it_off_with_a_code(browse: Client, admin: Person) -> None:
    clerk = able("desk")
    log_in(browse, "desk")
    browse.get("/second/")
    secret = browse.session["second"]
    assert "恢复码" in browse.post("/second/", {"code": now_code(secret)}).content.decode()
    other = Client(HTTP_HOST="127.0.0.1")
    assert log_in(other, "desk")["Location"] == "/login/second/"
    SecondFactor.objects.update(last_step=0)
    assert browse.post("/second/", {"code": "111111", "press": "off"}).status_code == 422
    assert SecondFactor.objects.filter(person=clerk).exists()
    assert browse.post("/second/", {"code": now_code(secret), "press": "off"}).status_code == 303
    assert not SecondFactor.objects.filter(person=clerk).exists()


def test_the_security_administrator_resets_anothers_and_not_the_own(admin: Person) -> None:
    with_factor(admin)
    guard = viewer.of_login("secadmin")
    assert actions.reset(guard, admin) and not SecondFactor.objects.filter(person=admin).exists()
    line = SignIn.objects.get(what="second-reset")
    assert (line.person, line.by) == (admin, Person.objects.get(login="secadmin"))
    with pytest.raises(Denied):
        actions.reset(guard, Person.objects.get(login="secadmin"))


def test_a_secret_of_another_home_opens_nothing(admin: Person) -> None:
    with_factor(admin)
    SecondFactor.objects.update(secret=b"gAAAAA-of-elsewhere")
    assert not actions.passed(admin, "123456")


def test_the_operator_resets_and_confirms_by_command(admin: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext

    from click.testing import CliRunner
    from people_cast import TODAY, add, of, unit

    from luoshi.cli import people as command
    from luoshi.people.admin.actions.appoint import ask_appointment

    monkeypatch.setattr(command, "connected", nullcontext)  # the test's own connection
    run = CliRunner().invoke
    with_factor(admin)
    assert run(command.people, ["reset-factor", "sysadmin"]).exit_code == 0
    assert not SecondFactor.objects.filter(person=admin).exists()
    assert run(command.people, ["reset-factor", "sysadmin"]).exit_code == 1
    ask_appointment(viewer=of("sysadmin"), person=add("anna"), unit=unit(), role="secadmin", first=TODAY)
    assert run(command.people, ["confirm", "nobody"]).exit_code == 1
    assert run(command.people, ["confirm", "anna"]).exit_code == 0
    assert of("anna").roles == ("secadmin",)
