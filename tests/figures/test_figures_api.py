"""The API of figures over HTTP: what the command says, series, records as far as one may see them, differences, refusals."""

from typing import Any

import orjson
import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from luoshi.api import actions
from luoshi.api.urls import ENDPOINTS
from luoshi.figures import ask, board
from luoshi.figures import said as plain
from luoshi.people.models import Person

SCHEMAS = {one.name: one.gives for one in ENDPOINTS}
COUNTY = "150203000000"


@pytest.fixture
def machine(public: Client) -> Client:
    """A client with the token of one who sees every case."""
    Person.objects.filter(login="supervisor").update(must_change=False)
    token = actions.make("supervisor", "figures")
    yield Client(HTTP_HOST="127.0.0.1", HTTP_AUTHORIZATION=f"Bearer {token}")
    actions.end("figures")


def get(browse: Client, path: str, name: str, status: int = 200) -> Any:
    found = browse.get(f"/api/figures{path}")
    assert found.status_code == status, found.content
    value = orjson.loads(found.content)
    if status == 200:
        Draft202012Validator(SCHEMAS[f"figures.{name}"]).validate(value)
    return value


def test_every_figure_is_listed_with_its_metadata(public: Client) -> None:
    found = get(public, "", "list")["figures"]
    assert len(found) >= 20 and {one["id"] for one in found} >= {"cases.on_time", "cases.score"}
    one = get(public, "/cases.on_time/metadata", "metadata")
    assert one == next(row for row in found if row["id"] == "cases.on_time")
    assert one["metadata"]["UNIT_MEASURE"] and one["metadata"]["STAT_CONC_DEF"]["en"]


@pytest.mark.parametrize(
    ("query", "by", "more"),
    [("", (), {}), ("?by=county&rank=1&compare=yoy", ("county",), {"ranked": True, "compare": "yoy"}),
     ("?by=month&compare=ytd&period=2021Q3", ("month",), {"compare": "ytd"})],
)  # fmt: skip
def test_an_answer_is_what_the_command_says(public: Client, query: str, by: Any, more: Any) -> None:
    period = ask.as_of() and board.this_year()
    if "Q3" in query:
        period = type(period)(period.first + 6, period.first + 9)
    question = ask.Question(ask.figure("cases.on_time"), period, ask.as_of(), by)
    assert get(public, f"/cases.on_time{query}", "get") == plain.said(ask.ask(question), **more)


def test_an_answer_that_the_caller_holds_is_not_sent_again(public: Client) -> None:
    first = public.get("/api/figures/cases.on_time?by=county")
    again = public.get("/api/figures/cases.on_time?by=county", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    marks = {public.get(f"/api/figures/{path}")["ETag"] for path in (
        "cases.on_time?by=county&lang=en", "cases.on_time", "cases.on_time?by=top", "cases.on_time?period=2020",
        "cases.on_time?as_of=100", "cases.reported", "cases.on_time/series", "cases.on_time?rank=1&by=county",
    )}  # fmt: skip
    assert len(marks | {first["ETag"]}) == 9


def test_the_series_has_the_months_of_two_years(public: Client) -> None:
    found = get(public, "/cases.reported/series", "series")
    months = {row["period"]: row["n"] for row in found["rows"]}
    whole = get(public, "/cases.reported?by=month", "get")
    assert {row["month"]: row["n"] for row in whole["rows"]}.items() <= months.items()
    assert sum(row["n"] for row in whole["rows"]) == whole["n"]


def test_records_are_paged_and_those_unseen_stay(public: Client, machine: Client) -> None:
    whole = get(public, "/cases.reported", "get")["n"]

    def everything(browse: Client) -> list[Any]:
        rows, after = [], ""
        while after is not None:
            page = get(browse, f"/cases.reported/records?limit=200&after={after}", "records")
            rows, after = rows + page["records"], page["after"]
        return rows

    mine, theirs = everything(machine), everything(public)
    assert [row["place"] for row in mine] == [row["place"] for row in theirs] and len(mine) == whole
    assert all(row["visible"] for row in mine)
    unseen = [row for row in theirs if not row["visible"]]
    assert 0 < len(unseen) < whole and {(row["number"], *row["cells"]) for row in unseen} == {("不可见",)}


def test_a_hidden_number_is_null_and_does_not_open(public: Client) -> None:
    rows = get(public, "/cases.solved?by=unit", "get")["rows"]
    code = next(row["unit"] for row in rows if row["suppressed"] and row["unit"])
    one = get(public, f"/cases.solved?unit={code}", "get")
    assert one["suppressed"] and [one[key] for key in ("value", "numerator", "denominator", "n")] == [None] * 4
    found = get(public, f"/cases.solved/records?unit={code}", "records")
    assert found["suppressed"] and found["records"] == [] and found["n"] is None


def test_the_difference_names_the_records(public: Client, machine: Client, here: Any) -> None:
    path = f"/cases.reported/difference?since={here.sizes[1]}"
    found = get(public, path, "difference")
    assert found["now"]["n"] - found["was"]["n"] == found["counts"]["in"] == len(found["changes"]) >= 12
    assert {cause["verb"] for one in found["changes"] for cause in one["causes"]} >= {"report", "accept"}
    assert not any(cause["by"] for one in found["changes"] for cause in one["causes"])
    told = get(machine, path, "difference")
    assert any("desk" in cause["by"] for one in told["changes"] for cause in one["causes"])


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [("cases.none", 404, ""), ("cases.on_time?period=21", 422, "period"), ("cases.on_time?as_of=soon", 422, "as_of"),
     ("cases.on_time?by=nothing", 422, "by"), ("cases.on_time?compare=dod", 422, "compare"), ("cases.on_time?member=1", 422, "member"),
     ("cases.on_time?rank=1", 422, "rank"), ("cases.on_time?colour=red", 422, "colour"), ("cases.solved?as_of=100", 422, "as_of"),
     ("cases.on_time/records?limit=900", 422, "limit"), ("cases.on_time/records?after=zz", 400, "after"),
     ("cases.on_time/difference", 422, "since"), ("cases.on_time/difference?since=zz", 422, "since"),
     ("cases.on_time/difference?since=100&as_of=50", 422, "since"), ("cases.on_time?by=county&rank=0", 422, "rank"),
     ("cases.on_time/records?part=0", 422, "part"), ("cases.on_time?by=county,channel,unit,month", 422, "by"),
     ("cases.on_time?county=999", 422, "county"), ("cases.on_time?unit=zz", 422, "unit"), ("cases.on_time?as_of=2021-W10-1", 422, "as_of"),
     ("cases.on_time?period=２０２１", 422, "period")],
)  # fmt: skip
def test_refusals_name_field_value_and_rule(public: Client, path: str, status: int, field: str) -> None:
    found = public.get(f"/api/figures/{path}")
    assert found.status_code == status and found["Content-Type"] == "application/problem+json"
    errors = orjson.loads(found.content).get("errors", [])
    assert [one["field"] for one in errors] == [field][: bool(field)] and all(one["rule"] for one in errors)
