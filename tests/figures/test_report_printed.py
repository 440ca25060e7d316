"""A report printed: every number is its figure's, has a note, opens its records; the PDF says the same and is accessible."""

import re
from collections.abc import Iterator
from contextlib import nullcontext
from html import unescape
from io import BytesIO
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner
from django.conf import settings
from django.test import Client
from given import NOW
from reported_year import told_year

from luoshi.cli import session
from luoshi.conf import Conf
from luoshi.figures import ask, days, said
from luoshi.figures.ask import AsOf, Question
from luoshi.figures.package import verify
from luoshi.figures.period import parse
from luoshi.figures.report import cli
from luoshi.figures.report.document import Document, document
from luoshi.figures.report.reading import ReportError
from luoshi.figures.reported import said as told
from luoshi.kernel import clock
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.problems import Absent

YEAR = parse("2021")
NUMBER = re.compile(r'<a class="num" id="(n\d+)" href="#(f\d+)">([^<]*)</a>')
ODD = '#import "x": * $x^y$ \\\\ @a `~ #{} &lt;script&gt; &quot;'


class Told(NamedTuple):
    """The year's home, the size of its log, and the pack's report in both languages."""

    home: Path
    as_of: AsOf
    made: dict[str, Document]


@pytest.fixture(scope="module")
def year(world: Any, server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with told_year(world, server, tmp_path_factory.mktemp("report")) as (home, as_of):
        yield Told(home, as_of, {one: document("year", YEAR, as_of, one) for one in ("zh", "en")})


def own(year: Told, text: str, name: str = "own", as_of: AsOf | None = None) -> Document:
    """A report of the home's own."""
    (year.home / "reports").mkdir(exist_ok=True)
    (year.home / "reports" / f"{name}.zh.md").write_text(f"# 报告\n\n{text}\n", "utf-8")
    return document(name, YEAR, as_of or year.as_of, "zh")


def rules(year: Told, text: str) -> str:
    with pytest.raises(ReportError) as refused:
        own(year, text)
    return str(refused.value)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_html_prints_the_numbers_and_each_has_its_note(year: Told, language: str) -> None:
    made = year.made[language]
    html = made.html.decode()
    found = NUMBER.findall(html)
    assert [(one.anchor, one.text) for one in made.printed] == [(anchor, text) for anchor, _, text in found]
    assert [anchor for anchor, _, _ in found] == [f"n{at}" for at in range(1, len(found) + 1)]
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids)) and set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
    assert all(f"f{anchor[1:]}" == foot for anchor, foot, _ in found) and html.count('class="num"') == len(found)
    assert "<script" not in html and "http" not in html.partition("<main>")[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_number_is_its_figure_s(year: Told, language: str) -> None:
    for one in year.made[language].printed:
        figure = one.answer.question.figure
        known = days.shown(figure, year.as_of) if isinstance(one.answer, ask.Answer) else year.as_of
        assert one.answer.question.as_of.size == known.size
        text = one.text.replace(",", "").replace("−", "-").lstrip("+")
        if isinstance(one.answer, ask.Answer):
            whole = said.said(one.answer, ranked=bool(one.group), compare=one.compare)
            codes = [said.labels.code(*pair) for pair in zip(one.answer.question.by, one.group, strict=False)]
        else:
            whole = told.said(one.answer, ranked=bool(one.group), compare=one.compare)
            codes = [one.answer.question.figure.members.shown(str(group)) for group in one.group]
        row = next((row for row in whole["rows"] if [row[by] for by in one.answer.question.by] == codes), whole)
        due = whole["compare"]["change"] if one.compare else row[one.part]
        assert text == ("·" if due is None else str(due)), (one.anchor, one.answer.question.figure.id)


def entry(html: str, anchor: str) -> str:
    """The note's line of a number."""
    return next(one for one in re.findall(r'<p class="entry">.*?</p>', html) if f'id="f{anchor[1:]}"' in one)


def test_from_a_number_to_its_records_in_two_presses(year: Told) -> None:
    made = year.made["zh"]
    html, client, opened = made.html.decode(), Client(HTTP_HOST="127.0.0.1"), 0
    for one in made.printed:
        if one.part != "value" or not isinstance(one.answer, ask.Answer) or one.compare or opened > 12:
            continue
        cell = one.answer.cells[one.group] if one.group else one.answer.total
        records = re.findall(r'href="http://[^/]+([^"]*/records[^"]*)"', entry(html, one.anchor))
        if cell.suppressed or one.answer.question.period != YEAR:
            continue
        with clock.at(NOW):
            page = client.get(unescape(records[0]))
        assert page.status_code == 200 and cell.n is not None, one.answer.question
        text = page.content.decode()
        assert text.count("<tr") - 1 == min(cell.n, 50) and f"{cell.n:,}" in text, one.answer.question
        opened += 1
    assert opened > 12


def test_a_note_says_what_the_number_means_and_rests_on(year: Told) -> None:
    html = year.made["zh"].html.decode()
    figure = ask.figure("cases.on_time")
    note = next(
        one for one in re.findall(r'<section class="note".*?</section>', html, re.S) if str(figure.define) in one
    )
    for text in (
        str(figure.name),
        figure.fingerprint[:16],
        figure.owner,
        f"账本 {year.as_of.size:,} 条",
        "2021年",
        "计算",
        "模拟",
    ):
        assert text in note, text
    assert f"/figure/cases.on_time?period=2021&amp;as_of={year.as_of.size}" in note
    gdp = next(
        one
        for one in re.findall(r'<section class="note".*?</section>', html, re.S)
        if "<strong>地区生产总值</strong>" in one
    )
    for text in ("引用", "包头市2021年统计公报", "2022-03-31", "初步数", 'href="http://meilami.cn/'):
        assert text in gdp, text
    assert "模拟" not in gdp.partition("</p>")[0]


def test_numbers_that_wait_for_their_lines_are_listed(year: Told) -> None:
    for language, mark in (("zh", "<h2>待由记录计算</h2>"), ("en", "<h2>To be computed from records</h2>")):
        section = year.made[language].html.decode().partition(mark)[2].partition("<h2>")[0]
        assert [text for _, _, text in NUMBER.findall(section)] == [
            "204",
            "71.1",
            "97.4",
        ]
    assert "待由记录计算</span>" in own(year, '改造 {{ figure("city.communities_renovated") }}').html.decode()


def test_a_hidden_number_is_a_dot_with_its_reason(year: Told) -> None:
    made = own(
        year,
        '{{ table("cases.satisfied", by="street", rank=true) }}\n\n{{ figure("cases.on_time", period="2019") }}'
        '\n\n{{ figure("cases.reported", period="2020") }}',
    )
    html = made.html.decode()
    hidden = [
        one
        for one in made.printed
        if isinstance(one.answer, ask.Answer) and one.group and one.answer.cells[one.group].suppressed
    ]
    assert hidden and all(one.text == "·" for one in hidden)
    assert "·：少于" in html and html.count("账本里最早的记录在 2021-01") >= 2
    unknown = [one for one in made.printed if one.answer.question.period.text in ("2019", "2020")]
    assert {(one.part, one.text) for one in unknown} == {("value", "·"), ("n", "0")}
    assert "逐条记录" not in entry(html, hidden[0].anchor) and "少于" in entry(html, hidden[0].anchor)


def test_verdicts_open_as_of_a_day_which_the_public_may_ask_for(year: Told, world: Any) -> None:
    early = ask.as_of("2021-12-20")
    html = own(year, '{{ figure("cases.satisfied") }}，{{ figure("cases.closed") }}', as_of=early).html.decode()
    assert "/figure/cases.satisfied?period=2021&amp;as_of=2021-11-30" in html
    assert f"/figure/cases.closed?period=2021&amp;as_of={early.size}" in html
    now = re.findall(r'href="http://[^/]+(/figure/cases.satisfied\?[^"]*)"', year.made["zh"].html.decode())
    with clock.at(NOW):
        assert Client(HTTP_HOST="127.0.0.1").get(unescape(now[0])).status_code == 200


def test_the_pdf_is_tagged_titled_and_says_the_same(year: Told) -> None:
    for language, made in year.made.items():
        with pikepdf.open(BytesIO(made.pdf)) as pdf:
            assert str(pdf.Root.Lang).startswith(language) and pdf.Root.MarkInfo.Marked and pdf.Root.StructTreeRoot.K
            assert str(pdf.docinfo["/Title"]) == made.title and pdf.Root.ViewerPreferences.DisplayDocTitle
            xmp = pdf.open_metadata()
            assert str(xmp["pdfuaid:part"]) == "1" and xmp["dc:title"] == made.title
            addresses = [
                str(one.A.URI) for page in pdf.pages for one in page.get("/Annots", []) if "/URI" in one.get("/A", {})
            ]
            fonts = {str(font.BaseFont) for page in pdf.pages for font in page.Resources.Font.values()}
        assert any("/figure/cases.on_time/records?" in one for one in addresses)
        assert all("NotoSans" in font for font in fonts), fonts
        text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(made.pdf))
        assert (
            made.title.replace(" ", "") in text.replace(" ", "")
            and ("模拟" if language == "zh" else "simulated") in text
        )
        assert not [one for one in made.printed if one.text not in text]


