"""Numbers that an independent look found wrong: what a project counts as, when, and once; and who may make it count."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from deals import DAY, YI, do, events, lead, paper, standing, to
from django.db import connection
from django.test import Client
from register import client, company, who

from luoshi.kernel.models import Event
from luoshi.kernel.problems import Denied, Invalid, NotNow
from luoshi.leads import actions, importing_leads, reads
from luoshi.leads.measures import measures
from luoshi.leads.models import Company, Lead, Proposal
from luoshi.leads.reads.derived import derived

pytestmark = pytest.mark.usefixtures("db")
EARLY = DAY - timedelta(days=200)


@pytest.mark.parametrize(("void", "wrong"), [(True, "approve"), (False, "approve_void")])
def test_a_proposal_is_approved_as_what_it_is(void: bool, wrong: str) -> None:
    one = to(lead(), "sign")
    (signed,) = events(one, "sign")
    changes = {} if void else {"county": "150204000000"}
    one = do(one, "propose", event=str(signed.id), reason="写错", void=void, changes=changes)
    row = Proposal.objects.get()
    with pytest.raises(NotNow, match=r"never was|correction"):
        do(one, wrong, "promoter", proposal=row.pk)
    assert Proposal.objects.get().state == "open" and standing(one, "sign") == [(DAY, 3 * YI)]
    one = do(one, "approve_void" if void else "approve", "promoter", proposal=row.pk)
    assert len(standing(one, "sign")) == (0 if void else 1)


def test_a_milestone_is_not_corrected_to_a_day_to_come() -> None:
    one = to(lead(), "sign")
    (signed,) = events(one, "sign")
    with pytest.raises(Invalid) as refused:
        do(one, "propose", event=str(signed.id), reason="写错", changes={"day": "2030-01-01"})
    assert [fault.field for fault in refused.value.faults] == ["day"]


def test_an_amount_known_at_last_is_no_increase_and_a_later_one_is() -> None:
    one = to(lead(), "sign", unknown=True)
    one = do(one, "agree", day=DAY, reason="金额明确", amount=5 * YI)
    one = do(one, "agree", day=DAY, reason="增资", amount=7 * YI)
    first, second = events(one, "agree")
    assert (first.body["added"], first.body["first_known"]) == (5 * YI, True)
    assert (second.body["added"], second.body.get("first_known")) == (2 * YI, None)
    (more,) = [one for one in measures({}) if one.id == "leads.increased"]
    assert "first_known" in str(more.where)


def test_a_version_of_the_agreement_is_not_before_the_one_before_it() -> None:
    one = to(lead(), "sign")
    one = do(one, "agree", day=DAY + timedelta(days=5), reason="增资", amount=5 * YI)
    with pytest.raises(Invalid) as refused:
        do(one, "agree", day=DAY + timedelta(days=2), reason="再增资", amount=6 * YI)
    assert [fault.field for fault in refused.value.faults] == ["day"]


def test_the_occasion_of_a_signed_project_is_corrected_by_two_and_figures_follow() -> None:
    refs = [
        actions.add_occasion(viewer=who("promoter"), name=name, kind="promotion", first_day=DAY).answer["occasion"]
        for name in ("说明会", "推介会")
    ]
    one = to(lead(occasion=refs[0]), "sign")
    with pytest.raises(Invalid) as refused:
        do(one, "change_lead", occasion=refs[1])
    assert [fault.field for fault in refused.value.faults] == ["occasion"]
    assert do(one, "change_lead", occasion=refs[0], sector="风电").sector == "风电"
    (signed,) = events(one, "sign")
    for wanted, stands in ((refs[1], "推介会"), ("", None)):
        event = (events(one, "correct") or [signed])[-1]
        one = do(one, "propose", event=str(event.id), reason="写错活动", changes={"occasion": wanted})
        page = client("promoter").get(f"/work/leads/{one.log_id}/").content.decode()
        assert f"招商活动 → {stands or '—'}" in page
        one = do(one, "approve", "promoter", proposal=Proposal.objects.get(state="open").pk)
        assert (one.occasion.name if one.occasion else None) == stands
        assert events(one, "correct")[-1].body.get("occasion") == (wanted or None)
    with pytest.raises(Invalid):
        do(one, "propose", event=str(events(one, "correct")[-1].id), reason="x", changes={"occasion": "nowhere"})
    assert derived(10) == []


def test_corrections_of_leads_stand_in_files_and_over_the_api() -> None:
    one = to(lead(), "sign")
    (signed,) = events(one, "sign")
    one = do(
        one, "propose", event=str(signed.id), reason="写错旗县区", changes={"county": "150204000000", "amount": 4 * YI}
    )
    one = do(one, "approve", "promoter", proposal=Proposal.objects.get().pk)
    text = client("promoter").get("/work/leads/export.csv").content.decode()
    assert "“签约” 旗县区 昆都仑区 → 青山区，金额 3 亿元 → 4 亿元；理由：写错旗县区" in text
    found = client("promoter").get(f"/api/leads/{one.log_id}/events").json()["events"]
    (told,) = [event for event in found if event["verb"] == "correct"]
    assert told["changes"] == [
        {"field": "county", "was": "150203000000", "is": "150204000000"},
        {"field": "amount", "was": 3 * YI, "is": 4 * YI},
    ]


def test_the_officer_of_a_lead_does_not_verify_its_money_whoever_reported_it() -> None:
    one = to(lead(), "land")
    one = do(one, "report_money", amount=YI, day=DAY, proof="bank")
    one = do(one, "assign_lead", "promoter", officer="promoter")
    with pytest.raises((Denied, NotNow)):
        do(one, "verify_money", "promoter", receipt=reads.receipts(one)[0].pk)
    assert Lead.objects.get(pk=one.pk).in_place == 0


def test_the_same_receipt_is_not_reported_twice_unless_said_to_be_another() -> None:
    one = to(lead(), "land")
    one = do(one, "report_money", amount=YI, day=DAY, proof="bank")
    with pytest.raises(Invalid) as refused:
        do(one, "report_money", amount=YI, day=DAY, proof="bank")
    assert [fault.field for fault in refused.value.faults] == ["amount"]
    do(one, "report_money", amount=YI, day=DAY, proof="bank", note="当日第二笔")
    do(one, "withdraw_money", receipt=reads.receipts(one)[-1].pk, reason="报错")
    assert len(reads.receipts(one)) == 2


@pytest.mark.parametrize("stages", [[["一期", True]], [["一期", 1.5]], [["", 5]]])
def test_stages_are_whole_amounts(stages: list[Any]) -> None:
    with pytest.raises(Invalid):
        to(lead(), "sign", amount=3 * YI, stages=stages)


def test_what_the_company_says_anew_stands_instead_of_what_it_said() -> None:
    one = do(to(lead(), "sign"), "promise", what="供地", owner="city.roads", until=date(2022, 3, 1))
    promise = reads.promises(one)[0].pk
    holder = who("promoter")
    code = actions.OF_LEAD["invite"](viewer=holder, on=str(one.log_id)).secret["code"]
    page = Client(HTTP_HOST="127.0.0.1")
    for sent in (
        {"promise": promise, "kept": "no", "note": "没有供地"}, {"promise": promise, "kept": "yes"}, {"grade": 5}, {"grade": 1},
    ):  # fmt: skip
        answer = page.post(f"/answer/{code}/", sent)
        assert answer.status_code in (302, 303), answer.content.decode()[:500]
    said = reads.standing(reads.events_of(one.log_id), ("answer",))
    assert [(event.body.get("kept"), event.body.get("grade")) for event in said] == [(True, None), (None, 1)]
    assert derived(10) == []


@pytest.mark.parametrize("name", ["leads.contacted", "leads.contacts", "leads.new_contacts", "leads.companies"])
def test_by_what_the_log_keeps_of_companies_staff_alone_may_ask(name: str) -> None:
    for query in ("by=province", "industry=C", "by=industry", "by=way" if name == "leads.contacts" else "by=industry"):
        refused = client("").get(f"/api/figures/{name}?{query}")
        assert refused.status_code == 422 and "只有工作人员" in refused.content.decode()
    page = client("").get(f"/figure/{name}")
    assert page.status_code == 200 and "行业" not in page.content.decode().partition("<form")[2].partition("</form>")[0]
    assert client("promoter").get(f"/api/figures/{name}?by=industry").status_code == 200


def locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_two_at_once_neither_list_one_company_nor_sign_one_project() -> None:
    """Whoever comes second waits until the first is done, and then sees it: the lock is held to the end of the transaction."""
    before = locks()
    firm = company("包头先后有限公司")
    assert locks() == before + 1
    one, before = paper(to(lead(company=str(firm.log_id)), "talk"), "agreement"), locks()
    do(one, "sign", day=DAY, amount=YI)
    assert locks() == before + 1


def test_event_of_first_known_is_no_open_field() -> None:
    one = do(to(lead(), "sign", unknown=True), "agree", day=DAY, reason="明确", amount=YI)
    payload = bytes(Event.objects.get(subject=one.log_id, verb="agree").payload).decode()
    assert '"first_known":true' not in payload


def test_who_is_engaged_was_contacted_once() -> None:
    firm = company("包头未联系有限公司")
    one = do(lead(company=str(firm.log_id)), "engage", day=DAY)
    (first,) = reads.contacts(reads.events_of(firm.log_id))
    assert (first.at, first.body["way"]) == (one.engaged_at, "meeting")
    do(lead("另一个项目", company=str(firm.log_id)), "engage", day=DAY)
    assert len(reads.contacts(reads.events_of(firm.log_id))) == 1 and derived(10) == []


def test_more_money_than_was_agreed_is_named() -> None:
    one = do(to(lead(), "sign", amount=YI), "report_money", amount=2 * YI, day=DAY, proof="bank")
    do(one, "verify_money", "statistician", receipt=reads.receipts(one)[0].pk)
    assert "比协议总投资多 1 亿元" in client("officer").get(f"/work/leads/{one.log_id}/").content.decode()


def test_a_signing_is_not_corrected_to_after_what_stands_on_it() -> None:
    one = do(to(lead(), "sign"), "report_money", amount=YI, day=DAY + timedelta(days=2), proof="bank")
    (signed,) = events(one, "sign")
    with pytest.raises(Invalid):
        do(one, "propose", event=str(signed.id), reason="写错", changes={"day": (DAY + timedelta(days=3)).isoformat()})
    do(one, "propose", event=str(signed.id), reason="写错", changes={"day": (DAY + timedelta(days=1)).isoformat()})


def test_a_leaders_page_as_of_an_earlier_day_says_nothing_of_now() -> None:
    to(lead("年内最大的项目"), "sign", amount=90 * YI)
    browse = client("promoter")
    now, then = (
        browse.get(f"/work/leads/brief/?period=2021{more}").content.decode() for more in ("", "&as_of=2021-06-30")
    )
    assert "年内最大的项目" in now and "截至" not in now.partition("</h1>")[2].partition("</div>")[0]
    assert "年内最大的项目" not in then and "截至 2021-06-30" in then
    said = browse.get("/api/leads/brief?period=2021&as_of=2021-06-30").json()
    assert (said["largest"], said["occasions"]) == ([], [])


SECRET = "包头星河暗涌新材料有限公司"


def everywhere(login: str, ref: str) -> str:
    """All that a person can read of the register: lists, search, files, the API, the page itself."""
    browse = client(login)
    found = []
    for path in (
        "/work/companies/", f"/work/companies/?q={SECRET[:6]}", f"/work/companies/find/?q={SECRET[:4]}", "/work/companies/export.csv",
        f"/work/companies/likely/?q={SECRET}", f"/work/companies/{ref}/", "/api/companies", f"/api/companies?q={SECRET[:6]}",
        f"/api/companies/likely?name={SECRET}", f"/api/companies/{ref}", f"/api/companies/{ref}/events", f"/search/?q={SECRET}",
        "/api/figures/leads.contacted/records?period=2021", "/work/leads/", "/work/leads/day/",
    ):  # fmt: skip
        text = browse.get(path).content.decode()
        found.append(text.replace(f"q={SECRET}", "").replace(f'value="{SECRET}"', ""))
    return "\n".join(found)


def test_a_company_listed_for_a_confidential_lead_is_shown_to_those_who_may_see_the_lead() -> None:
    firm = company(SECRET, level="named", code="91150200MA0MYBTX9P")
    ref, one = str(firm.log_id), lead("保密项目", company=str(firm.log_id), level="named")
    one = do(one, "engage", day=DAY)
    for login in ("officer2", "supervisor", "statistician"):
        assert SECRET not in everywhere(login, ref), login
        assert client(login).get(f"/work/companies/{ref}/").status_code in (403, 404)
    for login in ("officer", "promoter"):
        assert SECRET in everywhere(login, ref), login
    with pytest.raises(Invalid) as refused:
        actions.add_company(viewer=who("officer2"), name="别的有限公司", code="91150200MA0MYBTX9P")
    (fault,) = refused.value.faults
    assert fault.field == "code" and "不对您公开" in fault.rule.zh and SECRET not in fault.rule.zh
    typed = client("officer2").post(
        "/work/leads/add/", {"name": "试探", "company": "91150200MA0MYBTX9P", "level": "open"}
    )
    assert typed.status_code == 422 and SECRET not in typed.content.decode()
    do(one, "change_lead", shown_to=["officer2"])
    assert SECRET in everywhere("officer2", ref)
    do(one, "change_lead", shown_to=[])
    one = do(one, "talk", day=DAY)
    do(paper(one, "agreement"), "sign", day=DAY, amount=YI)
    assert SECRET in everywhere("officer2", ref) and derived(10) == []


def test_decisions_stand_in_a_full_day() -> None:
    for number in range(4):
        lead(f"项目{number}", "promoter", company=None)
    one = do(to(lead(), "land"), "report_money", amount=YI, day=DAY, proof="bank")
    due = reads.due(who("promoter"), 4)
    assert len(due) == 4 and [item.number for item in due if item.due_at is None] == [one.number]


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "1999-12-31T00:00:00+08:00"])
def test_a_contact_at_an_impossible_time_is_refused(at: str) -> None:
    firm = company("包头时间有限公司")
    with pytest.raises(Invalid) as refused:
        actions.contact(viewer=who(), on=str(firm.log_id), way="visit", at=datetime.fromisoformat(at))
    assert [fault.field for fault in refused.value.faults] == ["at"]


def test_a_lead_that_is_not_worth_it_says_why() -> None:
    one = do(do(lead(), "respond", note="已联系"), "judge", note="规模太小", worth=False, why="conditions")
    assert (one.status, one.ended_why) == ("abandoned", "conditions")
    with pytest.raises(Invalid):
        do(do(lead("乙项目"), "respond", note="已联系"), "judge", note="x", worth=False, why="nothing")


def test_nothing_comes_from_an_occasion_that_was_called_off() -> None:
    ref = actions.add_occasion(viewer=who("promoter"), name="取消的会", kind="promotion", first_day=DAY).answer[
        "occasion"
    ]
    actions.OF_OCCASION["cancel_occasion"](viewer=who("promoter"), on=ref, reason="疫情")
    with pytest.raises(Invalid):
        lead(occasion=ref)
    one = to(lead("乙项目"), "talk")
    with pytest.raises(Invalid):
        do(one, "change_lead", occasion=ref)
    one = paper(one, "agreement")
    with pytest.raises(Invalid):
        do(one, "sign", day=DAY, amount=YI, occasion=ref)
    one = do(one, "sign", day=DAY, amount=YI)
    with pytest.raises(Invalid):
        do(one, "propose", event=str(events(one, "sign")[0].id), reason="写错", changes={"occasion": ref})


def test_the_head_of_investment_hands_over() -> None:
    assert client("promoter").get("/people/hand-over/").status_code == 200
    assert client("officer").get("/people/hand-over/").status_code == 403


def taken(tmp_path: Path, text: str, *, dry: bool = False) -> importing_leads.Report:
    file = tmp_path / "list.csv"
    file.write_text(text, "utf-8")
    return importing_leads.take(file, who("promoter"), dry=dry)


def test_an_imported_project_is_excused_for_what_it_has_passed_and_no_more(tmp_path: Path) -> None:
    assert (
        taken(
            tmp_path,
            "项目名称,企业名称,旗县区,行业,对接日期,签约日期\n甲项目,包头甲有限公司,昆都仑区,C,2021-03-01,2021-05-10\n",
        ).created
        == 1
    )
    one = Lead.objects.get(name="甲项目")
    with pytest.raises(NotNow):
        do(one, "land", "promoter", day=DAY)
    do(paper(do(one, "assign_lead", "promoter", officer="officer"), "landing"), "land", day=DAY)
    firm = Company.objects.get(name="包头甲有限公司")
    (first,) = reads.contacts(reads.events_of(firm.log_id))
    assert first.at.date() == date(2021, 3, 1) and derived(10) == []


def test_a_second_phase_says_why_it_is_none_of_the_first_and_a_dry_run_knows_of_rows_long_before(
    tmp_path: Path,
) -> None:
    rows = [
        "项目名称,企业名称,旗县区,行业,签约日期,不是同一项目的理由",
        "包头风机一期项目,包头两期有限公司,昆都仑区,C,2021-05-10,",
    ]
    rows += [f"项目{n},包头第{n}有限公司,昆都仑区,C,2021-05-10," for n in range(250)]
    rows += [
        "包头风机二期项目,包头两期有限公司,昆都仑区,C,2021-06-10,",
        "包头风机三期项目,包头两期有限公司,昆都仑区,C,2021-06-10,另购地另建厂房",
    ]
    text = "\n".join(rows) + "\n"
    for dry in (True, False):
        report = taken(tmp_path, text, dry=dry)
        assert report.created == 252 and [line for line, _ in report.refused] == [253], dry
    assert Lead.objects.get(name="包头风机三期项目").apart == "另购地另建厂房"
    firm = Company.objects.get(name="包头两期有限公司")
    assert len(reads.contacts(reads.events_of(firm.log_id))) == 1


def test_what_came_since_a_correction_was_proposed_may_forbid_it() -> None:
    one = to(lead(), "sign")
    (signed,) = events(one, "sign")
    one = do(
        one, "propose", event=str(signed.id), reason="写错", changes={"day": (DAY + timedelta(days=5)).isoformat()}
    )
    one = do(one, "agree", day=DAY + timedelta(days=2), reason="增资", amount=5 * YI)
    with pytest.raises(Invalid) as refused:
        do(one, "approve", "promoter", proposal=Proposal.objects.get().pk)
    assert [fault.field for fault in refused.value.faults] == ["day"]
    assert Proposal.objects.get().state == "open" and standing(one, "sign") == [(DAY, 3 * YI)]
