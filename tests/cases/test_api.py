"""The API: tokens, the list and one case, sums, entering, moves; problems in JSON; every answer fits its schema."""

from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from jsonschema import Draft202012Validator

from luoshi.api import actions, openapi
from luoshi.api.urls import ENDPOINTS
from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.flow import FLOW, HOLDER, SYSTEM
from luoshi.cases.models import Case, Category
from luoshi.cases.reads import api as rows
from luoshi.kernel.models import Event
from luoshi.kernel.viewer import Viewer
from luoshi.people.models import Person, Unit

DOCUMENT: dict[str, Any] = orjson.loads(orjson.dumps(openapi.document(ENDPOINTS, "x", "1")))
SCHEMAS = {one.name: one.gives for one in ENDPOINTS}


class Machine:
    """A client with the token of a person, who looks at each answer's form."""

    def __init__(self, login: str) -> None:
        Person.objects.filter(login=login).update(must_change=False)
        self.token = actions.make(login, f"machine of {login}")
        self.client = Client(HTTP_HOST="127.0.0.1", HTTP_AUTHORIZATION=f"Bearer {self.token}")

    def get(self, path: str, name: str) -> Any:
        """The answer to a GET, held against the endpoint's schema."""
        answer = self.client.get(f"/api{path}")
        assert answer.status_code == 200, answer.content
        return fits(answer.content, name)

    def post(self, path: str, body: Any, status: int, **headers: Any) -> Any:
        """The answer to a POST."""
        answer = self.client.post(f"/api{path}", body, content_type="application/json", **headers)
        assert answer.status_code == status, answer.content
        return orjson.loads(answer.content)


def fits(content: bytes, name: str) -> Any:
    """The JSON value, if the endpoint's schema allows it."""
    value = orjson.loads(content)
    Draft202012Validator(SCHEMAS[name]).validate(value)
    return value


def kind() -> Category:
    return Category.objects.filter(reportable=True, public=True, handle_kind="workdays").order_by("code")[0]


def reported(cast: dict[str, Viewer], text: str = "井盖松动") -> Case:
    row = report_case(viewer=cast["public"], category=kind(), text=text, channel="web", county="150203000000").row
    assert isinstance(row, Case)
    return row


def test_a_case_is_entered_and_moved_once_for_each_key(cast: dict[str, Viewer]) -> None:
    desk = Machine("desk")
    body = {
        "category": kind().code,
        "text": "路灯不亮",
        "channel": "hotline",
        "division": "150203000000",
        "phone": "13800000000",
    }
    made = desk.post("/cases", body, 201, HTTP_IDEMPOTENCY_KEY="k1")
    assert desk.post("/cases", body, 201, HTTP_IDEMPOTENCY_KEY="k1") == made and len(made["code"]) == 14
    number = made["number"]
    done = desk.post(f"/cases/{number}/moves/accept", {"seen": 1}, 200, HTTP_IDEMPOTENCY_KEY="k2")
    assert (done["state"], done["repeated"]) == ("accepted", False)
    again = desk.post(f"/cases/{number}/moves/accept", {"seen": 1}, 200, HTTP_IDEMPOTENCY_KEY="k2")
    assert again["repeated"] is True
    stale = desk.post(f"/cases/{number}/moves/dispatch", {"unit": "x", "seen": 1}, 409)
    assert stale["status"] == 409 and "受理" in stale["detail"]
    wrong = desk.post(f"/cases/{number}/moves/dispatch", {"unit": "没有这个单位"}, 422)
    assert wrong["errors"][0]["field"] == "unit"
    unit = Unit.objects.get(pk=cast["handler"].unit or 0)
    assert desk.post(f"/cases/{number}/moves/dispatch", {"unit": unit.code}, 200)["state"] == "dispatched"
    assert list(Event.objects.filter(subject=Case.objects.get(number=number).log_id).order_by("id").values_list("verb", flat=True)) == [
        "report", "accept", "dispatch",
    ]  # fmt: skip


def test_list_and_record_show_what_the_person_may_see(cast: dict[str, Viewer]) -> None:
    mine, others = reported(cast), reported(cast)
    BY_VERB["accept"](viewer=cast["desk"], on=mine.number)
    BY_VERB["dispatch"](viewer=cast["desk"], on=mine.number, unit=Unit.objects.get(pk=cast["handler"].unit or 0))
    desk, handler = Machine("desk"), Machine("handler")
    assert [one["number"] for one in desk.get("/cases", "cases.list")["cases"]] == [others.number, mine.number]
    assert [one["number"] for one in handler.get("/cases", "cases.list")["cases"]] == [mine.number]
    one = handler.get(f"/cases/{mine.number}", "cases.get")
    assert (one["text"], one["state"], one["light"]) == ("井盖松动", "dispatched", "g")
    assert {move["verb"] for move in handler.get(f"/cases/{mine.number}/moves", "cases.moves")["moves"]} >= {"sign"}
    assert handler.client.get(f"/api/cases/{others.number}").status_code == 404
    assert (
        handler.client.post(f"/api/cases/{others.number}/moves/sign", {}, content_type="application/json").status_code
        == 404
    )
    handler.post(f"/cases/{mine.number}/moves/dispatch", {"unit": "x"}, 403)