def test_the_same_log_gives_the_same_bytes(year: Told) -> None:
    again = document("year", YEAR, year.as_of, "zh")
    assert (again.html, again.pdf) == (year.made["zh"].html, year.made["zh"].pdf)


def test_the_same_text_serves_another_year_and_an_earlier_day(year: Told, world: Any) -> None:
    before = document("year", parse("2020"), year.as_of, "zh")
    assert before.title == "包头市2020年年报" and "2,787.4" in [one.text for one in before.printed]
    early = document("year", YEAR, ask.as_of(str(world.sizes[0])), "zh")
    assert early.as_of.size < year.as_of.size and early.printed[0].text != year.made["zh"].printed[0].text
    assert not any("待由记录计算" in one for one in re.findall("<h2>.*?</h2>", early.html.decode()))


def test_what_looks_like_markup_is_text(year: Told) -> None:
    made = own(year, f"{ODD}\n\n| {ODD} |\n|---|\n| x |\n\n- **{ODD}**")
    assert made.html.decode().count("#import &quot;x&quot;: * $x^y$ \\ @a") == 3 and "<script" not in made.html.decode()
    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(made.pdf))
    assert text.count('#import "x": * $x^y$ \\ @a `~ #{} <script>') == 3


def test_the_documentation_s_own_text_prints(year: Told) -> None:
    page = (Path(__file__).parents[2] / "docs" / "figures.md").read_text("utf-8")
    example = page.partition("    # 包头市")[2].partition("| in braces")[0]
    text = dedent(example.partition("\n")[2])
    made = own(year, text)
    assert re.search(r'居第 <span class="nb"><a class="num" id="n\d+" href="#f\d+">2</a>', made.html.decode())
    assert "<caption>按期办结率" in made.html.decode()


