"""What was noted by mistake: a merging with all that it carried, an occasion that was not held, the day and amount of an agreement."""

from datetime import date, timedelta

import pytest
from deals import DAY, YI, do, lead, paper, to
from django.db import connection
from given import NOW
from register import again, client, company, contact, who

from luoshi.kernel import clock
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Denied, Invalid
from luoshi.leads import actions, reads
from luoshi.leads.models import Company, Lead, Occasion
from luoshi.leads.reads.derived import derived

pytestmark = pytest.mark.usefixtures("db")


def test_documents_and_promises_go_over_with_a_merged_lead_and_come_back() -> None:
    one, other = to(lead("甲项目"), "sign"), to(lead("甲项目二期"), "sign")
    one = paper(one, "permit")
    do(one, "promise", what="三个月内供地", owner="city.roads", until=date(2022, 3, 1))
    before = [(row.pk, row.kind, row.version) for row in reads.documents(one)]
    do(one, "merge_lead", "promoter", into=str(other.log_id), reason="同一个")
    one, other = Lead.objects.get(pk=one.pk), Lead.objects.get(pk=other.pk)
    assert reads.documents(one) == [] == reads.promises(one) and one.papers == []
    assert [(row.kind, row.version) for row in reads.documents(other)] == [
        ("agreement", 2),
        ("agreement", 1),
        ("permit", 1),
    ]
    assert [row.what for row in reads.promises(other)] == ["三个月内供地"] and other.papers == ["agreement", "permit"]
    do(other, "keep_promise", promise=reads.promises(other)[0].pk, note="已供地")
    other = paper(other, "agreement")
    assert reads.documents(other)[0].version == 3
    do(one, "unmerge_lead", "promoter", reason="是两个项目")
    one, other = Lead.objects.get(pk=one.pk), Lead.objects.get(pk=other.pk)
    assert [(row.pk, row.kind, row.version) for row in reads.documents(one)] == before
    assert [row.state for row in reads.promises(one)] == ["kept"] and reads.promises(other) == []
    assert one.papers == ["agreement", "permit"] and other.papers == ["agreement"]
    assert paper(other, "agreement") and reads.documents(other)[0].version == 4
    assert derived(10) == []


def test_what_came_further_is_not_merged_into_what_did_not() -> None:
    one, other = to(lead("甲项目"), "land"), to(lead("乙项目"), "sign")
    with pytest.raises(Invalid) as refused:
        do(one, "merge_lead", "promoter", into=str(other.log_id), reason="同一个")
    assert refused.value.faults[0].field == "into"


def test_a_merging_is_looked_at_before_it_is_done() -> None:
    one, other, browse = to(lead("甲项目"), "sign"), to(lead("乙项目"), "sign"), client("promoter")
    address, given = f"/work/leads/{one.log_id}/do/merge_lead/", {"into": other.number, "reason": "同一个"}
    page = browse.post(address, given)
    assert page.status_code == 200 and "协议总投资少 3 亿元" in page.content.decode()
    assert Lead.objects.get(pk=one.pk).state == "signed"
    assert browse.post(address, given | {"looked": "x"}).status_code == 200
    assert browse.post(address, given | {"looked": str(other.log_id)}).status_code == 303
    assert Lead.objects.get(pk=one.pk).state == "merged"


def test_an_occasion_said_to_be_held_is_planned_again_and_its_cost_can_be_unknown_again() -> None:
    done = actions.add_occasion(viewer=who("promoter"), name="说明会", kind="promotion", first_day=DAY, cost=YI)
    browse, base = client("promoter"), f"/work/occasions/{done.answer['occasion']}/"
    given = {
        "name": "说明会",
        "kind": "promotion",
        "first_day": DAY.isoformat(),
        "last_day": "",
        "place": "",
        "cost": "",
        "source": "",
    }
    assert browse.post(f"{base}do/hold_occasion/", {}).status_code == 303
    assert "10,000" in browse.get(base).content.decode()
    refused = browse.post(f"{base}do/change_occasion/", given | {"name": "说明会改名", "last_day": "2021-01-01"})
    assert (
        refused.status_code == 422
        and "说明会改名" in refused.content.decode()
        and "早于第一天" in refused.content.decode()
    )
    assert browse.post(f"{base}do/change_occasion/", given).status_code == 303
    assert browse.post(f"{base}do/plan_again/", {"reason": "改期"}).status_code == 303
    row = Occasion.objects.get(name="说明会")
    assert (row.state, row.cost) == ("planned", None)


def corrected(one: Lead, verb: str, **changed: str) -> Lead:
    """A correction by the page, approved by another person."""
    event = Event.objects.filter(subject=one.log_id, verb=verb).order_by("-recorded_at")[0]
    given = {"event": event.id, "reason": "写错", **{f"changed_{name}": value for name, value in changed.items()}}
    answer = client("officer").post(f"/work/leads/{one.log_id}/do/propose/", given)
    assert answer.status_code == 303, answer.content.decode()
    return do(one, "approve", "promoter", proposal=reads.proposals(one)[0].pk)


def added(one: Lead) -> list[int | None]:
    """What stands as added by each version of the agreement: by the events that no other one corrects."""
    rows = Event.objects.filter(subject=one.log_id, verb__in=("sign", "agree", "correct")).order_by("occurred_at")
    gone = set(rows.values_list("corrects", flat=True))
    return [row.body.get("added") for row in rows if row.id not in gone]


