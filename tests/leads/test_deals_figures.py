"""The figures of projects: on both engines and at three sizes of the log what SQL written apart says; Weinan's rates come out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from deals import DAY, YI, do, lead, to
from django.conf import settings
from django.db import connection
from machine import Machine
from register import client, who

from luoshi.conf import Conf
from luoshi.figures import ask, lake
from luoshi.figures.answer import value
from luoshi.figures.ask import Question
from luoshi.figures.catalogue import all_figures
from luoshi.figures.lake_check import faults
from luoshi.figures.period import parse
from luoshi.kernel import installation, lines
from luoshi.kernel.kept import forget_all
from luoshi.kernel.ledger import keys, rows
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.seal import seal_all
from luoshi.kernel.viewer import OPERATOR
from luoshi.leads import actions, importing_leads, money
from luoshi.leads.demo import generate
from luoshi.leads.models import Lead
from luoshi.leads.reads.counted import records
from luoshi.people.viewer import of_login

_TOLD = """
WITH told AS (SELECT e.*, l.idx FROM event e JOIN log_leaf l ON l.event_id = e.id WHERE l.idx < %(size)s AND e.line = 'leads'),
standing AS (SELECT t.subject, t.verb, t.idx, coalesce(c.occurred_at, t.occurred_at) AS at, coalesce(c.body, t.body) AS body
  FROM told t LEFT JOIN told c ON c.corrects = t.id WHERE t.corrects IS NULL AND (c.id IS NULL OR c.verb <> 'void')),
inside AS (SELECT * FROM standing WHERE at >= %(start)s AND at < %(stop)s),
signed AS (SELECT subject, min(at) AS signed_at FROM standing WHERE verb = 'sign' GROUP BY subject),
stood AS (SELECT DISTINCT ON (subject) subject, body->>'stage' AS stage, body->>'status' AS status FROM standing
  ORDER BY subject, idx DESC),
cohort AS (SELECT s.*, stood.stage, stood.status FROM signed s JOIN stood USING (subject)
  WHERE signed_at >= %(start)s AND signed_at < %(stop)s AND stage <> 'merged')
"""
_COUNTS = """
SELECT count(*) FILTER (WHERE verb = 'add_lead'), count(*) FILTER (WHERE verb = 'sign'), count(*) FILTER (WHERE verb = 'land'),
  count(*) FILTER (WHERE verb = 'start'), count(*) FILTER (WHERE verb = 'sign' AND body->>'added' IS NULL),
  count(*) FILTER (WHERE verb = 'agree' AND (body->>'added')::bigint > 0), count(*) FILTER (WHERE verb IN ('lose', 'abandon')),
  count(*) FILTER (WHERE verb = 'overdue'),
  coalesce(sum((body->>'added')::bigint) FILTER (WHERE verb IN ('sign', 'agree')), 0),
  coalesce(sum((body->>'fen')::bigint) FILTER (WHERE verb = 'money_in'), 0) FROM inside
"""
COUNTS = ("noted", "signed", "landed", "started", "unknown", "increments", "lost", "overdue", "agreed", "in_place")
_SHARES = """
SELECT count(*), count(*) FILTER (WHERE status IN ('going', 'suspended')),
  count(*) FILTER (WHERE stage IN ('landed', 'started', 'producing', 'full')),
  count(*) FILTER (WHERE stage IN ('started', 'producing', 'full')), count(*) FILTER (WHERE stage IN ('producing', 'full')) FROM cohort
"""
SHARES = ("fulfilment", "landing_rate", "start_rate", "production_rate")


@pytest.fixture
def home(committed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A home with a log of its own, in a demo."""
    folder = tmp_path / "home"
    place = Place("test.example/log", Folder(folder / "log"), folder / "keys" / "log")
    keys.create(place.key_file, place.origin)
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": folder}))
    city = replace(installation.current(), demo=True)
    monkeypatch.setattr(installation, "current", lambda: city)
    yield place


