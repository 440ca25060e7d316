"""Reported figures from files: CSV, XLSX and SDMX-CSV, all rows or none, twice is once; errors of the source and their end."""

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from openpyxl import Workbook
from reported_home import CORRECTION, PACK, answer, declare, enter, publish, seal

from luoshi.cli import demo, examinations
from luoshi.conf import Conf
from luoshi.figures.declare import FigureError
from luoshi.figures.models import ReportedValue
from luoshi.figures.reported import actions, catalogue
from luoshi.kernel.problems import Denied, Invalid
from luoshi.kernel.text import speaking
from luoshi.kernel.viewer import Viewer
from luoshi.ports.importer import reported
from luoshi.ports.importer.rows import FileProblem

LINES = (
    "figure,period,member,value,vintage,status,source,document,page,address,note",
    "city.gdp,2021,,3293.0,2022-03-31,preliminary,市统计局,公报,3,https://example.cn/a,",
    "city.gdp_growth,2021,150600,7.0,2022-03-31,preliminary,市统计局,公报,,,转载",
)
SDMX = """STRUCTURE,STRUCTURE_ID,ACTION,FREQ:Frequency,INDICATOR:Indicator,REF_AREA:Reference area,TIME_PERIOD,OBS_VALUE,OBS_STATUS:Status,VINTAGE,DATA_SOURCE,DOCUMENT
dataflow,NMG:GDP(1.0): GDP,I,A: Annual,city.gdp: GDP,150600: 鄂尔多斯市,2021,4715.7,P: Provisional value,2022-03-31,统计局,公报
dataflow,NMG:GDP(1.0): GDP,I,A: Annual,city.gdp: GDP,150200: 包头市,2021,3293.0,A: Normal value,2022-03-31,统计局,公报
"""


