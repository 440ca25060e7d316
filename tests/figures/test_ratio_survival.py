"""Ratios, Kaplan–Meier shares and money over the simulated year: on all engines against SQL written apart, on pages, in the
package, as targets; what cannot be declared is refused.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

import oracle
import pytest
import tried
from django.conf import settings
from django.test import Client
from exported import CHECKS, keep
from exported import rows as table_of
from lifelines import KaplanMeierFitter
from test_figures_oracle import bounds
from test_package import run, written

from luoshi.conf import Conf
from luoshi.figures import ask, lake, said
from luoshi.figures.answer import Cell, change, exact, numerator, value
from luoshi.figures.ask import Question
from luoshi.figures.exports import make
from luoshi.figures.period import parse
from luoshi.figures.targets import course
from luoshi.kernel.ledger import rows
from luoshi.kernel.measures import Less, Measure, MeasureError, as_json, check

_MICROS = "(extract(epoch FROM ({})) * 1000000)::numeric(30, 0)"
_ONCE = "stage <> 'merged' AND {0} >= %(start)s AND {0} < %(stop)s"
_GIVEN, _TAKEN = _MICROS.format("due_at - reported_at"), _MICROS.format("closed - reported_at")
SUMS = {
    "cases.tried_ratio": f"sum({_TAKEN}), sum({_GIVEN}), count(*) FROM cases WHERE {_ONCE.format('reported_at')} "
    "AND closed IS NOT NULL AND due_at IS NOT NULL",
    "cases.tried_grades": "sum(grade), sum((last->>'returns')::int), count(*) FROM cases "
    f"WHERE {_ONCE.format('closed')} AND grade IS NOT NULL AND last->>'returns' IS NOT NULL",
    "cases.tried_money": f"sum({_GIVEN}), NULL, count(*) FROM cases WHERE {_ONCE.format('reported_at')} AND due_at IS NOT NULL",
}
COHORT = f"""
SELECT coalesce(last->>'county', ''), floor(extract(epoch FROM greatest(stop - reported_at, '0')) / 86400)::int, came FROM (
  SELECT *, CASE WHEN came THEN closed ELSE least(lost, %(until)s) END AS stop FROM (
    SELECT *, coalesce(closed < %(until)s AND closed <= coalesce(lost, closed), false) AS came
    FROM (SELECT *, {{lost}} AS lost FROM cases WHERE {_ONCE.format("reported_at")}) AS c) AS c) AS c ORDER BY 1