def test_pages_follow_each_other_without_gap(cast: dict[str, Viewer]) -> None:
    numbers = [reported(cast).number for _ in range(5)]
    desk, seen, after = Machine("desk"), [], ""
    while True:
        page = desk.get(f"/cases?limit=2{after}", "cases.list")
        seen += [one["number"] for one in page["cases"]]
        if page["after"] is None:
            break
        after = f"&after={page['after']}"
    assert seen == numbers[::-1]
    bad = desk.client.get("/api/cases?after=xyz")
    assert bad.status_code == 400 and bad.headers["Content-Type"] == "application/problem+json"


def test_sums_are_those_of_the_rows_after_every_kind_of_write(cast: dict[str, Viewer]) -> None:
    def true_sums() -> list[dict[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute('SELECT unit_id, state, count(*) FROM "case" WHERE ours GROUP BY 1, 2 ORDER BY 1, 2')
            codes = dict(Unit.objects.values_list("pk", "code"))
            return [{"unit": codes.get(unit), "state": state, "n": n} for unit, state, n in cursor.fetchall()]

    def told(login: str) -> Any:
        return orjson.loads(rows.counts(cast[login]))

    cases = [reported(cast) for _ in range(3)]
    for case in cases[:2]:
        BY_VERB["accept"](viewer=cast["desk"], on=case.number)
    BY_VERB["dispatch"](viewer=cast["desk"], on=cases[0].number, unit=Unit.objects.get(pk=cast["handler"].unit or 0))
    Case.objects.filter(pk=cases[2].pk).update(ours=False)
    assert told("desk") == true_sums() and len(true_sums()) == 2
    rows.TALLY.fold()
    assert told("desk") == true_sums()
    assert [one["unit"] for one in told("handler")] == [Unit.objects.get(pk=cast["handler"].unit or 0).code]
    assert Machine("desk").get("/cases/counts", "cases.counts")["counts"] == true_sums()
    Machine("handler").get("/cases/counts", "cases.counts")


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"HTTP_AUTHORIZATION": "Bearer wrong"}, 401), ({"HTTP_AUTHORIZATION": "Basic eDp5"}, 401)],
)
def test_nobody_is_let_in_without_a_good_token(browse: Client, headers: dict[str, str], status: int) -> None:
    for path in ("/api/cases", "/api/cases/J-2021-000001", "/api/cases/counts"):
        answer = browse.get(path, **headers)
        assert answer.status_code == status and answer.headers["WWW-Authenticate"] == "Bearer"
    answer = browse.post("/api/cases/J-2021-000001/moves/accept", {}, content_type="application/json", **headers)
    assert answer.status_code == status


def test_a_session_reads_and_cannot_write(browse: Client, cast: dict[str, Viewer]) -> None:
    case = reported(cast)
    browse.force_login(Person.objects.get(login="desk"), backend="luoshi.people.door.Backend")
    Person.objects.filter(login="desk").update(must_change=False)
    assert browse.get(f"/api/cases/{case.number}").status_code == 200
    assert browse.post(f"/api/cases/{case.number}/moves/accept", {}, content_type="application/json").status_code == 401
    assert Case.objects.get(pk=case.pk).state == "reported"


def test_an_ended_token_is_ended_at_once(cast: dict[str, Viewer]) -> None:
    desk = Machine("desk")
    assert desk.client.get("/api/cases").status_code == 200
    actions.end("machine of desk")
    assert desk.client.get("/api/cases").status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400), ("[]", 400), ('"\\ud800"', 400), ('{"text": "\\ud800"}', 400), ('{"nobody": 1}', 422),
        ('{"category": {"a": 1}, "text": "x", "channel": "web"}', 422), ('{"category": "01", "text": "x\\u0000", "channel": "web"}', 422),
        ('{"category": "none", "text": "x", "channel": "post", "division": "9", "lat": "north"}', 422), ("{}", 422),
    ],
)  # fmt: skip
def test_bad_bodies_are_told_what_is_wrong(cast: dict[str, Viewer], body: str, status: int) -> None:
    problem = Machine("desk").post("/cases", body, status)
    assert problem["status"] == status and (status == 400 or problem["errors"])
    assert not Case.objects.exists()


def test_the_document_names_every_move_of_the_flow() -> None:
    moves = {move.verb for move in FLOW.moves if move.right not in (HOLDER, SYSTEM)}
    paths = {path.rpartition("/")[2] for path in DOCUMENT["paths"] if "/cases/{number}/moves/" in path}
    assert paths == moves
    assert Client(HTTP_HOST="127.0.0.1").get("/api/openapi.json").json()["openapi"] == "3.1.0"


@pytest.mark.parametrize("query", ["q=%ed%a0%80", "q=%ff", "q=a%00b", "q=" + "x" * 201, "after=" + "x" * 5000])
def test_an_argument_that_is_no_text_or_longer_than_the_document_says_is_refused(
    cast: dict[str, Viewer], query: str
) -> None:
    desk = Machine("desk")
    answer = desk.client.get(f"/api/cases?{query}")
    assert answer.status_code == 422, answer.content[:300]
    (error,) = orjson.loads(answer.content)["errors"]
    assert error["field"] == query.partition("=")[0]
    assert desk.client.get("/api/cases?q=" + "x" * 200).status_code == 200
