"""The API of lists and sums of leads: the same as on the pages, for the same persons; files in and out; nothing confidential."""

import csv
import random
from base64 import b64encode
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pikepdf
import pytest
from deals import COUNTY, DAY, YI, do, lead, paper, to
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from machine import Machine
from register import client, company, contact, who

from luoshi.api import openapi
from luoshi.api.urls import ENDPOINTS
from luoshi.kernel.models import Event
from luoshi.leads import actions, importing_leads, reads
from luoshi.leads.models import Company, Lead, Occasion
from luoshi.people import reads as people
from luoshi.people.models import Person
from luoshi.web.sheets import XLSX

pytestmark = pytest.mark.usefixtures("db")
READS = (
    "", "/board", "/districts", "/doubles", "/day", "/export.csv", "/export.xlsx", "/funnel?period=2021", "/brief?period=2021", "/{id}", "/{id}/events",
    "/{id}/moves", "/{id}/money", "/{id}/documents", "/{id}/promises",
)  # fmt: skip
LIST = "项目名称,企业名称,旗县区,行业,协议总投资（万元）,签约日期\n磁材项目,包头市甲磁材有限公司,昆都仑区,C,32000,2021-05-06\n火星项目,上海丁有限公司,火星区,C,1,\n"


def occasion(name: str = "稀土论坛", **more: Any) -> Occasion:
    done = actions.add_occasion(
        viewer=who("promoter"), name=name, kind="conference", first_day=date(2021, 8, 19), **more
    )
    return Occasion.objects.get(log_id=done.answer["occasion"])


def test_one_occasion_tells_what_came_of_it_as_its_page_does() -> None:
    held = occasion(cost=50_000_00)
    one = to(lead("甲", occasion=str(held.log_id)), "sign", amount=3 * YI)
    to(lead("乙", occasion=str(held.log_id)), "sign", unknown=True)
    lead("丙", occasion=str(held.log_id))
    mine = Machine("officer")
    found = mine.get(f"/occasions/{held.log_id}", "leads.occasion")
    sums = found["occasion"]
    assert (sums["leads"], sums["signed"], sums["agreed_fen"], sums["unknown"], sums["cost_fen"]) == (
        3, 2, 3 * YI, 1, 50_000_00,
    )  # fmt: skip
    assert found["companies"] == 3 and found["as_of"].startswith("2021-12-29")
    assert {row["name"] for row in found["leads"]} == {"甲", "乙", "丙"} and found["leads"][-1]["name"] == "丙"
    assert {row["occasion"] for row in found["leads"]} == {str(held.log_id)}
    shown = client("officer").get(f"/work/occasions/{held.log_id}/").content.decode()
    assert all(text in shown for text in (one.number, "3 亿元", "5 万元"))
    head = Machine("promoter")
    at = f"/occasions/{held.log_id}/moves/change_occasion"
    assert head.post(at, "leads.change_occasion", {"cost": 70_000_00, "place": "包头"})["cost_fen"] == 70_000_00
    assert head.post(at, "leads.change_occasion", {"cost": None})["cost_fen"] is None
    for bad in ({"cost": -1}, {"cost": "many"}, {"first_day": "soon"}, {"kind": "party"}, {"place": "长" * 200}):
        refused = head.post(at, "", bad, 422)
        assert [one["field"] for one in refused["errors"]] == list(bad)
    assert mine.post(at, "", {"cost": 1}, 403)["status"] == 403


