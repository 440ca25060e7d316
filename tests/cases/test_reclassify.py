"""A case of another kind keeps what it waited and what it was granted; the dates are worked out by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest
from given import NOW
from staff_cast import at, bureau, case, client, kind, reported, step

from luoshi.cases import reads
from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.actions.parts import Share
from luoshi.cases.models import Case, Category
from luoshi.kernel import clock
from luoshi.kernel.action import Act
from luoshi.kernel.bulk import Batch, next_ids
from luoshi.kernel.viewer import Viewer
from luoshi.people.models import Unit
from luoshi.people.viewer import holder, of_login, public

pytestmark = pytest.mark.usefixtures("db")
# by the pack: 5 working days (until 01-06), 3 working days (until 01-04), 8 working hours, 24 hours
SIDE_STREET, MAIN_ROAD, COVER, COLLAPSE, RURAL = "010102", "010101", "020101", "010103", "010104"


def moment(text: str) -> datetime:
    """A moment in Baotou."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def then(text: str, number: str, verb: str, login: str, **data: Any) -> None:
    with clock.at(moment(text)):
        step(number, verb, login, **data)


def anew(number: str, code: str, text: str = "2022-01-07 11:00") -> Case:
    then(text, number, "reclassify", "desk", category=Category.objects.get(code=code))
    return case(number)


def granted(until: str) -> str:
    number = at("handling")
    then("2021-12-29 09:10", number, "ask_extension", "handler", until=moment(until), reason="冻土")
    then("2021-12-29 09:30", number, "grant_extension", "supervisor")
    return number


def test_without_a_past_the_rule_alone_says_when() -> None:
    number = at("handling")
    assert anew(number, MAIN_ROAD, "2021-12-29 10:00").due_at == moment("2022-01-04 17:30")
    assert anew(number, RURAL, "2021-12-29 10:05").due_at == moment("2022-01-13 17:30")
    assert anew(number, COVER, "2021-12-29 10:10").due_at == moment("2021-12-30 10:30")


def test_what_was_granted_is_not_taken_back() -> None:
    number = granted("2022-01-20 17:30")
    found = anew(number, MAIN_ROAD)
    assert found.due_at == moment("2022-01-20 17:30") and found.extended
    assert found.next_due_at == found.due_at and found.warn_at is not None and found.warn_at < found.due_at


def test_a_longer_rule_than_what_was_granted_counts() -> None:
    assert anew(granted("2022-01-10 17:30"), RURAL).due_at == moment("2022-01-13 17:30")


def test_a_suspension_after_the_grant_is_credited_on_top() -> None:
    number = granted("2022-01-12 17:30")
    then("2022-01-06 10:00", number, "suspend", "head", reason="等材料")
    then("2022-01-07 10:00", number, "resume", "head")
    assert anew(number, MAIN_ROAD).due_at == moment("2022-01-13 17:30")


@pytest.mark.parametrize(
    ("code", "begins", "ends", "due"),
    [
        # 24.5 working hours left at 10:00; five on 5 January from 10:00, then three days of 6.5
        (MAIN_ROAD, "2021-12-29 10:00", "2022-01-05 10:00", "2022-01-10 17:30"),
        # six of eight left; one and a half on 31 December, then four and a half on 4 January
        (COVER, "2021-12-29 11:00", "2021-12-31 16:00", "2022-01-04 15:30"),
        # 21 hours left at noon
        (COLLAPSE, "2021-12-29 12:00", "2021-12-30 12:00", "2021-12-31 09:00"),
    ],
)
@pytest.mark.parametrize("by", ["suspend", "ask"])
def test_what_was_left_at_the_stop_is_kept_exactly(by: str, code: str, begins: str, ends: str, due: str) -> None:
    number = at("handling")
    if by == "suspend":
        then(begins, number, "suspend", "head", reason="等材料")
        then(ends, number, "resume", "head")
    else:
        then(begins, number, "ask", "handler", question="哪一段？")
        with clock.at(moment(ends)):
            BY_VERB["reply"](viewer=holder(str(case(number).log_id)), on=number, note="西段")
    assert anew(number, code).due_at == moment(due)


def test_to_the_same_kind_and_back_nothing_moves() -> None:
    number = at("dispatched")
    then("2021-12-29 09:40", number, "suspend", "head", reason="等材料")
    then("2021-12-30 15:00", number, "resume", "head")
    then("2021-12-30 15:10", number, "sign", "handler")
    then("2021-12-30 16:00", number, "ask_extension", "handler", until=moment("2022-01-14 17:30"), reason="冻土")
    then("2021-12-30 16:30", number, "grant_extension", "supervisor")
    then("2021-12-31 09:00", number, "ask", "handler", question="哪一段？")
    then("2022-01-04 09:00", number, "end_ask", "handler")
    before = case(number)
    assert before.due_at != moment("2022-01-14 17:30")
    assert anew(number, SIDE_STREET).due_at == before.due_at and case(number).warn_at == before.warn_at
    anew(number, COVER)
    assert anew(number, SIDE_STREET).due_at == before.due_at