def test_the_day_of_a_changed_agreement_is_corrected_and_its_rate_follows() -> None:
    one = to(lead(), "sign", amount=100_000_00, currency="USD")
    one = do(one, "agree", day=DAY + timedelta(days=9), reason="增资", amount=200_000_00, currency="USD")
    one = corrected(one, "agree", day=(DAY + timedelta(days=2)).isoformat())
    newest = reads.agreements(one)[0]
    assert newest.day == DAY + timedelta(days=2) and newest.fen == one.agreed and newest.rate_day <= newest.day
    event = Event.objects.get(subject=one.log_id, verb="agree")
    refused = {"event": event.id, "reason": "x", "changed_day": (DAY - timedelta(days=5)).isoformat()}
    assert client("officer").post(f"/work/leads/{one.log_id}/do/propose/", refused).status_code == 422


def test_an_amount_is_corrected_to_unknown_and_from_unknown_only_what_is_more_counts() -> None:
    one = to(lead(), "sign", amount=100 * YI)
    one = do(one, "agree", day=DAY + timedelta(days=1), reason="重谈", amount=130 * YI)
    one = corrected(one, "agree", unknown="on")
    assert (one.agreed, added(one)) == (None, [100 * YI, None])
    one = corrected(one, "agree", amount="120亿")
    assert (one.agreed, added(one)) == (120 * YI, [100 * YI, 20 * YI])
    assert derived(10) == []


def test_one_project_under_parent_and_subsidiary_is_refused_or_named() -> None:
    parent = company("包头市天工集团有限公司")
    daughter = company("包头市天工新材有限公司")
    Company.objects.filter(pk=daughter.pk).update(group=parent)
    first = to(lead("年产五万吨高纯石墨项目", company=str(parent.log_id)), "sign")
    second = paper(to(lead("年产五万吨高纯石墨项目", company=str(daughter.log_id)), "talk"), "agreement")
    with pytest.raises(Invalid) as refused:
        do(second, "sign", amount=7 * YI, day=DAY)
    assert first.number in refused.value.faults[0].rule.zh
    do(second, "sign", amount=7 * YI, day=DAY, apart="二期，另一块地")
    (pair,) = reads.doubles(who())
    assert (pair.score, pair.apart, pair.other.pk) == (100, "二期，另一块地", second.pk)
    shown = client("promoter").get("/work/leads/doubles/").content.decode()
    assert "包头市天工集团有限公司 / 包头市天工新材有限公司" in shown


@pytest.mark.parametrize(
    "change, field",
    [
        ("UPDATE lead_agreement SET fen = fen + 1", "agreement"),
        ("UPDATE lead_promise SET state = 'confirmed', grade = 5", "promise"),
        ("UPDATE lead_promise SET grade = 1 WHERE state = 'confirmed'", "grade"),
        ("UPDATE occasion SET name = name || '二'", "name"),
        ("UPDATE occasion SET cost = 1", "cost"),
        ("UPDATE occasion SET state = 'held'", "state"),
    ],
)
def test_what_stands_beside_a_lead_is_held_against_its_events(change: str, field: str) -> None:
    actions.add_occasion(viewer=who("promoter"), name="说明会", kind="promotion", first_day=DAY, cost=YI)
    one = to(lead("甲项目"), "sign")
    for what in ("供地", "供电"):
        one = do(one, "promise", what=what, owner="city.roads", until=date(2022, 3, 1))
    code = actions.OF_LEAD["invite"](viewer=who(), on=str(one.log_id)).secret["code"]
    answer = {"promise": reads.promises(one)[0].pk, "kept": "yes", "grade": "4"}
    assert client("").post(f"/answer/{code}/", answer).status_code == 303
    assert derived(10) == []
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert {one.field for one in derived(10)} >= {field}


def test_a_contact_with_the_wrong_company_is_taken_back_by_another_person_and_stays_to_be_read() -> None:
    firm = contact(
        contact(company("包头市记错有限公司"), NOW - timedelta(days=3)), NOW - timedelta(days=1), note="其实是别家"
    )
    wrong = reads.contacts(reads.events(firm))[-1]
    given = {"event": str(wrong.id), "reason": "拜访的是另一家"}
    with pytest.raises(Denied):
        actions.BY_VERB["retract_contact"](viewer=who("officer"), on=str(firm.log_id), **given)
    browse, address = client("promoter"), f"/work/companies/{firm.log_id}/"
    assert browse.post(f"{address}do/retract_contact/", {**given, "reason": ""}).status_code == 422
    assert browse.post(f"{address}do/retract_contact/", given).status_code == 303
    firm = again(firm)
    assert firm.contacted_at == NOW - timedelta(days=3) and len(reads.contacts(reads.events(firm))) == 1
    page = browse.get(address).content.decode()
    assert "撤回：拜访的是另一家" in page and "<s>记一次联系</s>" in page and "其实是别家" in page
    assert browse.post(f"{address}do/retract_contact/", given).status_code == 422
    assert derived(10) == []


def test_whoever_noted_a_contact_does_not_take_it_back_after_a_merging_either() -> None:
    first, second = company("包头市甲甲有限公司"), company("包头市乙乙有限公司")
    with clock.at(NOW):
        actions.contact(viewer=who("promoter"), on=str(first.log_id), way="visit", at=NOW, note="")
    actions.merge_company(viewer=who("promoter"), on=str(first.log_id), into=str(second.log_id), reason="同一家")
    (came,) = reads.contacts(reads.events(again(second)))
    with pytest.raises(Denied):
        actions.BY_VERB["retract_contact"](
            viewer=who("promoter"), on=str(second.log_id), event=str(came.id), reason="x"
        )
