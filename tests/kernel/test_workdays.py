"""The statutory calendar against two public ones, the counted traps, and a day-by-day, minute-by-minute oracle."""

import json
import time as clock
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshi.kernel.workdays import FIRST, LAST, Calendar, Day, read_hours

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "src/luoshi/packs/baotou/calendars"
FOLDER = SHIPPED if any(SHIPPED.glob("*.json")) else ROOT / "../shared/data/holidays"
if not FOLDER.is_dir():
    pytest.skip("no holiday files", allow_module_level=True)

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = read_hours("08:30-12:00", "14:30-17:30")
CAL = Calendar.read(FOLDER, HOURS, "Asia/Shanghai")
DAYS = st.dates(date(2007, 1, 1), date(2026, 12, 31))
MOMENTS = st.datetimes(datetime(2007, 1, 1), datetime(2026, 12, 31), timezones=st.sampled_from([UTC, ZONE]))
OFFICES = [
    HOURS,
    read_hours("09:00-17:00"),
    read_hours("00:00-24:00"),
    read_hours("00:00-00:01", "23:59-24:00"),
    read_hours("08:00-09:30", "09:30-11:00", "20:15-24:00"),
]


def every_day(first: int, last: int) -> list[date]:
    start = date(first, 1, 1)
    return [start + timedelta(i) for i in range((date(last + 1, 1, 1) - start).days)]


def step(worked: Callable[[date], bool], day: date, n: int) -> date:
    """The rule as the law says it, one day at a time."""
    while n:
        day += timedelta(1)
        n -= worked(day)
    return day


