"""Which rule fits, and that the city's own order is one and the same everywhere."""

from datetime import date, time
from pathlib import Path

import pytest

from luoshi import packs
from luoshi.cases.routing.match import Moment, Rule, digest, first
from luoshi.packs.read import read
from luoshi.packs.resolve import resolve
from luoshi.people import reads as people

KINDS = ("010102", "0101", "01")
PLACES = ("150203001001", "150203001000", "150203000000", "150200000000")
NOON = Moment(date(2021, 12, 29), time(12, 0), True)
UNITS = {"a", "b"}


def at(day: str = "2021-12-29", hour: str = "12:00", workday: bool = True) -> Moment:
    return Moment(date.fromisoformat(day), time.fromisoformat(hour), workday)


@pytest.mark.parametrize(
    ("rule", "when", "fits"),
    [
        (Rule("a", category="010102"), NOON, True),
        (Rule("a", category="01"), NOON, True),
        (Rule("a", category="02"), NOON, False),
        (Rule("a", division="150203000000"), NOON, True),
        (Rule("a", division="150204000000"), NOON, False),
        (Rule("a", category="01", division="150204000000"), NOON, False),
        (Rule("a", days="workday"), NOON, True),
        (Rule("a", days="restday"), NOON, False),
        (Rule("a", days="restday"), at(workday=False), True),
        (Rule("a", hours=(time(8), time(12))), at(hour="11:59"), True),
        (Rule("a", hours=(time(8), time(12))), at(hour="12:00"), False),
        (Rule("a", hours=(time(22), time(6))), at(hour="22:00"), True),
        (Rule("a", hours=(time(22), time(6))), at(hour="05:59"), True),
        (Rule("a", hours=(time(22), time(6))), at(hour="06:00"), False),
        (Rule("a", season=("10-15", "04-15")), at("2022-04-15"), True),
        (Rule("a", season=("10-15", "04-15")), at("2021-10-15"), True),
        (Rule("a", season=("10-15", "04-15")), at("2022-04-16"), False),
        (Rule("a", season=("03-01", "03-31")), at("2021-03-31"), True),
        (Rule("a", season=("03-01", "03-31")), at("2021-04-01"), False),
    ],
)
def test_a_rule_fits(rule: Rule, when: Moment, fits: bool) -> None:
    assert rule.fits(KINDS, PLACES, when) is fits


def test_the_first_that_fits_counts_and_one_of_a_unit_that_is_gone_does_not() -> None:
    rules = [
        Rule("gone", category="01"),
        Rule("b", category="02"),
        Rule("b", division=PLACES[1]),
        Rule("a", category="01"),
    ]
    assert first(rules, KINDS, PLACES, NOON, UNITS) == 2
    assert first(rules, KINDS, (), NOON, UNITS) == 3
    assert first(rules, ("99",), (), NOON, UNITS) is None


def test_a_rule_travels_as_json_and_a_list_has_a_fingerprint() -> None:
    rule = Rule("a", "01", PLACES[0], "restday", (time(22), time(6, 30)), ("10-15", "04-15"), "夜间")
    assert Rule.of(rule.plain()) == rule
    assert digest([rule, Rule("b", "01")]) != digest([Rule("b", "01"), rule])
    for broken in ({"days": "monday"}, {"hours": ["25:00", "06:00"]}, {"season": ["10-15"]}):
        with pytest.raises((ValueError, TypeError)):
            Rule.of(rule.plain() | broken)


def test_the_pack_and_the_running_city_hold_one_rule(db: None) -> None:
    pack = read(Path(packs.__file__).parent / "baotou")
    leaves = {c.handling.function + c.handling.level: c for c in pack.categories if c.handling}.values()
    places = [*[d.code for d in pack.divisions if d.level in ("county", "street")][::7], ""]
    pairs = [(leaf, place) for leaf in leaves for place in places]
    assert len(pairs) > 200
    for leaf, place in pairs:
        assert leaf.handling is not None
        found = people.responsible(leaf.handling.function, leaf.handling.level, place)
        assert found is not None and found.code == resolve(pack, leaf.code, place or None)
