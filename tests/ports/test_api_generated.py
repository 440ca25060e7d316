"""Requests made from the API's own document, good and bad: no fault of ours, only answers that the document names."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from given import NOW
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from luoshi.api import actions, openapi
from luoshi.api.urls import ENDPOINTS
from luoshi.cases.actions import report_case
from luoshi.cases.models import Category
from luoshi.kernel.viewer import Viewer
from luoshi.leads import actions as leads
from luoshi.leads.models import Lead
from luoshi.people.models import Person
from luoshi.people.viewer import of_login

# All moves of a line are read by one reader: these take every kind of field.
MOVES = (
    "accept", "dispatch", "split", "merge", "relocate", "ask_extension", "call_solved", "call_failed", "release",
    "agree", "report_money", "propose", "split_credit", "add_document", "change_lead", "change_occasion", "change_company",
)  # fmt: skip
CHOSEN = [one for one in ENDPOINTS if "/moves/" not in one.path or one.path.rpartition("/")[2] in MOVES]
SCHEMA = schemathesis.openapi.from_dict(orjson.loads(orjson.dumps(openapi.document(CHOSEN, "Luoshi", "1"))))
SCHEMA.app = WSGIHandler()
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """The handler would close the test's connection between requests; Django's own test client keeps it likewise."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def desk(cast: dict[str, Viewer], _one_connection: None) -> dict[str, str]:
    """The desk's token, and a case to meet."""
    kind = Category.objects.filter(reportable=True).order_by("code")[0]
    report_case(viewer=cast["public"], category=kind, text="井盖松动", channel="web", number="J-2021-000001")
    return _headers("desk")


@pytest.fixture
def head(desk: dict[str, str]) -> dict[str, str]:
    """The token of the head of investment."""
    return _headers("promoter")


@pytest.fixture
def met(desk: dict[str, str]) -> dict[str, str]:
    """A lead, a company and an occasion to meet: their ids by the first word of an address."""
    who = of_login("promoter")
    firm = leads.add_company(viewer=who, name="包头市甲有限公司").answer["company"]
    lead = leads.add_lead(viewer=who, name="甲项目", company=firm).answer["lead"]
    held = leads.add_occasion(viewer=who, name="论坛", kind="visit", first_day=date(2021, 8, 19)).answer["occasion"]
    Lead.objects.update(state="signed", signed_at=NOW)
    return {"leads": lead, "companies": firm, "occasions": held, "promises": lead}


def _headers(login: str) -> dict[str, str]:
    Person.objects.filter(login=login).update(must_change=False)
    return {"Host": "127.0.0.1", "Authorization": f"Bearer {actions.make(login, login)}"}


@SCHEMA.parametrize()
@settings(
    max_examples=4, deadline=None, phases=(Phase.explicit, Phase.generate), derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_no_request_finds_a_fault(case: Any, desk: dict[str, str], met: dict[str, str], head: dict[str, str]) -> None:
    line = case.path.split("/")[2]
    headers = head if line in met else desk
    if line in met and "id" in case.path_parameters:
        case.path_parameters["id"] = met[line]
    if "number" in case.path_parameters:
        case.path_parameters["number"] = "J-2021-000001"
    if "name" in case.path_parameters:
        case.path_parameters["name"] = "cases.reported"
    with transaction.atomic():
        # it asks for gzip and does not unpack it
        case.call_and_validate(headers=headers | {"Accept-Encoding": "identity"}, checks=CHECKS)
        transaction.set_rollback(True)
