"""The register's pages and its API: list, as one types, record, twins, merging with a preview; who is refused."""

import csv
import io
import json
from datetime import timedelta

import pytest
from asking import questions
from given import NOW
from register import again, client, company, contact

from luoshi.api import actions as tokens
from luoshi.leads.models import Company

pytestmark = pytest.mark.usefixtures("db")
ROOT = "/work/companies/"


def text(address: str, login: str = "officer", status: int = 200) -> str:
    response = client(login).get(address)
    assert response.status_code == status, address
    return response.content.decode()


def test_the_list_finds_by_words_code_and_initials_and_filters() -> None:
    one = contact(company("包头市金源铜业有限公司", code="91350100M000100Y43", industry="C"))
    company("北京银河软件有限公司", province="11", industry="I")
    for query, there in (
        ("金源", True),
        ("btjyty", True),
        ("jyty", True),
        ("91350100M000100Y43", True),
        ("9135", True),
        ("91350100m0", True),
        ("9136", False),
        ("银河", False),
    ):
        assert (one.name in text(f"{ROOT}?q={query}")) is there, query
    assert "没有符合的企业" in text(f"{ROOT}?q=没有这家")
    assert one.name in text(f"{ROOT}?contact=yes") and one.name not in text(f"{ROOT}?contact=no")
    assert one.name not in text(f"{ROOT}?province=11") and one.name in text(f"{ROOT}?order=contact")
    assert one.name in text(f"{ROOT}find/?q=jyty") and "银河" not in text(f"{ROOT}find/?q=jyty")


def test_pages_follow_each_other_and_the_file_has_all() -> None:
    names = [company(f"包头市第{n}号有限公司").name for n in range(60)]
    first = text(ROOT)
    onward = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = text(ROOT + onward)
    assert all((name in first) != (name in second) for name in names)
    rows = list(csv.reader(io.StringIO(text(f"{ROOT}export.csv"))))
    assert {row[0] for row in rows[1:]} == set(names)
    assert client("officer").get(f"{ROOT}export.xlsx").content[:2] == b"PK"


def test_the_list_asks_as_much_for_many_as_for_one() -> None:
    browse = client("officer")

    def asked() -> int:
        browse.get(ROOT)
        with questions() as caught:
            assert browse.get(ROOT).status_code == 200
        return len(caught)

    company("包头市金源铜业有限公司")
    one = asked()
    for n in range(9):
        contact(company(f"包头市第{n}号有限公司"))
    assert asked() == one <= 5


def test_a_company_is_listed_after_its_likely_twins_were_shown() -> None:
    company("包头市金源铜业有限公司")
    browse, given = client("officer"), {"name": "包头金源铜业有限公司", "code": "", "province": "", "industry": ""}
    shown = browse.post(f"{ROOT}add/", given)
    assert (
        shown.status_code == 422 and "包头市金源铜业有限公司" in shown.content.decode() and Company.objects.count() == 1
    )
    done = browse.post(f"{ROOT}add/", given | {"anyway": "1"})
    assert done.status_code == 303 and Company.objects.count() == 2
    assert "包头金源铜业有限公司" in text(done["Location"])
    refused = browse.post(f"{ROOT}add/", {"name": "某公司", "code": "123"})
    assert refused.status_code == 422 and "18" in refused.content.decode()


def test_moves_on_the_page() -> None:
    one = company("包头市金源铜业有限公司")
    browse, page = client("officer"), f"{ROOT}{one.log_id}/"
    given = {"way": "visit", "at": "2021-12-28 10:00", "note": "谈了二期"}
    assert browse.post(f"{page}do/contact/", given).status_code == 303
    assert again(one).contacted_at == NOW - timedelta(hours=23)
    shown = text(page)
    assert "谈了二期" in shown and "上门拜访" in shown and "联系 1 次" in shown
    bad = browse.post(f"{page}do/contact/", given | {"at": "昨天"})
    assert bad.status_code == 422 and "2021-11-23 15:30" in bad.content.decode()
    assert browse.post(f"{page}do/change_company/", {"code": "", "province": "15", "industry": "C"}).status_code == 303
    assert browse.post(f"{page}do/rename_company/", {"name": "金源新材料有限公司", "day": ""}).status_code == 303
    assert "包头市金源铜业有限公司 → 金源新材料有限公司" in text(page)
    stale = browse.post(f"{page}do/rename_company/", {"name": "又一个有限公司", "day": "", "seen": "1"})
    assert stale.status_code == 409