def beijing(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[arg-type]


# Against calendars that we did not write. Of the 7,305 days from 2007 to 2026 not one differs; should new data bring
# a difference, find its reason in the State Council's announcement and list the day here.
DIFFERS_FROM_CHINESECALENDAR: dict[date, str] = {}
DIFFERS_FROM_HOLIDAYS: dict[date, str] = {}


def test_every_day_from_2007_to_2026_agrees_with_chinesecalendar() -> None:
    days = every_day(2007, 2026)
    assert len(days) == 7305
    differing = {day for day in days if CAL.is_workday(day) != chinese_calendar.is_workday(day)}
    assert differing == set(DIFFERS_FROM_CHINESECALENDAR)


def test_every_day_from_2007_to_2026_agrees_with_holidays() -> None:
    other = holidays.country_holidays("CN", years=range(2007, 2027))
    differing = {day for day in every_day(2007, 2026) if CAL.is_workday(day) != other.is_working_day(day)}
    assert differing == set(DIFFERS_FROM_HOLIDAYS)


def test_every_holiday_that_holidays_knows_has_a_name_here() -> None:
    other = holidays.country_holidays("CN", years=range(2007, 2027), language="zh_CN")
    statutory = [day for day in every_day(2007, 2026) if day in other]
    assert len(statutory) > 200
    assert [day for day in statutory if CAL.holiday_name(day) is None] == []


def test_the_counted_traps_of_2021() -> None:
    """Five working days from every day of 2021: three usual ways of counting, and how many start days they miss."""

    def weekdays(day: date) -> bool:
        return day.weekday() < 5

    def without_make_up(day: date) -> bool:
        return day.weekday() < 5 and CAL.holiday_name(day) is None

    days = every_day(2021, 2021)
    right = {day: CAL.add_workdays(day, 5) for day in days}
    assert right == {day: step(chinese_calendar.is_workday, day, 5) for day in days}
    assert sum(step(weekdays, day, 5) != right[day] for day in days) == 78
    assert sum(step(without_make_up, day, 5) != right[day] for day in days) == 59
    assert sum(chinese_calendar.find_workday(5, day) != right[day] for day in days) == 115


@settings(deadline=None)
@given(DAYS, st.integers(1, 300))
def test_add_workdays_is_the_rule_one_day_at_a_time(day: date, n: int) -> None:
    assert CAL.add_workdays(day, n) == step(CAL.is_workday, day, n)


@given(DAYS, st.integers(-300, 300))
def test_workdays_between_undoes_add_workdays(day: date, n: int) -> None:
    end = CAL.add_workdays(day, n)
    assert CAL.is_workday(end)
    if n > 0:
        assert CAL.workdays_between(day, end) == n
    elif n < 0:
        assert CAL.workdays_between(end - timedelta(1), day - timedelta(1)) == -n


@settings(deadline=None)
@given(DAYS, DAYS)
def test_workdays_between_counts_days(first: date, last: date) -> None:
    early, late = min(first, last), max(first, last)
    counted = len(chinese_calendar.get_workdays(early, late)) - chinese_calendar.is_workday(early)
    assert CAL.workdays_between(early, late) == counted == -CAL.workdays_between(late, early)


def test_zero_workdays_is_the_day_itself_or_the_next_one_worked() -> None:
    assert CAL.add_workdays(date(2021, 9, 30), 0) == date(2021, 9, 30)
    assert CAL.add_workdays(date(2021, 10, 1), 0) == date(2021, 10, 8)


@pytest.mark.parametrize(
    ("day", "worked", "holiday"),
    [
        (date(2021, 10, 1), False, "国庆节"),
        (date(2021, 10, 9), True, None),  # a Saturday worked in exchange
        (date(2021, 9, 26), True, None),  # a Sunday worked in exchange
        (date(2021, 10, 10), False, None),  # a mere Sunday
        (date(2020, 1, 31), False, "春节"),  # the Spring Festival prolonged by the epidemic
        (date(2015, 9, 3), False, "抗日战争暨世界反法西斯战争胜利70周年纪念日"),
        (date(2011, 12, 31), True, None),  # announced with the next year
        (date(2018, 12, 31), False, "元旦"),  # likewise
    ],
)
def test_days_known_by_heart(day: date, worked: bool, holiday: str | None) -> None:
    assert (CAL.is_workday(day), CAL.holiday_name(day)) == (worked, holiday)


def test_announced_days_between_two_dates_include_both() -> None:
    days = CAL.announced(date(2021, 9, 26), date(2021, 10, 9))
    assert [day.date.day for day in days] == [26, 1, 2, 3, 4, 5, 6, 7, 9]
    assert [day.off for day in days] == [False, *[True] * 7, False]
    assert CAL.announced(date(2021, 11, 1), date(2021, 11, 30)) == []


def test_years_without_announcement_are_assumed_and_said_so() -> None:
    assert CAL.known(2007) and CAL.known(2026) and not CAL.known(2006) and not CAL.known(2027)
    assert CAL.assumed_years(date(2026, 3, 1), date(2028, 2, 1)) == [2027, 2028]
    assert CAL.assumed_years(date(2021, 1, 1), date(2021, 12, 31)) == []
    assert all(CAL.is_workday(day) == (day.weekday() < 5) for day in every_day(2028, 2030))


@pytest.mark.parametrize("office", OFFICES, ids=range(len(OFFICES)))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_working_seconds_agree_with_a_walk_minute_by_minute(
    office: tuple[tuple[time, time], ...], data: st.DataObject
) -> None:
    cal = Calendar(CAL.announced(FIRST, LAST), CAL.years, office, "Asia/Shanghai")
    start = data.draw(st.datetimes(datetime(2021, 9, 17), datetime(2021, 10, 12))).replace(
        second=0, microsecond=0, tzinfo=ZONE
    )
    minutes = data.draw(st.integers(0, 4000))

    def is_open(moment: datetime) -> bool:
        clock = moment.time()
        return chinese_calendar.is_workday(moment.date()) and any(
            opens <= clock and (clock < closes or closes == time()) for opens, closes in office
        )

    walked = sum(is_open(start + timedelta(minutes=i)) for i in range(minutes))
    end = start + timedelta(minutes=minutes)
    assert cal.work_seconds_between(start, end) == walked * 60 == -cal.work_seconds_between(end, start)
    if walked:
        last_open = max(i for i in range(minutes) if is_open(start + timedelta(minutes=i)))
        assert cal.add_work_seconds(start, walked * 60) == start + timedelta(minutes=last_open + 1)


@given(MOMENTS, st.integers(-(10**12), 10**12))
def test_work_seconds_between_undoes_add_work_seconds_to_the_microsecond(moment: datetime, microseconds: int) -> None:
    seconds = microseconds / 1_000_000
    end = CAL.add_work_seconds(moment, seconds)
    assert CAL.work_seconds_between(moment, end) == seconds
    assert end.tzinfo is UTC
    local = end.astimezone(ZONE)
    assert CAL.is_workday(local.date())
    assert any(opens < local.time() <= closes for opens, closes in HOURS)


@given(MOMENTS, st.floats(0, 10**6), st.floats(0, 10**6))
def test_more_seconds_never_end_earlier_and_pieces_add_up(moment: datetime, first: float, second: float) -> None:
    first, second = round(first, 3), round(second, 3)
    middle = CAL.add_work_seconds(moment, first)
    end = CAL.add_work_seconds(middle, second)
    assert end >= middle
    assert abs(end - CAL.add_work_seconds(moment, first + second)) <= timedelta(microseconds=1) or _across_a_break(end)


def _across_a_break(moment: datetime) -> bool:
    """A microsecond of rounding may cross from a closing to just after the next opening."""
    local = moment.astimezone(ZONE).replace(tzinfo=None)
    edges = [datetime.combine(local.date(), edge) for stretch in HOURS for edge in stretch]
    return any(abs(local - edge) <= timedelta(microseconds=1) for edge in edges)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_working_seconds_are_additive_and_monotone(a: datetime, b: datetime, c: datetime) -> None:
    a, b, c = sorted([a, b, c])
    first, second = CAL.work_seconds_between(a, b), CAL.work_seconds_between(b, c)
    assert first >= 0 and second >= 0
    assert CAL.work_seconds_between(a, c) == pytest.approx(first + second, abs=1e-6)
    assert first <= (b - a).total_seconds()


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (beijing(2021, 12, 29, 9), 1, beijing(2021, 12, 29, 10)),
        (beijing(2021, 12, 29, 11, 30), 1, beijing(2021, 12, 29, 15)),  # over lunch
        (beijing(2021, 12, 29, 6), 1, beijing(2021, 12, 29, 9, 30)),  # before opening
        (beijing(2021, 12, 29, 13), 1, beijing(2021, 12, 29, 15, 30)),  # at lunch
        (beijing(2021, 12, 29, 17), 1, beijing(2021, 12, 30, 9)),  # over night
        (beijing(2021, 12, 29, 8, 30), 3.5, beijing(2021, 12, 29, 12)),  # ends at the closing, not at the next opening
        (beijing(2021, 12, 29, 8, 30), 6.5, beijing(2021, 12, 29, 17, 30)),
        (beijing(2021, 9, 30, 17), 1, beijing(2021, 10, 8, 9)),  # over National Day
        (beijing(2021, 10, 8, 17), 1, beijing(2021, 10, 9, 9)),  # into a worked Saturday
        (beijing(2021, 12, 31, 17), 1, beijing(2022, 1, 4, 9)),  # over New Year
        (beijing(2021, 12, 29, 20), 0, beijing(2021, 12, 29, 17, 30)),
        (beijing(2021, 12, 29, 9), -1, beijing(2021, 12, 28, 17)),
    ],
)
def test_working_hours_by_example(start: datetime, hours: float, end: datetime) -> None:
    assert CAL.add_work_seconds(start, hours * 3600) == end