"""
DAYS = {"cases.tried_within": (2, "NULL::timestamptz"), "cases.tried_lost": (3, "due_at")}


@pytest.fixture
def year(here: Any) -> Iterator[Any]:
    with tried.figures(here.home):
        yield here


def asked(name: str, period: str, size: int, by: tuple[str, ...] = (), engine: Any = "duckdb") -> ask.Answer:
    return ask.ask(Question(ask.figure(name), parse(period), ask.as_of(str(size)), by, engine=engine))


def fitted(spans: list[tuple[int, bool]], days: int) -> float:
    fit = KaplanMeierFitter().fit([span for span, _ in spans], [came for _, came in spans])
    return 100 * (1 - float(fit.predict(days)))


def sums_hold(period: str, size: int, engine: str) -> int:
    """How many records stood behind them."""
    counted = 0
    for name, query in SUMS.items():
        cell = asked(name, period, size, engine=engine).total
        ((num, den, n),) = oracle.rows(f"SELECT {query}", size, *bounds(period, size))
        assert (cell.num, cell.den or 0, cell.n) == (num or 0, den or 0, n), (name, period, size, engine)
        counted += n
    return counted


def shares_hold(period: str, size: int, engine: str) -> int:
    """How many shares lay between nothing and all."""
    some = 0
    for name, (days, lost) in DAYS.items():
        told = oracle.rows(COHORT.format(lost=lost), size, *bounds(period, size))
        groups = {county: [row[1:] for row in found] for county, found in groupby(told, lambda row: row[0])}
        answer = asked(name, period, size, ("county",), engine)
        assert {group[0] or "": cell.n for group, cell in answer.cells.items()} == {
            county: len(found) for county, found in groups.items()
        }
        cells = {(): answer.total, **answer.cells}
        for group, cell in cells.items():
            spans = groups[str(group[0] or "")] if group else [row[1:] for row in told]
            shown = exact(answer.question.figure, cell)
            assert (cell.num, cell.den, cell.n) == (None, None, len(spans))
            assert (shown is None) == (not spans)
            if shown is not None:
                assert float(shown) == pytest.approx(fitted(spans, days), abs=1e-9), (name, period, size, engine, group)
                some += 0 < shown < 100
    return some


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_each_is_what_sql_says_as_of_several_sizes(year: Any, face: Any, engine: str) -> None:
    lake.bring(year.home, face, lives=True)
    counted = shares = 0
    for size in (rows.size_on(date(2021, 8, 31)), year.sizes[0], year.sizes[2]):
        for period in ("2021", "2021-08", "2022"):
            counted += sums_hold(period, size, engine)
            shares += shares_hold(period, size, engine)
    assert counted > 1000 and shares > 50, (counted, shares)


@pytest.mark.skipif(shutil.which("java") is None or find_spec("pyspark") is None, reason="NO SPARK: java, pyspark")
def test_spark_says_the_same(year: Any, face: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from test_figures_spark import _stop

    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "spark_master": "local[2]"}))
    monkeypatch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    lake.bring(year.home, face, lives=True)
    try:
        for size in (year.sizes[2], year.sizes[0]):
            for name in tried.NAMES:
                one, other = (asked(name, "2021", size, ("county",), engine) for engine in ("duckdb", "spark"))
                assert one.total.n and (one.total, one.cells) == (other.total, other.cells), (name, size)
    finally:
        _stop()


def test_a_share_by_month_of_the_start_and_by_two_dimensions(year: Any) -> None:
    whole = asked("cases.tried_within", "2021", year.sizes[2], ("month",))
    assert len(whole.cells) > 6 and sum(cell.n or 0 for cell in whole.cells.values()) == whole.total.n
    for (month,), cell in whole.cells.items():
        assert cell.n == asked("cases.tried_within", f"2021-{int(month or 0) % 12 + 1:02d}", year.sizes[2]).total.n
    both = asked("cases.tried_ratio", "2021", year.sizes[2], ("county", "channel"))
    assert sum(cell.den or 0 for cell in both.cells.values()) == both.total.den


def test_records_are_those_that_count_and_say_for_whom_it_came(year: Any) -> None:
    for name in tried.NAMES:
        answer = asked(name, "2021", year.sizes[2])
        records, one = ask.records(answer.question), answer.question.figure.measure
        assert len(records) == answer.total.n and len({record.subject for record in records}) == answer.total.n
        if one.kind == "survival":
            day = 86_400_000_000
            within = [record for record in records if record.part]
            assert len(within) == sum(came for came, _ in answer.total.parts) > 0
            assert all((record.value or 0) // day <= one.days for record in within)
            late = [record for record in records if not record.part]
            assert all(record.value is None or record.value // day > one.days for record in late) and late
        else:
            assert sum(record.value or 0 for record in records) == answer.total.num


def test_what_is_said_of_them(year: Any) -> None:
    found = said.said(asked("cases.tried_ratio", "2021", year.sizes[2], ("county",)), ranked=True, compare="yoy")
    exactly = Decimal(100 * found["numerator"]) / found["denominator"]
    assert found["value"] == f"{exactly:.2f}" and found["unit"] == "%" and found["rows"][0]["rank"] == 1
    assert (found["compare"]["value"], found["compare"]["change_unit"]) == (None, "pp")  # of nothing there is no ratio
    share = asked("cases.tried_within", "2021-10", year.sizes[2], ("county",))
    found = said.said(share, ranked=True, compare="mom")
    assert (found["numerator"], found["denominator"]) == (None, None) and found["n"] == share.total.n
    before = asked("cases.tried_within", "2021-09", year.sizes[2]).total
    figure = share.question.figure
    points = (exact(figure, share.total) or 0) - (exact(figure, before) or 0)
    assert change(figure, share.total, before)[1] == "pp" == found["compare"]["change_unit"]
    assert abs(Fraction(found["compare"]["change"]) - points) <= Fraction(1, 200)
    ranks = [row["rank"] for row in found["rows"] if row["rank"]]
    assert ranks == sorted(ranks) and len(ranks) > 3


def test_money_has_all_of_its_digits(year: Any) -> None:
    answer = asked("cases.tried_money", "2021", year.sizes[2], ("county",))
    found, fen = said.said(answer), answer.total.num or 0
    assert found["unit"] == "亿元" and Fraction(found["numerator"]) == Fraction(fen, 10**10)
    assert found["value"] == f"{Decimal(found['numerator']):.2f}" and "E" not in found["numerator"]
    figure = answer.question.figure
    for num, text in ((0, "0"), (12493 * 10**10, "12493"), (7_120_000_000, "0.712"), (-1, "-0.0000000001")):
        assert said.as_cell(figure, Cell(num, None, 1))["numerator"] == text
    assert numerator(ask.figure("cases.closed"), Cell(7, None, 7)) == 7 and numerator(figure, Cell(None)) is None


def test_of_weinan_s_714_there_were_71_2_in_place(year: Any) -> None:
    """渭南 2010: 71.2 of 714 (hundred million yuan), 10.0 %."""
    figure = ask.figure("cases.tried_ratio")
    cell = Cell(7_120_000_000_00, 71_400_000_000_00, 292)
    assert value(figure, cell) == Decimal("9.97") and value(replace(figure, decimals=1), cell) == Decimal("10.0")
    assert value(figure, Cell(5, 0, 3)) is None


def test_pages_files_and_the_api_have_them(year: Any, public: Client, tmp_path: Path) -> None:
    for name in tried.NAMES:
        page = public.get(f"/figure/{name}?period=2021&by=county")
        opened = public.get(f"/figure/{name}/records?period=2021&part=1")
        differs = public.get(f"/figure/{name}/difference?period=2021&since={year.sizes[0]}")
        assert {page.status_code, opened.status_code, differs.status_code} == {200}, name
        answer = public.get(f"/api/figures/{name}?period=2021&by=county&rank=1&compare=yoy").json()
        assert answer["value"] and answer["value"] in page.content.decode().replace(",", "")
        records = public.get(f"/api/figures/{name}/records?period=2021&part=1&limit=200").json()["records"]
        assert len(records) == min(answer["n"], 200)
        text = opened.content.decode()
        assert ("天内到来" in text) is (name in DAYS)
        for form in make.FORMS:
            question = Question(ask.figure(name), parse("2021"), ask.as_of(str(year.sizes[2])), ("county",))
            files = make.files(ask.ask(question), form)
            assert CHECKS[form](keep(tmp_path / f"{name}-{form}", files)) == [], (name, form)
            if form == "csvw":
                assert table_of(files[f"{name}.csv"])[0]["numerator"] == str(answer["numerator"] or "")


def test_the_verifier_recomputes_ratios_and_says_what_it_does_not(
    year: Any, world: Any, server: Any, shell: Any, tmp_path: Path
) -> None:
    folder = written(world, server, tmp_path / "package", world.sizes[2])
    code, text = run(folder)
    assert code == 0, text
    assert "committed, not recomputed: cases.tried_within 2021" in text and "not opened: cases.solved 2021" in text
    assert "tried_ratio" not in text and "tried_money" not in text
    code, text = shell("verify", "package", str(folder))
    assert code == 0 and "没有重算：cases.tried_within 2021" in text and "没有打开：cases.solved 2021" in text
    declared = json.loads((folder / "declarations.json").read_text("utf-8"))["figures"]
    assert declared["cases.tried_ratio"]["opened"] and not declared["cases.tried_lost"]["opened"]
    numbers = json.loads((folder / "numbers.json").read_text("utf-8"))
    for name in ("cases.tried_ratio", "cases.tried_within"):  # a number that does not follow is named
        at = next(n for n, one in enumerate(numbers["questions"]) if one["figure"] == name and not one["by"])
        bent = json.loads(json.dumps(numbers))
        num, den, n, parts = bent["questions"][at]["cells"][0][1]
        bent["questions"][at]["cells"][0][1] = [num and num + 10**12, den, n, [[a, b + 1] for a, b in parts]]
        (folder / "numbers.json").write_text(json.dumps(bent), "utf-8")
        code, text = run(folder)
        assert code == 1 and "is printed, it should be" in text, text


def test_the_course_of_a_ratio_follows_from_its_months(year: Any) -> None:
    answer = asked("cases.tried_ratio", "2021", year.sizes[2], ("month",))
    cells = {int(group[0] or 0): cell for group, cell in answer.cells.items()}
    ends = course.ends(answer.question.figure, cells, parse("2021").first)
    assert ends[-1] == exact(answer.question.figure, answer.total) and ends[0] != ends[-1]


LIFE: dict[str, Any] = {"table": "life", "clock": "reported_at"}
WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("a ratio needs a value and what it is over", {"kind": "ratio", "value": "grade", **LIFE}),
    ("a ratio needs a value and what it is over", {"kind": "ratio", "over": "grade", **LIFE}),
    ("no column nothing", {"kind": "ratio", "value": "grade", "over": "nothing", **LIFE}),
    ("only a ratio is over something", {"kind": "sum", "value": "grade", "over": "returns", **LIFE}),
    ("days and until are of a survival", {"kind": "count", "days": 3, **LIFE}),
    ("from a clock on", {"kind": "survival", "value": "closed_at", "days": 3}),
    ("from a clock on", {"kind": "survival", "value": "closed_at", **LIFE}),
    ("from a clock on", {"kind": "survival", "value": "due_at", "days": 3, "table": "events", "clock": "reported_at"}),
    ("columns of time, not 'grade'", {"kind": "survival", "value": "grade", "days": 3, **LIFE}),
    ("columns of time, not 'unit'", {"kind": "survival", "value": "closed_at", "until": "unit", "days": 3, **LIFE}),
    ("counts and shares in a period only", {"kind": "ratio", "value": "grade", "over": "returns", "suppress_below": 5, **LIFE}),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "given"), WRONG)
def test_what_cannot_be_is_refused(face: Any, rule: str, given: dict[str, Any]) -> None:
    with pytest.raises(MeasureError, match=f"cases.wrong: .*{rule}"):
        check(Measure("cases.wrong", **given), face.facts)


def test_only_their_own_kinds_say_what_is_new() -> None:
    plain = as_json(Measure("cases.plain", "sum", value="grade"))
    assert not {"over", "until", "days"} & set(plain)
    ratio = as_json(Measure("cases.one", "ratio", value="grade", over=Less("due_at", "reported_at")))
    assert ratio["over"] == ["-", {"column": "due_at"}, {"column": "reported_at"}] and "days" not in ratio
    one = as_json(tried.MEASURES[3])
    assert (one["value"], one["until"], one["days"]) == ({"column": "closed_at"}, {"column": "due_at"}, 3)