def test_an_unknown_id_is_told_before_anything_is_computed(year: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask_nothing(*_: object, **__: object) -> None:
        raise AssertionError("computed")

    monkeypatch.setattr("luoshi.figures.report.asks.counted.ask", ask_nothing)
    monkeypatch.setattr("luoshi.figures.report.asks.reported.ask", ask_nothing)
    text = '{{ figure("cases.closed") }}，{{ figure("city.gdp") }}，{{ figure("cases.clsed") }}\n\n{{ figure("cases.opn") }}'
    told = rules(year, text)
    assert "own.zh.md:3: figure cases.clsed" in told and "own.zh.md:5: figure cases.opn" in told


def test_links_lead_to_the_public_address_or_say_that_they_open_here_alone(
    year: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, here = (
        '{{ figure("cases.closed") }}{{ figure("city.gdp") }}'.replace("}}{{", "}}，{{"),
        "只在出报告的这台机器上能打开",
    )
    made = own(year, text)
    assert 'href="http://127.0.0.1:8000/figure/cases.closed?' in made.html.decode() and here in made.html.decode()
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "public_url": "https://luoshi.example.cn/"}))
    public = own(year, text)
    html = public.html.decode()
    assert here not in html and "127.0.0.1" not in html
    for name in ("cases.closed", "city.gdp"):
        assert f'href="https://luoshi.example.cn/figure/{name}?' in html
    with pikepdf.open(BytesIO(public.pdf)) as pdf:
        links = [str(one.A.URI) for page in pdf.pages for one in page.get("/Annots", []) if "/URI" in one.get("/A", {})]
    assert any("example.cn/figure/city.gdp?" in one for one in links) and not any("127.0.0.1" in one for one in links)


