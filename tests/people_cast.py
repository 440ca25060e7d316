"""What the tests of people share: persons with posts, viewers, clients that are logged in."""

from datetime import date
from typing import Any

from django.test import Client

from luoshi.kernel.viewer import Viewer
from luoshi.people import viewer
from luoshi.people.models import Person, Post, Unit

TODAY = date(2021, 12, 29)
BUREAU, ELSEWHERE = "150203.urban", "city.roads"


def unit(code: str = BUREAU) -> Unit:
    return Unit.objects.get(code=code)


def add(login: str, *roles: str, at: str = BUREAU) -> Person:
    """Somebody with posts since 2020."""
    person = Person.objects.create(login=login, name=f"{login}的姓名", must_change=False)
    for role in roles:
        Post.objects.create(person=person, unit=unit(at), role=role, valid_from=date(2020, 1, 1))
    return person


def of(login: str) -> Viewer:
    return viewer.of_person(Person.objects.get(login=login))


def client(login: str) -> Client:
    browse = Client(HTTP_HOST="127.0.0.1")
    browse.force_login(Person.objects.get(login=login))
    return browse


def posts(login: str) -> list[tuple[str, str, str, str | None]]:
    """(unit, role, from, until not included) of all posts of a person, by their beginning."""
    rows = Post.objects.filter(person__login=login).order_by("valid_from", "id")
    return [
        (row.unit.code, row.role, row.valid_from.isoformat(), row.valid_to.isoformat() if row.valid_to else None)
        for row in rows
    ]


def do(browse: Client, ref: Any, verb: str, data: dict[str, Any], root: str = "/people/") -> Any:
    return browse.post(f"{root}{ref}/do/{verb}/", data)
