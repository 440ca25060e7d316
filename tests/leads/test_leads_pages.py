"""The pages of leads: lists, board, record with its forms, occasions, funnel, the company's link; each for who may see it."""

from datetime import date
from typing import Any

import pytest
from deals import COUNTY, DAY, YI, do, lead, paper, pdf, to
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from register import client, company, who

from luoshi.kernel.text import set_language
from luoshi.leads import actions, reads
from luoshi.leads.models import Lead, Occasion
from luoshi.people import reads as people
from luoshi.people.models import Person

pytestmark = pytest.mark.usefixtures("db")
PAGES = ("", "board/", "places/", "doubles/", "day/", "add/", "export.csv", "export.xlsx")


def text(answer: Any) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_there_empty_and_filled(page: str, language: str) -> None:
    browse = client("promoter")
    browse.cookies["language"] = language
    assert browse.get(f"/work/leads/{page}").status_code == 200
    to(lead(), "land")
    assert browse.get(f"/work/leads/{page}").status_code == 200
    set_language("zh")


@pytest.mark.parametrize("page", ["", "board/", "add/"])
def test_strangers_see_nothing(page: str) -> None:
    one = lead()
    assert Client(HTTP_HOST="127.0.0.1").get(f"/work/leads/{page}").status_code in (302, 303, 403)
    for login in ("handler", "sysadmin"):
        assert client(login).get(f"/work/leads/{page}").status_code == 403
        assert client(login).get(f"/work/leads/{one.log_id}/").status_code == 403


def test_a_lead_is_noted_and_carried_to_its_signing_by_pages_alone() -> None:
    firm, browse = company("包头市甲乙有限公司"), client("officer")
    answer = browse.post(
        "/work/leads/add/",
        {"name": "磁材项目", "company": firm.name, "county": COUNTY, "industry": "C", "level": "open"},
    )
    assert answer.status_code == 303
    one = Lead.objects.get(name="磁材项目")
    base = f"/work/leads/{one.log_id}/"
    for verb in ("engage", "talk"):
        assert browse.post(f"{base}do/{verb}/", {"day": ""}).status_code == 303
    refused = browse.post(f"{base}do/sign/", {"amount": "3.2亿", "currency": "CNY"})
    assert refused.status_code == 422 and "协议文本" in text(refused)
    upload = SimpleUploadedFile("协议.pdf", pdf(), "application/pdf")
    assert browse.post(f"{base}do/add_document/", {"kind": "agreement", "file": upload}).status_code == 303
    wrong = browse.post(f"{base}do/sign/", {"amount": "三亿多", "currency": "CNY"})
    assert wrong.status_code == 422 and "不是数字" in text(wrong)
    stages = "一期 2亿\n二期 1亿"
    assert browse.post(f"{base}do/sign/", {"amount": "3.2亿", "currency": "CNY", "stages": stages}).status_code == 303
    shown = text(browse.get(base))
    assert "3.2 亿元" in shown and "相差 -2,000" in shown and "模拟" not in shown
    found = reads.documents(one)[0]
    got = browse.get(f"{base}papers/{found.pk}/")
    assert b"".join(got.streaming_content)[:5] == b"%PDF-" and got["Content-Disposition"].startswith("attachment")
    assert client("officer2").get(f"{base}papers/{found.pk}/").status_code == 200


def test_money_is_verified_on_the_page_by_another() -> None:
    one = to(lead(), "land")
    base, mine, other = f"/work/leads/{one.log_id}/", client("officer"), client("statistician")
    assert (
        mine.post(
            f"{base}do/report_money/", {"amount": "5000", "day": DAY.isoformat(), "proof": "bank", "currency": "CNY"}
        ).status_code
        == 303
    )
    row = reads.receipts(one)[0]
    assert "核实资金" not in text(mine.get(base)) and "核实资金" in text(other.get(base))
    assert mine.post(f"{base}do/verify_money/", {"receipt": row.pk}).status_code == 403
    assert other.post(f"{base}do/verify_money/", {"receipt": row.pk}).status_code == 303
    assert Lead.objects.get(pk=one.pk).in_place == 50_000_000_00
    assert "已核实" in text(other.get(base))


def test_a_confidential_name_leaks_nowhere() -> None:
    secret = "绝密稀土磁体"
    one = lead(secret, level="named", company=None)
    pages = [f"/work/leads/{page}" for page in PAGES] + [
        f"/work/leads/?q={secret}", f"/work/leads/{one.log_id}/", "/work/", f"/find/?q={secret}", f"/api/leads?q={secret}",
        f"/api/leads/{one.log_id}", "/work/occasions/",
    ]  # fmt: skip
    for login in ("officer2", "supervisor", "statistician", "handler"):
        browse = client(login)
        for page in pages:
            answer = browse.get(page)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            plain = body.decode("utf-8", "replace").replace(f'value="{secret}"', "")
            assert secret not in plain, (login, page)
        assert browse.get(f"/work/leads/{one.log_id}/").status_code in (403, 404)
    assert secret in text(client("promoter").get("/work/leads/"))
    other = to(lead("另一个", login="officer2"), "talk", "officer2")
    refused = client("promoter").post(f"/work/leads/{other.log_id}/do/merge_lead/", {"into": "Z9999-1", "reason": "x"})
    assert refused.status_code == 422
    told = client("officer2").post(f"/work/leads/{other.log_id}/do/merge_lead/", {"into": one.number, "reason": "x"})
    assert secret not in text(told)