def test_the_list_is_narrowed_as_the_page_is_by_officer_occasion_and_company() -> None:
    held, firm = occasion(), company("包头市同一家有限公司")
    mine = lead("我的", company=str(firm.log_id), occasion=str(held.log_id))
    other = lead("别人的", "officer2")
    api, page = Machine("officer"), client("officer")
    for query, wanted in (
        ("officer=officer2", {other.pk}), ("officer=officer", {mine.pk}), (f"occasion={held.log_id}", {mine.pk}),
        (f"company={firm.log_id}", {mine.pk}), (f"company={other.company.log_id}&officer=officer", set()), ("", {mine.pk, other.pk}),
    ):  # fmt: skip
        names = {one.name for one in Lead.objects.filter(pk__in=wanted)}
        assert {row["name"] for row in api.get(f"/leads?{query}", "leads.leads")["leads"]} == names, query
        shown = page.get(f"/work/leads/export.csv?{query}").content.decode("utf-8-sig")
        assert {row["项目"] for row in csv.DictReader(StringIO(shown))} == names, query
        board = api.get(f"/leads/board?{query}", "leads.board")["stages"]
        assert sum(row["count"] for row in board) == len(names)
    assert f'value="{firm.log_id}" checked' in page.get(f"/work/leads/?company={firm.log_id}").content.decode()
    for query in ("officer=nobody", "occasion=x", f"company={held.log_id}", "county=999", "order=size", "status=x"):
        refused = orjson.loads(api.get(f"/leads?{query}", status=422).content)
        assert [one["field"] for one in refused["errors"]] == [query.partition("=")[0]]
        assert len(orjson.loads(api.get("/leads").content)["leads"]) == 2
    lines = page.get("/work/leads/?officer=nobody&county=999").content.decode()
    assert "我的" in lines and "别人的" in lines


def test_doubles_districts_board_and_day_say_what_their_pages_say() -> None:
    first = to(lead("光伏组件一期"), "sign")
    again = paper(to(lead("光伏组件一期项目", company=str(first.company.log_id)), "talk"), "agreement")
    again = do(again, "sign", amount=YI, apart="另立公司")
    api = Machine("officer")
    (pair,) = api.get("/leads/doubles", "leads.doubles")["doubles"]
    (same,) = reads.doubles(who())
    assert (pair["one"]["id"], pair["other"]["id"]) == (str(first.log_id), str(again.log_id))
    assert (pair["score"], pair["declared"]) == (same.score, "另立公司")
    assert api.get("/leads/districts", "leads.districts")["districts"] == [
        {"county": COUNTY, "signed": 2, "agreed_fen": 4 * YI, "credited": 2.0, "credited_fen": 4 * YI}
    ]
    stages = {row["stage"]: row for row in api.get("/leads/board", "leads.board")["stages"]}
    assert stages["signed"] == {"stage": "signed", "count": 2, "agreed_fen": 4 * YI}
    lead("刚来的")
    day = api.get("/leads/day", "leads.day")
    assert "刚来的" in {row["name"] for row in day["due"]} and len(day["due"]) == len(reads.due(who(), 200))


def test_a_list_is_looked_at_then_taken_once_as_by_the_command(tmp_path: Path) -> None:
    head, path = Machine("promoter"), tmp_path / "leads.csv"
    path.write_text(LIST, "utf-8")
    looked_at = importing_leads.take(path, who("promoter"), dry=True).numbers()
    body = {"file": {"name": "leads.csv", "content": b64encode(LIST.encode()).decode()}}
    dry = head.post("/leads/import", "leads.import_leads", {**body, "dry_run": True})
    assert {name: dry[name] for name in looked_at if name != "seconds"} == {
        name: value for name, value in looked_at.items() if name != "seconds"
    }
    assert (dry["created"], dry["refused"], dry["new"], dry["dry_run"]) == (1, 1, ["磁材项目"], True)
    assert [(row["line"], row["field"], row["value"]) for row in dry["faults"]] == [(3, "county", "火星区")]
    assert not Lead.objects.exists() and not Event.objects.exists()
    taken = head.post("/leads/import", "leads.import_leads", body)
    assert (taken["created"], taken["events"]) == (1, Event.objects.count())
    again = head.post("/leads/import", "leads.import_leads", body)
    assert (again["created"], again["unchanged"], again["events"]) == (0, 1, 0)
    assert Lead.objects.get().agreed == 320_000_000_00
    folder = Path(settings.CONF.home) / "imports"
    assert list(folder.glob("companies-*")) == []