def test_merging_has_a_preview_and_can_be_undone() -> None:
    one, other = contact(company("包头市金源铜业有限公司")), company("包头金源铜业有限公司")
    browse, page = client("promoter"), f"{ROOT}{one.log_id}/"
    assert f"merge/?into={other.log_id}" in text(page, "promoter") and "merge/" not in text(page, "officer")
    preview = text(f"{page}merge/?into={other.log_id}", "promoter")
    assert "联系 1 次" in preview and "联系 0 次" in preview and again(one).state == "listed"
    assert browse.post(f"{page}merge/", {"into": str(other.log_id), "reason": ""}).status_code == 422
    assert browse.post(f"{page}merge/", {"into": str(other.log_id), "reason": "同一家"}).status_code == 303
    assert again(one).state == "merged" and other.name in text(page)
    assert browse.post(f"{page}do/unmerge_company/", {"reason": "两家"}).status_code == 303
    assert again(one).state == "listed"
    assert client("officer").post(f"{page}merge/", {"into": str(other.log_id), "reason": "x"}).status_code == 403


@pytest.mark.parametrize("login", ["", "desk", "handler", "sysadmin", "secadmin"])
def test_nobody_else_learns_that_a_company_is_there(login: str) -> None:
    one, browse = company("包头市金源铜业有限公司"), client(login)
    for address in (ROOT, f"{ROOT}find/?q=金源", f"{ROOT}likely/?q=金源", f"{ROOT}{one.log_id}/", f"{ROOT}export.csv"):
        answer = browse.get(address)
        assert answer.status_code in (302, 303, 403) and "金源" not in answer.content.decode()
    if login:
        assert "金源铜业" not in browse.get("/find/?q=金源铜业").content.decode().replace(
            'value="金源铜业"', ""
        ).replace("“金源铜业”", "")


def test_the_api_lists_finds_and_moves() -> None:
    token = tokens.make("promoter", "register")
    one = company("包头市金源铜业有限公司")
    browse = client("")
    head = {"HTTP_AUTHORIZATION": f"Bearer {token}", "content_type": "application/json"}
    made = browse.post("/api/companies", json.dumps({"name": "包头金源铜业有限公司"}), **head)
    assert made.status_code == 201
    address = f"/api/companies/{made.json()['id']}"
    assert browse.get(address, **head).json()["name"] == "包头金源铜业有限公司"
    likely = browse.get("/api/companies/likely?name=金源铜业有限公司", **head).json()["likely"]
    assert {each["id"] for each in likely} == {str(one.log_id), made.json()["id"]}
    at = {"way": "call", "at": "2021-12-28T10:00:00+08:00"}
    moved = browse.post(f"{address}/moves/contact", json.dumps(at), **head)
    assert moved.status_code == 200 and moved.json()["contacted_at"].startswith("2021-12-28T02:00:00")
    merged = browse.post(
        f"{address}/moves/merge_company", json.dumps({"into": str(one.log_id), "reason": "同一家"}), **head
    )
    assert merged.status_code == 200 and merged.json()["merged_into"] == str(one.log_id)
    assert [each["name"] for each in browse.get("/api/companies?q=金源", **head).json()["companies"]] == [one.name]
    for body, field in (({"way": "call", "at": "gestern"}, "at"), ({"way": 3, "at": "2021-12-28"}, "way")):
        bad = browse.post(f"/api/companies/{one.log_id}/moves/contact", json.dumps(body), **head)
        assert bad.status_code == 422 and bad.json()["errors"][0]["field"] == field
    assert browse.get("/api/companies?state=gone", **head).status_code == 422
    assert browse.get("/api/companies/nobody", **head).status_code == 404
