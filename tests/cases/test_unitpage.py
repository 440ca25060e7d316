"""The three rates of a unit: numerators and denominators as the pack defines them, by period, for who may see."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from given import NOW
from staff_cast import at, bureau, case, client, kind

from luoshi.cases import rates
from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Case
from luoshi.cases.reads import units
from luoshi.cases.staff.unit import period
from luoshi.kernel import clock
from luoshi.kernel.problems import Denied, Invalid
from luoshi.kernel.viewer import Viewer
from luoshi.people import tree
from luoshi.people.models import Unit
from luoshi.people.viewer import holder

START, END = datetime(2020, 12, 31, 16, tzinfo=UTC), datetime(2021, 12, 31, 16, tzinfo=UTC)


def judged(grade: int | None, solved: bool = True) -> str:
    number = at("verified")
    Case.objects.filter(number=number).update(contacted_at=NOW)
    viewer = holder(str(case(number).log_id))
    BY_VERB["confirm"](viewer=viewer, on=number, grade=grade)
    if not solved:
        Case.objects.filter(number=number).update(solved=False)
    return number


def found(viewer: Viewer) -> units.Rates:
    from luoshi.kernel.kept import forget_all

    forget_all()
    return units.by_unit(viewer, START, END)[bureau().pk]


def some(cast: dict[str, Viewer]) -> units.Rates:
    """Four citizens' cases: graded 5, 4, 2 and one that was not reached; one late answer; one that staff found."""
    for grade in (5, 4, 2):
        judged(grade)
    silent = at("verified")
    Case.objects.filter(number=silent).update(
        state="closed", calls=2, reason="unreachable", response_due_at=NOW - timedelta(hours=1), next_due_at=None
    )
    row = report_case(
        viewer=cast["supervisor"], category=kind(), text="巡查", channel="patrol", by_staff=True, county="150203000000"
    ).row
    Case.objects.filter(pk=row.pk if row else 0).update(unit=bureau(), state="closed", grade=1, solved=False)
    return found(cast["leader"])


def test_counts_of_a_unit(cast: dict[str, Viewer]) -> None:
    n = some(cast)
    assert (n.cases, n.closed, n.open) == (5, 5, 0)
    assert n.shares == {"response": (3, 4), "solved": (3, 3), "satisfied": (2, 3)}
    assert (n.unreached, n.unrated, n.followups) == (1, 1, 1)


def test_grade_bases_and_weights_are_data(cast: dict[str, Viewer], monkeypatch: pytest.MonkeyPatch) -> None:
    bases = {"response": "all", "solved": "closed", "satisfied": "closed"}
    rule = rates.Rule(5, {"response": 0, "solved": 50, "satisfied": 50}, bases)
    monkeypatch.setattr(rates, "current", lambda: rule)
    n = some(cast)
    assert n.shares == {"response": (3, 4), "solved": (3, 4), "satisfied": (1, 4)}
    assert rates.weighted(n.shares, rule) == Decimal(50)


def test_a_rate_without_a_whole_is_unknown_and_so_is_the_sum() -> None:
    shares = {"response": (1, 2), "solved": (0, 0), "satisfied": (1, 1)}
    assert rates.weighted(shares, rates.USUAL) is None
    assert rates.weighted(shares | {"solved": (1, 4)}, rates.USUAL) == Decimal(60)
    assert rates.weighted(shares, replace(rates.USUAL, weights={"response": 1, "solved": 0, "satisfied": 1})) == 75


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("2021", "2020-12-31T16:00", "2021-12-31T16:00"), ("2021-Q4", "2021-09-30T16:00", "2021-12-31T16:00"),
        ("2021-02", "2021-01-31T16:00", "2021-02-28T16:00"), ("2021-12", "2021-11-30T16:00", "2021-12-31T16:00"),
    ],
)  # fmt: skip
def test_periods_begin_and_end_at_the_city_s_midnight(db: None, name: str, start: str, end: str) -> None:
    def plain(at: datetime) -> str:
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")

    assert (plain(period(name).start), plain(period(name).end)) == (start, end)


