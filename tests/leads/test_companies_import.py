"""Lists of companies from files: looked at first, each row once, refused rows named, a second run adds nothing."""

import csv
from pathlib import Path

import pytest
from register import again, client, company, who

from luoshi.kernel.models import Event
from luoshi.kernel.problems import Denied
from luoshi.leads import importing, kept, matchlist
from luoshi.leads.matching import Register
from luoshi.leads.models import Company
from luoshi.leads.reads.derived import derived
from luoshi.leads.reads.names import all_codes, all_names
from luoshi.ports.importer.rows import FileProblem
from luoshi.web import sheets

pytestmark = pytest.mark.usefixtures("db")
CODE = "91350100M000100Y43"
LIST = f"""企业名称,统一社会信用代码,省份,行业
福建金源铜业有限公司,{CODE},,C
包头市银源稀土有限公司,,内蒙古自治区,制造业
,,内蒙古,C
坏代码有限公司,91350100M000100Y44,,
坏省份有限公司,,火星,
包头市银源稀土有限公司,,内蒙古,C
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(LIST, "utf-8")
    return path


def test_good_rows_are_listed_and_the_others_named(file: Path, tmp_path: Path) -> None:
    look = importing.take(file, who("promoter"), dry=True)
    assert not Company.objects.exists() and look.numbers()["created"] == 2
    report = importing.take(file, who("promoter"))
    assert {name: report.numbers()[name] for name in ("read", "created", "updated", "unchanged", "refused", "events")} == {
        "read": 6, "created": 2, "updated": 0, "unchanged": 0, "refused": 4, "events": 2,
    }  # fmt: skip
    assert [(line, fault.field) for line, fault in report.refused] == [
        (4, "name"),
        (5, "code"),
        (6, "province"),
        (7, "name"),
    ]
    first, second = Company.objects.order_by("pk")
    assert (first.province, first.industry, second.province, second.industry) == ("35", "C", "15", "C")
    assert derived(10) == [] and Event.objects.filter(line="leads").count() == 2
    kept = importing.keep_refused(report, tmp_path / "refused.csv")
    assert kept is not None and len(kept.read_text("utf-8-sig").splitlines()) == 5

    again_ = importing.take(file, who("promoter"))
    assert (again_.created, again_.unchanged, again_.events) == (0, 2, 0)


def test_a_row_completes_what_is_there_and_tells_of_a_new_name(tmp_path: Path) -> None:
    one = company("福建金源铜业有限公司", code=CODE)
    path = tmp_path / "list.csv"
    path.write_text(f"name,code,industry\n福建金源新材料有限公司,{CODE},C\n", "utf-8")
    report = importing.take(path, who("promoter"))
    one = again(one)
    assert (report.updated, report.events, one.name, one.industry) == (1, 2, "福建金源新材料有限公司", "C")
    assert [former.name for former in one.former.all()] == ["福建金源铜业有限公司"] and derived(10) == []
    # the former name is not a new one
    path.write_text(f"name,code\n福建金源铜业有限公司,{CODE}\n", "utf-8")
    assert importing.take(path, who("promoter")).unchanged == 1


def test_a_name_with_another_code_is_refused(tmp_path: Path) -> None:
    company("福建金源铜业有限公司", code=CODE)
    path = tmp_path / "list.csv"
    path.write_text("name,code\n福建金源铜业有限公司,91110000600037341L\n", "utf-8")
    ((line, fault),) = importing.take(path, who("promoter")).refused
    assert (line, fault.field) == (2, "code") and CODE in fault.rule.zh


def test_who_may_and_which_files(file: Path, tmp_path: Path) -> None:
    with pytest.raises(Denied):
        importing.take(file, who("officer"))
    path = tmp_path / "other.csv"
    path.write_text("甲,乙\n1,2\n", "utf-8")
    with pytest.raises(FileProblem, match="column of names"):
        importing.take(path, who("promoter"))


def test_on_the_page_a_file_is_looked_at_and_then_taken(file: Path, tmp_path: Path) -> None:
    browse, address = client("promoter"), "/work/companies/import/"
    sheet = tmp_path / "list.xlsx"
    sheet.write_bytes(
        sheets.workbook("名单", ["企业名称", "省份"], [["包头市金源铜业有限公司", "内蒙古"], ["", "内蒙古"]])
    )
    with sheet.open("rb") as stream:
        shown = browse.post(address, {"file": stream}).content.decode()
    assert "新增 1" in shown and "必须填写" in shown and not Company.objects.exists()
    token = shown.partition('name="token" value="')[2].partition('"')[0]
    assert "已导入" in browse.post(address, {"token": token}).content.decode() and Company.objects.count() == 1
    for given, status in (({"token": token}, 422), ({"token": "x"}, 422), ({}, 422)):
        assert browse.post(address, given).status_code == status
    with sheet.open("rb") as stream:
        assert client("officer").post(address, {"file": stream}).status_code == 403
    assert browse.get(f"{address}template.xlsx").content[:2] == b"PK"


def test_a_list_is_held_against_the_register(tmp_path: Path) -> None:
    here, there = company("内蒙古大全新能源有限公司"), company("新疆大全新能源股份有限公司")
    path, out = tmp_path / "asked.csv", tmp_path / "out.csv"
    path.write_text("no,name\n1,大全新能源有限公司\n2,=没有这家\n", "utf-8")
    tally = matchlist.match_file(Register(all_names(), kept.places(), all_codes()), path, "name", out)
    assert (tally.rows, tally.found) == (2, 1)
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig")))
    assert rows[0]["candidate_1"] == here.name and rows[0]["candidate_2"] == there.name
    assert int(rows[0]["score_1"]) > int(rows[0]["score_2"]) and rows[0]["candidate_3"] == rows[0]["score_3"] == ""
    assert rows[1]["name"] == "'=没有这家"