def test_a_wait_merged_into_another_case_is_credited_too() -> None:
    other, number = reported(), at("accepted")
    then("2021-12-29 10:00", number, "merge", "desk", into=other)
    then("2022-01-05 10:00", number, "unmerge", "desk", reason="不是同一处")
    assert anew(number, MAIN_ROAD).due_at == moment("2022-01-10 17:30")


def test_a_case_that_is_done_again_owes_nothing_to_its_first_life() -> None:
    number = granted("2022-01-20 17:30")
    then("2021-12-29 10:00", number, "suspend", "head", reason="等材料")
    then("2021-12-30 10:00", number, "resume", "head")
    then("2021-12-30 10:10", number, "add_evidence", "handler", note="补好了")
    then("2021-12-30 10:20", number, "finish", "handler", answer="路面已补")
    then("2021-12-30 10:30", number, "verify", "verifier")
    then("2021-12-30 11:00", number, "call_unsolved", "desk", reason="又坏了")
    assert anew(number, MAIN_ROAD, "2021-12-30 12:00").due_at == moment("2022-01-05 17:30")


def test_a_part_keeps_what_the_whole_waited() -> None:
    number = at("accepted")
    then("2021-12-29 10:00", number, "ask", "desk", question="哪一段？")
    then("2022-01-05 10:00", number, "end_ask", "desk")
    units = Unit.objects.exclude(pk=bureau().pk).order_by("id")[:1]
    shares = [Share(bureau(), "修路面"), Share(units[0], "清淤")]
    then("2022-01-05 10:30", number, "split", "desk", parts=shares)
    assert anew(f"{number}-1", MAIN_ROAD).due_at == moment("2022-01-10 17:30")


def test_granting_less_than_the_clock_has_by_now_takes_nothing() -> None:
    number = at("handling")
    then("2021-12-29 09:10", number, "ask_extension", "handler", until=moment("2022-01-07 17:30"), reason="冻土")
    anew(number, RURAL, "2021-12-29 09:20")
    then("2021-12-29 09:30", number, "grant_extension", "supervisor")
    assert case(number).due_at == moment("2022-01-13 17:30") and case(number).extended


def test_a_batch_sees_what_it_has_not_written_yet() -> None:
    """As the demo does: report, stop, go on and reclassify in memory, then everything is written at once."""
    batch = Batch()

    def act(viewer: Viewer, text: str) -> Act:
        return Act.of(viewer, moment(text))

    made, _ = batch.create(
        report_case, act(public(), "2021-12-29 09:00"), key=next(next_ids(Case, 1)), category=kind(), text="坑",
        channel="web", county="150203000000",
    )  # fmt: skip
    desk = of_login("desk")
    batch.move(BY_VERB["accept"], made, act(desk, "2021-12-29 09:10"))
    batch.move(BY_VERB["ask"], made, act(desk, "2021-12-29 10:00"), question="哪一段？")
    batch.move(BY_VERB["end_ask"], made, act(desk, "2022-01-05 10:00"))
    main_road = Category.objects.get(code=MAIN_ROAD)
    batch.move(BY_VERB["reclassify"], made, act(desk, "2022-01-05 11:00"), category=main_road)
    batch.flush()
    assert case(made.number).due_at == moment("2022-01-10 17:30")


def test_the_timeline_shows_the_due_time_before_and_after() -> None:
    number = at("handling")
    anew(number, MAIN_ROAD, "2021-12-29 10:00")
    anew(number, SIDE_STREET, "2021-12-29 10:10")
    anew(number, "010201", "2021-12-29 10:20")
    text = client("head").get(f"/work/cases/{number}/").content.decode()
    assert "期限由 2022-01-06 17:30 改为 2022-01-04 17:30" in text
    assert "期限不变：2022-01-06 17:30" in text


def test_the_timeline_shows_the_old_and_the_new_place_masked() -> None:
    number = at("accepted", place="幸福路 12 号找 15512341234")
    data = {"division": "150203003000", "place": "青年路 3 号", "lat": "40.66", "lon": "109.85"}
    assert client("desk").post(f"/work/cases/{number}/do/relocate/", data).status_code == 303
    text = client("desk").get(f"/work/cases/{number}/").content.decode()
    assert "幸福路 12 号找 155****1234 40.6500, 109.8400”改为“" in text and "15512341234" not in text
    assert "青年路 3 号 40.6600, 109.8500”" in text
    entry = next(one for one in reads.entries(case(number)) if one.verb == "relocate")
    assert "幸福路" not in str(entry.body) and entry.at == NOW
