"""The demo's year played small: what it leaves in the tables is what a city in use would have left."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import orjson
import pytest
from django.db import connection, transaction

from luoshi.cases import jobs
from luoshi.cases.demo import generate
from luoshi.cases.demo.places import short
from luoshi.cases.follower import Follower
from luoshi.cases.models import Case, CasePrivate
from luoshi.kernel import calendar, clock, installation
from luoshi.kernel.models import Event, EventPrivate
from luoshi.packs.geo import inside

PRESENT = datetime(2021, 12, 29, 1, tzinfo=UTC)
TOTAL = 400
NATURAL = ("hours", "minutes")
BY_STAFF = {"accept", "dispatch", "sign", "add_evidence", "finish", "verify", "decide", "suspend", "grant_extension"}


@pytest.fixture(scope="module")
def year(server: Any) -> Iterator[generate.Summary]:
    """A year of 400 cases in a demo, as the application's role; rolled back afterwards."""
    demo = replace(installation.current(), demo=True)
    with pytest.MonkeyPatch.context() as patch, clock.at(PRESENT), transaction.atomic():
        patch.setattr(installation, "current", lambda: demo)
        yield generate.run(total=TOTAL)
        transaction.set_rollback(True)
    clock.forget()


@pytest.fixture(scope="module")
def events(year: generate.Summary) -> dict[Any, list[Event]]:
    """All events by subject, in order of their ids."""
    found: dict[Any, list[Event]] = defaultdict(list)
    for event in Event.objects.order_by("id"):
        found[event.subject].append(event)
    return found


def wholes() -> Any:
    """All cases but the parts of others."""
    return Case.objects.filter(part_of=None)


def test_the_summary_is_what_stands_in_the_tables(year: generate.Summary) -> None:
    assert Case.objects.count() == CasePrivate.objects.count()
    assert wholes().count() == year.cases == TOTAL
    assert Counter(wholes().values_list("state", flat=True)) == +year.states
    assert Counter(Event.objects.values_list("verb", flat=True)) == year.verbs
    assert year.verbs["report"] == TOTAL
    assert year.events > 8 * TOTAL
    assert [label.zh for label, _ in year][:2] == ["街面案件（模拟）", "事件"]


def test_every_case_begins_with_its_report_and_goes_on_in_order(events: dict[Any, list[Event]]) -> None:
    for case in wholes():
        mine = events[case.log_id]
        moments = [event.recorded_at for event in mine]
        assert mine[0].verb == "report" and moments[0] == case.reported_at
        assert [event.verb for event in mine].count("report") == 1
        assert all(first < second for first, second in pairwise(moments))
        assert moments[-1] <= PRESENT
        assert mine[-1].body["stage"] == case.state


def test_numbers_ascend_with_the_moment_of_report(year: generate.Summary) -> None:
    numbers = list(wholes().order_by("reported_at", "id").values_list("number", flat=True))
    assert numbers == sorted(numbers)
    assert numbers[0].startswith("J-2021-")


def test_everything_is_simulated_and_says_so(events: dict[Any, list[Event]]) -> None:
    assert set(Case.objects.values_list("sim", flat=True)) == {True}
    assert {orjson.loads(bytes(event.payload))["sim"] for mine in events.values() for event in mine} == {True}
    names = set(CasePrivate.objects.exclude(name="").values_list("name", flat=True))
    assert names and all(name.endswith("（模拟）") for name in names)


def test_staff_act_in_office_hours_unless_on_duty(events: dict[Any, list[Event]]) -> None:
    cal, seen = calendar.current(), 0
    changed = {event.subject for mine in events.values() for event in mine if event.verb == "reclassify"}
    for case in Case.objects.select_related("category").exclude(log_id__in=changed):
        if {case.category.handle_kind, case.category.response_kind} & set(NATURAL):
            continue
        for event in events[case.log_id]:
            if event.verb in BY_STAFF:
                # a second or two may follow a closing, where an act comes right after another
                assert abs((cal.add_work_seconds(event.recorded_at, 0) - event.recorded_at).total_seconds()) < 5
                seen += 1
    assert seen > TOTAL


def test_nobody_verifies_what_they_worked_on(events: dict[Any, list[Event]]) -> None:
    checked = 0
    for mine in events.values():
        worked = {event.actor for event in mine if event.verb in ("sign", "add_evidence", "finish")}
        checks = [event for event in mine if event.body.get("move") in ("verify", "verify_close", "reject")]
        assert all(event.actor is not None and event.actor not in worked for event in checks)
        checked += len(checks)
    assert checked > TOTAL / 2


def test_points_lie_within_their_county_and_words_name_the_place(year: generate.Summary) -> None:
    outlines = {b["code"]: b["polygons"] for b in installation.current().pack["boundaries"]}
    placed = 0
    for private in CasePrivate.objects.select_related("case"):
        outline = outlines.get(private.case.county)
        if outline is None:
            assert private.lat is None and private.case.lat is None
            continue
        assert private.lat is not None and private.lon is not None
        assert inside(outline, private.lon, private.lat)
        assert private.place and private.case.street[:6] == private.case.county[:6]
        placed += 1
    assert placed > TOTAL / 2


