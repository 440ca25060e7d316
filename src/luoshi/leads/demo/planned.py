"""The plan of the simulated leads: which company, which occasion, on which working day each stage is reached, how much money.

Drawn from a seed. The amounts sum to the total that is asked for, increments included; what is wrong at first, a double, or
not known is drawn apart, so that whoever counts naively gets other numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Final, NamedTuple

WAN: Final = 1_000_000
"""Fen of 10,000 yuan."""
LEAST: Final = 500


class Gathering(NamedTuple):
    """An occasion of the year: name, kind, place, first and last day, cost in 10,000 yuan, and what is assumed of it."""

    name: str
    kind: str
    place: str
    first: date
    last: date
    cost: int


ASSUMED: Final = "名称见公开报道；日期、地点、费用为模拟"
GATHERINGS: Final = (
    Gathering("第一届现代能源产业发展大会", "conference", "包头", date(2021, 6, 24), date(2021, 6, 25), 320),
    Gathering("上海招商说明会", "promotion", "上海", date(2021, 7, 15), date(2021, 7, 15), 85),
    Gathering("第十三届稀土产业论坛", "conference", "包头", date(2021, 8, 19), date(2021, 8, 20), 260),
    Gathering("秋季招商引资重点项目集中签约大会", "signing", "包头", date(2021, 10, 14), date(2021, 10, 14), 150),
)
"""The four occasions of the year that the news names; their days are assumed, and say so."""
PRODUCTS: Final[Mapping[str, Sequence[str]]] = {
    "C": (
        "高性能磁材",
        "单晶硅片",
        "风机叶片",
        "储能电池",
        "精密铸件",
        "不锈钢管",
        "合金铝棒",
        "电机",
        "化工新材料",
        "智能装备",
        "食品加工",
    ),
    "D": ("风电", "光伏发电", "源网荷储", "供热改造"),
    "E": ("装配式建筑", "园区标准厂房"),
    "F": ("冷链商贸", "供应链中心"),
    "G": ("智慧物流园", "多式联运"),
    "I": ("大数据中心", "工业软件"),
    "A": ("设施农业", "肉羊养殖加工"),
}
SIZES: Final = ("一期", "二期", "产业园", "生产线", "基地", "扩建")


@dataclass
class Plan:
    """One lead. Days are positions among the working days; None where a stage is not reached."""

    number: int
    company: int
    name: str
    officer: int
    county: int
    noted: int
    engage: int | None = None
    talk: int | None = None
    sign: int | None = None
    land: int | None = None
    start: int | None = None
    produce: int | None = None
    reach: int | None = None
    lost: int | None = None
    gathering: int | None = None
    amount: int | None = None
    currency: str = "CNY"
    added: int | None = None
    added_on: int | None = None
    wrong: int | None = None
    double_of: int | None = None
    merged_on: int | None = None
    money: list[tuple[int, int]] = field(default_factory=list)
    rest: int = 0
    doubled: bool = False

    @property
    def special(self) -> bool:
        """Is it played by single actions, because what happens to it looks at what was written before?"""
        return bool(self.added or self.wrong or self.double_of is not None or self.doubled or self.money)


class Sizes(NamedTuple):
    """How many of each."""

    signed: int
    landed: int
    open: int
    lost: int
    unknown: int
    increments: int
    doubles: int
    wrong: int
    money: int


def sizes(signed: int, landed: int, scale: float) -> Sizes:
    """In proportion to the whole year's, at least one of each."""

    def of(whole: int) -> int:
        return max(1, round(whole * scale))

    return Sizes(signed, landed, of(420), of(30), of(40), of(35), of(20), of(20), of(70))


def plans(
    random: Random, first: Sequence[int], industries: Sequence[str], days: Sequence[date], many: Sizes, agreed: int
) -> list[Plan]:
    """All leads of the year. `first`: the day on which each company was first contacted; `agreed`: the sum in 10,000 yuan."""
    last = len(days) - 1
    early = [number for number, at in enumerate(first) if at <= last - 40]
    random.shuffle(early)
    found = [
        _begun(random, at, number, first, industries) for at, number in enumerate(early[: many.signed + many.open])
    ]
    for one in found[: many.signed]:
        _signed(random, one, days, last)
    ready = sorted(found[: many.signed], key=lambda one: (one.sign or 0, one.number))[: many.landed]
    for one in ready:
        _landed(random, one, last)
    for one in found[many.signed :]:
        _unsigned(random, one, last)
    for one in random.sample(found[many.signed :], many.lost):
        one.lost = min(last, max(one.noted, one.engage or 0, one.talk or 0) + random.randrange(5, 40))
    _apart(random, found[: many.signed], ready, many, last)
    _money(random, found[: many.signed], agreed)
    return found + _doubles(random, found, many, last)