def test_the_pages_template_is_taken() -> None:
    body = client("promoter").get("/work/leads/import/template.xlsx").content
    given = {"file": {"name": "项目.xlsx", "content": b64encode(body).decode()}, "dry_run": True}
    dry = Machine("promoter").post("/leads/import", "leads.import_leads", given)
    assert (dry["read"], dry["created"], dry["new"]) == (1, 1, ["示例磁材项目"]) and not Lead.objects.exists()


def test_rows_are_taken_by_our_names_or_by_their_own_and_larger_than_a_form() -> None:
    head = Machine("promoter")
    rows: list[dict[str, Any]] = [
        {"工程": "磁材工程", "业主": "包头市甲有限公司"}, {"工程": "铜箔工程", "业主": "包头市乙有限公司", "钱": 5000, "签": "2021-06-01", "旗县区": "固阳县", "行业": "C"},
        {"工程": "没有企业", "签": "2021-06-01"},
    ]  # fmt: skip
    columns = {"name": "工程", "company": "业主", "amount": "钱", "sign": "签"}
    taken = head.post("/leads/import", "leads.import_leads", {"rows": rows, "columns": columns})
    assert (taken["read"], taken["created"], taken["refused"]) == (3, 2, 1)
    assert {(row["line"], row["field"]) for row in taken["faults"]} == {(3, "company")}
    many = [{"name": f"包头市{chr(0x4E00 + n)}{'长' * 90}公司", "province": "内蒙古"} for n in range(4000)]
    assert len(orjson.dumps(many)) > 1_000_000
    listed = head.post("/companies/import", "leads.import_companies", {"rows": many, "dry_run": True})
    assert (listed["created"], Company.objects.count()) == (4000, 2)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "file"),
        ({"file": {"name": "a.csv", "content": "eA=="}, "rows": []}, "file"),
        ({"file": {"name": "a.csv"}}, "file"),
        ({"file": {"name": "a.csv", "content": "***"}}, "file"),
        ({"file": {"name": "a.pdf", "content": b64encode(b"%PDF-").decode()}}, "file"),
        ({"file": {"name": "a.csv", "content": b64encode("工程\n甲\n".encode()).decode()}}, "file"),
        ({"rows": "many"}, "rows"),
        ({"rows": [["a"]]}, "rows"),
        ({"rows": [{"name": {"a": 1}}]}, "rows"),
        ({"rows": [{"name": True}]}, "rows"),
        ({"rows": [{"name": "a\0b"}]}, "rows"),
        ({"rows": [{"name": "甲"}], "columns": {"name": "没有"}}, "file"),
        ({"rows": [{"name": "甲"}], "columns": {"colour": "没有"}}, "columns"),
        ({"rows": [{"name": "甲"}], "dry_run": "yes"}, "dry_run"),
        ({"sheet": 1}, "sheet"),
    ],
)
def test_a_body_that_is_no_list_is_refused_by_field(body: dict[str, Any], field: str) -> None:
    refused = Machine("promoter").post("/leads/import", "", body, 422)
    assert [one["field"] for one in refused["errors"]] == [field] and not Lead.objects.exists()


def test_files_of_the_list_are_those_of_the_page() -> None:
    to(lead("=危险的名字"), "sign")
    lead("另一个", "officer2")
    api, page = Machine("officer"), client("officer")
    for query in ("", "?officer=officer2", "?state=signed"):
        got = api.get(f"/leads/export.csv{query}")
        assert got.content == page.get(f"/work/leads/export.csv{query}").content and got["Content-Type"].startswith(
            "text/csv"
        )
    got = api.get("/leads/export.xlsx?officer=officer2")
    assert got["Content-Type"] == XLSX and 'filename="leads.xlsx"' in got["Content-Disposition"]
    sheet = openpyxl.load_workbook(BytesIO(got.content)).active
    assert [row[1] for row in sheet.iter_rows(values_only=True)] == ["项目", "另一个"]
    got = api.get("/companies/export.csv?q=另一个")
    assert got.content == page.get("/work/companies/export.csv?q=另一个").content and got.content.count(b"\n") == 2


