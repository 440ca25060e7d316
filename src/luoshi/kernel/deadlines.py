"""Due times: from a rule and a start to a moment, what remains of it, and how to say so.

行政许可法 82 and 行政强制法 69: deadlines in days are working days, holidays not counted. 民法典 201: the day it
starts is not counted, what is set in hours runs from the moment. 民法典 203: a last day on a rest day moves to the
day after, and the last day ends at close of business. Moments are aware, and come back in UTC.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal, get_args

from luoshi.kernel.text import T
from luoshi.kernel.workdays import Calendar

Kind = Literal["workdays", "workhours", "workminutes", "days", "hours", "minutes"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_WORKING: frozenset[str] = frozenset({"workdays", "workhours", "workminutes"})
_BY_DAY: frozenset[str] = frozenset({"workdays", "days"})
_LENGTH = {"hours": 3600, "minutes": 60, "workhours": 3600, "workminutes": 60}
_UNITS = {
    "workdays": T("{n} 个工作日", "{n} working day{s}"),
    "workhours": T("{n} 个工作小时", "{n} working hour{s}"),
    "workminutes": T("{n} 个工作分钟", "{n} working minute{s}"),
    "days": T("{n} 天", "{n} day{s}"),
    "hours": T("{n} 小时", "{n} hour{s}"),
    "minutes": T("{n} 分钟", "{n} minute{s}"),
}
_HOLIDAYS = {
    "元旦": T("元旦", "New Year"),
    "春节": T("春节", "Spring Festival"),
    "清明节": T("清明", "Qingming"),
    "劳动节": T("劳动节", "Labour Day"),
    "“五一”": T("劳动节", "Labour Day"),
    "“五一”国际劳动节": T("劳动节", "Labour Day"),
    "端午节": T("端午", "Dragon Boat Festival"),
    "中秋节": T("中秋", "Mid-Autumn Festival"),
    "国庆节": T("国庆", "National Day"),
    "“十一”": T("国庆", "National Day"),
    "国庆节、中秋节": T("国庆中秋", "National Day and Mid-Autumn Festival"),
    "中秋节、国庆节": T("国庆中秋", "National Day and Mid-Autumn Festival"),
    "抗日战争暨世界反法西斯战争胜利70周年纪念日": T("抗战胜利纪念日", "Victory Day"),
}


@dataclass(frozen=True)
class Rule:
    """A length of time: `n` ≥ 1 of a kind. `work…` run only while the office is open; the others run always."""

    kind: Kind
    n: int

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r}: one of {', '.join(KINDS)}")
        if type(self.n) is not int or self.n < 1:
            raise ValueError(f"n {self.n!r}: a whole number from 1")

    @property
    def words(self) -> T:
        """`5 个工作日`, `5 working days`."""
        return _count(self.n, self.kind)


def due(rule: Rule, start: datetime, calendar: Calendar) -> datetime:
    """When a time set at `start` is up.

    Working days: the day of `start`, by the city's date, is not counted (民法典 201); up at close of business of
    the n-th working day after it (行政许可法 82, 行政强制法 69). Natural days: likewise, but all days count, and
    a last day on a rest day moves to the next working day (民法典 203). Hours and minutes run from the moment;
    working ones only while the office is open.
    """
    if rule.kind == "workdays":
        return calendar.closing(calendar.add_workdays(calendar.city_date(start), rule.n))
    if rule.kind == "days":
        return calendar.closing(calendar.add_workdays(_last_day(rule, start, calendar), 0))
    return resume(rule.kind, start, timedelta(seconds=rule.n * _LENGTH[rule.kind]), calendar)


def remaining(kind: Kind, now: datetime, due: datetime, calendar: Calendar) -> timedelta:
    """What is left at `now` in the kind's own time: open office for the working kinds, else plain time.

    Negative when overdue. This is what a suspension keeps.
    """
    if kind in _WORKING:
        return timedelta(seconds=calendar.work_seconds_between(now, due))
    return _utc(due) - _utc(now)


def resume(kind: Kind, now: datetime, remainder: timedelta, calendar: Calendar) -> datetime:
    """The due time at which a clock resumed at `now` has run its remainder, exactly.

    Resumed at the instant of its suspension, a clock has the due time that it had (one that `due` or `resume`
    gave; for working kinds a due time while the office is closed comes back as the closing before it). What is left
    of natural days is not rounded again to a working day: each suspension would lengthen it.
    """
    if kind in _WORKING:
        return calendar.add_work_seconds(now, remainder.total_seconds())
    return _utc(now) + remainder


def warn_at(
    rule: Rule, start: datetime, due: datetime, calendar: Calendar, *, percent: int = 25, workdays: int = 1
) -> datetime:
    """When the light turns yellow: `percent` of the kind's own time is left, or, where more than `workdays` days are
    counted, `workdays` working days are left, whichever is earlier; never before `start`."""
    whole = remaining(rule.kind, start, due, calendar)
    moments = [resume(rule.kind, due, -whole * percent // 100, calendar)]
    if rule.kind in _BY_DAY and rule.n > workdays:
        moments.append(calendar.add_work_seconds(due, -workdays * calendar.seconds_a_day))
    return max(_utc(start), min(moments))


def explain(rule: Rule, start: datetime, due: datetime, calendar: Calendar) -> T:
    """How the due time came about: `5 个工作日，除去国庆 7 天，含调休上班 2 天，到 2021-10-13 17:30`.

    Times are the city's. A due time that the rule alone does not give is said to have been suspended or extended;
    years whose holidays are not announced are named.
    """
    first, last = calendar.city_date(start), _ends_on(due, calendar)
    parts = [rule.words]
    if rule.kind in _WORKING:
        parts += _days_left_out(first, last, calendar)
    if not _as_ruled(rule, start, due, calendar):
        parts.append(T("经挂起或延期", "suspended or extended"))
    elif rule.kind == "days" and (fell := _last_day(rule, start, calendar)) != last:
        parts.append(T(f"最后一天 {fell} 是休息日，顺延", f"last day {fell} is a rest day and moves on"))
    when = f"{calendar.city_time(due):%Y-%m-%d %H:%M}"
    parts.append(T(f"到 {when}", f"until {when}"))
    if rule.kind in _WORKING | _BY_DAY:
        parts += _assumed(first, last, calendar)
    return T("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))


def left(now: datetime, due: datetime, kind: Kind, calendar: Calendar) -> T:
    """`剩 2 个工作日`, `剩 3 小时`, `超 1 个工作日`: whole units, in the kind's own time.

    Days are counted from date to date, so that a clock of five working days starts with five. What ends on the same
    day, or has run out since the office closed, is told in plain hours and minutes.
    """
    amount = _amount(now, due, kind, calendar)
    gap = " " if amount.zh[0].isdigit() else ""
    if now <= due:
        return T(f"剩{gap}{amount.zh}", f"{amount.en} left")
    return T(f"超{gap}{amount.zh}", f"{amount.en} overdue")


def _utc(moment: datetime) -> datetime:
    """In UTC, where an hour is always an hour: Python adds and subtracts within a zone by the wall clock."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without zone: {moment.isoformat()}")
    return moment.astimezone(UTC)


