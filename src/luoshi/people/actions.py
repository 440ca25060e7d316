"""Every write over persons and their sessions, in real time; each leaves a line for the security administrator."""

from datetime import datetime
from typing import Final

from django.contrib.sessions.models import Session
from django.db import transaction

from luoshi.kernel import clock
from luoshi.kernel.text import T
from luoshi.people import reads
from luoshi.people.models import Person, SignIn

WHAT: Final = {
    "in": T("登录", "Logged in"),
    "out": T("退出", "Logged out"),
    "failed": T("登录失败", "Failed log-in"),
    "ended": T("会话被结束", "Sessions ended"),
    "password": T("改了密码", "Password changed"),
    "reset": T("发了新的初始密码", "New first password given"),
    "second-set": T("设了第二因素", "Second factor set up"),
    "second-wrong": T("验证码不对", "Wrong one-time code"),
    "second-code": T("用了一个恢复码", "A recovery code was used"),
    "second-codes": T("换了恢复码", "New recovery codes"),
    "second-off": T("关了第二因素", "Second factor taken off"),
    "second-reset": T("第二因素被重置", "Second factor reset"),
}


def note(person: Person, what: str, by: int | None = None) -> None:
    """Write down a log-in or the like; `what` is a key of WHAT."""
    SignIn.objects.create(person=person, what=what, at=clock.real(), by_id=by)


def note_failure(name: str) -> None:
    """Somebody tried a log-in with a wrong password; names that nobody has are not kept."""
    person = Person.objects.filter(login=name).first()
    if person is not None:
        note(person, "failed")


def change_password(person: Person, new: str) -> datetime:
    """Set the password and end all sessions begun before now; returns that moment."""
    now = clock.real()
    with transaction.atomic():
        person.set_password(new)
        person.must_change, person.sessions_from = False, now
        person.save(update_fields=["password", "must_change", "sessions_from"])
        note(person, "password")
    return now


def end_sessions(person: Person, by: int | None) -> int:
    """End all sessions of a person, at once and whatever their cookies say; returns how many were open."""
    with transaction.atomic():
        keys = [one.key for one in reads.sessions() if one.person.pk == person.pk]
        Session.objects.filter(session_key__in=keys).delete()
        person.sessions_from = clock.real()
        person.save(update_fields=["sessions_from"])
        note(person, "ended", by)
    return len(keys)