def test_an_occasion_prints_what_came_of_it() -> None:
    done = actions.add_occasion(viewer=who("promoter"), name="稀土论坛", kind="conference", first_day=date(2021, 8, 19))
    held = Occasion.objects.get(log_id=done.answer["occasion"])
    to(lead("甲", occasion=str(held.log_id)), "sign", amount=3 * YI)
    to(lead("乙", occasion=str(held.log_id)), "sign", unknown=True)
    lead("丙", occasion=str(held.log_id))
    shown = text(client("promoter").get(f"/work/occasions/{held.log_id}/"))
    assert "3 亿元" in shown and ">2<" in shown.replace(" ", "") and "金额不详" in shown
    assert client("officer").post("/work/occasions/", {"name": "x"}).status_code == 200
    assert Occasion.objects.count() == 1
    base = f"/work/occasions/{held.log_id}/do/"
    assert client("promoter").post(f"{base}hold_occasion/", {}).status_code == 303
    assert client("officer").post(f"{base}cancel_occasion/", {"reason": "x"}).status_code == 403


def test_the_company_answers_by_its_link_and_a_wrong_one_says_nothing() -> None:
    one = to(lead(), "sign")
    do(one, "promise", what="三个月内供地", owner="city.roads", until=date(2022, 3, 1))
    shown = text(client("officer").post(f"/work/leads/{one.log_id}/do/invite/", {"days": "7"}))
    code = shown.partition("/answer/")[2].partition("/")[0]
    stranger = Client(HTTP_HOST="127.0.0.1")
    page = stranger.get(f"/answer/{code}/")
    assert page.status_code == 200 and "三个月内供地" in text(page) and "officer" not in text(page)
    row = reads.promises(one)[0]
    assert stranger.post(f"/answer/{code}/", {"promise": row.pk, "kept": "no", "note": "没有供地"}).status_code == 303
    assert stranger.post(f"/answer/{code}/", {"grade": "5"}).status_code == 303
    assert stranger.post(f"/answer/{code}/", {"grade": "9"}).status_code == 422
    assert reads.promises(one)[0].state == "disputed"
    assert stranger.get("/answer/AAAA-BBBB-CCCC/").status_code == 404


def test_a_correction_is_proposed_and_approved_on_the_page() -> None:
    one = to(lead(), "sign", amount=30 * YI)
    base = f"/work/leads/{one.log_id}/"
    event = next(item for item in reads.events_of(one.log_id) if item.verb == "sign")
    mine, other = client("officer"), client("promoter")
    sent = mine.post(f"{base}do/propose/", {"event": event.id, "reason": "多了一个零", "changed_amount": "3亿"})
    assert sent.status_code == 303, text(sent)
    row = reads.proposals(one)[0]
    assert "同意更正" not in text(mine.get(base)) and "同意更正" in text(other.get(base))
    assert other.post(f"{base}do/approve/", {"proposal": row.pk}).status_code == 303
    assert Lead.objects.get(pk=one.pk).agreed == 3 * YI and "更正过 1 次" in text(mine.get(base))


def test_paper_of_a_lead_keeps_its_versions() -> None:
    one = paper(paper(to(lead(), "talk"), "agreement"), "agreement")
    assert [row.version for row in reads.documents(one)] == [2, 1]
    assert reads.documents(one)[0].by.login == "officer"


def test_the_unit_that_owes_a_promise_sees_it_alone_and_says_that_it_was_kept() -> None:
    head = Person.objects.get(login="head")
    unit = next(iter(people.units_of(head.pk)))
    one = to(lead("欠着承诺的项目"), "sign")
    do(one, "promise", what="半年内通电", owner=people.unit_by_key(unit).code, until=date(2022, 6, 1))
    row, browse = reads.promises(one)[0], client("head")
    shown = text(browse.get("/work/promises/"))
    assert "半年内通电" in shown and "欠着承诺的项目" not in shown
    assert browse.get(f"/work/leads/{one.log_id}/").status_code == 403
    assert browse.post(f"/work/promises/{one.log_id}/", {"promise": row.pk, "note": ""}).status_code == 422
    assert browse.post(f"/work/promises/{one.log_id}/", {"promise": row.pk, "note": "已送电"}).status_code == 303
    assert reads.promises(one)[0].state == "kept"
    other = to(lead("与它无关的项目"), "sign")
    assert browse.post(f"/work/promises/{other.log_id}/", {"promise": row.pk, "note": "x"}).status_code == 404
    assert client("handler").get("/work/promises/").status_code == 403
