"""Making and ending tokens."""

import secrets
from typing import Final

from luoshi.api import reads
from luoshi.api.models import Token
from luoshi.kernel import clock
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.text import T
from luoshi.people.models import Person

BYTES: Final = 20
LONGEST: Final = 60


def make(login: str, name: str) -> str:
    """A new token for the person of a log-in; given this once. Raises Invalid."""
    person = Person.objects.filter(login=login, is_active=True).first()
    faults = []
    if person is None:
        faults.append(Fault("login", login[:LONGEST], T("没有这个登录名", "there is no such log-in")))
    if not 0 < len(name.strip()) <= LONGEST:
        faults.append(Fault("name", name[:LONGEST], T("1 到 {n} 字", "1 to {n} characters").fill(n=LONGEST)))
    elif Token.objects.filter(name=name, ended_at=None).exists():
        faults.append(Fault("name", name, T("已有同名的令牌", "there is a token of this name already")))
    if faults or person is None:
        raise Invalid(faults)
    token = secrets.token_urlsafe(BYTES)
    Token.objects.create(name=name, person=person, hash=reads.digest(token), at=clock.real())
    return token


def end(name: str) -> None:
    """End a token at once. Raises Absent."""
    if not Token.objects.filter(name=name, ended_at=None).update(ended_at=clock.real()):
        raise Absent(T("没有这个令牌：{name}", "There is no such token: {name}").fill(name=name[:LONGEST]))