def test_closing_and_city_date_are_the_citys() -> None:
    assert CAL.closing(date(2021, 12, 29)) == beijing(2021, 12, 29, 17, 30)
    assert CAL.closing(date(2021, 12, 29)).tzinfo is UTC
    assert CAL.city_date(datetime(2021, 12, 29, 16, 30, tzinfo=UTC)) == date(2021, 12, 30)
    assert CAL.seconds_a_day == 6.5 * 3600


def test_a_zone_with_summer_time_closes_by_its_wall_clock() -> None:
    cal = Calendar([], frozenset(), read_hours("09:00-17:00"), "Europe/Berlin")
    assert cal.closing(date(2021, 3, 26)) == datetime(2021, 3, 26, 16, tzinfo=UTC)
    assert cal.closing(date(2021, 3, 29)) == datetime(2021, 3, 29, 15, tzinfo=UTC)
    assert cal.add_work_seconds(datetime(2021, 3, 26, 15, tzinfo=UTC), 7200) == datetime(2021, 3, 29, 8, tzinfo=UTC)


def test_beyond_the_calendar_is_refused() -> None:
    for question in (
        lambda: CAL.is_workday(LAST + timedelta(1)),
        lambda: CAL.is_workday(FIRST - timedelta(1)),
        lambda: CAL.add_workdays(date(2021, 1, 1), 10**6),
        lambda: CAL.add_workdays(date(2021, 1, 1), -(10**6)),
        lambda: CAL.add_work_seconds(beijing(2021, 1, 1), 10**12),
        lambda: CAL.add_work_seconds(beijing(2021, 1, 1), -(10**12)),
    ):
        with pytest.raises(ValueError, match="1970-01-01 to 2199-12-31"):
            question()


