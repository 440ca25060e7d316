"""A city's own rules: leads.toml in the home over the shipped ones, checked with file, key and rule; what it changes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from deals import DAY, YI, do, lead, paper, pdf
from django.conf import settings
from machine import Machine
from register import client

from luoshi.cli import examinations
from luoshi.figures import declare
from luoshi.figures.catalogue import catalogue, values
from luoshi.kernel.problems import Invalid, NotNow
from luoshi.leads import clocks, gates, reads, rules
from luoshi.leads.actions.money import PROOFS
from luoshi.leads.line import FACE
from luoshi.leads.rules import RulesError, read
from luoshi.leads.staff.deals.forms import Deal
from luoshi.leads.stages import FLOW
from luoshi.ports import papers

Write = Callable[[str], None]
OWN = """
[clocks]
respond = { kind = "days", n = 5 }
judge = { n = 8 }

[days]
rate = 30

[gates]
talk = ["field:industry", "document:review"]
land = []

[documents]
review = { zh = "预审意见", en = "preliminary review" }

[proofs]
bank = { zh = "银行入账单", en = "bank credit note" }
fund = { zh = "基金到账证明", en = "fund's statement" }

[landing]
stages = ["started", "producing", "full"]
"""


@pytest.fixture
def write() -> Iterator[Write]:
    """Writes the city's rules into the home, as if the process had begun with them."""
    file = settings.CONF.home / rules.FILE

    def now(text: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        rules.current.cache_clear()
        catalogue.cache_clear()

    yield now
    file.unlink(missing_ok=True)
    rules.current.cache_clear()
    catalogue.cache_clear()


def landing_rate() -> declare.Figure:
    return declare.figures(declare.of_line("leads"), catalogue(), values)["leads.landing_rate"]


def test_without_a_file_the_shipped_rules_hold(tmp_path: Path) -> None:
    assert read(tmp_path) == rules.SHIPPED and FACE.settings_problem() is None
    assert set(gates.NEEDS) >= {"document:agreement", "field:county"} and clocks.rule("judge").n == 3


@pytest.mark.usefixtures("db")
def test_what_the_city_says_goes_over_what_is_shipped(write: Write) -> None:
    write(OWN)
    assert (clocks.rule("respond").kind, clocks.rule("respond").n) == ("days", 5)
    assert (clocks.rule("judge").kind, clocks.rule("judge").n, clocks.rule("report").n) == ("workdays", 8, 14)
    one = lead()
    assert one.due_at.date() == date(2021, 12, 27)
    one = do(one, "engage", day=DAY)
    with pytest.raises(NotNow) as refused:
        do(one, "talk", day=DAY)
    assert "缺少：预审意见" in refused.value.faults[0].rule.zh
    shown = client("officer").get(f"/work/leads/{one.log_id}/").content.decode()
    assert "预审意见" in shown
    one = do(one, "add_document", kind="review", file=papers.keep(pdf(), "review.pdf"))
    one = do(paper(do(one, "talk", day=DAY), "agreement"), "sign", day=DAY, amount=YI)
    one = do(one, "land", day=DAY)
    assert one.state == "landed"
    form = Deal(FLOW.move("report_money"), one).as_p()
    assert "基金到账证明" in form and "银行入账单" in form and str(PROOFS["audit"]) in form
    done = do(one, "report_money", amount=YI, day=DAY, proof="fund")
    assert reads.receipts(done)[0].proof == "fund"
    with pytest.raises(Invalid):
        do(one, "report_money", amount=YI, day=DAY, proof="nothing")


@pytest.mark.usefixtures("db")
def test_a_kind_of_document_that_is_gone_from_the_rules_is_still_shown(write: Write) -> None:
    write(OWN)
    one = do(lead(), "add_document", kind="review", file=papers.keep(pdf(), "review.pdf"))
    write("")
    assert "review" in client("officer").get(f"/work/leads/{one.log_id}/").content.decode()
    assert Machine("officer").get(f"/leads/{one.log_id}/documents").json()["documents"][0]["kind"] == "review"


@pytest.mark.usefixtures("db")
def test_a_rate_older_than_the_city_allows_converts_nothing(write: Write) -> None:
    write(OWN)
    one = paper(do(lead(), "add_document", kind="review", file=papers.keep(pdf(), "review.pdf")), "agreement")
    one = do(do(one, "engage", day=DAY), "talk", day=DAY)
    with pytest.raises(Invalid) as refused:
        do(one, "sign", amount=YI, currency="USD", day=DAY)
    assert "超过 30 天" in refused.value.faults[0].rule.zh


@pytest.mark.usefixtures("db")
def test_what_landed_means_is_counted_and_printed_beside_the_figure(write: Write) -> None:
    before = landing_rate()
    assert (
        "落地、开工、投产、达产" in before.define.zh and "落地凭证" in before.define.zh and "{" not in before.define.en
    )
    write(OWN)
    after = landing_rate()
    assert "算落地的阶段：开工、投产、达产；" in after.define.zh and "须有：不作要求" in after.define.zh
    assert "Under construction, In production" in after.define.en
    assert before.fingerprint != after.fingerprint
    assert (
        declare.figures(declare.of_line("leads"), catalogue(), values)["leads.start_rate"].measure.part
        == after.measure.part
    )


@pytest.mark.parametrize(
    ("text", "line", "rule"),
    [
        ("[clock]\n", 1, "clock：未知的项；有：clocks, days"),
        ("days = 3\n", 1, "days：应为表 [days]"),
        ("[days]\nsilence = 3\n", 2, "days.silence：未知的项；有：silent"),
        ('[days]\nsilent = "30"\n', 2, "days.silent：应为 1 到 3650 的整数"),
        ("[days]\nsilent = true\n", 2, "days.silent：应为 1 到"),
        ("[days]\nrate = 0\n", 2, "days.rate：应为 1 到"),
        ("[days]\nlink = 91\n", 2, "days.link：应为 1 到 90"),
        ("[clocks]\nanswer = { n = 3 }\n", 2, "clocks.answer：未知的项；有：respond"),
        ("[clocks]\njudge = 3\n", 2, "clocks.judge：应为表：kind, n"),
        ("[clocks]\njudge = { n = 3, of = 1 }\n", 2, "clocks.judge.of：未知的项"),
        ('[clocks]\njudge = { kind = "weeks" }\n', 2, "clocks.judge.kind：应为其一：workdays"),
        ("[clocks.judge]\nn = 1.5\n", 2, "clocks.judge.n：应为 1 到 999"),
        ("[gates]\nlanding = []\n", 2, "gates.landing：未知的项；有：engage"),
        ('[gates]\nland = "document:landing"\n', 2, "gates.land：应为文本的列表"),
        ('[gates]\nland = ["field:code", "field:code"]\n', 2, "不重复"),
        ('[gates]\nland = ["document:paper"]\n', 2, "gates.land：没有「document:paper」；有：field:company"),
        ('[gates]\nland = ["landing"]\n', 2, "没有「landing」"),
        ('[documents]\neia-2 = { zh = "环评", en = "x" }\n', 2, "应为小写英文字母"),
        ('[documents]\neia = "环评"\n', 2, "documents.eia：应为表：zh, en"),
        ('[documents]\neia = { zh = "环评" }\n', 2, "documents.eia.en：应为非空文本"),
        (f'[proofs]\neia = {{ zh = "{"长" * 61}", en = "x" }}\n', 2, "proofs.eia.zh：最长 60 字"),
        ("[landing]\nstages = []\n", 2, "landing.stages：应为 landed, started"),
        ('[landing]\nstages = ["landed"]\n', 2, "不能缺"),
        ('[landing]\nstages = ["signed", "landed", "started", "producing", "full"]\n', 2, "不能缺"),
        ("[landing]\nstage = 1\n", 2, "landing.stage：未知的项；有：stages"),
        ("[days\n", 1, "TOML 格式错误"),
    ],
)
def test_a_bad_file_is_refused_with_file_line_key_and_rule(tmp_path: Path, text: str, line: int, rule: str) -> None:
    (tmp_path / rules.FILE).write_text(text, "utf-8")
    with pytest.raises(RulesError) as refused:
        read(tmp_path)
    (fault,) = refused.value.faults
    assert (fault.file, fault.line) == ("leads.toml", line) and rule in fault.rule.zh
    assert f"leads.toml:{line}: " in refused.value.text.en


def test_all_that_is_wrong_is_named_at_once_by_doctor_and_serving_is_refused(write: Write) -> None:
    write("[days]\nsilent = 0\nsilence = 1\n")
    problem = FACE.settings_problem()
    assert (
        problem is not None and "leads.toml:2: days.silent" in problem.zh and "leads.toml:3: days.silence" in problem.en
    )
    found = examinations.OF_DATABASE["lines"](settings.CONF)
    assert found.mend is not None and "days.silence" in found.detail.zh
    write("[days]\nsilent = 10\n")
    assert FACE.settings_problem() is None and examinations.OF_DATABASE["lines"](settings.CONF).mend is None
    assert clocks.silent().days == 10


def test_the_rules_are_read_without_django() -> None:
    code = "import sys; from luoshi.leads import stages, rules; rules.read; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
