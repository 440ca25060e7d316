"""Leads from a file: history by the days of the stages, unknown is not zero, a second run adds nothing, doubles are named."""

import csv
import io
from pathlib import Path

import pytest
from deals import do
from django.core.files.uploadedfile import SimpleUploadedFile
from register import client, who

from luoshi.kernel.models import Event
from luoshi.kernel.problems import Denied, Invalid
from luoshi.kernel.viewer import OPERATOR
from luoshi.leads import importing, importing_leads, reads
from luoshi.leads.models import Company, Lead
from luoshi.leads.reads.derived import derived
from luoshi.ports.importer.rows import FileProblem

pytestmark = pytest.mark.usefixtures("db")
LIST = """项目名称,企业名称,旗县区,行业,协议总投资（万元）,对接日期,签约日期,落地日期,负责人
磁材一期项目,包头市甲磁材有限公司,昆都仑区,制造业,32000,2021-02-01,2021-05-06,2021-07-01,邱子琳
光伏电站项目,北京乙新能源有限公司,固阳县,D,不详,,2021-06-01,,
洽谈中的项目,包头市丙有限公司,,C,,2021-11-01,,,officer2
只有一句话的线索,,,,,,,,
磁材一期项目,包头市甲磁材有限公司,昆都仑区,C,1,,,,
磁材一期建设项目,包头市甲磁材有限公司,青山区,C,32000,,2021-08-01,,
没有旗县区的签约,上海丁有限公司,,C,5000,,2021-08-01,,
火星项目,上海丁有限公司,火星区,C,5000,,2021-08-01,,
倒着走的项目,上海丁有限公司,青山区,C,5000,2021-08-01,2021-07-01,,
还没到的项目,上海丁有限公司,青山区,C,三千万,,2022-07-01,,
,上海丁有限公司,,,,,,,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(LIST, "utf-8")
    return path


def test_a_preview_writes_nothing_and_tells_the_same(file: Path) -> None:
    looked = importing_leads.take(file, OPERATOR, dry=True)
    assert not Lead.objects.exists() and not Company.objects.exists() and not Event.objects.exists()
    taken = importing_leads.take(file, OPERATOR)
    for name in ("read", "created", "unchanged", "refused"):
        assert looked.numbers()[name] == taken.numbers()[name]
    assert (taken.read, taken.created) == (11, 4)


def test_history_comes_in_as_it_happened(file: Path) -> None:
    importing_leads.take(file, OPERATOR)
    one = Lead.objects.get(name="磁材一期项目")
    assert (one.state, one.agreed, one.officer.login) == ("landed", 320_000_000_00, "officer")
    verbs = Event.objects.filter(subject=one.log_id).order_by("recorded_at", "id").values_list("verb", flat=True)
    assert list(verbs) == ["add_lead", "engage", "talk", "sign", "land"]
    signed = Event.objects.get(subject=one.log_id, verb="sign")
    assert signed.occurred_at.date().isoformat() == "2021-05-06" and one.company.name == "包头市甲磁材有限公司"
    assert "document:agreement" in {row.item for row in reads.waivers(one)}
    other = Lead.objects.get(name="光伏电站项目")
    assert (other.state, other.agreed) == ("signed", None)
    assert {Lead.objects.get(name=name).state for name in ("洽谈中的项目", "只有一句话的线索")} == {"engaged", "lead"}
    assert derived(10) == []


def test_every_refused_row_names_field_and_rule_and_leaves_nothing(file: Path) -> None:
    report = importing_leads.take(file, OPERATOR)
    told = {line: (fault.field, fault.rule.zh) for line, fault in report.refused}
    assert {line: field for line, (field, _) in told.items()} == {
        6: "name", 7: "name", 8: "sign", 9: "county", 10: "sign", 11: "sign", 12: "name",
    }  # fmt: skip
    assert "像是已签约的" in told[7][1] and "落地旗县区" in told[8][1]
    assert not Company.objects.filter(name="上海丁有限公司").exists() and Lead.objects.count() == 4


def test_a_second_run_adds_nothing(file: Path) -> None:
    importing_leads.take(file, OPERATOR)
    count = Event.objects.count()
    again = importing_leads.take(file, OPERATOR)
    assert (again.created, again.unchanged, Event.objects.count()) == (0, 4, count)


def test_a_file_with_heads_of_its_own_is_mapped_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("工程,业主,钱\n磁材工程,包头市甲有限公司,5000\n", "utf-8")
    with pytest.raises(FileProblem):
        importing_leads.take(path, OPERATOR)
    with pytest.raises(FileProblem) as refused:
        importing_leads.take(path, OPERATOR, columns={"name": "没有这列"})
    assert "没有这列" in refused.value.text.zh and "工程" in refused.value.text.zh
    columns = importing.mapping("name=工程；company=业主；amount=钱")
    assert importing_leads.take(path, OPERATOR, columns=columns).created == 1
    assert Lead.objects.get().company.name == "包头市甲有限公司"


def test_who_may_not_import_is_refused_and_a_file_without_projects_too(file: Path, tmp_path: Path) -> None:
    with pytest.raises(Denied):
        importing_leads.take(file, who("officer"))
    bare = tmp_path / "bare.csv"
    bare.write_text("企业名称\n甲公司\n", "utf-8")
    with pytest.raises(FileProblem):
        importing_leads.take(bare, OPERATOR)


def test_the_page_previews_then_takes() -> None:
    browse = client("promoter")
    upload = SimpleUploadedFile("leads.csv", LIST.encode(), "text/csv")
    seen = browse.post("/work/leads/import/", {"file": upload})
    assert seen.status_code == 200 and not Lead.objects.exists()
    token = seen.content.decode().partition('name="token" value="')[2].partition('"')[0]
    assert browse.post("/work/leads/import/", {"token": token}).status_code == 200
    assert Lead.objects.count() == 4
    assert browse.get("/work/leads/import/template.xlsx").status_code == 200
    assert client("officer").get("/work/leads/import/").status_code == 403


UNDATED = """项目名称,企业名称,旗县区,行业,协议总投资（万元）,线索日期,对接日期,在谈日期,签约日期,落地日期,开工日期,负责人
甲项目,包头市甲磁材有限公司,昆都仑区,C,32000,,,,2021-05-06,,2021-10-08,officer
乙项目,包头市乙磁材有限公司,青山区,C,5000,2021-01-04,2021-02-01,2021-03-01,2021-05-06,,,
丙项目,包头市丙磁材有限公司,青山区,C,5000,,,,,2021-07-01,,
"""


def test_a_stage_without_a_day_is_reached_on_a_day_that_nobody_knows(tmp_path: Path) -> None:
    path = tmp_path / "undated.csv"
    path.write_text(UNDATED, "utf-8")
    report = importing_leads.take(path, OPERATOR)
    assert [(line, fault.field) for line, fault in report.refused] == [(4, "sign")] and report.undated == 1
    one, other = Lead.objects.get(name="甲项目"), Lead.objects.get(name="乙项目")
    assert (one.state, one.engaged_at, one.talking_at, one.landed_at) == ("started", None, None, None)
    said = {event.verb: event.body.get("undated") for event in Event.objects.filter(subject=one.log_id)}
    assert said == {"add_lead": True, "engage": True, "talk": True, "sign": None, "land": True, "start": None}
    assert derived(10) == [] and other.engaged_at is not None
    browse = client("officer")
    page = browse.get(f"/work/leads/{one.log_id}/").content.decode()
    assert page.count("日期不详") >= 5 and "2021-05-06，0 天" not in page
    assert "日期不详" not in browse.get(f"/work/leads/{other.log_id}/").content.decode()
    rows = list(csv.DictReader(io.StringIO(browse.get("/work/leads/export.csv").content.decode("utf-8-sig"))))
    days = {row["项目"]: [row[name] for name in ("登记日期", "对接", "签约", "落地", "开工")] for row in rows}
    assert days["甲项目"] == ["", "", "2021-05-06", "", "2021-10-08"]
    assert days["乙项目"] == ["2021-01-04", "2021-02-01", "2021-05-06", "", ""]
    path.write_bytes(browse.get("/work/leads/export.csv").content)
    again = importing_leads.take(path, OPERATOR)
    assert (again.unchanged, again.created, again.refused) == (2, 0, [])


def test_a_day_that_was_not_known_is_corrected_to_one(tmp_path: Path) -> None:
    path = tmp_path / "undated.csv"
    path.write_text(UNDATED, "utf-8")
    importing_leads.take(path, OPERATOR)
    one = Lead.objects.get(name="甲项目")
    event = Event.objects.get(subject=one.log_id, verb="sign")
    # what has no day of its own binds nobody
    do(one, "propose", "officer", event=str(event.id), reason="签约日期写错", changes={"day": "2021-04-06"})
    one = do(one, "approve", "promoter", proposal=reads.proposals(one)[0].pk)
    assert one.signed_at.date().isoformat() == "2021-04-06"
    event = Event.objects.get(subject=one.log_id, verb="engage")
    for day in ("2021-04-07", "1999-12-31"):
        with pytest.raises(Invalid):
            do(one, "propose", "officer", event=str(event.id), reason="查到了", changes={"day": day})
    do(one, "propose", "officer", event=str(event.id), reason="查到了", changes={"day": "2021-04-06"})
    one = do(one, "approve", "promoter", proposal=reads.proposals(one)[0].pk)
    assert one.engaged_at.date().isoformat() == "2021-04-06" and derived(10) == []
    assert "undated" not in Event.objects.get(corrects=event.id).body
    changes = [one.changes for one in reads.corrections(reads.events_of(one.log_id))]
    assert [[(name, was is None) for name, was, _ in some] for some in changes] == [[("day", False)], [("day", True)]]


def test_a_double_gives_its_day_to_the_one_that_has_none_and_takes_it_back(tmp_path: Path) -> None:
    path = tmp_path / "undated.csv"
    path.write_text(UNDATED, "utf-8")
    importing_leads.take(path, OPERATOR)
    one, other = Lead.objects.get(name="甲项目"), Lead.objects.get(name="乙项目")
    do(other, "merge_lead", "promoter", into=str(one.log_id), reason="同一个")
    one = Lead.objects.get(pk=one.pk)
    assert one.engaged_at.date().isoformat() == "2021-02-01" and derived(10) == []
    (event,) = Event.objects.filter(subject=one.log_id, verb="engage")
    assert "undated" not in Event.objects.get(corrects=event.id).body
    do(Lead.objects.get(pk=other.pk), "unmerge_lead", "promoter", reason="是两个")
    one = Lead.objects.get(pk=one.pk)
    assert one.engaged_at is None and derived(10) == []
    assert [event.body.get("undated") for event in reads.events_of(one.log_id) if event.verb == "correct"][-1]