def test_moments_are_not_taken_for_dates_nor_naive_times_for_moments() -> None:
    with pytest.raises(TypeError, match="date of the city"):
        CAL.is_workday(beijing(2021, 1, 1))
    with pytest.raises(ValueError, match="without zone"):
        CAL.work_seconds_between(datetime(2021, 1, 1), beijing(2021, 1, 2))


@pytest.mark.parametrize(
    ("hours", "rule"),
    [
        ((), "before it closes"),
        (("12:00-08:30",), "before it closes"),
        (("08:00-12:00", "11:00-13:00"), "follow"),
        (("8-12",), "Invalid isoformat"),
    ],
)
def test_impossible_office_hours_are_refused(hours: tuple[str, ...], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        read_hours(*hours)


def write(folder: Path, year: int, days: object) -> None:
    (folder / f"{year}.json").write_text(json.dumps({"days": days}), encoding="utf-8")


GOOD = {"name": "元旦", "date": "2021-01-01", "isOffDay": True}


@pytest.mark.parametrize(
    "days", [[{**GOOD, "date": "2021-02-30"}], [{**GOOD, "isOffDay": "no"}], [{"name": "元旦"}], "元旦", 3], ids=repr
)
def test_a_broken_holiday_file_is_named(tmp_path: Path, days: object) -> None:
    write(tmp_path, 2021, days)
    with pytest.raises(ValueError, match=r"2021\.json"):
        Calendar.read(tmp_path, HOURS, "Asia/Shanghai")


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"YYYY\.json"):
        Calendar.read(tmp_path, HOURS, "Asia/Shanghai")


def test_an_empty_file_leaves_its_year_unknown_and_a_neighbours_day_does_not_make_it_known(tmp_path: Path) -> None:
    write(tmp_path, 2021, [GOOD, {**GOOD, "date": "2020-12-31"}])
    write(tmp_path, 2022, [])
    assert Calendar.read(tmp_path, HOURS, "Asia/Shanghai").years == {2021}


def test_a_day_announced_both_ways_is_refused() -> None:
    both = [Day(date(2021, 1, 1), "元旦", off) for off in (True, False)]
    with pytest.raises(ValueError, match="2021-01-01"):
        Calendar(both, frozenset({2021}), HOURS, "Asia/Shanghai")


def test_half_a_million_due_days_take_seconds() -> None:
    start = clock.process_time()
    for i in range(20_000):
        CAL.add_workdays(date(2021, 1, 1), i % 250)
        CAL.add_work_seconds(beijing(2021, 6, 1), i * 60)
    assert clock.process_time() - start < 1  # 0.1 s on an idle machine