def _begun(random: Random, at: int, company: int, first: Sequence[int], industries: Sequence[str]) -> Plan:
    products = PRODUCTS.get(industries[company], PRODUCTS["C"])
    name = f"{random.choice(products)}{random.choice(SIZES)}项目"
    return Plan(at, company, name, company % 3, random.choices(range(10), (8, 14, 14, 4, 3, 12, 9, 7, 6, 23))[0],
                first[company] + random.randrange(0, 3))  # fmt: skip


def _signed(random: Random, one: Plan, days: Sequence[date], last: int) -> None:
    room = last - 1 - one.noted
    one.engage = one.noted + random.randrange(0, max(1, min(4, room // 8)))
    one.talk = one.engage + random.randrange(1, max(2, min(20, room // 4)))
    one.sign = min(last - 1, one.talk + random.randrange(3, max(4, min(70, room // 2))))
    for at, gathering in enumerate(GATHERINGS):
        held = days.index(gathering.first)
        if one.talk < held and abs(one.sign - held) < 14 and random.random() < 0.7:
            one.sign, one.gathering = held, at
    one.lost = min(last, one.sign + random.randrange(20, 60)) if random.random() < 0.012 else None


def _landed(random: Random, one: Plan, last: int) -> None:
    assert one.sign is not None
    one.lost = None
    one.land = min(last, one.sign + random.randrange(2, 45))
    if one.land < last - 15 and random.random() < 0.6:
        one.start = min(last, one.land + random.randrange(8, 60))
        if one.start < last - 40 and random.random() < 0.3:
            one.produce = min(last, one.start + random.randrange(35, 90))
            if one.produce < last - 10 and random.random() < 0.25:
                one.reach = min(last, one.produce + random.randrange(8, 40))


def _unsigned(random: Random, one: Plan, last: int) -> None:
    if random.random() < 0.8:
        one.engage = min(last, one.noted + random.randrange(0, 5))
        if random.random() < 0.6:
            one.talk = min(last, one.engage + random.randrange(2, 30))


def _apart(random: Random, signed: list[Plan], landed: list[Plan], many: Sizes, last: int) -> None:
    """Which are not known, grew, were wrong at first, or brought money; no two of these on one project."""
    some = [one for one in signed if one.sign is not None and one.sign < last - 40 and one.lost is None]
    random.shuffle(some)
    unknown = some[: many.unknown]
    rest = some[many.unknown :]
    for one in unknown:
        one.amount = -1
    for one in rest[: many.increments]:
        assert one.sign is not None
        one.added, one.added_on = 1, one.sign + random.randrange(12, 38)
    for one in rest[many.increments : many.increments + many.wrong]:
        one.wrong = 1
    for one in rest[many.increments + many.wrong :][:10]:
        one.currency = "USD"
    for one in [one for one in landed if one.amount is None and one.currency == "CNY" and not one.special][
        : many.money
    ]:
        assert one.land is not None
        for at in sorted(random.sample(range(one.land, last + 1), min(last + 1 - one.land, random.randrange(1, 4)))):
            one.money.append((at, random.randrange(3, 15)))


def _money(random: Random, signed: list[Plan], agreed: int) -> None:
    """Amounts in 10,000 yuan that sum to the total with the increments; those in dollars are drawn first, by `deals`."""
    known = [one for one in signed if one.amount is None]
    weights = [random.lognormvariate(0, 1.2) for _ in known]
    grown = [one for one in known if one.added]
    more = [random.lognormvariate(-1, 0.8) for _ in grown]
    unit = agreed / (sum(weights) + sum(more))
    for one, weight in zip(known, weights, strict=True):
        one.amount = max(LEAST, round(weight * unit))
    for one, weight in zip(grown, more, strict=True):
        one.added = max(LEAST, round(weight * unit))
    for one in signed:
        one.wrong = one.amount * 10 if one.wrong and one.amount else None


def _doubles(random: Random, found: list[Plan], many: Sizes, last: int) -> list[Plan]:
    """The same project once more: noted by another officer, signed at another occasion, found out and merged later."""
    some = [
        one
        for one in found[: many.signed]
        if one.sign and one.sign < last - 60 and not one.special and (one.amount or 0) > 0
    ]
    made = []
    for at, one in enumerate(random.sample(some, min(many.doubles, len(some)))):
        assert one.sign is not None and one.talk is not None and one.engage is not None
        one.doubled = True
        sign = one.sign + random.randrange(3, 25)
        made.append(
            Plan(len(found) + at, one.company, one.name.replace("项目", "建设项目"), (one.officer + 1) % 3, one.county,
                 one.noted + 1, one.engage + 1, one.talk + 1, sign, amount=one.amount, double_of=one.number,
                 merged_on=min(last, sign + random.randrange(8, 35)))
        )  # fmt: skip
    return made
