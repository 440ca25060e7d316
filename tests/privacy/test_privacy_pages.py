"""The administrators' pages of privacy: who may open them, what they tell and what they do not."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Case, CasePrivate, Category
from luoshi.kernel.models import Event
from luoshi.kernel.viewer import Viewer
from luoshi.people import viewer as viewers
from luoshi.people.models import Person
from luoshi.privacy import erasures

Cast = dict[str, Viewer]


def client(login: str) -> Client:
    browse = Client(HTTP_HOST="127.0.0.1")
    browse.force_login(Person.objects.get(login=login), backend="luoshi.people.door.Backend")
    return browse


@pytest.fixture
def case(cast: Cast) -> Case:
    kind = Category.objects.get(code="010102")
    done = report_case(
        viewer=viewers.public(), category=kind, text="路面破损", channel="web", county="150203000000",
        name="欧阳标记", phone="13877776666",
    )  # fmt: skip
    assert done.row is not None
    BY_VERB["unmask"](viewer=cast["desk"], on=done.row.number, reason="约时间上门")
    return done.row


@pytest.mark.parametrize(
    ("login", "erase", "looked"),
    [
        ("secadmin", 200, 403),
        ("auditadmin", 200, 200),
        ("sysadmin", 403, 403),
        ("desk", 403, 403),
        ("supervisor", 403, 403),
    ],
)
def test_who_may_open_them(db: None, login: str, erase: int, looked: int) -> None:
    browse = client(login)
    assert (browse.get("/privacy/").status_code, browse.get("/audit/unmasked/").status_code) == (erase, looked)


def test_the_auditor_sees_who_looked_at_which_case_and_why_and_nobodys_name(cast: Cast, case: Case) -> None:
    page = client("auditadmin").get("/audit/unmasked/").content.decode()
    assert all(word in page for word in (case.number, cast["desk"].name, "约时间上门"))
    assert "欧阳" not in page and "13877776666" not in page
    assert case.number not in client("auditadmin").get("/audit/unmasked/?person=handler").content.decode()
    assert client("auditadmin").get("/audit/unmasked/?person=no-such").status_code == 400
    assert client("auditadmin").get("/audit/unmasked/?after=xx").status_code == 400


@pytest.mark.parametrize("login", ["secadmin", "auditadmin"])
def test_deleted_by_number_and_the_event_names_who_did_it(case: Case, login: str) -> None:
    browse = client(login)
    sent = {"number": case.number.lower(), "reason": "asked", "sure": "on"}
    assert browse.post("/privacy/", sent).status_code == 303
    assert not CasePrivate.objects.filter(pk=case.pk).exists()
    event = Event.objects.get(subject=case.log_id, verb="erase")
    assert (event.actor, event.body["reason"]) == (Person.objects.get(login=login).pk, "asked")
    assert erasures.load(Path(settings.CONF.home))[-1].subject == case.log_id
    page = browse.get("/privacy/").content.decode()
    assert case.number in page and "本人要求" in page
    assert browse.get(f"/work/cases/{case.number}/").status_code == 404, "it opens nothing else"
    assert "随个人信息删除" in client("auditadmin").get("/audit/unmasked/").content.decode()


@pytest.mark.parametrize(
    "change", [{"sure": ""}, {"reason": "holder"}, {"reason": ""}, {"number": "J-2021-999999"}, {"number": "x\0"}]
)
def test_what_is_not_sure_or_not_there_deletes_nothing(case: Case, change: dict[str, Any]) -> None:
    sent = {"number": case.number, "reason": "asked", "sure": "on", **change}
    assert client("secadmin").post("/privacy/", sent).status_code == 422
    assert CasePrivate.objects.filter(pk=case.pk).exists()


def test_staff_of_the_line_see_that_it_was_deleted(case: Case) -> None:
    client("secadmin").post("/privacy/", {"number": case.number, "reason": "mistake", "sure": "on"})
    page = client("desk").get(f"/work/cases/{case.number}/").content.decode()
    assert "删除个人信息" in page and "欧阳" not in page