@pytest.mark.parametrize("name", ["", "21", "2021-13", "2021-Q5", "2021-1", "2021-00", "1999", "2021/12", "２０２１"])
def test_what_is_no_period_is_refused(db: None, name: str) -> None:
    with pytest.raises(Invalid):
        period(name)


def test_a_case_counts_in_the_month_in_which_it_was_reported(cast: dict[str, Viewer]) -> None:
    with clock.at(datetime(2021, 11, 30, 15, 59, tzinfo=UTC)):
        first = at("dispatched")
    with clock.at(datetime(2021, 11, 30, 16, 1, tzinfo=UTC)):
        at("dispatched")
    november = period("2021-11")
    n, months = units.of_unit(cast["leader"], bureau().pk, START, END, "Asia/Shanghai")
    assert n.cases == 2 and {month: one.cases for month, one in months.items()} == {11: 1, 12: 1}
    assert units.of_unit(cast["leader"], bureau().pk, november.start, november.end, "Asia/Shanghai")[0].cases == 1
    assert case(first).unit == bureau()


def test_one_sees_the_units_whose_cases_one_sees(cast: dict[str, Viewer]) -> None:
    at("dispatched")
    assert bureau().pk in units.by_unit(cast["head"], START, END)
    other = Case.objects.values_list("unit", flat=True)[0]
    stranger = replace(cast["handler"], grants={"cases.see": cast["handler"].grants["cases.unmask"]})
    assert other == bureau().pk and units.by_unit(stranger, START, END) == {}
    with pytest.raises(Denied):
        units.of_unit(stranger, bureau().pk, START, END, "Asia/Shanghai")


def test_pages_show_each_rate_with_what_it_rests_on(cast: dict[str, Viewer]) -> None:
    some(cast)
    page = client("leader").get("/work/rates/").content.decode()
    assert bureau().zh in page and "66.7%" in page and "2/3" in page and "响应率 20" in page
    page = client("head").get(f"/work/rates/{bureau().code}/").content.decode()
    for text in ("市民打 4 分及以上", "75.0", "市民说了解决没有的", "回访没有接通"):
        assert text in page


@pytest.mark.parametrize(
    ("path", "login", "status"),
    [
        ("/work/rates/", "sysadmin", 403), ("/work/rates/?period=x", "leader", 422), ("/work/rates/none/", "leader", 404),
        ("/work/rates/150203.urban/?period=2020-Q1", "leader", 200), ("/work/rates/150203.urban/", "street", 403),
    ],
)  # fmt: skip
def test_refusals(db: None, path: str, login: str, status: Any) -> None:
    assert client(login).get(path).status_code == status


def test_units_stand_in_the_order_of_the_tree(db: None) -> None:
    codes = ["city.parks", "150203.urban", "city.bus", "150202.urban", "150203.gov", "150202.gov"]
    for code in codes:
        Case.objects.filter(number=at("verified")).update(unit=Unit.objects.get(code=code))
    page = client("leader").get("/work/rates/").content.decode()
    shown = ["150202.gov", "150202.urban", "150203.gov", "150203.urban", "city.bus", "city.parks"]
    assert re.findall(r'href="/work/rates/([^/"]+)/', page) == shown


def test_a_unit_above_stands_before_those_below_it_and_a_former_one_last(db: None) -> None:
    key = {unit.code: unit.pk for unit in Unit.objects.all()}
    city = tree.read(NOW.date())
    gone = key["city.bus"]
    city = replace(city, units={k: u for k, u in city.units.items() if k != gone}, former={gone: city.units[gone]})
    codes = ["city.bus", "city.roads", "city.gov", "150203.urban"]
    order = city.in_order(key[code] for code in codes)
    assert order == [key[code] for code in ("city.gov", "150203.urban", "city.roads", "city.bus")]
