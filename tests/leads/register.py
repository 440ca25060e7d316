"""What the tests of the register share: people, companies, contacts."""

from datetime import datetime
from typing import Any

from django.test import Client
from given import NOW

from luoshi.kernel import clock
from luoshi.kernel.viewer import Viewer
from luoshi.leads import actions
from luoshi.leads.models import Company
from luoshi.people.models import Person
from luoshi.people.viewer import of_login

CODES = ("91150200MA0MYBTX8U", "91150200MA0MYBTX9T")


def who(login: str = "officer") -> Viewer:
    """A person of the investment office: `officer`, `officer2` or `promoter`; or any other log-in of the pack."""
    return of_login(login)


def client(login: str) -> Client:
    """A client in which the person is logged in; "" for nobody."""
    browse = Client(HTTP_HOST="127.0.0.1")
    if login:
        browse.force_login(Person.objects.get(login=login), backend="luoshi.people.door.Backend")
    return browse


def company(name: str, **more: Any) -> Company:
    """A listed company."""
    done = actions.add_company(viewer=who(), name=name, **more)
    return Company.objects.get(log_id=done.answer["company"])


def contact(one: Company, at: datetime = NOW, way: str = "visit", note: str = "") -> Company:
    """We were in touch with it."""
    with clock.at(max(NOW, at)):
        actions.contact(viewer=who(), on=str(one.log_id), way=way, at=at, note=note)
    return again(one)


def again(one: Company) -> Company:
    """As it stands now."""
    return Company.objects.get(pk=one.pk)
