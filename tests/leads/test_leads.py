"""A lead goes from stage to stage with what each needs, counts once, and its money is verified by somebody else."""

from datetime import date, timedelta

import pytest
from deals import COUNTY, DAY, YI, do, lead, paper, pdf, to
from given import NOW
from register import company, who

from luoshi.kernel import clock
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Absent, Denied, Invalid, NotNow
from luoshi.kernel.viewer import SYSTEM
from luoshi.leads import actions, money, reads
from luoshi.leads.models import ExchangeRate, Lead
from luoshi.leads.reads.derived import derived
from luoshi.ports import papers

pytestmark = pytest.mark.usefixtures("db")


def rules(refused: pytest.ExceptionInfo) -> str:
    return " ".join(f"{one.field} {one.rule.zh}" for one in refused.value.faults)


def test_the_clocks_of_jiangmen_run_from_the_day_it_came_in() -> None:
    one = lead()
    assert (one.clock, one.due_at.date()) == ("respond", date(2021, 12, 21))
    with pytest.raises(NotNow):
        do(one, "judge", note="先判")
    one = do(one, "respond", note="已联系")
    assert (one.clock, one.due_at.date()) == ("judge", date(2021, 12, 23))
    one = do(one, "judge", note="值得跟")
    assert (one.clock, one.due_at.date()) == ("feedback", date(2021, 12, 27))
    one = do(one, "feed_back", note="已告知")
    assert (one.clock, one.due_at.date()) == ("report", date(2022, 1, 12))
    assert derived(10) == []


def test_a_stage_lists_everything_that_it_lacks_and_a_waiver_comes_from_another_person() -> None:
    one = lead(company=None)
    with pytest.raises(NotNow) as refused:
        do(one, "engage")
    assert "缺少：企业" in rules(refused)
    one = do(one, "change_lead", company=str(company("包头市某某公司").log_id))
    one = do(do(one, "engage", day=DAY), "talk", day=DAY)
    with pytest.raises(NotNow) as refused:
        do(one, "sign", amount=YI)
    assert "协议文本" in rules(refused)
    with pytest.raises(Denied):
        do(one, "waive", item="document:agreement", until=date(2022, 1, 31), reason="正本在途")
    do(one, "waive", "promoter", item="document:agreement", until=date(2021, 12, 30), reason="正本在途")
    with clock.at(NOW + timedelta(days=3)), pytest.raises(NotNow):
        do(one, "sign", amount=YI)
    assert do(one, "sign", amount=YI).state == "signed"


def test_the_whole_way_and_a_day_before_the_last_stage_is_refused() -> None:
    one = to(lead(), "reach")
    assert (one.state, one.clock, one.agreed, one.papers[0]) == ("full", "", 3 * YI, "agreement")
    verbs = list(Event.objects.filter(subject=one.log_id).order_by("recorded_at", "id").values_list("verb", flat=True))
    assert [verb for verb in verbs if verb in actions.STEPS or verb == "sign"] == [
        "engage", "talk", "sign", "land", "start", "produce", "reach",
    ]  # fmt: skip
    other = to(lead("另一个项目"), "talk")
    for day, text in ((DAY - timedelta(days=1), "早于上一个阶段"), (date(2022, 1, 1), "还没有到这一天")):
        with pytest.raises(Invalid) as refused:
            do(paper(other, "agreement"), "sign", amount=YI, day=day)
        assert text in rules(refused)
    assert derived(10) == []


def test_unknown_is_not_zero_and_one_of_the_two_must_be_said() -> None:
    one = paper(to(lead(), "talk"), "agreement")
    for given in ({}, {"amount": YI, "unknown": True}, {"amount": 0}, {"amount": -5}, {"amount": YI, "fixed": 2 * YI}):
        with pytest.raises(Invalid):
            do(one, "sign", **given)
    one = do(one, "sign", unknown=True)
    event = Event.objects.get(subject=one.log_id, verb="sign")
    assert one.agreed is None and "added" not in event.body and b'"added":null' in bytes(event.payload)
    one = do(one, "agree", day=DAY + timedelta(days=9), reason="投资额确定", amount=2 * YI)
    assert one.agreed == 2 * YI and Event.objects.get(subject=one.log_id, verb="agree").body["added"] == 2 * YI