@pytest.fixture(autouse=True)
def home(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": tmp_path}))
    declare(tmp_path)
    return tmp_path


def put(home: Path, *lines: str, name: str = "a.csv") -> Path:
    path = home / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def rows() -> set[tuple[str, str, str, str]]:
    return {(r.figure, r.period, r.member, f"{r.value:f}") for r in ReportedValue.objects.all()}


def test_rows_wait_for_a_second_person_and_twice_is_once(cast: dict[str, Viewer], home: Path) -> None:
    file, viewer = put(home, *LINES), cast["statistician"]
    dry = reported.take(file, viewer, dry=True)
    assert dry.plain(True) == {"read": 2, "proposed": 2, "unchanged": 0, "refused": 0, "dry_run": True, "errors": []}
    assert rows() == set()
    assert reported.take(file, viewer).proposed == 2
    assert rows() == {("city.gdp", "2021", "", "3293.0"), ("city.gdp_growth", "2021", "150600", "7.0")}
    assert set(ReportedValue.objects.values_list("state", flat=True)) == {"proposed"}
    again = reported.take(file, viewer)
    assert (again.proposed, again.unchanged) == (0, 2)
    row = ReportedValue.objects.get(figure="city.gdp")
    actions.approve(viewer=cast["supervisor"], on=row.pk)
    assert (row.page, row.address, row.placed_by_id) == ("3", "https://example.cn/a", viewer.person)
    assert reported.take(file, viewer).unchanged == 2
    with pytest.raises(Denied):
        reported.take(file, cast["supervisor"])


def test_with_one_row_refused_nothing_is_written(cast: dict[str, Viewer], home: Path) -> None:
    other = LINES[1].replace("3293.0", "3294")
    bad = "city.none,2021,,1,2022-01-01,final,a,b,,,"
    worse = "city.gdp,2021Q1,110000,x,2022-02-30,guess,,b,,,"
    report = reported.take(put(home, *LINES, other, bad, worse, "city.gdp,2021"), cast["statistician"])
    found = report.plain(False)
    assert (found["read"], found["proposed"]) == (6, 0) and rows() == set()
    assert [(one["line"], one["field"], one["value"]) for one in found["errors"]] == [
        (4, "value", "3294"), (5, "figure", "city.none"), (6, "period", "2021Q1"), (6, "value", "x"),
        (6, "vintage", "2022-02-30"), (6, "source", ""), (6, "status", "guess"), (6, "member", "110000"),
        (7, "", "city.gdp,2021"),
    ]  # fmt: skip
    with speaking("en"):
        assert "3293.0" in report.plain(False)["errors"][0]["rule"] and orjson.dumps(found)


@pytest.mark.parametrize("head", [LINES[0].replace("vintage", "date"), LINES[0].replace("note", "notes")])
def test_columns_that_are_missing_or_unknown(cast: dict[str, Viewer], home: Path, head: str) -> None:
    with pytest.raises(FileProblem) as refused:
        reported.take(put(home, head, *LINES[1:]), cast["statistician"])
    assert refused.value.misused


def test_a_file_without_rows_is_told(cast: dict[str, Viewer], home: Path) -> None:
    with pytest.raises(FileProblem) as refused:
        reported.take(put(home, LINES[0]), cast["statistician"])
    assert refused.value.misused


def test_a_workbook_says_the_same(cast: dict[str, Viewer], home: Path) -> None:
    book = Workbook()
    for number, line in enumerate(LINES):
        cells: list[Any] = line.split(",")
        if number:
            cells[1], cells[3], cells[4] = int(cells[1]), float(cells[3]), datetime.fromisoformat(cells[4])
        book.active.append(cells)
    book.save(home / "a.xlsx")
    assert reported.take(home / "a.xlsx", cast["statistician"]).proposed == 2
    assert {(one[0], float(one[3])) for one in rows()} == {("city.gdp", 3293), ("city.gdp_growth", 7)}


def test_sdmx_csv(cast: dict[str, Viewer], home: Path) -> None:
    assert reported.take(put(home, SDMX.strip()), cast["statistician"]).proposed == 2
    found = ReportedValue.objects.order_by("member").values_list("member", "value", "release")
    assert [(one[0], f"{one[1]:f}", one[2]) for one in found] == [
        ("", "3293.0", "final"), ("150600", "4715.7", "preliminary"),
    ]  # fmt: skip
    wrong = SDMX.replace(",I,A: Annual", ",D,A: Annual")
    assert [one.fault.field for one in reported.take(put(home, wrong.strip()), cast["statistician"]).refused] == ["ACTION"] * 2  # fmt: skip
    scaled = SDMX.replace("FREQ:Frequency", "UNIT_MULT").replace("A: Annual", "8")
    assert reported.take(put(home, scaled.strip()), cast["statistician"]).refused[0].fault.field == "UNIT_MULT"
    with pytest.raises(FileProblem):
        reported.take(put(home, SDMX.replace("FREQ:Frequency", "SEX").strip()), cast["statistician"])


@pytest.mark.parametrize(
    ("given", "kept"), [("2021-Q3", "2021Q3"), ("2021-M10", "2021-10"), ("2021-10", "2021-10"), ("2021", "2021")]
)
def test_periods_of_sdmx(home: Path, given: str, kept: str) -> None:
    row = next(csv.DictReader(io.StringIO(SDMX.replace(",2021,", f",{given},"))))
    assert reported._given(row)["period"] == kept


def test_the_packs_values_are_published_by_two_people(cast: dict[str, Viewer], home: Path) -> None:
    demo.publish(PACK / "reported.csv")
    seal(home)
    assert ReportedValue.objects.filter(state="approved").count() == 35 == ReportedValue.objects.count()
    assert {(r.placed_by_id, r.approved_by_id) for r in ReportedValue.objects.all()} == {
        (cast["statistician"].person, cast["supervisor"].person)
    }
    told = {
        "city.gdp_growth": "8.5", "city.investment_growth": "26.6", "city.industry_growth": "14.1",
        "city.communities_renovated": "204", "city.toilet_coverage": "71.1",
        "city.waste_coverage": "97.4",
    }  # fmt: skip
    found = {name: answer(name) for name in told}
    assert {name: one["value"] for name, one in found.items()} == told
    growth = {"city.gdp_growth", "city.investment_growth", "city.industry_growth"}
    assert {name for name, one in found.items() if not one["pending"]} == growth
    leagues = answer("city.gdp_growth", "2021", "member", ranked=True)
    assert [(row["rank"], row["name"]) for row in leagues["rows"]][:2] == [(1, "包头市"), (2, "鄂尔多斯市")]
    assert len(leagues["rows"]) == 12 and leagues["missing"] == []
    assert len(answer("city.investment_growth", "2021", "member", ranked=True)["missing"]) == 11
    region = answer("city.region_gdp", compare="yoy")
    assert (region["value"], region["first_release"]["value"]) == ("21063.87", "20514.2")
    assert answer("city.gdp", compare="yoy")["compare"]["change"] == "8.5"


def test_a_number_printed_wrongly_is_corrected_until_the_source_mends_itself(cast: dict[str, Viewer], home: Path) -> None:  # fmt: skip
    before = answer("city.gdp")["fingerprint"]
    (home / "figures-corrections.toml").write_text(CORRECTION, "utf-8")
    publish(cast, value="32930")
    seal(home)
    found = answer("city.gdp")
    assert (found["value"], found["correction"]["published"]) == ("3293.0", "32930") and found["fingerprint"] != before
    assert examinations.figures(settings.CONF).mend is None and actions.mended() == []
    with pytest.raises(Invalid) as refused:
        enter(cast["statistician"], value="3293.0", vintage="2022-06-01")
    assert "figures-corrections.toml" in str(refused.value.faults[0].rule) and "第 1 行" in str(
        refused.value.faults[0].rule
    )
    mended = LINES[1].replace("2022-03-31", "2022-06-01")
    report = reported.take(put(home, LINES[0], mended), cast["statistician"])
    assert [one.fault.field for one in report.refused] == ["value"]
    (home / "figures-corrections.toml").unlink()
    assert reported.take(put(home, LINES[0], mended), cast["statistician"]).proposed == 1
    actions.approve(viewer=cast["supervisor"], on=ReportedValue.objects.latest("id").pk)
    seal(home)
    assert answer("city.gdp")["value"] == "3293.0" and answer("city.gdp")["correction"] is None
    (home / "figures-corrections.toml").write_text(CORRECTION, "utf-8")
    assert len(actions.mended()) == 1 and examinations.figures(settings.CONF).mend is not None
    assert answer("city.gdp")["correction"] is None, "what is right is not corrected"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('figure = "city.gdp"', 'figure = "city.none"', "city.none"), ('"> 9999"', '"about 9999"', "expect"),
        ('member = "150200"', 'member = "110000"', "110000"), ('period = "2021"', 'period = "21"', "21"),
        ('published = "32930"', "published = 32930", "文本"), ('correct = "3293.0"', 'correct = "x"', "correct"),
        ('expect = "> 9999"\n', "", "expect"), ("[[correction]]", "[correction]", "[[correction]]"),
    ],
)  # fmt: skip
def test_a_correction_that_cannot_be_is_named_with_its_line(home: Path, old: str, new: str, said: str) -> None:
    (home / "figures-corrections.toml").write_text("\n" + CORRECTION.replace(old, new), "utf-8")
    with pytest.raises(FigureError) as refused:
        catalogue.all_corrections()
    assert said in str(refused.value) and str(refused.value).startswith("figures-corrections.toml:")
    assert examinations.figures(settings.CONF).mend is not None