@pytest.mark.parametrize(
    ("name", "said"),
    [("环西社区居委会", "环西社区"), ("西边墙村委会", "西边墙村"), ("梅力更嘎查", "梅力更嘎查")],
)
def test_communities_are_named_as_people_say(name: str, said: str) -> None:
    assert short(name) == said


def test_time_left_nothing_undone(year: generate.Summary) -> None:
    """What the worker would look for at the present was done already."""
    for threshold in ("warn", "overdue"):
        for name in jobs.COLUMNS:
            assert jobs.crossed(name, threshold, PRESENT) == []
    assert jobs.unanswered(PRESENT) == []
    assert list(jobs.unrated(PRESENT)) == []


def test_every_log_in_that_works_on_cases_finds_work(year: generate.Summary) -> None:
    waiting = generate.waiting_for_logins()
    working = ("desk", "supervisor", "dispatcher", "head", "handler", "handler2", "handler3", "verifier", "street")
    assert {name: waiting[name] > 0 for name in working} == dict.fromkeys(working, True)


def test_open_cases_stand_at_every_step_and_wait_in_every_way(year: generate.Summary) -> None:
    states = Counter(Case.objects.values_list("state", flat=True))
    for state in (
        "reported",
        "accepted",
        "dispatched",
        "joint",
        "handling",
        "parted",
        "handled",
        "verified",
        "closed",
        "refused",
    ):
        assert states[state] > 0
    handling = Case.objects.filter(state="handling")
    assert set(handling.values_list("status", flat=True)) == {"going", "asked", "suspended"}
    assert handling.filter(extend_to__isnull=False).exists()
    assert handling.filter(evidence=0).exists() and handling.filter(evidence__gt=0, status="going").exists()
    assert Case.objects.filter(state="closed", followup="due", grade__lte=2).exists()
    due = Case.objects.filter(next_due_at__isnull=False)
    assert due.filter(next_due_at__lt=PRESENT).exists()
    assert due.filter(next_warn_at__lte=PRESENT, next_due_at__gte=PRESENT).exists()
    assert due.filter(next_warn_at__gt=PRESENT).exists()


def test_some_cases_are_in_parts_and_some_are_followed(year: generate.Summary) -> None:
    for whole in Case.objects.filter(state="parted"):
        parts = Case.objects.filter(part_of=whole)
        assert parts.count() == whole.parts and parts.exclude(state="closed").count() == whole.parts_open > 0
    assert Follower.objects.exists()
    merged = Case.objects.filter(state="merged").select_related("merged_into")
    assert all(case.merged_into and case.merged_into.category_id == case.category_id for case in merged)


def test_the_demo_clock_stands_at_the_present(year: generate.Summary) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT base, since FROM demo_clock")
        assert cursor.fetchall() == [(PRESENT, None)]


def test_private_words_stand_only_in_private_bodies(events: dict[Any, list[Event]]) -> None:
    reports = [event for mine in events.values() for event in mine if event.verb == "report"]
    texts = dict(CasePrivate.objects.values_list("case__log_id", "text"))
    hidden = dict(EventPrivate.objects.values_list("event_id", "body"))
    for event in reports:
        text = texts[event.subject]
        assert orjson.loads(bytes(hidden[event.pk]))["text"] == text
        assert text.encode() not in bytes(event.payload) and text not in str(event.body)


def _shown(before: Event, closing: Event) -> tuple[object, ...]:
    """What an outsider reads of a closing in the log, but where and how long after the check it came."""
    payload = orjson.loads(closing.payload)
    fields = {name: payload["open"][name] for name in ("stage", "status", "clock", "source", "part")}
    whole, same = (
        closing.recorded_at.microsecond == 0,
        closing.recorded_at.microsecond == before.recorded_at.microsecond,
    )
    at_once = payload["occurred_at"] == payload["recorded_at"]
    return orjson.dumps(fields), tuple(payload["open"]), payload["private"] is None, at_once, whole, same


def test_a_closings_shape_and_its_second_do_not_tell_whether_anybody_judged(events: dict[Any, list[Event]]) -> None:
    shapes, seconds = defaultdict[Any, Counter[bool]](Counter), defaultdict[bool, list[int]](list)
    for before, closing in (pair for mine in events.values() for pair in pairwise(mine)):
        if closing.verb == "close" and before.body["stage"] == "verified":
            judged = closing.body["move"] != "close_unrated"
            shapes[_shown(before, closing)][judged] += 1
            seconds[judged].append(closing.recorded_at.second)
    assert min(map(len, seconds.values())) > 80
    telling = {shape: counted for shape, counted in shapes.items() if not 0.3 < counted[True] / counted.total() < 0.7}
    assert sum(counted.total() for counted in telling.values()) <= 5
    for found in seconds.values():
        assert 0.35 < sum(second < 30 for second in found) / len(found) < 0.65
