"""The API of leads: a client with a token carries a project from its first word to verified money; answers fit their schemas."""

from base64 import b64encode
from datetime import date
from typing import Any

import orjson
import pytest
from deals import COUNTY, YI, lead, pdf
from django.test import Client
from machine import Machine
from register import company

from luoshi.leads.models import Lead

pytestmark = pytest.mark.usefixtures("db")


def test_a_project_from_its_first_word_to_verified_money() -> None:
    mine, other = Machine("officer"), Machine("statistician")
    firm = company("包头市接口有限公司")
    made = mine.post(
        "/leads",
        "leads.add_lead",
        {"name": "接口项目", "company": str(firm.log_id), "county": COUNTY, "industry": "C"},
        201,
    )
    at = f"/leads/{made['id']}"
    for verb in ("engage", "talk"):
        mine.post(f"{at}/moves/{verb}", f"leads.{verb}", {})
    refused = mine.post(f"{at}/moves/sign", "leads.sign", {"amount": 3 * YI}, 409)
    assert "协议文本" in orjson.dumps(refused).decode()
    assert mine.get(at, "leads.lead")["missing"] == [{"key": "document:agreement", "text": "协议文本"}]
    paper = {"kind": "agreement", "file": {"name": "a.pdf", "content": b64encode(pdf()).decode()}}
    assert mine.post(f"{at}/moves/add_document", "leads.add_document", paper)["documents"][0]["version"] == 1
    signed = mine.post(f"{at}/moves/sign", "leads.sign", {"amount": 3 * YI, "stages": [["一期", YI]]})
    assert (signed["stage"], signed["agreed_fen"]) == ("signed", 3 * YI)
    money = {"amount": YI, "day": date(2021, 12, 29).isoformat(), "proof": "bank"}
    key = mine.post(f"{at}/moves/report_money", "leads.report_money", money)["answer"]["receipt"]
    mine.post(f"{at}/moves/verify_money", "leads.verify_money", {"receipt": key}, 403)
    assert other.post(f"{at}/moves/verify_money", "leads.verify_money", {"receipt": key})["in_place_fen"] == YI
    assert [one["id"] for one in mine.get("/leads?state=signed&q=接口", "leads.leads")["leads"]] == [made["id"]]


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("agree", {"amount": "many", "day": "2021-12-29", "reason": "x"}, "amount"),
        ("agree", {"amount": 5, "day": "29.12.2021", "reason": "x"}, "day"),
        ("lose", {"why": "no reason", "reason": "x"}, "why"),
        ("change_lead", {"county": "999"}, "county"),
        ("add_document", {"kind": "other", "file": {"name": "a", "content": "***"}}, "file"),
    ],
)
def test_bad_values_are_refused_by_field(verb: str, body: dict[str, Any], field: str) -> None:
    one = lead()
    Lead.objects.filter(pk=one.pk).update(state="signed", signed_at=one.came_at)
    refused = Machine("officer").post(f"/leads/{one.log_id}/moves/{verb}", f"leads.{verb}", body, 422)
    assert field in orjson.dumps(refused).decode()


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("/leads", {}, ["name"]),
        ("/companies", {"code": "x"}, ["name"]),
        ("/occasions", {"name": "会"}, ["kind", "first_day"]),
        ("/leads", {"name": "  "}, ["name"]),
        (
            "/leads",
            {"name": 5, "day": "soon", "level": "secret", "about": "长" * 5000},
            ["name", "day", "level", "about"],
        ),
        ("/leads", {"name": "甲", "company": "no-id", "occasion": "x"}, ["occasion", "company"]),
    ],
)
def test_a_new_record_names_each_field_that_is_missing_or_bad(
    path: str, body: dict[str, Any], fields: list[str]
) -> None:
    refused = Machine("promoter").post(path, "", body, 422)
    assert {one["field"] for one in refused["errors"]} == set(fields) and not Lead.objects.exists()


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("agree", {"stages": [["一期"]], "day": "2021-12-29", "reason": "x", "amount": 5}, "stages"),
        ("split_credit", {"shares": {COUNTY: "all"}}, "shares"),
        ("propose", {"event": "x", "reason": "x", "changes": {"colour": 1}}, "changes"),
        ("report_progress", {"note": "x", "at": "2021-12-29T08:00:00"}, "at"),
        ("suspend", {"reason": "长" * 5000}, "reason"),
        ("add_document", {"kind": "agreement", "file": {"name": "a.pdf"}}, "file"),
        ("suspend", {"reason": "x", "seen": "one"}, "seen"),
    ],
)
def test_what_is_inside_a_field_is_looked_at_too(verb: str, body: dict[str, Any], field: str) -> None:
    one = lead()
    refused = Machine("officer").post(f"/leads/{one.log_id}/moves/{verb}", "", body, 422)
    assert [fault["field"] for fault in refused["errors"]] == [field]


def test_occasions_with_their_yield_and_what_one_may_not() -> None:
    head, mine = Machine("promoter"), Machine("officer")
    body = {"name": "春季招商会", "kind": "promotion", "first_day": "2021-04-01"}
    mine.post("/occasions", "leads.add_occasion", body, 403)
    made = head.post("/occasions", "leads.add_occasion", body, 201)
    head.post(f"/occasions/{made['id']}/moves/hold_occasion", "leads.hold_occasion", {})
    (row,) = mine.get("/occasions", "leads.occasions")["occasions"]
    assert (row["state"], row["signed"], row["cost_fen"]) == ("held", 0, None)


def test_a_confidential_lead_is_absent_for_others() -> None:
    one = lead("机密项目", level="named")
    stranger = Machine("officer2")
    assert stranger.client.get(f"/api/leads/{one.log_id}").status_code == 404
    assert stranger.get("/leads?q=机密", "leads.leads")["leads"] == []
    assert (
        stranger.client.post(
            f"/api/leads/{one.log_id}/moves/suspend", {"reason": "x"}, content_type="application/json"
        ).status_code
        == 404
    )
    assert Client(HTTP_HOST="127.0.0.1").get("/api/leads").status_code == 401
