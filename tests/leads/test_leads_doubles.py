"""Two leads of one project count once, at the first of both signings, and come apart again with all that each brought."""

from datetime import date, timedelta

import pytest
from deals import DAY, YI, do, lead, paper, standing, to
from register import company, who

from luoshi.kernel.problems import Invalid
from luoshi.leads import reads
from luoshi.leads.models import Lead
from luoshi.leads.reads.derived import derived

pytestmark = pytest.mark.usefixtures("db")
EARLY = DAY - timedelta(days=200)


def test_a_double_counts_at_its_first_signing_and_comes_apart_again() -> None:
    firm = str(company("包头两份有限公司").log_id)
    one, other = lead("甲地光伏项目", company=firm), lead("乙地风电装备项目", company=firm)
    Lead.objects.filter(pk=one.pk).update(came_at=one.came_at - timedelta(days=300))
    one = Lead.objects.get(pk=one.pk)
    for verb in ("engage", "talk"):
        one = do(one, verb, day=EARLY)
    one = do(paper(one, "agreement"), "sign", day=EARLY, amount=2 * YI)
    other = to(other, "land")
    before = {name: getattr(other, name) for name in ("came_at", "engaged_at", "talking_at", "signed_at", "landed_at")}
    do(one, "merge_lead", "promoter", into=str(other.log_id), reason="同一个")
    one, other = Lead.objects.get(pk=one.pk), Lead.objects.get(pk=other.pk)
    assert standing(one, "sign") == [] and standing(other, "sign") == [(EARLY, 3 * YI)]
    assert (
        other.came_at == one.came_at
        and [other.engaged_at, other.signed_at] == [one.engaged_at, one.signed_at]
        and other.landed_at == before["landed_at"]
    )
    assert derived(10) == []
    do(one, "unmerge_lead", "promoter", reason="是两个")
    one, other = Lead.objects.get(pk=one.pk), Lead.objects.get(pk=other.pk)
    assert standing(one, "sign") == [(EARLY, 2 * YI)] and standing(other, "sign") == [(DAY, 3 * YI)]
    assert {name: getattr(other, name) for name in before} == before and derived(10) == []


def test_a_double_found_in_full_production_is_merged_too() -> None:
    one, other = to(lead("甲项目"), "reach"), to(lead("乙项目"), "reach")
    assert do(one, "merge_lead", "promoter", into=str(other.log_id), reason="同一个").state == "merged"
    assert do(other, "promise", what="补贴兑现", owner="city.roads", until=date(2022, 3, 1)).state == "full"


def test_one_project_told_by_two_companies_is_named() -> None:
    one = to(lead("年产十万吨储能电池材料项目", company=str(company("甲储能有限公司").log_id)), "sign", amount=30 * YI)
    other = to(
        lead("年产十万吨储能电池材料项目", company=str(company("乙新能源有限公司").log_id)), "sign", amount=30 * YI
    )
    to(lead("年产十万吨储能电池材料项目", company=str(company("丙材料有限公司").log_id)), "sign", amount=29 * YI)
    (found,) = reads.doubles(who("promoter"))
    assert {found.one.pk, found.other.pk} == {one.pk, other.pk} and found.score == 100


def test_money_that_waits_and_the_split_of_credit_go_over_with_a_double_and_come_back() -> None:
    one, other = to(lead("甲项目"), "land"), to(lead("乙项目"), "land")
    one = do(one, "report_money", amount=YI, day=DAY, proof="bank")
    one = do(one, "report_money", amount=YI, day=DAY, proof="audit")
    one = do(one, "split_credit", shares={"150203000000": 6000, "150204000000": 4000})
    first, second = (row.pk for row in reads.receipts(one)[::-1])
    do(one, "merge_lead", "promoter", into=str(other.log_id), reason="同一个")
    assert reads.receipts(Lead.objects.get(pk=one.pk)) == [] == reads.credits(one)
    other = do(other, "verify_money", "statistician", receipt=first)
    assert other.in_place == YI and len(reads.credits(other)) == 2 and derived(10) == []
    do(one, "unmerge_lead", "promoter", reason="是两个")
    one, other = Lead.objects.get(pk=one.pk), Lead.objects.get(pk=other.pk)
    assert (one.in_place, other.in_place) == (YI, 0) and reads.receipts(other) == [] == reads.credits(other)
    assert {row.pk: row.state for row in reads.receipts(one)} == {first: "verified", second: "reported"}
    assert len(reads.credits(one)) == 2 and len(reads.counting(one, first)) == 1 and derived(10) == []


def test_a_known_amount_is_not_lost_by_merging_it_into_an_unknown_one() -> None:
    one, other = to(lead("甲项目"), "sign", amount=YI), to(lead("乙项目"), "sign", unknown=True)
    with pytest.raises(Invalid) as refused:
        do(one, "merge_lead", "promoter", into=str(other.log_id), reason="同一个")
    assert "金额不详" in refused.value.faults[0].rule.zh
    do(other, "merge_lead", "promoter", into=str(one.log_id), reason="同一个")