def test_a_name_with_number_characters_is_explained_at_the_end(year: Told) -> None:
    (year.home / "reports").mkdir(exist_ok=True)
    (year.home / "reports" / "names.toml").write_text(
        '[names]\n"一带一路" = "合作倡议"\n"1+13+N" = "能源体系"\n', "utf-8"
    )
    html = own(year, "[[name: 一带一路]]，[[word: 统一]]。").html.decode()
    assert "<li>一带一路：合作倡议</li>" in html.partition("含数字的名称，不是数</h2>")[2] and "能源体系" not in html
    assert "含数字的名称" not in own(year, "没有。").html.decode()


def test_what_cannot_be_asked_is_named_with_file_and_line(year: Told) -> None:
    given = {
        'figure("cases.none")': "没有指标 cases.none", 'figure("cases.closed", period="2021-13")': "不是时期",
        'figure("cases.closed", by="county")': "要有一个维度", 'table("cases.closed")': "要有一个维度",
        'table("cases.closed", by="nobody")': "没有这个维度", 'figure("cases.closed", where="county=9")': "没有这个值",
        'figure("cases.closed", where="county")': "维度=值", 'figure("cases.closed", part="numerator")': "只有占比",
        'figure("cases.closed", part="all")': "应为其一", 'figure("cases.closed", part="change")': "yoy 或 mom",
        'figure("cases.closed", compare="ytd")': "yoy 或 mom", 'figure("cases.closed", by="county", part="rank")': "谁的名次",
        'figure("city.gdp", part="n")': "引用的数只有", 'figure("city.gdp", where="member=9")': "没有这个地方",
        'figure("cases.closed", by="category", where="category=010101", part="rank", period="2019")': "没有它的记录",
    }  # fmt: skip
    for call, rule in given.items():
        found = rules(year, f"a\n\n{{{{ {call} }}}}")
        assert found.startswith("own.zh.md:5: ") and rule in found, found
    with pytest.raises(Absent):
        document("nobody", YEAR, year.as_of, "zh")


def test_ranks_changes_and_quarters(year: Told) -> None:
    made = own(year, "\n\n".join([
        '{{ figure("cases.closed", by="county", where="county=150203000000", part="rank") }}',
        '{{ figure("cases.on_time", period="2021Q4", compare="mom") }}', '{{ figure("cases.reported", period="2021-12", compare="mom") }}',
        '{{ figure("city.gdp", by="member", part="rank") }}', '{{ figure("city.gdp", compare="yoy") }}',
        '{{ table("cases.open", by="month") }}',
    ]))  # fmt: skip
    rank, points, share, gdp, growth = (one.text for one in made.printed[:5])
    assert rank == "1" and gdp == "2" and growth == "+8.5"
    html = made.html.decode()
    assert re.search(rf">{re.escape(points)}</a><span class=\"unit\"> 个百分点", html)
    assert re.search(rf">{re.escape(share)}</a><span class=\"unit\">%", html) and "地区生产总值增速" in html
    december = ask.ask(Question(ask.figure("cases.open"), parse("2021-12"), year.as_of)).total.n
    assert f"{december}" in [one.text for one in made.printed if one.group and one.group[0] == parse("2021-12").first]


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.report, arguments, standalone_mode=False, obj={})
    return (done.return_value if done.exception is None else 1), f"{done.output}{done.exception or ''}"