def test_an_increase_counts_only_its_increment_and_stages_that_miss_are_named() -> None:
    stages = [["一期", YI], ["二期", YI]]
    one = to(lead(), "sign", amount=3 * YI, stages=stages)
    one = do(one, "agree", day=DAY + timedelta(days=1), reason="增资", amount=5 * YI)
    assert Event.objects.get(subject=one.log_id, verb="agree").body["added"] == 2 * YI
    kept = reads.agreements(one)[-1]
    found = money.gap(kept.amount, [minor for _, minor in kept.stages])
    assert found is not None and (found.total, found.stages) == (3 * YI, 2 * YI)
    assert "相差 -10,000" in found.text.zh


def test_other_currencies_are_converted_by_the_rate_of_the_day_or_refused() -> None:
    one = paper(to(lead(), "talk"), "agreement")
    ExchangeRate.objects.all().delete()
    with pytest.raises(Invalid) as refused:
        do(one, "sign", amount=1_000_000_00, currency="USD")
    assert "没有这一天或之前的汇率：USD，2021-12-2" in rules(refused)
    ExchangeRate.objects.create(currency="USD", day=date(2021, 12, 1), rate="6.3693", source="测试")
    one = do(one, "sign", amount=1_000_000_00, currency="USD", day=DAY)
    assert (one.agreed, one.amount) == (6_369_300_00, 1_000_000_00)
    assert reads.agreements(one)[0].rate_day == date(2021, 12, 1)


def test_the_same_project_is_refused_a_second_signing_unless_somebody_says_why_it_is_another() -> None:
    first = to(lead("光伏组件一期"), "sign")
    again = paper(to(lead("光伏组件一期项目", company=str(first.company.log_id)), "talk"), "agreement")
    with pytest.raises(Invalid) as refused:
        do(again, "sign", amount=YI)
    assert first.number in rules(refused)
    again = do(again, "sign", amount=YI, apart="在不同旗县，另立公司")
    (pair,) = reads.doubles(who())
    assert (pair.one.pk, pair.other.pk, pair.apart) == (first.pk, again.pk, "在不同旗县，另立公司")
    again = do(again, "merge_lead", "promoter", into=str(first.log_id), reason="查明是同一项目")
    first = Lead.objects.get(pk=first.pk)
    assert (again.state, first.absorbed) == ("merged", 1) and reads.doubles(who()) == []
    standing = [one for one in reads.events_of(again.log_id) if one.verb == "sign" and not one.void]
    assert standing == [] and derived(10) == []
    again = do(again, "unmerge_lead", "promoter", reason="确是两个")
    assert again.state == "signed"
    assert [one.body["added"] for one in reads.events_of(again.log_id) if one.verb == "sign" and not one.void] == [YI]
    assert derived(10) == []


def test_money_counts_when_somebody_else_has_verified_it() -> None:
    one = to(lead(), "land")
    answer = actions.OF_LEAD["report_money"](
        viewer=who(), on=str(one.log_id), amount=YI, day=DAY, proof="bank", note="首笔"
    ).answer
    with pytest.raises(Denied):
        do(one, "verify_money", receipt=answer["receipt"])
    mine = actions.OF_LEAD["report_money"](
        viewer=who("promoter"), on=str(one.log_id), amount=YI, day=DAY, proof="audit"
    ).answer
    with pytest.raises(Denied):
        do(one, "verify_money", "promoter", receipt=mine["receipt"])
    assert Lead.objects.get(pk=one.pk).in_place == 0
    one = do(one, "verify_money", "statistician", receipt=answer["receipt"])
    assert one.in_place == YI
    with pytest.raises(NotNow):
        do(one, "verify_money", "statistician", receipt=answer["receipt"])
    do(one, "refuse_money", "statistician", receipt=mine["receipt"], reason="回单不清")
    counted = Event.objects.get(subject=one.log_id, verb="money_in")
    assert counted.body["fen"] == YI and counted.occurred_at.date() == DAY
    assert derived(10) == []


