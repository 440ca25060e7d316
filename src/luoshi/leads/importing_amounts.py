"""Amounts of a list: the unit that a column's head or a cell says, whatever its form, and the amount that follows. Pure.

A unit in the cell wins over that of the head; under a head without any unit a plain number is in 10,000 (万元). A unit that
is not understood is an error and never passed over: an amount that is a thousand times too large looks like any other.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from luoshi.kernel.text import T
from luoshi.leads import money
from luoshi.ports.importer.heads import key

BASES: Final = (
    "amount", "investment", "total investment", "agreed investment", "投资额", "投资金额", "总投资额", "投资总额", "计划总投资",
    "项目总投资", "总投资", "协议金额", "协议投资", "协议投资额", "协议投资总额", "协议总投资额", "协议总投资",
)  # fmt: skip
"""The heads of a column of agreed investment, without a unit; of several in a file the last of these is read."""
LONGEST: Final = 80
"""Characters of a head; what is longer is no head."""
MOST: Final[Mapping[str, int]] = {"CNY": 1000, "HKD": 1000, "USD": 150, "EUR": 150, "JPY": 20_000}
"""What one project can be, in 100 million (亿) of each currency; what is larger has a wrong unit, or is noted by hand."""
_SIZES: Final[Mapping[str, int]] = {
    "十": 10, "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8, "十亿": 10**9,
    "百亿": 10**10, "千亿": 10**11, "万亿": 10**12, "thousand": 1000, "million": 10**6, "billion": 10**9, "10000": 10**4,
    "10k": 10**4, "wan": 10**4, "100million": 10**8, "yi": 10**8,
}  # fmt: skip
_CURRENCIES: Final[Mapping[str, str]] = {
    "元": "", "圆": "", "人民币": "CNY", "rmb": "CNY", "cny": "CNY", "¥": "CNY", "yuan": "CNY", "美元": "USD", "美金": "USD",
    "usdollars": "USD", "usd": "USD", "us$": "USD", "$": "USD", "欧元": "EUR", "euros": "EUR", "euro": "EUR", "eur": "EUR", "€": "EUR",
    "港元": "HKD", "港币": "HKD", "hkd": "HKD", "hk$": "HKD", "日元": "JPY", "日圆": "JPY", "jpy": "JPY", "yen": "JPY",
}  # fmt: skip
"""Words of a currency; 元 is whatever the currency of the row is."""


def _one_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_SAID: Final = _one_of(_CURRENCIES)
_UNIT: Final = re.compile(rf"(?:单位:?|unit:?|in)?({_SAID})?({_one_of(_SIZES)})?({_SAID})?({_SAID})?")
_BRACKETS: Final = re.compile(r"[(\[【{〔「]([^)\]】}〕」]*)[)\]】}〕」]+")
_GAPS: Final = re.compile(r"[\s/_:,、|—-]+")
_LIKE: Final = re.compile(
    r"[元圆万亿仟佰美欧港币磅$€£¥]|\b(?:yuan|rmb|cny|usd|eur|hkd|jpy|million|billion|thousand|wan)\b"
)
_CELL: Final = re.compile(
    rf"({_SAID})?([+-]?(?:\d{{1,3}}(?:,\d{{3}})+(?![\d,])|\d{{1,4}}(?:,\d{{4}})+(?![\d,])|\d+)?(?:\.\d+)?(?:e[+-]?\d{{1,3}})?)(.*)"
)
NO_NUMBER: Final = T("不是数字（后面可写单位：元、万元、亿元）", "is no number (a unit may follow: 元, 万元, 亿元)")
NO_UNIT: Final = T(
    "读不懂单位“{unit}”：写成 元、万元、亿元、万美元 的样子",
    "the unit “{unit}” is not understood: write it like 元, 万元, 亿元, 万美元",
)
TOO_MUCH: Final = T(
    "按单位“{unit}”读是 {amount}，一个项目不会超过 {most}：请核对单位",
    "read in “{unit}” is {amount}, and no project is above {most}: look at the unit",
)
OTHER: Final = T("金额里写的币种与币种一列不同", "the amount names another currency than the row's column")


class Unit(NamedTuple):
    """A unit of money: how many of the currency, which one ("": whichever the row has), and the words that said it."""

    size: int
    currency: str
    text: str


USUAL: Final = Unit(money.WAN, "", "万元")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def unit(text: str) -> Unit | None:
    """The unit that a text is and nothing else: 元, 万, 亿元, 百万, 万美元, 单位：千元, million yuan; None if it is none."""
    word = re.sub(r"[\s,()]", "", _plain(text))
    found = _UNIT.fullmatch(word)
    if found is None or not any(found.groups()):
        return None
    currencies = {_CURRENCIES[found[at]] for at in (1, 3, 4) if found[at]} - {""}
    if len(currencies) > 1:
        return None
    words = re.sub(r"^(单位|unit)\s*:?\s*", "", text.strip())
    return Unit(_SIZES[found[2]] if found[2] else 1, next(iter(currencies), ""), words)


def parted(head: str) -> tuple[str, list[str]]:
    """A head without its unit, and what it says of one: in brackets, behind a blank or slash, or written on without any."""
    text = _plain(head)
    if len(text) > LONGEST:
        return text, []
    said = [one.strip() for one in _BRACKETS.findall(text) if one.strip()]
    base = _BRACKETS.sub(" ", text).strip(" *")
    if base in BASES:
        return base, said
    for gap in _GAPS.finditer(base):
        rest = base[gap.end() :]
        if unit(rest) or _LIKE.search(rest):
            return base[: gap.start()], [*said, rest]
    at = next((at for at in range(1, len(base)) if unit(base[at:])), len(base))
    return base[:at], [*said, *([base[at:]] if at < len(base) else [])]


def of_head(head: str) -> Unit | None:
    """The unit that a head says; None where it says none. Raises MoneyError for one that is not understood, or for two."""
    _, said = parted(head)
    found = [one for word in said if (one := unit(word)) is not None]
    if said and len({one[:2] for one in found}) != 1:
        raise money.MoneyError(NO_UNIT.fill(unit="、".join(said)))
    return found[0] if found else None


def heads(file: Iterable[str]) -> tuple[str, ...]:
    """The heads of a file that are of agreed investment, as heads are compared; the one that is to be read comes first."""
    places = {key(head): BASES.index(base) for head in file if (base := parted(head)[0]) in BASES}
    return tuple(sorted(places, key=lambda head: -places[head]))


def read(cell: str, usual: Unit, currency: str) -> tuple[int, str]:
    """The minor units and the currency of a cell: what it says itself, else as its row and its head have it. Raises MoneyError.

    `currency`: of the row's own column; empty where there is none.
    """
    found = _CELL.fullmatch(_plain(cell).replace(" ", ""))
    before, number, rest = [part or "" for part in found.groups()] if found else ("", "", "")
    given = unit(before + rest) if before + rest else usual
    if not any(char.isdigit() for char in number) or any(char.isdigit() for char in rest):
        raise money.MoneyError(NO_NUMBER)
    if given is None:
        raise money.MoneyError(NO_UNIT.fill(unit=rest[:20]))
    if given is not usual and given.currency and currency and given.currency != currency:
        raise money.MoneyError(OTHER)
    code = given.currency if given is not usual and given.currency else currency or usual.currency or "CNY"
    return _minor(number.replace(",", ""), given, code), code


def _minor(number: str, given: Unit, code: str) -> int:
    """The amount in minor units, if a project can be that large. Raises MoneyError."""
    found = Decimal(number) * given.size * money.MINOR[code] if len(number) <= 30 else Decimal("inf")
    most = MOST[code] * money.YI * money.MINOR[code]
    if found > money.MOST * 1000:
        raise money.MoneyError(money.TOO_MUCH)
    if found > most:
        said = {"amount": money.words(int(found), code), "most": money.words(most, code)}
        raise money.MoneyError(TOO_MUCH.fill(unit=given.text, **said))
    if found != found.to_integral_value():
        raise money.MoneyError(money.TOO_FINE)
    return money.checked(int(found))
