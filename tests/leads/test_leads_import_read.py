"""How a list of leads is read: units of amounts, days as people and spreadsheets write them, the row of the heads, encodings."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from deals import YI
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from register import client, company

from luoshi.kernel.viewer import OPERATOR
from luoshi.leads import importing, importing_amounts, importing_days, importing_leads, money
from luoshi.leads.models import Company, Lead
from luoshi.ports.importer.rows import FileProblem

FIRM = "包头市甲磁材有限公司"
CODE, OTHER = "91350100M000100Y43", "91110000600037341L"
FORMS = {
    "协议总投资（元）": (1, ""), "amount(元)": (1, ""), "总投资 元": (1, ""), "总投资/亿元": (10**8, ""), "总投资（百万元）": (10**6, ""),
    "总投资【千元】": (1000, ""), "协议总投资万元": (10**4, ""), "总投资（万）": (10**4, ""), "总投资（亿）": (10**8, ""), "投资额_万": (10**4, ""),
    "总投资（单位：万元）": (10**4, ""), "协议总投资\n(亿元人民币)": (10**8, "CNY"), "总投资（万美元）": (10**4, "USD"),
    "总投资　亿美元": (10**8, "USD"), "总投资（含增资）（万元）": (10**4, ""), "Total Investment (million USD)": (10**6, "USD"),
}  # fmt: skip


@pytest.mark.parametrize("head", FORMS)
def test_the_unit_of_a_head_is_read_whatever_its_form(head: str) -> None:
    found = importing_amounts.of_head(head)
    assert found is not None and found[:2] == FORMS[head]
    assert importing_amounts.heads(["项目", head])


@pytest.mark.parametrize(
    "head", ["总投资（含税）", "协议总投资（吨）", "投资（英镑）", "总投资（元）（万元）", "总投资 万吨"]
)
def test_a_unit_that_is_not_understood_is_an_error(head: str) -> None:
    with pytest.raises(money.MoneyError, match="not understood"):
        importing_amounts.of_head(head)


@pytest.mark.parametrize(
    ("cell", "head", "currency", "minor", "code"),
    [
        ("320000000", "元", "", 32 * YI // 10, "CNY"),
        ("3.2亿", "元", "", 32 * YI // 10, "CNY"),
        ("320,000,000元", "万元", "", 32 * YI // 10, "CNY"),
        ("5000万", "亿元", "", YI // 2, "CNY"),
        ("3,2000", "万元", "", 32 * YI // 10, "CNY"),
        ("500", "万美元", "", 500_000_000, "USD"),
        ("500", "万美元", "CNY", 500_000_000, "CNY"),
        ("500万人民币", "万美元", "", 500_000_000, "CNY"),
        ("500万美元", "万元", "", 500_000_000, "USD"),
        ("$5,000", "万元", "", 500_000, "USD"),
        ("500", "万元", "JPY", 5_000_000, "JPY"),
    ],
)
def test_what_a_cell_says_wins_over_its_row_and_its_head(
    cell: str, head: str, currency: str, minor: int, code: str
) -> None:
    unit = importing_amounts.unit(head)
    assert unit is not None and importing_amounts.read(cell, unit, currency) == (minor, code)


@pytest.mark.parametrize(
    "cell", ["三千万", "约3亿", "3亿吨", "1,5", "0", "-5", "1e9999", "9" * 400, "NaN", "0.001", "", "1e20"]
)
def test_what_is_no_amount_is_refused(cell: str) -> None:
    with pytest.raises(money.MoneyError):
        importing_amounts.read(cell, importing_amounts.Unit(1, "", "元"), "")


def test_a_cell_in_another_currency_than_its_row_is_refused() -> None:
    with pytest.raises(money.MoneyError, match="another currency"):
        importing_amounts.read("500万美元", importing_amounts.USUAL, "CNY")


@pytest.mark.parametrize(
    "text",
    ["2021-05-09", "2021/5/9", "2021.5.9", "2021年5月9日", "20210509", "44325", "44325.75", "2021-05-09 00:00:00", "２０２１－５－９"],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert importing_days.read(text) == date(2021, 5, 9)


def test_month_and_day_before_the_year_are_read_only_where_it_is_plain_which_is_which() -> None:
    assert importing_days.read("5/13/2021") == importing_days.read("13/5/2021") == date(2021, 5, 13)
    assert importing_days.read("5/5/2021") == date(2021, 5, 5)
    with pytest.raises(importing_days.DayError, match="which is the month"):
        importing_days.read("5/9/2021")
    for text in ("2021-13-01", "2021-05", "20211301", "99999", "2021", "5/9/21", "昨天"):
        with pytest.raises(importing_days.DayError, match="2021-11-23"):
            importing_days.read(text)


def test_a_long_text_is_no_head() -> None:
    assert importing_amounts.parted("万" * 30_000)[1] == [] and importing_amounts.heads(["总投资（元" * 10_000]) == ()


def sheet(path: Path, rows: list[tuple[Any, ...]]) -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def csv(path: Path, *lines: str, coding: str = "utf-8") -> Path:
    path.write_bytes("\n".join(lines).encode(coding))
    return path


def imported(path: Path, **more: Any) -> importing.Report:
    return importing_leads.take(path, OPERATOR, **more)


@pytest.mark.usefixtures("db")
class TestAmounts:
    """What a list of amounts comes to."""

    def test_yuan_are_yuan_and_the_report_says_how_they_were_read(self, tmp_path: Path) -> None:
        head = "项目名称,企业名称,旗县区,行业,协议总投资（元）,签约日期"
        path = csv(tmp_path / "a.csv", head, f"甲项目,{FIRM},昆都仑区,C,320000000,2021-05-06")
        report = imported(path)
        assert Lead.objects.get().agreed == 32 * YI // 10
        assert report.preview[0]["amount"] == "3.2 亿元"
        assert report.notes[0].zh == "金额按 元 读（列“协议总投资（元）”）" and "1 个项目" in report.notes[1].zh

    def test_an_amount_that_no_project_has_is_refused_and_names_the_unit(self, tmp_path: Path) -> None:
        head = "项目名称,企业名称,旗县区,行业,协议总投资,签约日期"
        path = csv(tmp_path / "a.csv", head, f"甲项目,{FIRM},昆都仑区,C,320000000,2021-05-06")
        looked = imported(path, dry=True)
        ((line, fault),) = looked.refused
        assert (line, fault.field, fault.value) == (2, "amount", "320000000")
        for said in ("万元", "32,000 亿元", "1,000 亿元"):
            assert said in fault.rule.zh
        assert "32,000 million yuan" not in fault.rule.zh and "3,200,000 million yuan" in fault.rule.en
        assert "没有写单位" in looked.notes[0].zh and "万元" in looked.notes[0].zh

    def test_a_head_with_an_unknown_unit_is_named(self, tmp_path: Path) -> None:
        path = csv(tmp_path / "a.csv", "项目名称,企业名称,总投资（英镑）", f"甲项目,{FIRM},5")
        with pytest.raises(FileProblem) as refused:
            imported(path)
        assert "总投资（英镑）" in refused.value.text.zh and "英镑" in refused.value.text.en

    def test_dollars_of_the_head_are_dollars(self, tmp_path: Path) -> None:
        path = csv(
            tmp_path / "a.csv", "工程,企业名称,投资规模（万美元）", f"甲项目,{FIRM},500", f"乙项目,{FIRM},500万元"
        )
        report = imported(path, columns={"name": "工程", "amount": "投资规模（万美元）"}, dry=True)
        assert [row["amount"] for row in report.preview] == ["500 万美元", "500 万美元"]


@pytest.mark.usefixtures("db")
class TestTables:
    """Tables as people keep them."""

    def test_a_title_and_merged_heads_stand_above_the_heads(self, tmp_path: Path) -> None:
        rows: list[tuple[Any, ...]] = [
            ("2021 年招商引资项目清单",),
            ("填报单位：市招商局", None, None, None, None, "单位：万元"),
            (),
            ("序号", "项目名称", "企业名称", "投资情况", None, "进展", None, "旗县区", "行业"),
            (None, None, None, "总投资（亿元）", "到位", "签约日期", "落地日期", None, None),
            (1, "甲项目", FIRM, 4.1 - 0.9, 1, datetime(2021, 5, 6), 44378, "昆都仑区", "C"),
            (2, "乙项目", FIRM, 1, None, "20210507", None, "青山区", "C"),
            ("合计", "合计", None, 4.2, None, None, None, None, None),
        ]
        report = imported(sheet(tmp_path / "a.xlsx", rows))
        assert (report.header, report.created, report.numbers()["header_row"]) == (5, 2, 5)
        assert "第 5 行" in report.notes[0].zh and report.unused == ["序号", "到位"]
        assert [(line, fault.field) for line, fault in report.refused] == [(8, "name")]
        one = Lead.objects.get(name="甲项目")
        assert (one.agreed, one.signed_at.date(), one.landed_at.date()) == (
            32 * YI // 10, date(2021, 5, 6), date(2021, 7, 1),
        )  # fmt: skip

    def test_the_mapped_heads_are_looked_for_too_and_in_csv(self, tmp_path: Path) -> None:
        path = csv(tmp_path / "a.csv", "重点工程台账,,", "工程,业主,钱（万元）", f"甲项目,{FIRM},5000", ",,")
        columns = importing.mapping("name=工程；company=业主；amount=钱（万元）")
        report = imported(path, columns=columns)
        assert (report.header, report.read, report.created) == (2, 1, 1)

    def test_heads_that_stand_nowhere_are_refused_by_the_first_row(self, tmp_path: Path) -> None:
        with pytest.raises(FileProblem) as refused:
            imported(csv(tmp_path / "a.csv", "甲,乙", "1,2", "3,4"))
        assert "没有名称那一列" in refused.value.text.zh

    @pytest.mark.parametrize("coding", ["utf-16", "gb18030", "utf-8-sig"])
    @pytest.mark.parametrize("gap", [",", "\t"])
    def test_every_coding_of_spreadsheets_is_read(self, tmp_path: Path, coding: str, gap: str) -> None:
        lines = [
            gap.join(row)
            for row in (("清单", "", ""), ("项目名称", "企业名称", "对接日期"), ("甲项目", FIRM, "2021.5.9"))
        ]
        path = csv(tmp_path / "a.csv", *lines, coding=coding)
        assert (imported(path).created, Lead.objects.get().company.name) == (1, FIRM)
        page = client("promoter").post(
            "/work/leads/import/", {"file": SimpleUploadedFile("a.csv", path.read_bytes(), "text/csv")}
        )
        assert page.status_code == 200 and "第 2 行" in page.content.decode()

    def test_companies_too_have_titles_above_their_heads(self, tmp_path: Path) -> None:
        path = sheet(tmp_path / "a.xlsx", [("企业名单",), ("名称*", "代码"), (FIRM, "")])
        assert importing.take(path, OPERATOR).created == 1


@pytest.mark.usefixtures("db")
class TestCompanies:
    """Which company a row is of."""

    def test_a_name_and_the_code_of_another_company_are_refused(self, tmp_path: Path) -> None:
        company(FIRM), company("北京乙新能源有限公司", code=CODE)
        path = csv(tmp_path / "a.csv", "项目名称,企业名称,信用代码", f"甲项目,{FIRM},{CODE}")
        ((_, fault),) = imported(path).refused
        assert (fault.field, fault.value) == ("code", CODE) and "北京乙新能源有限公司" in fault.rule.zh
        assert not Lead.objects.exists()

    def test_a_name_with_another_code_is_refused_in_the_register_and_in_the_file(self, tmp_path: Path) -> None:
        company("北京乙新能源有限公司", code=CODE)
        head = "项目名称,企业名称,信用代码"
        path = csv(
            tmp_path / "a.csv", head, f"甲项目,北京乙新能源有限公司,{OTHER}",
            f"乙项目,上海丁有限公司,{OTHER}", "丙项目,上海丁有限公司,91150200MA0MYBTX8L", f"丁项目,{FIRM},91150200MA0MYBTX8Y",
        )  # fmt: skip
        report = imported(path)
        assert [(line, fault.field) for line, fault in report.refused] == [(5, "code"), (2, "code"), (4, "code")]
        assert CODE in report.refused[1][1].rule.zh and Lead.objects.get().company.code == OTHER

    def test_a_known_code_under_a_name_that_nobody_has_is_told(self, tmp_path: Path) -> None:
        company("北京乙新能源有限公司", code=CODE)
        path = csv(tmp_path / "a.csv", "项目名称,企业名称,信用代码", f"甲项目,乙新能源,{CODE}")
        report = imported(path)
        assert report.created == 1 and "北京乙新能源有限公司" in report.notes[0].zh and "第 2 行" in report.notes[0].zh

    def test_a_company_of_a_refused_row_is_there_for_none(self, tmp_path: Path) -> None:
        path = csv(
            tmp_path / "a.csv", "项目名称,企业名称,行业,旗县区,签约日期", f"甲项目,{FIRM},C,,2021-05-06", f"乙项目,{FIRM},C,青山区,2021-05-06"
        )  # fmt: skip
        report = imported(path)
        assert (report.created, len(report.refused), Company.objects.get().name) == (1, 1, FIRM)
