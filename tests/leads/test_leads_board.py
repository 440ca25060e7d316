"""The board's sums, which the database keeps, against counting the leads that a viewer may see; and one query for all stages."""

from collections import defaultdict
from random import Random

import pytest
from asking import questions
from deals import YI, do, lead, to
from register import client, who

from luoshi.kernel.models import new_id
from luoshi.kernel.viewer import Viewer
from luoshi.leads import reads
from luoshi.leads.models import Lead
from luoshi.leads.reads import Wanted
from luoshi.people.models import Person

pytestmark = pytest.mark.usefixtures("db")
COUNTIES = ("150203000000", "150204000000", "")
LOGINS = ("officer", "officer2", "promoter")


def scatter() -> None:
    """Leads of every stage, level, status, district, officer, some shown to one person, some deleted."""
    random = Random(7)
    persons = list(Person.objects.filter(login__in=LOGINS).values_list("pk", flat=True))
    units = list(Lead.objects.values_list("unit", flat=True).distinct())
    first = to(lead(), "land")
    for n in range(160):
        row = Lead.objects.get(pk=first.pk)
        row.pk, row.log_id, row.number = None, new_id(), f"T-{n}"
        row.state = random.choice(["lead", "talking", "signed", "landed"])
        row.signed_at = row.signed_at if row.state in ("signed", "landed") else None
        row.level, row.status = random.choice(["open", "unit", "named"]), random.choice(["going", "going", "lost"])
        row.county, row.officer_id = random.choice(COUNTIES), random.choice([*persons, None])
        row.unit_id = random.choice([*units, None])
        row.shown_to = random.sample(persons, random.choice([0, 0, 1]))
        row.agreed = random.choice([None, YI, 3 * YI])
        row.save(force_insert=True)
    Lead.objects.filter(number__endswith="7").update(status="suspended", county=COUNTIES[1])
    Lead.objects.filter(number__endswith="3").delete()


def counted(viewer: Viewer, by: str, **which: object) -> dict[str, tuple[int, int]]:
    """The same by looking at each lead."""
    found: dict[str, list[int | None]] = defaultdict(list)
    for row in reads.visible_leads(viewer).filter(**which):
        found[getattr(row, by)].append(row.agreed)
    return {key: (len(rows), sum(one or 0 for one in rows)) for key, rows in found.items()}


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("county", COUNTIES)
@pytest.mark.parametrize("folded", [False, True])
def test_kept_sums_are_those_of_the_leads_that_one_may_see(login: str, county: str, folded: bool) -> None:
    scatter()
    if folded:
        assert reads.TALLY.fold() == reads.TALLY.fold() > 1
    viewer = who(login)
    where = {"county": county} if county else {}
    found = {one.stage: (one.count, one.agreed) for one in reads.board(viewer, Wanted(county=county)) if one.count}
    assert found == counted(viewer, "state", status="going", **where) and found
    assert reads.by_county(viewer) == counted(viewer, "county", state__in=["signed", "landed"])
    filtered = {one.stage: one.count for one in reads.board(viewer, Wanted(county=county, industry="C")) if one.count}
    assert filtered == {stage: n for stage, (n, _) in found.items()}


def test_the_latest_of_each_stage_stand_on_the_board_and_nothing_else() -> None:
    scatter()
    viewer = who("officer")
    with questions() as asked:
        columns = reads.board(viewer, Wanted(), each=3)
    assert len(asked) <= 3
    for column in columns:
        rows = reads.visible_leads(viewer).filter(state=column.stage, status="going").order_by("-updated_at", "-id")
        assert [row.pk for row in column.rows] == list(rows.values_list("pk", flat=True)[:3])


def test_a_lead_that_was_merged_into_a_hidden_one_does_not_name_it() -> None:
    one, hidden = lead("甲项目"), lead("暗渡陈仓项目", level="named", login="officer")
    gone = do(one, "merge_lead", "promoter", into=str(hidden.log_id), reason="同一个项目")
    for login, told in (("promoter", True), ("officer2", False)):
        page = client(login).get(f"/work/leads/{gone.log_id}/").content.decode()
        assert ("暗渡陈仓" in page) is told


def test_credit_is_split_between_districts_and_sums_to_what_stands() -> None:
    one = to(lead("甲项目"), "sign", amount=3 * YI)
    to(lead("乙项目"), "sign", amount=YI)
    viewer, browse = who("promoter"), client("promoter")
    assert "按业绩分摊" not in browse.get("/work/leads/places/").content.decode()
    do(one, "split_credit", shares={COUNTIES[0]: 5_500, COUNTIES[1]: 4_500})
    found = reads.districts(viewer)
    assert {code: (row.signed, row.agreed) for code, row in found.items()} == {
        COUNTIES[0]: (2, 4 * YI),
        COUNTIES[1]: (0, 0),
    }
    assert {code: (float(row.credited), row.credited_fen) for code, row in found.items()} == {
        COUNTIES[0]: (1.55, YI + 3 * YI * 55 // 100), COUNTIES[1]: (0.45, 3 * YI * 45 // 100),
    }  # fmt: skip
    assert sum(row.credited for row in found.values()) == 2
    page = browse.get("/work/leads/places/").content.decode()
    assert "按业绩分摊" in page and "1.55" in page and "1.35 亿元" in page


@pytest.mark.parametrize("login", ["head", "handler", "sysadmin"])
def test_whoever_may_not_see_leads_gets_no_sums(login: str) -> None:
    scatter()
    assert [one.count for one in reads.board(who(login), Wanted())] == [0] * 8 and reads.districts(who(login)) == {}
