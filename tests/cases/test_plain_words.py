"""Times and grades that can be read in one way only."""

import re
from datetime import timedelta

import pytest
from given import NOW
from staff_cast import at, case, client, kind, reported, step

from luoshi.kernel import calendar, clock
from luoshi.kernel.deadlines import left

pytestmark = pytest.mark.usefixtures("db")
LATE = {
    timedelta(days=16): (r"超 \d+ 个工作小时", r"\d+ working hours overdue"),
    timedelta(hours=16): (r"超 \d+ 个工作分钟", r"\d+ working minutes overdue"),
}


@pytest.mark.parametrize("ago", LATE)
def test_my_work_tells_how_late_in_the_words_of_the_record(ago: timedelta) -> None:
    with clock.at(NOW - ago):
        number = reported()
    due = case(number).next_due_at
    assert due is not None
    gap = left(NOW, due, "workminutes", calendar.current())
    for language, words, pattern in (("zh", gap.zh, LATE[ago][0]), ("en", gap.en, LATE[ago][1])):
        assert re.fullmatch(pattern, words)
        for path in ("/work/", f"/work/cases/{number}/"):
            assert words in client("desk").get(f"{path}?lang={language}").content.decode()


def test_working_days_are_called_so() -> None:
    with clock.at(NOW - timedelta(days=60)):
        number = at("handling")
    assert case(number).next_due_at == case(number).due_at and kind().handle_kind == "workdays"
    assert re.search(r"超 \d+ 个工作日<span>应于", client("handler").get("/work/").content.decode())


def test_a_grade_is_not_a_minute() -> None:
    number = at("verified")
    step(number, "call_solved", "desk", grade=1)
    record = client("desk").get(f"/work/cases/{number}/").content.decode()
    rail = record.split('class="rail"')[1].split("</ol>")[0]
    assert "<span>评价 1／5</span>" in rail
    assert "评价 1／5" in client("supervisor").get("/work/followup/").content.decode()
    assert "rated 1 of 5" in client("desk").get(f"/work/cases/{number}/?lang=en").content.decode()