def test_money_documents_and_promises_of_a_lead_are_read() -> None:
    one = to(lead(), "sign", amount=3 * YI, stages=[["一期", YI]])
    done = actions.OF_LEAD["report_money"](
        viewer=who(), on=str(one.log_id), amount=YI, day=DAY, proof="bank", note="首笔"
    )
    do(one, "verify_money", "statistician", receipt=done.answer["receipt"])
    do(one, "split_credit", shares={COUNTY: 6000, "150204000000": 4000})
    do(one, "promise", what="三个月内供地", owner="city.roads", until=date(2022, 3, 1))
    api, at = Machine("officer2"), f"/leads/{one.log_id}"
    money = api.get(f"{at}/money", "leads.money")
    (agreed,), (row,) = money["agreements"], money["receipts"]
    assert (agreed["gap"], agreed["stages"]) == ({"total": 3 * YI, "stages": YI}, [["一期", YI]])
    assert (row["state"], row["by"], row["verified_by"], row["note"], money["in_place_fen"]) == (
        "verified", "officer", "statistician", "首笔", YI,
    )  # fmt: skip
    assert money["credits"] == [{"county": COUNTY, "share": 6000}, {"county": "150204000000", "share": 4000}]
    (kept,) = api.get(f"{at}/documents", "leads.documents")["documents"]
    got = api.get(f"{at}/documents/{kept['id']}")
    assert (got["Content-Type"], got.content[:5]) == ("application/pdf", b"%PDF-")
    (owed,) = api.get(f"{at}/promises", "leads.promises")["promises"]
    assert (owed["what"], owed["owner"], owed["state"]) == ("三个月内供地", "city.roads", "open")
    verbs = {row["verb"]: row["lacks"] for row in Machine("officer").get(f"{at}/moves", "leads.moves")["moves"]}
    assert verbs["suspend"] == [] and "缺少" in verbs["land"][0] and "waive" not in verbs
    whole = api.get(at, "leads.lead")
    assert whole["reached"]["signed_at"].startswith("2021-12-20") and whole["receipts"][0]["id"] == row["id"]
    other = to(lead("另一个"), "sign")
    assert api.get(f"/leads/{other.log_id}/documents/{kept['id']}", status=404)


def test_no_address_asks_once_more_for_each_row() -> None:
    held = occasion()

    def more(name: str) -> None:
        one = to(lead(name, occasion=str(held.log_id)), "sign")
        again = paper(to(lead(f"{name}项目", company=str(one.company.log_id)), "talk"), "agreement")
        do(again, "sign", amount=3 * YI, apart="另立")
        do(one, "promise", what=name, owner="city.roads", until=date(2022, 3, 1))
        lead(f"{name}新", occasion=str(held.log_id))
        Lead.objects.update(touched_at=datetime(2021, 1, 1, tzinfo=UTC))

    api, firsts = Machine("officer"), {}
    paths = (
        "/leads", "/leads/doubles", "/leads/day", "/leads/districts", "/leads/export.csv", f"/occasions/{held.log_id}", "/occasions",
        "/leads/brief?period=2021",
    )  # fmt: skip
    for name in ("甲甲甲", "乙乙乙乙", "丙丙丙丙丙"):
        more(name)
        for path in paths:
            api.get(path)
            with CaptureQueriesContext(connection) as asked:
                api.get(path)
            assert len(asked) <= firsts.setdefault(path, len(asked)), (path, [one["sql"][:80] for one in asked])
    assert len(orjson.loads(api.get("/leads/doubles").content)["doubles"]) == 3
    assert len(orjson.loads(api.get("/leads/day").content)["silent"]) == 9


