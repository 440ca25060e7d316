"""Requests made from the API's own document, good and bad: no fault of ours, only answers that the document names."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from luoshi.api import actions, openapi
from luoshi.api.urls import ENDPOINTS
from luoshi.cases.actions import report_case
from luoshi.cases.models import Category
from luoshi.kernel.viewer import Viewer
from luoshi.people.models import Person

# All moves are read by one reader: these take every kind of field.
MOVES = ("accept", "dispatch", "split", "merge", "relocate", "ask_extension", "call_solved", "call_failed", "release")
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
def headers(cast: dict[str, Viewer], _one_connection: None) -> dict[str, str]:
    """The desk's token, and a case to meet."""
    Person.objects.filter(login="desk").update(must_change=False)
    kind = Category.objects.filter(reportable=True).order_by("code")[0]
    report_case(viewer=cast["public"], category=kind, text="井盖松动", channel="web", number="J-2021-000001")
    return {"Host": "127.0.0.1", "Authorization": f"Bearer {actions.make('desk', 'generated')}"}


@SCHEMA.parametrize()
@settings(
    max_examples=4, deadline=None, phases=(Phase.explicit, Phase.generate), derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_no_request_finds_a_fault(case: Any, headers: dict[str, str]) -> None:
    if "number" in case.path_parameters:
        case.path_parameters["number"] = "J-2021-000001"
    if "name" in case.path_parameters:
        case.path_parameters["name"] = "cases.reported"
    with transaction.atomic():
        # it asks for gzip and does not unpack it
        case.call_and_validate(headers=headers | {"Accept-Encoding": "identity"}, checks=CHECKS)
        transaction.set_rollback(True)