@pytest.fixture
def ours(year: Told, monkeypatch: pytest.MonkeyPatch) -> Told:
    """The year, as the command finds it."""
    place = Place("test.example/log", Folder(year.home / "log"), year.home / "keys" / "log")
    monkeypatch.setattr("luoshi.kernel.ledger.place.current", lambda: place)
    monkeypatch.setattr(session, "connected", nullcontext)
    return year


def test_the_year_is_published_with_a_package_that_verifies(
    ours: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, kept = tmp_path / "out", ours.home / "reports"
    there = set(kept.iterdir()) if kept.exists() else set()
    with clock.at(NOW):
        code, text = run("year", "--period", "2021", "--lang", "en", "--out", str(out))
    assert code == 0 and sorted(one.name for one in out.iterdir()) == ["package", "report.html", "report.pdf"], text
    package = out / "package"
    opened = verify.Package(package)
    assert opened.check() == [] and len(opened.said["numbers"]) == len(ours.made["en"].printed)
    assert [(package / name).read_bytes() for name in ("report.html", "report.pdf")] == [
        (out / name).read_bytes() for name in ("report.html", "report.pdf")
    ]
    (fresh,) = (one for one in set(kept.iterdir()) - there if (one / "package.zip").exists())
    assert (fresh / "report.html").read_bytes() == (out / "report.html").read_bytes()
    html = package / "report.html"
    html.write_text(html.read_text("utf-8").replace(">3,293.0<", ">3,393.0<", 1), "utf-8")
    assert any("report.html: other numbers" in one for one in verify.Package(package).check())
    (package / "log" / "tile" / "entries" / "000").unlink(missing_ok=True)
    (package / "openings.csv").write_text("1,2,3\n", "utf-8")
    assert verify.main([str(package)]) == 1
    told = capsys.readouterr().out
    assert "report.html: not the file" in told and "Error: " in told, "what was found before stays"


def test_a_reported_number_printed_otherwise_than_the_log_has_it_is_told(ours: Told, tmp_path: Path) -> None:
    with clock.at(NOW):
        assert run("year", "--period", "2021", "--lang", "en", "--out", str(tmp_path / "out"))[0] == 0
    opened = verify.Package(tmp_path / "out" / "package")
    number = next(
        one for one in opened.said["numbers"]
        if one["part"] == "value" and opened.said["questions"][one["question"]].get("printed")
    )  # fmt: skip
    opened.number(number)
    assert not opened.committed
    asked = opened.said["questions"][number["question"]]
    asked["printed"] = f"1{asked['printed']}"
    assert opened.number(number) == asked["printed"] and list(opened.committed.values()) == ["as published"]


def test_the_command_writes_all_or_nothing(ours: Told, tmp_path: Path) -> None:
    year, out = ours, tmp_path / "a" / "out"
    own(year, 'x {{ figure("cases.closed") }}')
    with clock.at(NOW):
        code, _ = run("own", "--period", "2021", "--lang", "zh", "--out", str(out), "--draft")
        assert code == 0 and sorted(one.name for one in out.iterdir()) == ["report.html", "report.pdf"]
        assert out.stat().st_mode & 0o777 == 0o755 and [one.name for one in out.parent.iterdir()] == ["out"]
        code, text = run("own", "--period", "2021", "--out", str(out))
        assert code == 1 and "is no empty folder" in text
        (year.home / "reports" / "own.zh.md").write_text("# 报告\n\n八百", "utf-8")
        code, text = run("own", "--period", "2021", "--lang", "zh", "--out", str(tmp_path / "b" / "out"))
        assert code == 1 and "own.zh.md:3" in text and list((tmp_path / "b").iterdir()) == []
        assert "own  zh" in run("list")[1] and "year  en" in run("list")[1]
        for wrong in (
            ("own", "--period", "x", "--out", "y"),
            ("own",),
            ("none", "--period", "2021", "--out", str(tmp_path / "c")),
        ):
            assert run(*wrong)[0] == 1 and not (tmp_path / "c").exists()