def _amount(now: datetime, due: datetime, kind: Kind, calendar: Calendar) -> T:
    """How far apart the two are, whichever is earlier."""
    if kind in _BY_DAY:
        today, last = calendar.city_date(now), _ends_on(due, calendar)
        days = calendar.workdays_between(today, last) if kind == "workdays" else (last - today).days
        if days and (days > 0) == (now <= due):
            return _count(abs(days), kind)
    elif kind in _WORKING:
        minutes = abs(remaining(kind, now, due, calendar)) // timedelta(minutes=1)
        if minutes:
            return _count(minutes // 60, "workhours") if minutes >= 60 else _count(minutes, "workminutes")
    return _plain(abs(_utc(due) - _utc(now)))


def _plain(span: timedelta) -> T:
    minutes = span // timedelta(minutes=1)
    if minutes < 1:
        return T("不到 1 分钟", "less than a minute")
    if minutes < 60:
        return _count(minutes, "minutes")
    return _count(minutes // 60, "hours") if minutes < 48 * 60 else _count(minutes // 1440, "days")


@lru_cache(maxsize=1024)
def _count(n: int, kind: str) -> T:
    return _UNITS[kind].fill(n=n, s="" if n == 1 else "s")


def _as_ruled(rule: Rule, start: datetime, moment: datetime, calendar: Calendar) -> bool:
    return moment == due(rule, start, calendar)


def _ends_on(due: datetime, calendar: Calendar) -> date:
    """The day that a due time belongs to: an office open until midnight closes on the day before."""
    return calendar.city_date(due - timedelta(microseconds=1))


def _last_day(rule: Rule, start: datetime, calendar: Calendar) -> date:
    return calendar.city_date(start) + timedelta(days=rule.n)


def _days_left_out(first: date, last: date, calendar: Calendar) -> list[T]:
    """Holidays that fell between, and weekend days that were worked; the first day, not counted, is not named."""
    days = calendar.announced(first + timedelta(days=1), last)
    off = Counter(_HOLIDAYS.get(day.name, T(day.name, day.name)) for day in days if day.off)
    worked = sum(not day.off for day in days)
    named = [T("{h} {d}", "{h} ({d})").fill(h=name, d=_count(n, "days")) for name, n in off.items()]
    parts = []
    if named:
        names = T("、".join(name.zh for name in named), ", ".join(name.en for name in named))
        parts.append(T("除去{x}", "not counting {x}").fill(x=names))
    if worked:
        parts.append(T("含调休上班 {d}", "with {d} worked in exchange").fill(d=_count(worked, "days")))
    return parts


def _assumed(first: date, last: date, calendar: Calendar) -> list[T]:
    years = calendar.assumed_years(first, last)
    if not years:
        return []
    named = T("、".join(map(str, years)), ", ".join(map(str, years)))
    zh, en = "{y} 年放假安排未公布，按周一至周五计", "holidays of {y} not announced, Monday to Friday assumed"
    return [T(zh, en).fill(y=named)]