def test_what_happened_is_told_as_on_the_page() -> None:
    firm = company("包头市往来有限公司")
    contact(firm, note="谈了用地")
    one = to(lead("有往来的", company=str(firm.log_id)), "sign", amount=3 * YI)
    api, page = Machine("officer2"), client("officer2")
    rows = api.get(f"/leads/{one.log_id}/events", "leads.events")["events"]
    assert [row["verb"] for row in rows[:2]] == ["sign", "add_document"] and rows[0]["said"].startswith("3 亿元")
    assert rows[0]["by"] == Person.objects.get(login="officer").name
    shown = page.get(f"/work/leads/{one.log_id}/").content.decode()
    assert all(row["said"] in shown for row in rows)
    (met,) = [
        row
        for row in api.get(f"/companies/{firm.log_id}/events", "leads.company_events")["events"]
        if row["verb"] == "contact"
    ]
    assert "谈了用地" in met["said"] and not met["corrected"]
    assert Machine("handler").get(f"/companies/{firm.log_id}/events", status=403)


def test_a_document_as_large_as_on_the_page_is_taken() -> None:
    made = pikepdf.new()
    made.add_blank_page()
    made.pages[0].Contents = made.make_stream(random.Random(1).randbytes(1_200_000))
    out = BytesIO()
    made.save(out, compress_streams=False)
    one, api = to(lead(), "talk"), Machine("officer")
    body = {"kind": "agreement", "file": {"name": "../协议.pdf", "content": b64encode(out.getvalue()).decode()}}
    whole = api.post(f"/leads/{one.log_id}/moves/add_document", "leads.add_document", body)
    assert whole["documents"][0]["name"] == "协议.pdf" and whole["documents"][0]["size"] > 1_000_000
    body["file"] = {"name": "a.pdf", "content": b64encode(b"%PDF-" + bytes(20_000_000)).decode()}
    assert api.client.post(
        f"/api/leads/{one.log_id}/moves/add_document", body, content_type="application/json"
    ).status_code in (400, 422)


def test_every_new_address_answers_as_it_should_whoever_asks() -> None:
    one, held = to(lead(), "sign"), occasion()
    api, nobody, stranger = Machine("officer"), Client(HTTP_HOST="127.0.0.1"), Machine("handler")
    gone = "01890000-0000-7000-8000-000000000000"
    addresses = [f"/leads{path.format(id=one.log_id)}" for path in READS] + [f"/occasions/{held.log_id}", "/occasions"]
    for address in addresses:
        assert nobody.get(f"/api{address}").status_code == 401
        assert stranger.get(address, status=403)
        assert api.get(address)
        assert nobody.post(f"/api{address}").status_code in (401, 405)
    for ref in (gone, "no-id", "%00", "1" * 300):
        for address in [f"/leads{path.format(id=ref)}" for path in READS if "{id}" in path] + [f"/occasions/{ref}"]:
            assert api.get(address, status=404)
        assert api.get(f"/leads/{one.log_id}/documents/{ref}", status=404)
    post = {"content_type": "application/json"}
    assert stranger.client.post("/api/leads/import", {"rows": []}, **post).status_code == 403
    assert api.client.post("/api/leads/import", {"rows": []}, **post).status_code == 403
    assert nobody.post("/api/leads/import", {"rows": []}, **post).status_code == 401
    assert Machine("promoter").client.post("/api/leads/import", "no json", **post).status_code == 400
    assert api.get("/leads?after=nowhere", status=400)
    assert api.get("/promises", "leads.owed") == {"promises": []} and stranger.get("/promises", status=403)


def test_the_document_describes_every_address_with_what_it_gives() -> None:
    made = openapi.document(ENDPOINTS, "Luoshi", "1")["paths"]
    for path in (*READS, "/import"):
        for method, operation in made["/api/leads" + path.partition("?")[0]].items():
            (given,) = {
                status: one for status, one in operation["responses"].items() if status in ("200", "201")
            }.values()
            for media, content in given["content"].items():
                schema = content["schema"]
                assert schema.get("properties") or schema.get("format") == "binary", (path, method, media)
            assert "403" in operation["responses"]
    names = {one["name"] for one in made["/api/leads"]["get"]["parameters"]}
    assert {"officer", "occasion", "company", "order"} <= names


