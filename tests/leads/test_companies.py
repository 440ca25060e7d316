"""The register: companies are listed once, corrected, renamed, contacted; merged explicitly and taken out again."""

from datetime import date, timedelta

import pytest
from given import NOW
from register import again, company, contact, who

from luoshi.kernel.models import Event, EventPrivate
from luoshi.kernel.problems import Absent, Denied, Invalid, NotNow, Stale
from luoshi.leads import actions, reads
from luoshi.leads.models import Company
from luoshi.leads.reads.derived import derived

pytestmark = pytest.mark.usefixtures("db")
CODE = "91350100M000100Y43"
"""The example of GB 32100-2015."""


def fields(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [fault.field for fault in refused.value.faults]


def test_a_company_is_listed_once_by_code_and_by_name() -> None:
    one = company(" 包头市 金源铜业(集团)有限公司 ", code="9135 0100 m000100y43", industry="C")
    assert (one.name, one.code, one.province, one.state) == ("包头市金源铜业（集团）有限公司", CODE, "35", "listed")
    for again_, field in (
        ({"name": "别的名字", "code": CODE}, "code"),
        ({"name": "包头市金源铜业（集团）有限公司"}, "name"),
    ):
        with pytest.raises(Invalid) as refused:
            actions.add_company(viewer=who(), **again_)
        assert fields(refused) == [field] and "已有这家企业" in refused.value.faults[0].rule.zh


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "某" * 121}, "name"),
        ({"name": "某公司", "code": "91350100M000100Y44"}, "code"),
        ({"name": "某公司", "code": "123"}, "code"),
        ({"name": "某公司", "province": "99"}, "province"),
        ({"name": "某公司", "industry": "Z"}, "industry"),
    ],
)
def test_what_cannot_be_is_refused_by_field(given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.add_company(viewer=who(), **given)
    assert fields(refused) == [field] and not Company.objects.exists()


def test_names_and_codes_stand_in_no_payload_and_nothing_is_open() -> None:
    one = contact(company("包头市金源铜业有限公司", code=CODE), note="谈了二期用地")
    for row in Event.objects.filter(subject=one.log_id):
        payload = bytes(row.payload).decode()
        assert '"open":{}' in payload
        assert not any(word in payload for word in ("金源", CODE, "二期", '"C"', "visit"))
    said = EventPrivate.objects.filter(event__subject=one.log_id, event__verb="contact").get()
    assert "二期用地" in bytes(said.body).decode()


def test_another_name_keeps_the_former_one_findable() -> None:
    one = company("包头市金源铜业有限公司")
    actions.rename_company(viewer=who(), on=str(one.log_id), name="金源新材料有限公司", day=date(2021, 12, 1))
    one = reads.get(who(), one.log_id)
    assert one.name == "金源新材料有限公司" and [former.name for former in one.former.all()] == [
        "包头市金源铜业有限公司"
    ]
    assert reads.find(who(), "铜业") == reads.find(who(), "新材料") == reads.find(who(), "jyxcl") == [one]
    for name, rule in (("金源新材料有限公司", "一样"), ("", "必须填写")):
        with pytest.raises(Invalid) as refused:
            actions.rename_company(viewer=who(), on=str(one.log_id), name=name or " ")
        assert rule in refused.value.faults[0].rule.zh
    with pytest.raises(Invalid) as late:
        actions.rename_company(viewer=who(), on=str(one.log_id), name="又一个", day=date(2022, 1, 1))
    assert fields(late) == ["day"]


def test_particulars_are_corrected_and_a_group_is_not_its_own_member() -> None:
    one, group = company("包头市金源铜业有限公司"), company("金源集团有限公司")
    actions.change_company(viewer=who(), on=str(one.log_id), code=CODE, industry="C", group=str(group.log_id))
    one = again(one)
    assert (one.code, one.industry, one.group) == (CODE, "C", group)
    assert reads.members(who(), group) == [one]
    with pytest.raises(Invalid) as refused:
        actions.change_company(viewer=who(), on=str(group.log_id), group=str(one.log_id))
    assert fields(refused) == ["group"]
    with pytest.raises(Invalid) as taken:
        actions.change_company(viewer=who(), on=str(group.log_id), code=CODE)
    assert fields(taken) == ["code"] and "金源铜业" in taken.value.faults[0].rule.zh


def test_a_contact_is_not_to_come_and_an_earlier_one_does_not_become_the_last() -> None:
    one = contact(company("包头市金源铜业有限公司"), NOW - timedelta(days=3))
    one = contact(one, NOW - timedelta(days=30), "call")
    assert one.contacted_at == NOW - timedelta(days=3)
    with pytest.raises(Invalid) as refused:
        actions.contact(viewer=who(), on=str(one.log_id), way="pigeon", at=NOW + timedelta(days=1))
    assert fields(refused) == ["way", "at"]


def test_merging_takes_the_contacts_along_and_undoing_it_brings_them_back() -> None:
    one, other = company("包头市金源铜业有限公司"), company("包头金源铜业有限责任公司", code=CODE)
    first, second = NOW - timedelta(days=9), NOW - timedelta(days=2)
    contact(one, first, note="甲"), contact(one, second, "call"), contact(other, NOW - timedelta(days=5))
    actions.merge_company(viewer=who("promoter"), on=str(one.log_id), into=str(other.log_id), reason="同一家")
    one, other = again(one), again(other)
    assert (one.state, one.merged_into, one.contacted_at) == ("merged", other, None)
    assert (other.absorbed, other.contacted_at) == (1, second)
    assert reads.contacts(reads.events(one)) == []
    carried = reads.contacts(reads.events(other))
    assert sorted(each.at for each in carried) == [first, NOW - timedelta(days=5), second]
    assert [each.private.get("note") for each in carried if each.at == first] == ["甲"]
    assert derived(10) == []
    assert reads.find(who(), "金源") == [other]

    actions.unmerge_company(viewer=who("promoter"), on=str(one.log_id), reason="查明是两家")
    one, other = again(one), again(other)
    assert (one.state, one.merged_into, one.contacted_at, other.absorbed) == ("listed", None, second, 0)
    assert sorted(each.at for each in reads.contacts(reads.events(one))) == [first, second]
    assert [each.at for each in reads.contacts(reads.events(other))] == [NOW - timedelta(days=5)]
    assert derived(10) == []
    # and once more, there and back
    actions.merge_company(viewer=who("promoter"), on=str(one.log_id), into=str(other.log_id), reason="还是同一家")
    assert len(reads.contacts(reads.events(again(other)))) == 3 and derived(10) == []


def test_what_cannot_be_merged() -> None:
    one, other = (
        company("包头市金源铜业有限公司", code=CODE),
        company("包头市银源铜业有限公司", code="91110000600037341L"),
    )
    third = company("包头市铁源铜业有限公司")
    promoter = who("promoter")
    for into, rule in ((one, "自己"), (other, "代码不同")):
        with pytest.raises(Invalid) as refused:
            actions.merge_company(viewer=promoter, on=str(one.log_id), into=str(into.log_id), reason="同一家")
        assert rule in refused.value.faults[0].rule.zh
    actions.merge_company(viewer=promoter, on=str(third.log_id), into=str(one.log_id), reason="同一家")
    with pytest.raises(NotNow):
        actions.merge_company(viewer=promoter, on=str(one.log_id), into=str(other.log_id), reason="同一家")
    with pytest.raises(Invalid) as merged:
        actions.merge_company(viewer=promoter, on=str(other.log_id), into=str(third.log_id), reason="同一家")
    assert fields(merged) == ["into"]
    with pytest.raises(NotNow):
        actions.contact(viewer=who(), on=str(third.log_id), way="call", at=NOW)


def test_who_may() -> None:
    one = company("包头市金源铜业有限公司")
    with pytest.raises(Denied):
        actions.merge_company(viewer=who("officer"), on=str(one.log_id), into=str(one.log_id), reason="同一家")
    for login in ("desk", "handler", "sysadmin"):
        with pytest.raises(Absent):
            actions.contact(viewer=who(login), on=str(one.log_id), way="call", at=NOW)
        with pytest.raises(Absent):
            reads.get(who(login), one.log_id)
        assert reads.find(who(login), "金源") == [] and reads.list_page(who(login), reads.Filters()).rows == []
    with pytest.raises(Denied):
        actions.contact(viewer=who("leader"), on=str(one.log_id), way="call", at=NOW)
    with pytest.raises(Stale):
        actions.contact(viewer=who(), on=str(one.log_id), seen=7, way="call", at=NOW)


def test_likely_twins_are_named_with_score_and_reason_and_two_places_are_two_companies() -> None:
    here, there = company("内蒙古大全新能源有限公司"), company("新疆大全新能源股份有限公司")
    found = reads.likely(who(), "内蒙古大全新能源有限责任公司")
    assert [one.company for one in found] == [here, there]
    assert found[0].score > 85 > found[1].score and "新疆" in found[1].reason.zh
    assert reads.likely(who("desk"), "内蒙古大全新能源有限公司") == []


def test_verification_names_a_company_that_was_changed_by_hand() -> None:
    one, other = company("包头市金源铜业有限公司"), contact(company("包头市银源铜业有限公司"))
    Company.objects.filter(pk=one.pk).update(name="包头市银源铜业集团", code=CODE)
    Company.objects.filter(pk=other.pk).update(contacted_at=None)
    assert {(each.subject, each.field) for each in derived(10)} == {
        (one.log_id, "name"), (one.log_id, "code"), (other.log_id, "contacted_at"),
    }  # fmt: skip


def test_the_same_key_lists_one_company() -> None:
    for _ in range(2):
        done = actions.add_company(viewer=who(), key="once-only", door="test", name="包头市金源铜业有限公司")
    assert done.repeated and Company.objects.count() == 1
