"""Due times: by example, by law, under suspension, and in words."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshi.kernel.deadlines import KINDS, Kind, Rule, due, explain, left, remaining, resume, warn_at
from luoshi.kernel.text import T
from luoshi.kernel.workdays import Calendar, read_hours

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "src/luoshi/packs/baotou/calendars"
FOLDER = SHIPPED if any(SHIPPED.glob("*.json")) else ROOT / "../shared/data/holidays"
if not FOLDER.is_dir():
    pytest.skip("no holiday files", allow_module_level=True)

ZONE = ZoneInfo("Asia/Shanghai")
CAL = Calendar.read(FOLDER, read_hours("08:30-12:00", "14:30-17:30"), "Asia/Shanghai")
MOMENTS = st.datetimes(datetime(2007, 1, 1), datetime(2026, 6, 30), timezones=st.sampled_from([UTC, ZONE]))
RULES = st.builds(Rule, st.sampled_from(KINDS), st.integers(1, 60))
SPANS = st.timedeltas(timedelta(), timedelta(days=60))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("kind", "n", "start", "end"),
    [
        ("workdays", 5, "2021-09-30 10:00", "2021-10-13 17:30"),
        ("workdays", 1, "2021-10-08 23:59", "2021-10-09 17:30"),  # a worked Saturday
        ("workdays", 1, "2021-10-02 10:00", "2021-10-08 17:30"),  # starts on a holiday
        ("workdays", 1, "2021-12-31 00:30", "2022-01-04 17:30"),
        ("workhours", 2, "2021-12-29 11:00", "2021-12-29 15:30"),
        ("workhours", 2, "2021-10-01 11:00", "2021-10-08 10:30"),
        ("workminutes", 30, "2021-12-29 17:15", "2021-12-30 08:45"),
        ("days", 7, "2021-12-01 09:00", "2021-12-08 17:30"),
        ("days", 3, "2021-09-30 09:00", "2021-10-08 17:30"),  # last day 3 October moves on
        ("days", 1, "2021-10-08 09:00", "2021-10-09 17:30"),  # a worked Saturday does not
        ("hours", 24, "2021-10-01 11:00", "2021-10-02 11:00"),
        ("minutes", 90, "2021-10-01 23:00", "2021-10-02 00:30"),
    ],
)
def test_due_by_example(kind: Kind, n: int, start: str, end: str) -> None:
    assert due(Rule(kind, n), at(start), CAL) == at(end)


def test_the_start_day_is_the_citys_not_utcs() -> None:
    late_on_29th_in_utc = datetime(2021, 12, 29, 16, 30, tzinfo=UTC)  # 00:30 on the 30th in Baotou
    assert due(Rule("workdays", 1), late_on_29th_in_utc, CAL) == at("2021-12-31 17:30")


@given(RULES, MOMENTS)
def test_due_is_utc_after_its_start_and_the_same_from_any_zone(rule: Rule, start: datetime) -> None:
    end = due(rule, start, CAL)
    assert end.tzinfo is UTC and end > start
    assert end == due(rule, start.astimezone(ZoneInfo("America/New_York")), CAL)


@settings(deadline=None)
@given(st.sampled_from(["workdays", "days"]), st.integers(1, 60), MOMENTS)
def test_what_is_counted_in_days_ends_at_close_of_business_of_a_working_day(
    kind: Kind, n: int, start: datetime
) -> None:
    local = due(Rule(kind, n), start, CAL).astimezone(ZONE)
    assert chinese_calendar.is_workday(local.date()) and (local.hour, local.minute) == (17, 30)
    first = start.astimezone(ZONE).date()
    if kind == "workdays":
        days = chinese_calendar.get_workdays(first + timedelta(1), local.date())
        assert len(days) == n
    else:
        moved = [first + timedelta(i) for i in range(n, (local.date() - first).days)]
        assert local.date() >= first + timedelta(n)
        assert not any(chinese_calendar.is_workday(day) for day in moved)


@given(RULES, MOMENTS, SPANS)
def test_a_later_start_or_a_longer_time_is_never_due_earlier(rule: Rule, start: datetime, later: timedelta) -> None:
    assert due(rule, start, CAL) <= due(rule, start + later, CAL)
    assert due(rule, start, CAL) <= due(Rule(rule.kind, rule.n + 1), start, CAL)


@given(st.integers(1, 50), MOMENTS)
def test_working_minutes_and_hours_leave_exactly_what_was_set(n: int, start: datetime) -> None:
    for kind, unit in (("workhours", timedelta(hours=1)), ("workminutes", timedelta(minutes=1))):
        assert remaining(kind, start, due(Rule(kind, n), start, CAL), CAL) == n * unit  # type: ignore[arg-type]


# Suspension


@given(RULES, MOMENTS, SPANS)
def test_suspended_and_resumed_at_the_same_instant_nothing_changes(
    rule: Rule, start: datetime, after: timedelta
) -> None:
    """Before the due time, after it, in the night, on holidays."""
    end, now = due(rule, start, CAL), start + after
    assert resume(rule.kind, now, remaining(rule.kind, now, end, CAL), CAL) == end


@given(RULES, MOMENTS, SPANS, SPANS)
def test_the_remainder_survives_a_suspension_to_the_microsecond(
    rule: Rule, start: datetime, after: timedelta, pause: timedelta
) -> None:
    end, stopped = due(rule, start, CAL), start + after
    kept = remaining(rule.kind, stopped, end, CAL)
    again = resume(rule.kind, stopped + pause, kept, CAL)
    assert remaining(rule.kind, stopped + pause, again, CAL) == kept
    assert again >= end


@given(RULES, MOMENTS, st.lists(st.tuples(SPANS, SPANS), max_size=5))
def test_many_suspensions_lengthen_by_what_they_lasted_and_no_more(
    rule: Rule, start: datetime, turns: list[tuple[timedelta, timedelta]]
) -> None:
    end = due(rule, start, CAL)
    ran, now, moved = timedelta(), start, end
    for running, pause in turns:
        stopped = now + running
        kept = remaining(rule.kind, stopped, moved, CAL)
        ran += remaining(rule.kind, now, stopped, CAL)
        now = stopped + pause
        moved = resume(rule.kind, now, kept, CAL)
    assert remaining(rule.kind, now, moved, CAL) == remaining(rule.kind, start, end, CAL) - ran


def test_suspension_in_working_time_by_example() -> None:
    end = due(Rule("workdays", 2), at("2021-12-27 10:00"), CAL)
    kept = remaining("workdays", at("2021-12-28 15:30"), end, CAL)
    assert kept == timedelta(hours=2 + 6.5)
    assert resume("workdays", at("2021-12-31 11:00"), kept, CAL) == at("2022-01-04 15:30")


def test_natural_days_resume_without_a_second_rounding() -> None:
    end = due(Rule("days", 3), at("2021-12-20 10:00"), CAL)
    assert resume("days", at("2021-12-24 17:30"), remaining("days", at("2021-12-22 17:30"), end, CAL), CAL) == at(
        "2021-12-25 17:30"
    )


def test_plain_hours_are_true_hours_where_clocks_are_shifted() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    cal = Calendar([], frozenset(), read_hours("09:00-17:00"), "Europe/Berlin")
    start = datetime(2021, 3, 27, 12, tzinfo=berlin)
    end = due(Rule("hours", 24), start, cal)
    assert end == datetime(2021, 3, 28, 13, tzinfo=berlin)
    assert remaining("hours", start, end.astimezone(berlin), cal) == timedelta(hours=24)


# Lights


@pytest.mark.parametrize(
    ("kind", "n", "start", "yellow"),
    [
        ("workdays", 5, "2021-12-06 08:30", "2021-12-10 11:45"),  # a quarter of 39 hours is earlier than a day
        ("workdays", 2, "2021-12-06 08:30", "2021-12-07 17:30"),  # one working day is earlier than a quarter
        ("workdays", 1, "2021-12-06 10:00", "2021-12-07 14:37:30"),  # a clock of one day is not yellow from the start
        ("workhours", 4, "2021-12-06 08:30", "2021-12-06 11:30"),
        ("days", 2, "2021-12-06 17:30", "2021-12-07 17:30"),
        ("days", 8, "2021-12-06 17:30", "2021-12-12 17:30"),
        ("hours", 4, "2021-12-06 17:30", "2021-12-06 20:30"),
    ],
)
def test_yellow_by_example(kind: Kind, n: int, start: str, yellow: str) -> None:
    rule = Rule(kind, n)
    assert warn_at(rule, at(start), due(rule, at(start), CAL), CAL) == at(yellow)


def test_yellow_follows_the_citys_setting() -> None:
    rule, start = Rule("workdays", 5), at("2021-12-06 17:30")
    end = due(rule, start, CAL)
    assert warn_at(rule, start, end, CAL, percent=50, workdays=1) == at("2021-12-09 11:45")
    assert warn_at(rule, start, end, CAL, percent=0, workdays=3) == at("2021-12-08 17:30")


@given(RULES, MOMENTS)
def test_yellow_lies_between_start_and_due_and_leaves_a_quarter(rule: Rule, start: datetime) -> None:
    end = due(rule, start, CAL)
    yellow = warn_at(rule, start, end, CAL)
    assert start <= yellow <= end and yellow.tzinfo is UTC
    whole, rest = (remaining(rule.kind, moment, end, CAL) for moment in (start, yellow))
    assert rest >= whole * 25 // 100


@given(st.integers(2, 60), MOMENTS)
def test_yellow_of_a_clock_of_days_leaves_at_least_a_working_day(n: int, start: datetime) -> None:
    rule = Rule("workdays", n)
    end = due(rule, start, CAL)
    rest = remaining("workdays", warn_at(rule, start, end, CAL), end, CAL)
    assert rest >= timedelta(seconds=CAL.seconds_a_day)


# Words


@pytest.mark.parametrize(
    ("kind", "n", "start", "zh", "en"),
    [
        (
            *("workdays", 5, "2021-09-30 10:00"),
            "5 个工作日，除去国庆 7 天，含调休上班 1 天，到 2021-10-13 17:30",
            "5 working days, not counting National Day (7 days), with 1 day worked in exchange, until 2021-10-13 17:30",
        ),
        (
            *("workdays", 1, "2021-10-05 10:00"),  # what of the holiday lies before the start is not told
            "1 个工作日，除去国庆 2 天，到 2021-10-08 17:30",
            "1 working day, not counting National Day (2 days), until 2021-10-08 17:30",
        ),
        (
            *("workdays", 60, "2021-04-01 10:00"),
            "60 个工作日，除去清明 3 天、劳动节 5 天、端午 3 天，含调休上班 2 天，到 2021-06-29 17:30",
            "60 working days, not counting Qingming (3 days), Labour Day (5 days), Dragon Boat Festival (3 days), "
            "with 2 days worked in exchange, until 2021-06-29 17:30",
        ),
        (
            *("workdays", 2, "2021-12-06 10:00"),
            "2 个工作日，到 2021-12-08 17:30",
            "2 working days, until 2021-12-08 17:30",
        ),
        (
            *("days", 3, "2021-09-30 10:00"),
            "3 天，最后一天 2021-10-03 是休息日，顺延，到 2021-10-08 17:30",
            "3 days, last day 2021-10-03 is a rest day and moves on, until 2021-10-08 17:30",
        ),
        ("hours", 24, "2021-09-30 10:00", "24 小时，到 2021-10-01 10:00", "24 hours, until 2021-10-01 10:00"),
        (
            *("workdays", 3, "2027-02-01 10:00"),
            "3 个工作日，到 2027-02-04 17:30，2027 年放假安排未公布，按周一至周五计",
            "3 working days, until 2027-02-04 17:30, holidays of 2027 not announced, Monday to Friday assumed",
        ),
    ],
)
def test_a_due_time_is_explained_in_both_languages(kind: Kind, n: int, start: str, zh: str, en: str) -> None:
    rule = Rule(kind, n)
    assert explain(rule, at(start), due(rule, at(start), CAL), CAL) == T(zh, en)


def test_a_moved_due_time_is_not_passed_off_as_the_rules() -> None:
    said = explain(Rule("workdays", 2), at("2021-12-06 10:00"), at("2021-12-09 10:00"), CAL)
    assert said == T(
        "2 个工作日，经挂起或延期，到 2021-12-09 10:00", "2 working days, suspended or extended, until 2021-12-09 10:00"
    )


@given(st.integers(1, 80), st.dates(date(2007, 1, 1), date(2026, 6, 30)))
def test_every_holiday_of_twenty_years_has_a_short_name_in_english(n: int, day: date) -> None:
    start = datetime.combine(day, datetime.min.time(), ZONE)
    rule = Rule("workdays", n)
    assert explain(rule, start, due(rule, start, CAL), CAL).en.isascii()


@pytest.mark.parametrize(
    ("kind", "now", "end", "zh", "en"),
    [
        ("workdays", "2021-12-06 10:00", "2021-12-08 17:30", "剩 2 个工作日", "2 working days left"),
        ("workdays", "2021-12-04 10:00", "2021-12-06 17:30", "剩 1 个工作日", "1 working day left"),
        ("workdays", "2021-12-06 14:00", "2021-12-06 17:30", "剩 3 小时", "3 hours left"),
        ("workdays", "2021-12-06 17:00", "2021-12-06 17:30", "剩 30 分钟", "30 minutes left"),
        ("workdays", "2021-12-06 17:30", "2021-12-06 17:30", "剩不到 1 分钟", "less than a minute left"),
        ("workdays", "2021-12-07 09:00", "2021-12-06 17:30", "超 1 个工作日", "1 working day overdue"),
        ("workdays", "2021-12-04 17:30", "2021-12-03 17:30", "超 24 小时", "24 hours overdue"),
        ("workdays", "2021-10-07 17:30", "2021-09-30 17:30", "超 7 天", "7 days overdue"),
        ("workhours", "2021-12-06 11:00", "2021-12-06 15:30", "剩 2 个工作小时", "2 working hours left"),
        ("workhours", "2021-12-06 11:30", "2021-12-06 15:00", "剩 1 个工作小时", "1 working hour left"),
        ("workminutes", "2021-12-06 11:45", "2021-12-06 14:45", "剩 30 个工作分钟", "30 working minutes left"),
        ("workhours", "2021-12-06 20:30", "2021-12-06 17:30", "超 3 小时", "3 hours overdue"),
        ("workhours", "2021-12-07 09:30", "2021-12-06 17:00", "超 1 个工作小时", "1 working hour overdue"),
        ("days", "2021-12-01 23:00", "2021-12-08 17:30", "剩 7 天", "7 days left"),
        ("days", "2021-12-09 00:10", "2021-12-08 17:30", "超 1 天", "1 day overdue"),
        ("hours", "2021-12-01 10:00", "2021-12-02 09:59", "剩 23 小时", "23 hours left"),
        ("hours", "2021-12-01 10:00", "2021-12-04 09:59", "剩 2 天", "2 days left"),
        ("minutes", "2021-12-01 10:00", "2021-12-01 09:59", "超 1 分钟", "1 minute overdue"),
    ],
)
def test_what_is_left_is_said_in_whole_units(kind: Kind, now: str, end: str, zh: str, en: str) -> None:
    assert left(at(now), at(end), kind, CAL) == T(zh, en)


@given(st.integers(1, 60), MOMENTS)
def test_a_fresh_clock_of_n_working_days_says_n(n: int, start: datetime) -> None:
    rule = Rule("workdays", n)
    assert left(start, due(rule, start, CAL), "workdays", CAL) == T("剩 {w}", "{w} left").fill(w=rule.words)


def test_an_office_open_until_midnight_closes_on_its_own_day() -> None:
    cal = Calendar(
        CAL.announced(date(2021, 1, 1), date(2021, 12, 31)), CAL.years, read_hours("00:00-24:00"), "Asia/Shanghai"
    )
    rule, start = Rule("workdays", 2), at("2021-12-06 10:00")
    end = due(rule, start, cal)
    assert end == at("2021-12-09 00:00")
    assert left(start, end, "workdays", cal).zh == "剩 2 个工作日"
    assert left(end, end, "workdays", cal).zh == "剩不到 1 分钟"
    assert explain(rule, start, end, cal).zh == "2 个工作日，到 2021-12-09 00:00"


# Refusals


@pytest.mark.parametrize(("kind", "n"), [("weeks", 1), ("days", 0), ("days", -1), ("days", True), ("days", 1.5)])
def test_impossible_rules_are_refused_by_field(kind: Kind, n: int) -> None:
    with pytest.raises(ValueError, match="^kind 'weeks'" if kind == "weeks" else "^n "):
        Rule(kind, n)


@pytest.mark.parametrize("kind", KINDS)
def test_naive_times_are_refused(kind: Kind) -> None:
    naive, aware = datetime(2021, 12, 6, 10), at("2021-12-06 10:00")
    for ask in (
        lambda: due(Rule(kind, 1), naive, CAL),
        lambda: remaining(kind, naive, naive, CAL),
        lambda: resume(kind, naive, timedelta(1), CAL),
        lambda: left(naive, aware, kind, CAL),
    ):
        with pytest.raises(ValueError, match="without zone"):
            ask()