def test_a_confidential_name_leaks_through_no_address_of_the_api() -> None:
    secret, held = "绝密稀土磁体", occasion()
    hidden = lead(secret, level="named", company=None, occasion=str(held.log_id))
    firm = company("包头市保密有限公司")
    also = to(lead(f"{secret}二号", level="named", company=str(firm.log_id)), "talk")
    paper(also, "agreement")
    do(also, "promise", what=f"{secret}供地", owner="city.roads", until=date(2022, 3, 1))
    open_one = do(lead("公开的", company=None), "merge_lead", "promoter", into=str(hidden.log_id), reason="同一个")
    document = reads.documents(also)[0].pk
    addresses = [
        f"/leads{path.format(id=ref)}" for path in READS for ref in (hidden.log_id, also.log_id, open_one.log_id)
    ]
    addresses += [
        f"/leads?q={secret}", "/leads?officer=officer", f"/leads?company={firm.log_id}", f"/leads/export.csv?occasion={held.log_id}",
        "/occasions", f"/occasions/{held.log_id}", "/promises", f"/leads/{also.log_id}/documents/{document}", f"/leads/board?q={secret}",
        f"/companies/{firm.log_id}", f"/leads?q={secret}&state=nothing",
    ]  # fmt: skip
    machines = {login: Machine(login) for login in ("officer2", "supervisor", "statistician", "handler", "head")}
    for login, api in machines.items():
        for address in addresses:
            answer = api.client.get(f"/api{address}")
            assert answer.status_code in (200, 403, 404, 422), (login, address)
            assert secret not in plain(answer) and str(hidden.log_id) not in plain(answer), (login, address)
        assert api.client.get(f"/api/leads/{hidden.log_id}/money").status_code in (403, 404)
    api = machines["officer2"]
    sums = api.get(f"/occasions/{held.log_id}", "leads.occasion")
    assert (sums["occasion"]["leads"], sums["companies"], sums["leads"]) == (0, 0, [])
    assert sum(row["count"] for row in api.get("/leads/board", "leads.board")["stages"]) == 0
    assert api.get(f"/leads/{open_one.log_id}", "leads.lead")["merged_into"] is None
    assert secret not in client("officer2").get(f"/work/leads/{open_one.log_id}/").content.decode()
    told = api.client.post(
        f"/api/leads/{hidden.log_id}/moves/suspend", {"reason": "x"}, content_type="application/json"
    )
    assert told.status_code == 404 and secret not in plain(told)
    head = Machine("promoter")
    assert secret in plain(head.get("/leads")) and secret in plain(head.get("/leads/export.csv"))
    assert head.get(f"/leads/{open_one.log_id}", "leads.lead")["merged_into"] == str(hidden.log_id)


def plain(answer: Any) -> str:
    """What an answer says; a workbook cell by cell."""
    if answer["Content-Type"] == XLSX:
        sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
        return " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    text: str = answer.content.decode("utf-8", "replace")
    return text


def test_the_unit_that_owes_a_promise_reads_the_promise_and_no_more_of_the_lead() -> None:
    unit = next(iter(people.units_of(Person.objects.get(login="head").pk)))
    one = to(lead("欠着承诺的项目"), "sign")
    do(one, "promise", what="半年内通电", owner=people.unit_by_key(unit).code, until=date(2022, 6, 1))
    api, at = Machine("head"), f"/leads/{one.log_id}"
    (row,) = api.get("/promises", "leads.owed")["promises"]
    assert (row["what"], row["lead"], row["number"]) == ("半年内通电", str(one.log_id), one.number)
    for path in ("", "/events", "/moves", "/money", "/documents", "/promises"):
        assert api.get(at + path, status=403)
    told = api.post(f"{at}/moves/keep_promise", "leads.keep_promise", {"promise": row["id"], "note": "已送电"})
    assert "name" not in told and reads.promises(one)[0].state == "kept"
    whole = Machine("officer").post(
        f"{at}/moves/keep_promise", "leads.keep_promise", {"promise": row["id"], "note": "x"}, 409
    )
    assert whole["status"] == 409
