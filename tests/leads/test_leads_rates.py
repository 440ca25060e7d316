"""Exchange rates come in from files, each row once; what was used stays; too old a rate converts nothing."""

from base64 import b64encode
from contextlib import nullcontext
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest
from deals import DAY, YI, do, lead, paper, to
from django.core.files.uploadedfile import SimpleUploadedFile
from given import NOW
from machine import Machine
from register import client, who

from luoshi.cli import run, session
from luoshi.kernel import clock
from luoshi.kernel.problems import Denied, Invalid
from luoshi.kernel.viewer import OPERATOR
from luoshi.leads import importing_rates, reads
from luoshi.leads.models import ExchangeRate, Lead
from luoshi.ports.importer.rows import FileProblem
from luoshi.web import sheets

pytestmark = pytest.mark.usefixtures("db")
SOURCE = "中国外汇交易中心"
FILE = f"""货币,日期,1 单位合人民币元,100 单位合人民币元,来源
USD,2021-10-29,6.3907,,{SOURCE}
日元,2021/10/29,,5.6248,{SOURCE}
USD,2021-10-29,6.3907,,{SOURCE}
USD,2021-10-29,6.4,,{SOURCE}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rates.csv"
    path.write_text(FILE, "utf-8")
    return path


def kept(currency: str, day: date) -> Decimal:
    return ExchangeRate.objects.get(currency=currency, day=day).rate


def take(path: Path, text: str, **more: bool) -> importing_rates.Report:
    path.write_text(f"currency,day,rate,source\n{text}\n", "utf-8")
    return importing_rates.take(path, OPERATOR, **more)


def numbers(report: importing_rates.Report) -> tuple[int, ...]:
    return tuple(report.numbers()[name] for name in ("read", "created", "updated", "unchanged", "refused"))


def test_the_shipped_rates_are_there_and_come_in_once() -> None:
    before = ExchangeRate.objects.count()
    assert before >= 12 and importing_rates.load_rates() == 0 == ExchangeRate.objects.count() - before
    assert kept("JPY", date(2021, 12, 31)) == Decimal("0.055415")
    ExchangeRate.objects.filter(currency="EUR").delete()
    assert importing_rates.load_rates() == 3


def test_a_row_comes_in_once_for_one_unit_or_a_hundred_and_another_rate_of_its_day_is_named(file: Path) -> None:
    looked = importing_rates.take(file, OPERATOR, dry=True)
    assert numbers(looked) == (4, 2, 0, 1, 1) and not ExchangeRate.objects.filter(day=date(2021, 10, 29)).exists()
    report = importing_rates.take(file, who("promoter"))
    assert numbers(report) == numbers(looked)
    ((line, fault),) = report.refused
    assert (line, fault.field, fault.value) == (5, "rate", "USD 2021-10-29 6.4")
    assert " 6.3907（" in fault.rule.zh and "--replace" in fault.rule.en
    assert (kept("USD", date(2021, 10, 29)), kept("JPY", date(2021, 10, 29))) == (
        Decimal("6.3907"),
        Decimal("0.056248"),
    )
    assert numbers(importing_rates.take(file, OPERATOR)) == (4, 0, 0, 3, 1)


@pytest.mark.parametrize(
    ("row", "field", "text"),
    [
        ("GBP,2021-10-29,8.5,x", "currency", "应为其一：USD"),
        ("CNY,2021-10-29,1,x", "currency", "应为其一"),
        ("USD,29.10.2021,6.4,x", "day", "写成 2021-12-31"),
        ("USD,2021-02-30,6.4,x", "day", "写成"),
        ("USD,2022-01-05,6.4,x", "day", "不晚于今天"),
        ("USD,1999-12-31,6.4,x", "day", "不早于 2000"),
        ("USD,2021-10-29,,x", "rate", "写一个汇率"),
        ("USD,2021-10-29,six,x", "rate", "不是数字"),
        ("USD,2021-10-29,-6,x", "rate", "大于 0"),
        ("USD,2021-10-29,0,x", "rate", "大于 0"),
        ("USD,2021-10-29,NaN,x", "rate", "大于 0"),
        ("USD,2021-10-29,6.1234567,x", "rate", "6 位小数"),
        ("USD,2021-10-29,6.4,", "source", "必须填写"),
        (f"USD,2021-10-29,6.4,{'长' * 201}", "source", "最长 200"),
    ],
)
def test_a_row_that_says_no_rate_is_named_by_field_and_rule(tmp_path: Path, row: str, field: str, text: str) -> None:
    before = ExchangeRate.objects.count()
    ((line, fault),) = take(tmp_path / "rates.csv", row).refused
    assert (line, fault.field) == (2, field) and text in fault.rule.zh
    assert ExchangeRate.objects.count() == before


def test_a_file_without_the_columns_and_a_person_without_the_right_are_refused(file: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.csv"
    bare.write_text("currency,day,source\nUSD,2021-10-29,x\n", "utf-8")
    with pytest.raises(FileProblem, match="missing: rate"):
        importing_rates.take(bare, OPERATOR)
    with pytest.raises(FileProblem, match="no such column"):
        importing_rates.take(file, OPERATOR, columns={"rate": "没有这列"})
    with pytest.raises(Denied):
        importing_rates.take(file, who("officer"))
    both = tmp_path / "both.csv"
    both.write_text("currency,day,rate,per_100,source\nUSD,2021-10-29,6.4,640,x\n", "utf-8")
    assert importing_rates.take(both, OPERATOR).refused[0][1].field == "rate"


def test_a_rate_is_replaced_when_asked_for_and_nothing_was_converted_by_it(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    take(path, "USD,2021-12-01,6.3,甲\nUSD,2021-12-02,6.3,甲")
    one = do(paper(to(lead(), "talk"), "agreement"), "sign", amount=1_000_000_00, currency="USD", day=DAY)
    assert reads.agreements(one)[0].rate_day == date(2021, 12, 2)
    again = "USD,2021-12-01,6.4,乙\nUSD,2021-12-02,6.4,乙"
    assert numbers(take(path, again)) == (2, 0, 0, 0, 2)
    report = take(path, again, replace=True)
    assert numbers(report) == (2, 0, 1, 0, 1) and "已有协议或到位资金" in report.refused[0][1].rule.zh
    assert (kept("USD", date(2021, 12, 1)), kept("USD", date(2021, 12, 2))) == (Decimal("6.4"), Decimal("6.3"))
    take(path, "EUR,2021-12-02,7.2,甲")
    with clock.at(NOW):
        do(to(lead("到位资金项目"), "land"), "report_money", amount=1_000_00, currency="EUR", day=DAY, proof="bank")
    assert numbers(take(path, "EUR,2021-12-02,7.3,甲", replace=True)) == (1, 0, 0, 0, 1)


def test_too_old_a_rate_converts_nothing_and_the_message_says_what_to_do(tmp_path: Path) -> None:
    one = paper(to(lead(), "talk"), "agreement")
    day = date(2026, 5, 6)
    with clock.at(NOW + timedelta(days=1800)):
        with pytest.raises(Invalid) as refused:
            do(one, "sign", amount=1_000_000_00, currency="USD", day=day)
        (fault,) = refused.value.faults
        assert fault.field == "currency"
        for word in ("USD", "2026-05-06", "2021-12-31", "luoshi import rates"):
            assert word in fault.rule.zh and word in fault.rule.en
        assert Lead.objects.get(pk=one.pk).state == "talking"
        take(tmp_path / "rates.csv", "USD,2026-04-30,7.1,测试")
        one = do(one, "sign", amount=1_000_000_00, currency="USD", day=day)
    assert one.agreed == 7_100_000_00
    newest = ExchangeRate.objects.order_by("day").filter(currency="USD", day__lte=DAY).last()
    assert newest is not None
    for late, fits in ((200, True), (201, False)):
        other = paper(to(lead(f"又一个项目{late}"), "talk"), "agreement")
        with clock.at(NOW + timedelta(days=400)):
            ExchangeRate.objects.filter(currency="EUR").delete()
            ExchangeRate.objects.create(currency="EUR", day=DAY, rate="7.2", source="测试")
            if fits:
                do(other, "sign", amount=YI, currency="EUR", day=DAY + timedelta(days=late))
            else:
                with pytest.raises(Invalid) as refused:
                    do(other, "sign", amount=YI, currency="EUR", day=DAY + timedelta(days=late))
                assert refused.value.faults[0].value == "EUR"


def test_on_the_page_rates_are_listed_newest_first_and_brought_in_after_a_look() -> None:
    browse, address = client("promoter"), "/work/leads/rates/import/"
    assert "/work/leads/rates/" in browse.get("/work/leads/import/").content.decode()
    upload = SimpleUploadedFile("rates.csv", FILE.encode())
    shown = browse.post(address, {"file": upload}).content.decode()
    assert "新增 2" in shown and "0.056248" in shown and "6.3907" in shown
    token = shown.partition('name="token" value="')[2].partition('"')[0]
    assert "已导入" in browse.post(address, {"token": token}).content.decode()
    listed = browse.get("/work/leads/rates/").content.decode()
    assert address in listed and SOURCE in listed
    assert listed.index("2021-12-31") < listed.index("2021-10-29") < listed.index("2020-12-31")
    seen = client("officer").get("/work/leads/rates/")
    assert seen.status_code == 200 and address not in seen.content.decode()
    assert (
        client("officer").get(address).status_code == 403
        and client("handler").get("/work/leads/rates/").status_code == 403
    )
    ExchangeRate.objects.all().delete()
    assert "还没有汇率" in browse.get("/work/leads/rates/").content.decode()


def test_the_template_is_taken_and_the_api_lists_and_brings_in() -> None:
    sheet = client("promoter").get("/work/leads/rates/import/template.xlsx").content
    head = Machine("promoter")
    given = {"file": {"name": "t.xlsx", "content": b64encode(sheet).decode()}, "dry_run": True}
    assert head.post("/rates/import", "leads.import_rates", given)["unchanged"] == 1
    rows = [{"currency": "HKD", "day": "2021-11-30", "per_100": 81.81, "source": SOURCE}]
    done = head.post("/rates/import", "leads.import_rates", {"rows": rows})
    assert (done["created"], done["refused"]) == (1, 0)
    mine = Machine("officer")
    found = mine.get("/rates", "leads.rates")["rates"]
    assert {"currency": "HKD", "day": "2021-11-30", "rate": "0.8181", "source": SOURCE} in found
    assert [one["day"] for one in found] == sorted((one["day"] for one in found), reverse=True)
    assert Machine("handler").get("/rates", status=403)
    assert mine.post("/rates/import", "", {"rows": rows}, 403)


def test_a_sheet_is_taken_like_a_table_of_text(tmp_path: Path) -> None:
    path = tmp_path / "rates.xlsx"
    path.write_bytes(
        sheets.workbook("汇率", ["货币", "日期", "汇率", "来源"], [["美元", "2021-11-30", "6.3794", SOURCE]])
    )
    assert numbers(importing_rates.take(path, OPERATOR)) == (1, 1, 0, 0, 0)
    assert kept("USD", date(2021, 11, 30)) == Decimal("6.3794")


def test_the_command_says_what_came_in_as_json_and_keeps_refused_rows(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(session, "made", lambda: (SimpleNamespace(home=tmp_path / "home"), None))
    monkeypatch.setattr(session, "connected", lambda role="app": nullcontext())

    def said(*words: str) -> tuple[int, dict[str, int]]:
        code = run(("import", "rates", str(file), "--json", *words))
        return code, orjson.loads(capsys.readouterr().out.splitlines()[-1])

    code, looked = said("--dry-run")
    assert (code, looked["created"], looked["refused"]) == (0, 2, 1)
    code, taken = said("--strict")
    assert (code, taken["created"], taken["unchanged"], taken["refused"]) == (1, 2, 1, 1)
    (kept_rows,) = (tmp_path / "home" / "imports").glob("*.refused.csv")
    assert "6.4" in kept_rows.read_text("utf-8-sig")
    code, again = said("--replace")
    assert (code, again["created"], again["updated"], again["refused"]) == (0, 0, 1, 0)
    assert kept("USD", date(2021, 10, 29)) == Decimal("6.4")
    assert run(("import", "rates", str(file), "--column", "rate=没有", "--json")) == 2