def test_verified_money_of_a_double_goes_over_and_comes_back() -> None:
    first, second = to(lead("甲项目"), "land"), to(lead("乙项目"), "land")
    for one in (first, second):
        done = actions.OF_LEAD["report_money"](viewer=who(), on=str(one.log_id), amount=YI, day=DAY, proof="bank")
        do(one, "verify_money", "statistician", receipt=done.answer["receipt"])
    second = do(second, "merge_lead", "promoter", into=str(first.log_id), reason="同一项目")
    assert (Lead.objects.get(pk=first.pk).in_place, second.in_place) == (2 * YI, 0)
    second = do(second, "unmerge_lead", "promoter", reason="两个")
    assert (Lead.objects.get(pk=first.pk).in_place, second.in_place, second.state) == (YI, YI, "landed")
    assert derived(10) == []


@pytest.mark.parametrize(
    "shares",
    [
        {COUNTY: 9_999},
        {COUNTY: 5_000, "150204000000": 5_001},
        {"999": 10_000},
        {COUNTY: 12_000, "150204000000": -2_000},
    ],
)
def test_credit_sums_to_one(shares: dict[str, int]) -> None:
    one = to(lead(), "sign")
    with pytest.raises(Invalid):
        do(one, "split_credit", shares=shares)
    do(one, "split_credit", shares={COUNTY: 6_000, "150204000000": 4_000})
    do(one, "split_credit", shares={COUNTY: 2_500, "150204000000": 7_500})
    assert [(row.county, row.share) for row in reads.credits(one)] == [("150204000000", 7_500), (COUNTY, 2_500)]


