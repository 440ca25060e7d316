"""Exchange rates from a file: every row is looked at, good ones come in, the others are named, and nothing changes twice.

A column says yuan for one unit (`rate`) or for a hundred (`per_100`), as its head declares; a file may have both, a row one.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, Final

from luoshi.kernel import calendar, clock
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads.actions.rates import Rate, put_rates
from luoshi.leads.flow import IMPORT
from luoshi.leads.importing import NOTHING, Progress, Report, heads_of, silent, wanted
from luoshi.leads.money import CURRENCIES
from luoshi.ports.importer.rows import FileProblem, Source

SHIPPED: Final = Path(__file__).parent / "rates.csv"
FIELDS: Final = {
    "currency": T("货币", "Currency"), "day": T("日期", "Day"), "rate": T("1 单位合人民币元", "Yuan for 1 unit"),
    "per_100": T("100 单位合人民币元", "Yuan for 100 units"), "source": T("来源", "Source"),
}  # fmt: skip
"""The columns in words."""
_MORE: Final[Mapping[str, tuple[str, ...]]] = {
    "currency": ("币种", "货币代码"), "day": ("date", "汇率日期"), "rate": ("汇率", "per_1", "yuan per unit"),
    "per_100": ("100单位汇率", "每100单位", "yuan per 100 units"), "source": ("出处",),
}  # fmt: skip
HEADS: Final = {name: (name, text.zh, text.en.lower(), *_MORE[name]) for name, text in FIELDS.items()}
"""Our names of the columns → the heads under which they may stand."""
EXAMPLE: Final = ("USD", "2021-06-30", "6.4601", "", "中国外汇交易中心受权公布人民币汇率中间价")
_CODES: Final = {word.lower(): code for code, text in CURRENCIES.items() for word in (code, text.zh, text.en)}
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]00:00(?::00)?)?")
FIRST_DAY: Final = date(2000, 1, 1)
MOST: Final = 10_000
PLACES: Final = 6
LONGEST: Final = 200
NEEDED: Final = T("必须填写", "is required")


def take(
    file: Path, viewer: Viewer, *, dry: bool = False, progress: Progress = silent, columns: Mapping[str, str] = NOTHING,
    replace: bool = False,
) -> Report:  # fmt: skip
    """Take in the rates of a file; `replace`: also in place of such that nothing used. Raises FileProblem, OSError or Denied."""
    demand(viewer, IMPORT)
    begun, report, source = monotonic(), Report(), Source.open(file)
    good = list(_read(source, report, columns))
    progress(source.size, source.size)
    taken = put_rates(good, replace=replace, dry=dry)
    for row in (*taken.created, *taken.updated):
        report.show(f"{row.currency} {row.day}", partial(_plain, row))
    report.created, report.updated, report.unchanged = len(taken.created), len(taken.updated), taken.unchanged
    report.refused = sorted([*report.refused, *taken.refused], key=lambda one: one[0])
    report.seconds = monotonic() - begun
    return report


def _plain(row: Rate) -> dict[str, str]:
    return {
        "currency": row.currency,
        "day": row.day.isoformat(),
        "rate": f"{row.rate.normalize():f}",
        "source": row.source,
    }


def _read(source: Source, report: Report, given: Mapping[str, str]) -> Iterator[Rate]:
    """The rows that say a rate; the others are noted with what is wrong."""
    columns, today = None, calendar.current().city_date(clock.now())
    for row in source.rows(wanted(HEADS, given, needed=("currency", "day"))):
        report.read += 1
        if row.data is None:
            report.refused.append((row.line, row.fault or Fault("row", "", T("读不了", "cannot be read"))))
            continue
        if columns is None:
            columns = _columns(row.data, given)
            report.used(row.data, columns, source.header)
        found = _rate_of(row.line, {name: row.data.get(head) for name, head in columns.items()}, today)
        if isinstance(found, Rate):
            yield found
        else:
            report.refused += [(row.line, fault) for fault in found]


def _columns(data: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Our names → the file's heads. Raises FileProblem where a column is missing."""
    found = heads_of(data, HEADS, given)
    lacks = [name for name in ("currency", "day", "source") if name not in found]
    if "rate" not in found and "per_100" not in found:
        lacks.append("rate")
    if lacks:
        zh, en = (
            "没有这些列：{names}（认得的列名：{words}）",
            "these columns are missing: {names} (known heads: {words})",
        )
        words = "；".join("、".join(HEADS[name]) for name in lacks)
        raise FileProblem(T(zh, en).fill(names="、".join(lacks), words=words), misused=True)
    return found


