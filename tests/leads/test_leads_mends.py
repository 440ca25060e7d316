"""What a stranger's trial of the investment line found broken, and must not break again."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from deals import DAY, YI, do, lead, paper, to
from django.core.files.uploadedfile import SimpleUploadedFile
from given import NOW
from register import client, company, who

from luoshi.kernel import clock
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Invalid, NotNow
from luoshi.kernel.viewer import OPERATOR
from luoshi.leads import actions, importing_leads, money, reads
from luoshi.leads.models import Company, Lead
from luoshi.leads.reads.derived import derived

pytestmark = pytest.mark.usefixtures("db")


def test_an_amount_that_was_not_known_for_a_while_adds_only_what_is_new() -> None:
    one = to(lead(), "sign", amount=100 * YI)
    one = do(one, "agree", day=DAY, reason="重谈", unknown=True)
    one = do(one, "agree", day=DAY + timedelta(days=1), reason="谈定", amount=120 * YI)
    added = [
        event.body.get("added")
        for event in Event.objects.filter(subject=one.log_id, verb__in=("sign", "agree")).order_by("recorded_at")
    ]
    assert (added, one.agreed) == ([100 * YI, None, 20 * YI], 120 * YI)


def test_leads_go_with_their_company_and_come_back() -> None:
    first, second = company("包头市并甲有限公司"), company("包头市并乙有限公司")
    one = to(lead("并来的项目", company=str(first.log_id)), "sign")
    actions.BY_VERB["merge_company"](
        viewer=who("promoter"), on=str(first.log_id), into=str(second.log_id), reason="同一家"
    )
    assert Lead.objects.get(pk=one.pk).company_id == second.pk and derived(10) == []
    again = paper(to(lead("并来的项目", company=str(second.log_id)), "talk"), "agreement")
    with pytest.raises(Invalid):
        do(again, "sign", amount=YI)
    actions.OF_LEAD["report_progress"](viewer=who(), on=str(one.log_id), note="见面", contact="visit")
    assert (
        Company.objects.get(pk=second.pk).contacted_at == NOW and Company.objects.get(pk=first.pk).contacted_at is None
    )
    actions.BY_VERB["unmerge_company"](viewer=who("promoter"), on=str(first.log_id), reason="两家")
    assert Lead.objects.get(pk=one.pk).company_id == first.pk and Lead.objects.get(pk=again.pk).company_id == second.pk
    assert derived(10) == []


def test_the_same_investor_is_no_change_of_investor() -> None:
    one = to(lead(), "sign")
    with pytest.raises(Invalid):
        actions.add_lead(viewer=who(), name="换了名字", company=str(one.company.log_id), succeeds=str(one.log_id))


def test_a_signing_with_verified_money_is_not_void_and_its_district_is_corrected_by_two() -> None:
    one = to(lead(), "sign")
    done = actions.OF_LEAD["report_money"](viewer=who(), on=str(one.log_id), amount=YI, day=DAY, proof="bank")
    do(one, "verify_money", "statistician", receipt=done.answer["receipt"])
    event = Event.objects.get(subject=one.log_id, verb="sign")
    with pytest.raises(NotNow):
        do(one, "propose", event=str(event.id), reason="没签", void=True)
    with pytest.raises(Invalid) as refused:
        do(one, "change_lead", county="150204000000")
    assert refused.value.faults[0].field == "county"
    browse, base = client("officer"), f"/work/leads/{one.log_id}/do/"
    sent = browse.post(f"{base}propose/", {"event": event.id, "reason": "写错旗县区", "changed_county": "150204000000"})
    assert sent.status_code == 303
    one = do(one, "approve", "promoter", proposal=reads.proposals(one)[0].pk)
    assert one.county == "150204000000" and derived(10) == []
    shown = browse.get(f"/work/leads/{one.log_id}/").content.decode()
    assert shown.count(f"event={event.id}") == 1


def test_a_note_of_a_confidential_lead_does_not_stand_on_its_companys_page() -> None:
    one = lead("不能说的项目", level="named", company=str(company("包头市某某有限公司").log_id))
    actions.OF_LEAD["report_progress"](viewer=who(), on=str(one.log_id), note="不能说的项目谈得好", contact="visit")
    assert "不能说" not in client("officer2").get(f"/work/companies/{one.company.log_id}/").content.decode()


def test_a_visit_is_public_by_its_day_alone_and_not_held_before_it_happens() -> None:
    done = actions.add_occasion(viewer=who("promoter"), name="拜访某某总部", kind="visit", first_day=date(2022, 6, 1))
    assert reads.public_occasions()[done.answer["occasion"]].zh == "走访 2022-06-01"
    with pytest.raises(Invalid):
        actions.OF_OCCASION["hold_occasion"](viewer=who("promoter"), on=done.answer["occasion"])


@pytest.mark.parametrize("text", ["1e999999", "-1e999999", "9" * 400, "NaN", "inf", "1e-9", ""])
def test_no_text_breaks_an_amount(text: str) -> None:
    with pytest.raises(money.MoneyError):
        money.amount(text)


def test_odd_addresses_and_forms_are_refused_in_words() -> None:
    one, browse = to(lead(), "sign"), client("promoter")
    assert browse.get("/work/leads/funnel/?period=xx").status_code == 422
    base = f"/work/leads/{one.log_id}/do/"
    assert browse.post(f"{base}split_credit/", {"shares": "昆都仑区 inf"}).status_code == 422
    assert browse.post(f"{base}split_credit/", {"shares": "Kundulun District 60\n青山区 40"}).status_code == 303
    assert browse.post(f"{base}keep_promise/", {"promise": "²", "note": "x"}).status_code == 422
    assert browse.post(f"{base}agree/", {"amount": "1e999999", "day": "2021-12-29", "reason": "x"}).status_code == 422


def test_a_company_is_named_later_on_the_page() -> None:
    one, firm = lead("还没有企业", company=None), company("包头市后来有限公司")
    given = {"name": one.name, "county": one.county, "industry": "C", "level": "open", "company": firm.name}
    assert client("officer").post(f"/work/leads/{one.log_id}/do/change_lead/", given).status_code == 303
    assert Lead.objects.get(pk=one.pk).company_id == firm.pk


def test_amounts_in_the_heads_unit_and_days_as_people_write_them(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text(
        "项目名称,企业名称,旗县区,行业,协议总投资(亿元),签约日期\n甲项目,包头甲有限公司,昆都仑区,C,3.2,2021/5/6\n乙项目,包头乙有限公司,昆都仑区,C,5000万,2021年5月6日\n",
        "utf-8",
    )
    assert importing_leads.take(path, OPERATOR).created == 2
    assert {one.name: one.agreed for one in Lead.objects.all()} == {"甲项目": 32 * YI // 10, "乙项目": YI // 2}
    assert {one.signed_at.date() for one in Lead.objects.all()} == {date(2021, 5, 6)}


def test_a_merged_leads_link_is_no_good() -> None:
    one, other = to(lead("甲甲"), "sign"), to(lead("乙乙"), "sign")
    code = actions.OF_LEAD["invite"](viewer=who(), on=str(one.log_id)).secret["code"]
    with clock.at(NOW):
        do(one, "merge_lead", "promoter", into=str(other.log_id), reason="同一个")
    assert client("").get(f"/answer/{code}/").status_code == 404


def test_money_that_was_verified_by_mistake_counts_no_more() -> None:
    one = to(lead(), "land")
    done = actions.OF_LEAD["report_money"](viewer=who(), on=str(one.log_id), amount=YI, day=DAY, proof="bank")
    do(one, "verify_money", "statistician", receipt=done.answer["receipt"])
    one = do(one, "revoke_money", "supervisor", receipt=done.answer["receipt"], reason="回单是假的")
    assert (one.in_place, reads.receipts(one)[0].state) == (0, "refused") and derived(10) == []
    (event,) = Event.objects.filter(subject=one.log_id, verb="money_in")
    assert Event.objects.filter(corrects=event.id, verb="void").exists()


def test_a_project_that_was_taken_up_again_is_not_lost_any_more() -> None:
    one = do(to(lead(), "sign"), "lose", why="funds", reason="没钱")
    one = do(one, "revive", "promoter", reason="又有钱了")
    last = Event.objects.filter(subject=one.log_id).order_by("-recorded_at", "-id")[0]
    assert last.verb == "revive" and "ended_at" not in last.body


def test_a_leaders_page_of_another_year_shows_that_year() -> None:
    to(lead("今年最大的"), "sign", amount=900 * YI)
    browse = client("leader")
    assert "今年最大的" in browse.get("/work/leads/brief/?period=2021").content.decode()
    assert "今年最大的" not in browse.get("/work/leads/brief/?period=2020").content.decode()


def test_the_preview_shows_rows_as_they_were_understood_and_columns_that_nothing_was_read_from(tmp_path: Path) -> None:
    head = "项目名称,企业名称,旗县区,行业,协议总投资(亿元),签约日期,备注栏"
    upload = SimpleUploadedFile(
        "many.csv",
        f"{head}\n甲项目,包头甲有限公司,昆都仑区,C,3.2,2021/5/6,x\n乙项目,包头乙有限公司,青山区,C,不详,2021-5-7,\n".encode(),
    )
    page = client("promoter").post("/work/leads/import/", {"file": upload}).content.decode()
    for told in ("3.2 亿元", "不详", "昆都仑区", "签约", "2021-05-06", "包头乙有限公司", "备注栏"):
        assert told in page
    assert Lead.objects.count() == 0
    path = tmp_path / "many.csv"
    path.write_text(f"{head}\n甲项目,包头甲有限公司,昆都仑区,C,3.2,2021/5/6,x\n", "utf-8")
    report = importing_leads.take(path, OPERATOR, dry=True)
    assert report.numbers()["unused_columns"] == ["备注栏"] and report.preview[0]["amount"] == "3.2 亿元"
