"""Periods, sizes and moments as a report's text says them."""

from typing import Final

from luoshi.figures.ask import AsOf
from luoshi.figures.period import Period, moment
from luoshi.figures.report.grammar import Kind
from luoshi.figures.reported.catalogue import all_reported
from luoshi.figures.reported.declare import Reported
from luoshi.kernel.text import T
from luoshi.web import words

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_QUARTERS: Final = (T("第一季度", "first quarter"), T("第二季度", "second quarter"), T("第三季度", "third quarter"), T("第四季度", "fourth quarter"))  # fmt: skip


def period(one: Period) -> str:
    """2021年, 2021年10月, 2021年第三季度; 2021, October 2021, third quarter of 2021."""
    year, month = divmod(one.first, 12)
    length = one.last - one.first
    if length == 1:
        return str(T(f"{year}年{month + 1}月", f"{_MONTHS[month]} {year}"))
    if length == 3:
        quarter = _QUARTERS[month // 3]
        return str(T(f"{year}年{quarter.zh}", f"{quarter.en} of {year}"))
    return str(T(f"{year}年", f"{year}"))


def day(as_of: AsOf) -> str:
    """The day on which the last entry of the log was recorded: 2021年12月31日, 31 December 2021."""
    at = words.city_time(moment(as_of.moment))
    return str(T(f"{at.year}年{at.month}月{at.day}日", f"{at.day} {_MONTHS[at.month - 1]} {at.year}"))


def known(as_of: AsOf) -> str:
    """As of which moment and which size of the log."""
    text = T("{at}，账本 {n} 条", "{at}, {n} entries of the log")
    return str(text.fill(at=words.when(moment(as_of.moment)), n=words.number(as_of.size)))


def said(kind: Kind, one: Period, as_of: AsOf) -> str:
    """What a call without a figure prints."""
    if kind == "as_of":
        return day(as_of)
    if kind == "year":
        return str(one.first // 12)
    return period({"period_before": one.before, "year_before": one.year_before}.get(kind, one))


def pending() -> list[Reported]:
    """The reported figures that records will give one day."""
    return [one for one in all_reported().values() if one.pending]
