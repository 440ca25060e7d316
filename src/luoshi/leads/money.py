"""Money of a lead: currencies, conversion by dated rates, stages that must sum. Pure; amounts are whole minor units.

An unknown amount is None and never zero. What does not add up is named and stays as it was said (勾稽).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from luoshi.kernel.text import T

CURRENCIES: Final[Mapping[str, T]] = {
    "CNY": T("人民币", "yuan"),
    "USD": T("美元", "US dollar"),
    "EUR": T("欧元", "euro"),
    "HKD": T("港元", "Hong Kong dollar"),
    "JPY": T("日元", "yen"),
}
MINOR: Final[Mapping[str, int]] = {"CNY": 100, "USD": 100, "EUR": 100, "HKD": 100, "JPY": 1}
"""Minor units of one unit (ISO 4217)."""
WAN: Final = 10_000
YI: Final = 100_000_000
MOST: Final = 10**15
"""No amount is larger, in minor units: ten thousand billion yuan."""


TOO_MUCH: Final = T("应大于 0，且不超过 10 万亿", "must be above 0 and at most 10,000 billion")
TOO_FINE: Final = T("比最小货币单位还细", "is finer than the smallest unit of the currency")


class MoneyError(ValueError):
    """A text that is no amount; `rule` says why."""

    def __init__(self, rule: T) -> None:
        super().__init__(rule.en)
        self.rule = rule


def amount(text: str, currency: str = "CNY") -> int:
    """Minor units from what somebody typed: in 万元, or with 亿, 万 or 元 written behind it. Raises MoneyError."""
    plain = text.strip().replace(",", "").replace("，", "").replace(" ", "")
    factor = WAN
    for word, unit in (("亿元", YI), ("亿", YI), ("万元", WAN), ("万", WAN), ("元", 1)):
        if plain.endswith(word):
            plain, factor = plain.removesuffix(word), unit
            break
    try:
        found = Decimal(plain if len(plain) <= 30 else "x") * factor * MINOR[currency]
    except ArithmeticError:
        raise MoneyError(
            T("不是数字（单位万元，也可写 亿、万、元）", "is no number (in 10,000; 亿, 万, 元 may follow)")
        ) from None
    if not found.is_finite() or not -MOST <= found <= MOST:
        raise MoneyError(TOO_MUCH)
    if found != found.to_integral_value():
        raise MoneyError(TOO_FINE)
    return checked(int(found))


def checked(minor: int) -> int:
    """The amount, if it can be one: above zero and not beyond everything. Raises MoneyError."""
    if not 0 < minor <= MOST:
        raise MoneyError(TOO_MUCH)
    return minor


def converted(minor: int, currency: str, rate: Decimal) -> int:
    """Fen of an amount at a rate (yuan for one unit), rounded half up once."""
    if currency == "CNY":
        return minor
    return int((Decimal(minor) / MINOR[currency] * rate * 100).to_integral_value(ROUND_HALF_UP))


@dataclass(frozen=True)
class Gap:
    """Stages that do not sum to the total: both sums, in minor units."""

    total: int
    stages: int

    @property
    def text(self) -> T:
        """Named, not repaired."""
        return T(
            "分期合计 {s} 与总额 {t} 相差 {d}（万元）", "the stages sum to {s}, the total is {t}: {d} apart (10,000)"
        ).fill(s=wan(self.stages), t=wan(self.total), d=wan(self.stages - self.total))


def gap(total: int | None, stages: Sequence[int]) -> Gap | None:
    """What the stages miss of the total; None where they agree, or there is nothing to compare."""
    if total is None or not stages or sum(stages) == total:
        return None
    return Gap(total, sum(stages))


def wan(minor: int | None, currency: str = "CNY") -> str:
    """An amount in 万, without a fraction that is not there; unknown is `不详`."""
    if minor is None:
        return str(T("不详", "unknown"))
    exact = Decimal(minor) / MINOR[currency] / WAN
    return f"{exact:,.6f}".rstrip("0").rstrip(".")


def shown(minor: int | None, currency: str = "CNY") -> str:
    """An amount as people read it: `3.2 亿元`, `850 万元`; unknown is `不详`."""
    return str(T("不详", "unknown") if minor is None else words(minor, currency))


def words(minor: int, currency: str = "CNY") -> T:
    """The same in both languages."""
    units = Decimal(minor) / MINOR[currency]
    unit = T("元", "yuan") if currency == "CNY" else CURRENCIES[currency]
    for size, zh in ((YI, "亿"), (WAN, "万")):
        if abs(units) >= size:
            number = f"{units / size:,.4f}".rstrip("0").rstrip(".")
            if zh == "亿":
                million = f"{units / 1_000_000:,.2f}".rstrip("0").rstrip(".")
                return T(f"{number} 亿{unit.zh}", f"{million} million {unit.en}")
            return T(f"{number} 万{unit.zh}", f"{units:,.0f} {unit.en}")
    return T(f"{units:,} {unit.zh}", f"{units:,} {unit.en}")
