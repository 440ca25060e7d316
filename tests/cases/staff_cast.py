"""What the staff tests share: a case of the bureau of `head` and `handler`, and clients that are logged in."""

from typing import Any

from django.test import Client

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Case, Category
from luoshi.people.models import Person, Unit
from luoshi.people.viewer import of_login, public

STREET = "150203001000"
JSON = {"HTTP_ACCEPT": "application/json"}


def client(login: str) -> Client:
    """A client in which the person is logged in."""
    browse = Client(HTTP_HOST="127.0.0.1")
    browse.force_login(Person.objects.get(login=login))
    return browse


def kind() -> Category:
    """A pothole in a side street: the district's city management bureau answers for it."""
    return Category.objects.get(code="010102")


def bureau() -> Unit:
    """The bureau of `head` and `handler`."""
    return Unit.objects.get(code="150203.urban")


def reported(**more: Any) -> str:
    """A citizen's report; gives its number."""
    given: dict[str, Any] = {
        "category": kind(), "text": "背街小巷路面破损，<b>夜里</b>有人绊倒", "channel": "web", "place": "幸福路 12 号",
        "county": "150203000000", "street": STREET, "lat": 40.65, "lon": 109.84, "name": "张三丰", "phone": "15512341234",
    }  # fmt: skip
    number: str = report_case(viewer=public(), **given | more).answer["number"]
    return number


def step(number: str, verb: str, login: str, **data: Any) -> None:
    """A move made by a person, without HTTP."""
    BY_VERB[verb](viewer=of_login(login), on=number, **data)


def at(state: str, **more: Any) -> str:
    """A case brought to a state by the usual persons; gives its number."""
    number = reported(**more)
    path = (
        ("accepted", "accept", "desk", {}),
        ("dispatched", "dispatch", "desk", {"unit": bureau()}),
        ("handling", "sign", "handler", {}),
        ("evidence", "add_evidence", "handler", {"note": "补好了"}),
        ("handled", "finish", "handler", {"answer": "路面已补"}),
        ("verified", "verify", "verifier", {}),
    )
    reach = ("reported", "accepted", "dispatched", "handling", "evidence", "handled", "verified")
    for name, verb, login, data in path:
        if reach.index(name) <= reach.index(state):
            step(number, verb, login, **data)
    return number


def case(number: str) -> Case:
    """The row."""
    return Case.objects.select_related("private").get(number=number)


def do(browse: Client, number: str, verb: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
    """Post a move as the page's form does: with what was seen."""
    given = {"seen": case(number).version} | (data or {})
    return browse.post(f"/work/cases/{number}/do/{verb}/", given, **more)