def seal(place: Place) -> int:
    seal_all(place)
    forget_all()
    return rows.places()


def by_hand(select: str, period: str, size: int) -> list[int]:
    span = parse(period)
    edges = (replace(span, last=span.first).end("Asia/Shanghai"), span.end("Asia/Shanghai"))
    start, stop = (datetime.fromtimestamp(one / 1e6, tz=UTC) for one in edges)
    with connection.cursor() as cursor:
        cursor.execute(_TOLD + select, {"size": size, "start": start, "stop": stop})
        return [int(one) for one in cursor.fetchone()]


def asked(name: str, period: str, size: int, engine: Any, by: tuple[str, ...] = ()) -> Any:
    return ask.ask(Question(all_figures()[f"leads.{name}"], parse(period), ask.as_of(str(size)), by, engine=engine))


def test_each_number_is_what_its_words_say_on_both_engines_at_three_sizes(home: Place) -> None:
    generate.run(contacted=120)
    whole = seal(home)
    for engine in ("duckdb", "postgres"):
        for size in (whole // 3, 2 * whole // 3, whole):
            for period in ("2021", "2021Q3", "2021-10"):
                hand = by_hand(_COUNTS, period, size)
                for name, number in zip(COUNTS, hand, strict=True):
                    assert asked(name, period, size, engine).total.num == number, (engine, size, period, name)
                n, *parts = by_hand(_SHARES, period, size)
                for name, number in zip(SHARES, parts, strict=True):
                    cell = asked(name, period, size, engine).total
                    assert (cell.num, cell.den, cell.n) == (number, n, n), (engine, size, period, name)
    assert by_hand(_COUNTS, "2021", whole)[1] > by_hand(_COUNTS, "2021", whole // 3)[1] > 0
    for dimension in ("county", "industry", "occasion", "officer"):
        by = asked("signed", "2021", whole, "duckdb", (dimension,))
        assert sum(cell.num for cell in by.cells.values()) == by.total.num
    for login, status in (("", 422), ("statistician", 200)):
        browse = client(login)
        for query in ("by=officer", f"officer={of_login('officer').person}"):
            assert browse.get(f"/figure/leads.signed?period=2021&{query}").status_code == status


def test_the_funnel_of_the_api_is_that_of_the_figures_as_of_a_day(home: Place) -> None:
    to(lead("甲"), "land")
    to(lead("乙"), "sign")
    seal(home)
    api = Machine("officer")
    found = api.get("/leads/funnel?period=2021", "leads.funnel")
    numbers = {row["figure"]: row for part in ("milestones", "cohort", "money", "speed") for row in found[part]}
    assert [numbers[f"leads.{name}"]["numerator"] for name in ("signed", "landed", "started")] == [2, 1, 0]
    rate = numbers["leads.landing_rate"]
    assert (rate["numerator"], rate["denominator"], rate["value"]) == (1, 2, "50.0")
    for name, row in numbers.items():
        one = api.get(f"/figures/{name}?period=2021&as_of={found['log_size']}", "figures.get")
        keys_ = ("numerator", "denominator", "value", "unit")
        assert {key: one[key] for key in keys_} == {key: row[key] for key in keys_}
    before = api.get("/leads/funnel?period=2021&as_of=2021-01-01", "leads.funnel")
    assert (before["log_size"], before["milestones"][2]["numerator"]) == (0, 0)
    brief = api.get("/leads/brief?period=2021", "leads.brief")
    assert [row["name"] for row in brief["largest"]] == ["甲", "乙"] and brief["figures"][2]["value"] == "2"
    assert api.get("/leads/brief?period=2020", "leads.brief")["largest"] == []
    for query in ("period=xx", "as_of=yesterday", "period=2021&as_of=999999999"):
        api.get(f"/leads/funnel?{query}", status=422)


def test_the_lake_holds_and_a_public_record_says_where_and_how_much_alone(home: Place) -> None:
    from luoshi.people.viewer import public

    generate.run(contacted=120)
    seal(home)
    (face,) = (one for one in lines.installed() if one.name == "leads")
    lake.bring(settings.CONF.home, face, lives=True)
    assert list(faults(settings.CONF.home, face)) == []
    signed = Lead.objects.filter(signed_at__isnull=False).exclude(state="merged").first()
    early = Lead.objects.filter(signed_at=None).first()
    assert signed is not None and early is not None
    found = records(public(), [signed.log_id, early.log_id])
    assert set(found) == {signed.log_id} and (found[signed.log_id].number, found[signed.log_id].address) == ("", "")
    assert signed.name not in str(found[signed.log_id])


def test_weinans_rates_come_out_of_imported_projects(home: Place, tmp_path: Path) -> None:
    """Weinan 2010: of 292 signed 18 built, 180 building, 93 preparing: 99.66 % and 67.8 %."""
    names = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
    lines_ = ["项目名称,企业名称,旗县区,行业,协议总投资,签约日期,开工日期,投产日期"]
    for n in range(292):
        firm = f"渭南{names[n // 100]}{names[n // 10 % 10]}{names[n % 10]}实业有限公司"
        started = "2010-06-01" if n < 198 else ""
        lines_.append(f"{firm}项目,{firm},昆都仑区,C,不详,2010-03-01,{started},{'2010-11-01' if n < 18 else ''}")
    file = tmp_path / "weinan.csv"
    file.write_text("\n".join(lines_), "utf-8")
    assert importing_leads.take(file, OPERATOR).created == 292
    last = Lead.objects.order_by("-pk")[0]
    do(last, "lose", "promoter", why="funds", reason="资金不到位")
    size = seal(home)
    kept, started = asked("fulfilment", "2010", size, "duckdb"), asked("start_rate", "2010", size, "duckdb")
    assert (kept.total.num, kept.total.den) == (291, 292) and (started.total.num, started.total.den) == (198, 292)
    assert str(value(started.question.figure, started.total)) == "67.8"
    exact = replace(kept.question.figure, decimals=2)
    assert str(value(exact, kept.total)) == "99.66"


def test_stages_and_years_that_do_not_sum_are_named_and_stay(db: None) -> None:
    wan = 1_000_000
    one = to(lead(), "sign", amount=320 * wan, stages=[["一期", 52 * wan], ["二期", 48 * wan], ["三期", 100 * wan]])
    found = money.gap(one.amount, [minor for _, minor in one.agreements.get().stages])
    assert found is not None and found.total - found.stages == 120 * wan and "-120" in found.text.zh
    assert "相差 -120（万元）" in client("officer").get(f"/work/leads/{one.log_id}/").content.decode()
    years = [["2009 年", 300 * wan], ["2010 年", 345 * wan]]
    other = to(lead("分年度的"), "sign", amount=1000 * wan, stages=years)
    assert (
        "分期合计 645 与总额 1,000 相差 -355" in client("officer").get(f"/work/leads/{other.log_id}/").content.decode()
    )
    assert (
        "相差"
        not in client("officer")
        .get(f"/work/leads/{to(lead('不差的'), 'sign', amount=645 * wan, stages=years).log_id}/")
        .content.decode()
    )


def test_weinans_money_in_place_is_of_the_projects_whose_agreement_is_known(home: Place) -> None:
    """Weinan 2010: 71.2 of 714 (100 million yuan) in place: 10.0 %. Money of a project of unknown amount is in neither."""
    for name, agreed, came in (("甲", 500 * YI, 50 * YI), ("乙", 214 * YI, 212 * YI // 10), ("丙", None, 7 * YI)):
        one = to(lead(name), "land", **({"amount": agreed} if agreed else {"unknown": True}))
        done = actions.OF_LEAD["report_money"](viewer=who(), on=str(one.log_id), amount=came, day=DAY, proof="audit")
        do(one, "verify_money", "statistician", receipt=done.answer["receipt"])
    size = seal(home)
    for engine in ("duckdb", "postgres"):
        cell = asked("in_place_rate", "2021", size, engine)
        assert (cell.total.num, cell.total.den, cell.total.n) == (712 * YI // 10, 714 * YI, 2)
        assert str(value(cell.question.figure, cell.total)) == "10.0"
        assert asked("in_place", "2021", size, engine).total.num == 782 * YI // 10


def test_how_soon_building_begins_is_what_lifelines_says(home: Place) -> None:
    from lifelines import KaplanMeierFitter

    generate.run(contacted=600)
    size = seal(home)
    end = datetime(2021, 12, 29, 1, tzinfo=UTC)
    rows_ = Lead.objects.filter(signed_at__isnull=False, state__in=("signed", "landed", "started", "producing", "full"))
    days, came = [], []
    for one in rows_:
        until = one.started_at or one.ended_at or end
        days.append((until - one.signed_at).days)
        came.append(one.started_at is not None)
    fitted = KaplanMeierFitter().fit(days, came)
    shares = []
    for name, day in (("started_by_90", 90), ("started_by", 180), ("started_by_365", 365)):
        found = asked(name, "2021", size, "duckdb")
        shares.append(100 * (1 - float(fitted.predict(day))))
        assert found.total.n == len(days) and abs(float(value(found.question.figure, found.total)) - shares[-1]) < 0.06
        assert found.total == asked(name, "2021", size, "postgres").total
    assert 0 < shares[0] < shares[1] <= shares[2] < 100
    for name, since, until in (
        ("days_to_sign", "engaged_at", "signed_at"), ("days_to_land", "signed_at", "landed_at"),
        ("contact_to_land", "engaged_at", "landed_at"), ("contact_to_start", "engaged_at", "started_at"),
        ("contact_to_produce", "engaged_at", "producing_at"),
    ):  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY {until} - {since}) FROM lead "
                f"WHERE {until} >= '2021-01-01+08' AND {until} < '2022-01-01+08' AND state <> 'merged'"
            )
            n, median = cursor.fetchone()
        for engine in ("duckdb", "postgres"):
            found = asked(name, "2021", size, engine)
            assert (
                n == found.total.n > 0
                and abs(float(value(found.question.figure, found.total)) - median.total_seconds() / 86400) < 0.051
            )


def test_a_stage_without_a_day_is_in_no_duration_and_in_every_count(home: Place, tmp_path: Path) -> None:
    file = tmp_path / "undated.csv"
    file.write_text(
        """项目名称,企业名称,旗县区,行业,总投资（元）,对接日期,签约日期,落地日期,开工日期,投产日期
甲项目,包头甲有限公司,昆都仑区,C,1000000,2021-03-01,2021-05-10,2021-06-09,2021-08-18,
乙项目,包头乙有限公司,昆都仑区,C,1000000,,2021-05-10,,2021-05-20,
丙项目,包头丙有限公司,昆都仑区,C,1000000,,2021-05-10,,,2021-12-01
""",
        "utf-8",
    )
    assert importing_leads.take(file, OPERATOR).created == 3
    size = seal(home)
    wanted = {"days_to_sign": (70, 1), "days_to_land": (30, 1), "started_by": (None, 2)}
    for engine in ("duckdb", "postgres"):
        for name, (days, n) in wanted.items():
            cell = asked(name, "2021", size, engine).total
            assert cell.n == n, (engine, name)
            assert days is None or Fraction(cell.num, cell.den or 1) == days * 86_400_000_000, (engine, name)
        assert asked("days_to_start", "2021", size, engine).total.n == 2
        counts = [asked(name, "2021", size, engine).total.num for name in ("signed", "landed", "started", "producing")]
        assert counts == [3, 3, 3, 1]
        assert asked("agreed", "2021", size, engine).total.num == 300_000_000
