"""Companies met at an occasion, by a contact or behind a lead: listed and counted, each once; taken back with the contact."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from deals import lead, to
from machine import Machine
from register import again, client, company, who

from luoshi.figures.catalogue import catalogue
from luoshi.kernel.models import Event, EventPrivate
from luoshi.kernel.problems import Invalid
from luoshi.leads import actions, reads
from luoshi.leads.models import Company, Met, Occasion
from luoshi.leads.reads.derived import derived

pytestmark = pytest.mark.usefixtures("db")
AT = datetime(2021, 8, 19, 6, 0, tzinfo=UTC)


def occasion(name: str = "稀土论坛", kind: str = "conference") -> Occasion:
    done = actions.add_occasion(viewer=who("promoter"), name=name, kind=kind, first_day=AT.date())
    return Occasion.objects.get(log_id=done.answer["occasion"])


def meet(one: Company, there: Occasion, at: datetime = AT, login: str = "officer", note: str = "") -> Company:
    actions.contact(viewer=who(login), on=str(one.log_id), way="meeting", at=at, note=note, occasion=str(there.log_id))
    return again(one)


def press(one: Company, verb: str, login: str = "promoter", **data: Any) -> Company:
    actions.BY_VERB[verb](viewer=who(login), on=str(one.log_id), **data)
    return again(one)


def met(there: Occasion, login: str = "officer") -> list[str]:
    came = reads.came_of(who(login), there)
    assert came.sums.companies == len(came.met)
    return [one.name for one in came.met]


def contact_of(one: Company) -> str:
    return str(reads.contacts(reads.events(one))[-1].id)


def test_a_company_is_listed_and_counted_once_whether_by_contacts_or_by_leads() -> None:
    there, other = occasion(), occasion("另一个推介会", "promotion")
    bare, both = company("甲材料有限公司"), company("乙磁材有限公司")
    for _ in range(2):
        bare = meet(bare, there)
    both = meet(both, there)
    to(lead("磁材项目", company=str(both.log_id), occasion=str(there.log_id)), "sign")
    lead("磁材二厂项目", company=str(both.log_id), occasion=str(there.log_id))
    lead("只有线索的项目", company=str(company("丙电子有限公司").log_id), occasion=str(there.log_id))
    company("没去过有限公司")
    assert sorted(met(there)) == sorted(["甲材料有限公司", "乙磁材有限公司", "丙电子有限公司"]) and met(other) == []
    sums = {one.occasion.name: (one.companies, one.leads, one.signed) for one in reads.yields(who(), [there, other])}
    assert sums == {"稀土论坛": (3, 3, 1), "另一个推介会": (0, 0, 0)}
    assert derived(10) == []


def test_taken_back_the_contact_takes_the_company_out_unless_another_stands() -> None:
    there, one = occasion(), company("甲材料有限公司")
    one = meet(meet(one, there), there, AT + timedelta(hours=1))
    one = press(one, "retract_contact", event=contact_of(one), reason="记错了")
    assert met(there) == [one.name] and derived(10) == []
    one = press(one, "retract_contact", event=contact_of(one), reason="没有来")
    assert met(there) == [] and not Met.objects.exists() and derived(10) == []


def test_a_merging_takes_the_meeting_over_and_its_undoing_brings_it_back() -> None:
    there, second = occasion(), occasion("集中签约", "signing")
    one, other = company("甲材料有限公司"), company("甲材料（包头）有限公司")
    one, other = meet(meet(one, there), second), meet(other, there)
    one = press(one, "merge_company", into=str(other.log_id), reason="同一家")
    assert met(there) == [other.name] == met(second) and derived(10) == []
    one = press(one, "unmerge_company", reason="两家")
    assert sorted(met(there)) == sorted([one.name, other.name]) and met(second) == [one.name]
    assert derived(10) == []


def test_what_a_row_says_otherwise_than_the_contacts_is_found() -> None:
    there, one = occasion(), company("甲材料有限公司")
    meet(one, there)
    Met.objects.all().delete()
    (wrong,) = derived(10)
    assert (wrong.subject, wrong.field, wrong.kept, wrong.should) == (one.log_id, "met", "", str(there.log_id))


def test_an_occasion_that_was_cancelled_or_had_not_begun_or_is_not_there_is_refused() -> None:
    there, gone, one = occasion(), occasion("取消的会"), company("甲材料有限公司")
    actions.OF_OCCASION["cancel_occasion"](viewer=who("promoter"), on=str(gone.log_id), reason="疫情")
    for ref, at, text in (
        (gone.log_id, AT, "已取消"),
        (there.log_id, AT - timedelta(days=1), "早于活动的第一天 2021-08-19"),
        ("x", AT, "没有这个活动"),
        (one.log_id, AT, "没有这个活动"),
    ):
        with pytest.raises(Invalid) as refused:
            actions.contact(viewer=who(), on=str(one.log_id), way="meeting", at=at, occasion=str(ref))
        (fault,) = refused.value.faults
        assert fault.field == "occasion" and text in fault.rule.zh
    assert not Met.objects.exists() and not Event.objects.filter(verb="contact").exists()


def test_the_log_says_the_occasion_in_its_restricted_part_and_no_name_and_figures_do_not_know_of_it() -> None:
    there, one = occasion("保密走访", "visit"), company("甲材料有限公司")
    one = meet(one, there, note="谈了磁材")
    event = Event.objects.get(subject=one.log_id, verb="contact")
    payload, ref = bytes(event.payload), str(there.log_id)
    assert event.body["met_at"] == ref and ref.encode() not in payload
    for secret in ("保密走访", "甲材料", "谈了磁材"):
        assert secret.encode() not in payload and secret not in str(event.body)
    assert ref.encode() not in bytes(EventPrivate.objects.get(event=event).body)
    facts = catalogue().facts["leads"]
    assert "met_at" not in [one.name for one in facts.columns] and not event.body.get("occasion")


def test_a_company_that_is_not_for_the_viewer_is_in_no_list_and_no_number() -> None:
    there = occasion("保密走访", "visit")
    meet(company("保密材料有限公司", level="named"), there)
    meet(company("公开材料有限公司"), there)
    assert len(met(there)) == 2 == len(met(there, "promoter"))
    assert met(there, "officer2") == ["公开材料有限公司"]
    (sums,) = reads.yields(who("officer2"), [there])
    assert sums.companies == 1
    for address in ("/work/occasions/", f"/work/occasions/{there.log_id}/"):
        assert "保密材料" not in client("officer2").get(address).content.decode()
    assert "保密材料" not in str(Machine("officer2").get(f"/occasions/{there.log_id}", "leads.occasion"))
    assert client("").get(f"/work/occasions/{there.log_id}/").status_code in (302, 404)
    assert "保密走访" not in str(reads.public_occasions())


def test_on_the_pages_a_contact_names_its_occasion_and_the_occasion_its_companies() -> None:
    there, gone, one = occasion(), occasion("取消的会"), company("甲材料有限公司")
    actions.OF_OCCASION["cancel_occasion"](viewer=who("promoter"), on=str(gone.log_id), reason="疫情")
    browse, address = client("officer"), f"/work/companies/{one.log_id}/"
    shown = browse.get(address).content.decode()
    assert "2021-08-19 稀土论坛" in shown and "取消的会" not in shown
    given = {"way": "meeting", "at": "2021-08-19 14:00", "note": "", "occasion": str(there.log_id), "seen": one.version}
    refused = browse.post(f"{address}do/contact/", given | {"at": "2021-08-01 09:00"})
    assert refused.status_code == 422 and "早于活动的第一天" in refused.content.decode()
    assert browse.post(f"{address}do/contact/", given | {"occasion": "x"}).status_code == 422
    assert browse.post(f"{address}do/contact/", given).status_code == 303
    assert "会议、活动 · 稀土论坛" in browse.get(address).content.decode()
    page = browse.get(f"/work/occasions/{there.log_id}/").content.decode()
    assert "接触的企业" in page and address in page
    listed = browse.get("/work/occasions/").content.decode()
    assert "接触企业" in listed


def test_over_the_api_a_contact_names_its_occasion_and_both_tell_of_it() -> None:
    there, one = occasion(), company("甲材料有限公司")
    mine = Machine("officer")
    given = {"way": "meeting", "at": AT.isoformat(), "occasion": str(there.log_id)}
    mine.post(f"/companies/{one.log_id}/moves/contact", "leads.contact", given)
    found = mine.get(f"/occasions/{there.log_id}", "leads.occasion")
    assert found["companies"] == 1 == found["occasion"]["companies"]
    assert found["met"] == [{"id": str(one.log_id), "name": one.name}]
    assert mine.get("/occasions", "leads.occasions")["occasions"][0]["companies"] == 1
    events = mine.get(f"/companies/{one.log_id}/events", "leads.company_events")["events"]
    assert events[0]["said"] == "会议、活动 · 稀土论坛"
    refused = mine.post(f"/companies/{one.log_id}/moves/contact", "", given | {"occasion": "no"}, 422)
    assert [one["field"] for one in refused["errors"]] == ["occasion"]


def test_nobody_outside_can_tell_a_contact_at_an_occasion_from_another() -> None:
    one, other, there = company("甲材料有限公司"), company("乙材料有限公司"), occasion()
    actions.contact(viewer=who(), on=str(one.log_id), way="meeting", at=AT, occasion="")
    meet(other, there)
    plain, named = (
        orjson.loads(bytes(Event.objects.get(subject=x.log_id, verb="contact").payload)) for x in (one, other)
    )
    assert plain["restricted"].keys() == named["restricted"].keys() >= {"met_at", "way"}
    assert again(one).contacted_at == AT and met(there) == ["乙材料有限公司"]