def test_a_correction_needs_another_person_and_the_row_follows() -> None:
    one = to(lead(), "land")
    event = Event.objects.get(subject=one.log_id, verb="sign")
    do(one, "propose", event=str(event.id), reason="多写了一个零", changes={"amount": YI // 2})
    (waiting,) = reads.proposals(one)
    with pytest.raises((NotNow, Denied)):
        do(one, "approve", proposal=waiting.pk)
    one = do(one, "approve", "promoter", proposal=waiting.pk)
    assert (one.agreed, one.amount, one.corrected, one.state) == (YI // 2, YI // 2, 1, "landed")
    kept = Event.objects.get(corrects=event.id)
    assert kept.body["added"] == YI // 2 and reads.agreements(one)[0].fen == YI // 2
    assert derived(10) == []


def test_only_the_last_milestone_can_be_void_and_the_stage_goes_back() -> None:
    one = to(lead(), "land")
    sign, land = (Event.objects.get(subject=one.log_id, verb=verb) for verb in ("sign", "land"))
    with pytest.raises(NotNow):
        do(one, "propose", event=str(sign.id), reason="没签", void=True)
    do(one, "propose", event=str(land.id), reason="还没有供地", void=True)
    one = do(one, "approve_void", "promoter", proposal=reads.proposals(one)[0].pk)
    assert (one.state, one.landed_at) == ("signed", None)
    do(one, "propose", event=str(sign.id), reason="没签", void=True)
    one = do(one, "approve_void", "promoter", proposal=reads.proposals(one)[0].pk)
    assert (one.state, one.agreed, one.signed_at) == ("talking", None, None)
    assert reads.agreements(one) == [] and derived(10) == []


def test_status_stands_apart_from_the_stage() -> None:
    one = to(lead(), "talk")
    one = do(one, "suspend", reason="等规划")
    assert (one.state, one.status, one.due_at) == ("talking", "suspended", None)
    with pytest.raises(NotNow):
        do(one, "sign", amount=YI)
    one = do(do(one, "resume"), "lose", why="elsewhere", reason="去了外省")
    assert (one.status, one.ended_why) == ("lost", "elsewhere")
    with pytest.raises(Denied):
        do(one, "revive", reason="又回来了")
    one = do(one, "revive", "promoter", reason="又回来了")
    assert (one.status, one.clock, one.ended_at) == ("going", "report", None)
    with pytest.raises(Invalid):
        do(one, "abandon", why="whatever", reason="x")


def test_before_signing_a_confidential_lead_is_for_named_persons_only() -> None:
    one = lead("秘密磁体项目", level="named")
    for login in ("officer2", "supervisor", "statistician"):
        with pytest.raises(Absent):
            reads.get_lead(who(login), one.log_id)
        assert reads.lead_page(who(login), reads.Wanted(q="秘密磁体")).rows == []
        assert reads.find_leads(who(login), "秘密") == []
    assert reads.get_lead(who("promoter"), one.log_id).pk == one.pk
    do(one, "change_lead", shown_to=["officer2"])
    assert reads.get_lead(who("officer2"), one.log_id).pk == one.pk
    to(one, "sign")
    assert reads.get_lead(who("supervisor"), one.log_id).pk == one.pk


def test_until_it_is_signed_nothing_but_the_clock_is_open_in_the_log() -> None:
    one = to(lead("保密的名字"), "land", amount=3 * YI)
    early = {"add_lead", "engage", "talk", "add_document"}
    for event in Event.objects.filter(subject=one.log_id).order_by("recorded_at", "id"):
        opened = bytes(event.payload).decode().partition('"open":')[2].partition("}")[0]
        assert "保密的名字" not in bytes(event.payload).decode()
        if event.verb in early and event.body["stage"] in ("lead", "engaged", "talking"):
            assert "stage" not in opened and "county" not in opened and COUNTY not in bytes(event.payload).decode()
        if event.verb in ("sign", "land"):
            assert f'"county":"{COUNTY}"' in opened and '"stage"' in opened


def test_promises_are_kept_and_the_company_has_the_last_word() -> None:
    one = to(lead(), "sign")
    do(one, "promise", what="三个月内供地", owner="city.roads", until=date(2022, 3, 1))
    (row,) = reads.promises(one)
    done = actions.OF_LEAD["invite"](viewer=who(), on=str(one.log_id))
    code = done.secret["code"]
    invited = reads.invited(code)
    assert invited is not None and invited.lead_id == one.pk and code not in str(done.answer)
    from luoshi.people.viewer import guest

    company_ = guest(str(one.log_id))
    actions.OF_LEAD["dispute_promise"](viewer=company_, on=str(one.log_id), promise=row.pk, note="还没有供")
    assert reads.promises(one)[0].state == "disputed"
    do(one, "keep_promise", promise=row.pk, note="已供地")
    actions.OF_LEAD["confirm_promise"](viewer=company_, on=str(one.log_id), promise=row.pk, grade=5)
    assert reads.promises(one)[0].state == "confirmed"
    with pytest.raises(Denied):
        actions.OF_LEAD["suspend"](viewer=company_, on=str(one.log_id), reason="x")
    other = lead("别家的项目")
    with pytest.raises(Absent):
        actions.OF_LEAD["rate_service"](viewer=company_, on=str(other.log_id), grade=5)
    with clock.at(NOW + timedelta(days=15)):
        assert reads.invited(code) is None


def test_a_paper_is_checked_by_content_and_keeps_nothing_beside_its_pages() -> None:
    import pikepdf

    kept = papers.keep(pdf(), "协议.pdf")
    with pikepdf.open(papers.path(kept.id, kept.type)) as found:
        assert "/OpenAction" not in found.Root and "/Author" not in found.docinfo and len(found.pages) == 1
    for bad in (b"%PDF-1.7 broken", b"MZ\x90 program", b""):
        with pytest.raises(Invalid):
            papers.keep(bad, "x.pdf")


def test_time_warns_and_reminds_once() -> None:
    from luoshi.leads.jobs import pass_time

    one = lead()
    with clock.at(NOW + timedelta(days=40)):
        pass_time()
        pass_time()
    verbs = list(Event.objects.filter(subject=one.log_id).values_list("verb", flat=True))
    assert sorted(verbs) == ["add_lead", "overdue", "remind"]
    with pytest.raises(Denied):
        do(one, "overdue")
    assert actions.OF_LEAD["warn"].move.right == "leads.system" and SYSTEM.reach("leads.system")


def test_a_whole_portfolio_goes_to_another_officer() -> None:
    from luoshi.leads.line import FACE
    from luoshi.people.models import Person

    mine = [lead(f"项目{n}") for n in range(3)]
    old, new = (Person.objects.get(login=login) for login in ("officer", "officer2"))
    assert FACE.open_with([old.pk]) == {old.pk: 3}
    handed = FACE.hand_over(who("sysadmin"), old.pk, new.pk)
    assert (handed.done, handed.left) == (3, [])
    assert {Lead.objects.get(pk=one.pk).officer_id for one in mine} == {new.pk}
    stranger = Person.objects.get(login="handler")
    assert FACE.hand_over(who("sysadmin"), new.pk, stranger.pk).done == 0