def _rate_of(line: int, said: Mapping[str, Any], last: date) -> Rate | Sequence[Fault]:
    """The rate of a row by our names of the columns, none after the last day; or all that is wrong with it."""
    given = {name: str(said.get(name) or "").strip() for name in FIELDS}
    faults: list[Fault] = []
    currency = _CODES.get(given["currency"].lower(), "")
    if not currency or currency == "CNY":
        known = "、".join(code for code in CURRENCIES if code != "CNY")
        rule = T("应为其一：{known}", "must be one of: {known}").fill(known=known)
        faults.append(Fault("currency", given["currency"][:20], rule))
    day, rate = _day(given["day"], last, faults), _rate(given, faults)
    if not given["source"]:
        faults.append(Fault("source", "", NEEDED))
    elif len(given["source"]) > LONGEST or "\0" in given["source"]:
        rule = T("最长 {n} 字", "at most {n} characters").fill(n=LONGEST)
        faults.append(Fault("source", given["source"][:20] + "…", rule))
    return faults or Rate(currency, day, rate, given["source"], line)


def _day(text: str, last: date, faults: list[Fault]) -> date:
    """A day since 2000, not after the last."""
    try:
        year, month, day = map(int, _DAY.fullmatch(text).groups())  # type: ignore[union-attr]
        found = date(year, month, day)
    except (AttributeError, ValueError):
        faults.append(Fault("day", text[:20], T("写成 2021-12-31 的样子", "write it like 2021-12-31")))
        return FIRST_DAY
    if not FIRST_DAY <= found <= last:
        faults.append(Fault("day", text[:20], T("不晚于今天，不早于 2000 年", "today at the latest, not before 2000")))
    return found


def _rate(given: Mapping[str, str], faults: list[Fault]) -> Decimal:
    """Yuan for one unit, from the one of the two columns that says something."""
    filled = [name for name in ("rate", "per_100") if given[name]]
    if len(filled) != 1:
        rule = T(
            "写一个汇率：1 单位或 100 单位合多少元，二者之一",
            "say one rate: yuan for 1 unit or for 100, one of the two",
        )
        faults.append(Fault("rate", " ".join(given[name] for name in filled)[:40], rule))
        return Decimal(1)
    (name,) = filled
    try:
        found = Decimal(given[name] if len(given[name]) <= 30 and given[name].isascii() else "x")
        found = found / 100 if name == "per_100" else found
    except InvalidOperation:
        faults.append(Fault(name, given[name][:40], T("不是数字", "is no number")))
        return Decimal(1)
    if not found.is_finite() or not 0 < found < MOST:
        rule = T("1 单位应大于 0、小于 {most} 元", "must be above 0 and below {most} yuan for 1 unit").fill(most=MOST)
        faults.append(Fault(name, given[name][:40], rule))
    elif found != round(found, PLACES):
        rule = T("1 单位最多 {n} 位小数", "at most {n} decimals for 1 unit").fill(n=PLACES)
        faults.append(Fault(name, given[name][:40], rule))
    return found


def load_rates(file: Path = SHIPPED) -> int:
    """The rates that are shipped; how many are new. What a city brought in itself stays. Raises Invalid."""
    with file.open(encoding="utf-8", newline="") as handle:
        found = [_rate_of(line, row, date.max) for line, row in enumerate(csv.DictReader(handle), 2)]
    if faults := [fault for one in found if not isinstance(one, Rate) for fault in one]:
        raise Invalid(faults)
    return len(put_rates(one for one in found if isinstance(one, Rate)).created)
