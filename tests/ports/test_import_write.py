"""Batches in the database: one by one and in bulk, a second time, changed, adopted, deleted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from counting import count
from given import NOW
from importing import START, event_facts, kept, request

from luoshi.cases import reads
from luoshi.cases.actions import BY_VERB
from luoshi.cases.actions import imported as actions
from luoshi.cases.flow import FLOW
from luoshi.cases.models import Case, CasePrivate, Category
from luoshi.cases.reads.imported import by_source, categories
from luoshi.kernel.ids import uuid7
from luoshi.kernel.models import Event, EventPending, EventSalt
from luoshi.kernel.problems import Denied
from luoshi.kernel.viewer import OPERATOR, Viewer
from luoshi.ports.importer.job import Counts, Job
from luoshi.ports.importer.mapping import load
from luoshi.ports.importer.places import county
from luoshi.ports.importer.record import read
from luoshi.ports.importer.write import Writer, creation, turning
from luoshi.ports.notify.models import Message

DIRTY = [
    request(1), request(2), request(3, lat=0.0), request(4, description="x" * 4001),
    request(5, updated_datetime="2015-01-01T00:00:00Z"), request(6, requested_datetime="2015-03-01 08:00:00"),
    request(7, updated_datetime=None), request(8, lat=40.66, long=109.84, description="井盖松动"),
    request(9, service_code=None), request(10, requested_datetime="2014-12-31T23:30:00-05:00", status_notes="Seen"),
]  # fmt: skip


def run(rows: list[dict[str, Any]], source: str = "here", dry: bool = False, viewer: Viewer = OPERATOR) -> Counts:
    writer = Writer(Job(viewer, uuid7(NOW), load("georeport", source), dry))
    return writer.write(list(enumerate(rows, 1)), NOW)


def numbers(counts: Counts) -> tuple[int, int, int, int, int]:
    return counts.created, counts.updated, counts.unchanged, len(counts.refused), counts.events


def case(number: int, source: str = "here") -> Case:
    return by_source(OPERATOR, source, [f"r{number}"])[f"r{number}"]


def verbs(of: Case) -> list[str]:
    return list(Event.objects.filter(subject=of.log_id).order_by("recorded_at", "id").values_list("verb", flat=True))


def test_a_closed_record_leaves_two_events_at_their_own_times(db: None) -> None:
    assert numbers(run([request(1)])) == (1, 0, 0, 0, 2)
    found = case(1)
    assert (found.state, found.status, found.source, found.channel, found.sim) == (
        "closed",
        "imported",
        "here",
        "import",
        False,
    )
    assert found.number.startswith("J-2015-") and found.reported_at == START + timedelta(hours=1)
    first, second = Event.objects.filter(subject=found.log_id).order_by("id")
    assert (first.verb, first.occurred_at) == ("import", START + timedelta(hours=1))
    assert (second.verb, second.occurred_at) == (
        "close",
        START + timedelta(hours=31),
    ) and found.closed_at == second.occurred_at
    assert first.recorded_at == second.recorded_at == NOW and first.act == second.act
    assert (first.body["stage"], second.body["stage"]) == ("reported", "closed") and first.body[
        "source_status"
    ] == "closed"
    assert event_facts(first)["private"]["text"] == "Pothole number 1 before the school"
    assert event_facts(second)["private"]["answer"] == "Case Closed. Nr 1 done."
    assert EventPending.objects.count() == EventSalt.objects.count() == 2


def test_an_open_record_stays_open_with_one_event_and_no_clock(db: None) -> None:
    assert numbers(run([request(2)])) == (1, 0, 0, 0, 1)
    found = case(2)
    assert (found.state, found.next_due_at, found.due_at, found.step_due_at, found.response_due_at) == (
        "reported",
        None,
        None,
        None,
        None,
    )
    assert found.unit_id is None and found.codes.count() == 0
    assert not Message.objects.filter(subject=found.log_id).exists()


def test_an_imported_case_can_only_be_adopted_and_no_work_list_shows_it(db: None, cast: dict[str, Viewer]) -> None:
    run([request(2)])
    found = case(2)
    assert [move.verb for move in FLOW.moves if FLOW.fits(move, found)] == ["adopt"]
    assert not reads.my_work(cast["supervisor"])
    assert not reads.list_page(cast["supervisor"], reads.Filters(), NOW).rows
    assert reads.list_page(cast["supervisor"], reads.Filters(source="here"), NOW).rows == [found]
    assert count("cases.reported") == 0


def test_an_adopted_case_is_ours_with_clocks_and_its_source_changes_it_no_more(
    db: None, cast: dict[str, Viewer]
) -> None:
    run([request(2)])
    kind = Category.objects.filter(reportable=True, handle_kind="workdays").order_by("code")[0]
    adopted = BY_VERB["adopt"](viewer=cast["desk"], on=case(2).number, category=kind).row
    assert adopted is not None and (adopted.state, adopted.source) == ("accepted", "here")
    assert adopted.due_at is not None and adopted.due_at > NOW and adopted.clock_from == NOW
    assert reads.list_page(cast["supervisor"], reads.Filters(), NOW).rows == [adopted]
    assert case(2) in reads.my_work(cast["desk"])
    again = run([request(2, status="closed", updated_datetime="2015-02-03T00:00:00Z")])
    assert (numbers(again), case(2).state) == ((0, 0, 1, 0, 0), "accepted")


def test_the_timeline_says_it_in_words(db: None, cast: dict[str, Viewer]) -> None:
    run([request(1)])
    said = [entry.text.en for entry in reads.timeline(cast["supervisor"], case(1))]
    assert said == ["Imported", "Closed at the source"]


def test_kinds_stand_under_imported_with_their_source_code(db: None) -> None:
    run([request(1), request(2)])
    kind = Category.objects.get(code="here:s1")
    assert (kind.parent_id, kind.source, kind.zh, kind.top, kind.reportable) == (
        "imported",
        "s1",
        "Kind 1",
        "imported",
        False,
    )
    assert case(1).top == "imported" and Category.objects.get(code="imported").top == "imported"


def test_one_by_one_and_in_bulk_leave_the_same(db: None) -> None:
    run(DIRTY, "bulk")
    mapping = load("georeport", "single")
    records = [read(mapping, county, row) for row in DIRTY]
    actions.keep_categories(OPERATOR, "single", sorted({(r.kind, r.kind_name) for r in records}))
    kinds = categories(actions.category_code("single", r.kind) for r in records)
    for record in records:
        kind = kinds[actions.category_code("single", record.kind)]
        done = actions.import_case(viewer=OPERATOR, category=kind, **creation("single", record))
        if record.state != "reported":
            actions.TELL[record.verb](viewer=OPERATOR, on=done.answer["number"], **turning(record))
    single, bulk = kept("single"), kept("bulk")
    assert single == bulk and len(bulk) == len(DIRTY)


def test_dirty_rows_are_all_there_and_marked(db: None) -> None:
    counts = run(DIRTY)
    assert numbers(counts) == (10, 0, 0, 0, 15)
    assert counts.flags == {
        "outside": 8, "unlocated": 1, "long_text": 1, "updated_before_requested": 1, "zone_assumed": 1, "undated": 1,
    }  # fmt: skip
    assert case(3).lat is None and case(3).private.lat is None
    assert len(case(4).private.text) == 4001
    assert (case(8).county, case(8).flags) == ("150203000000", []) and case(9).category_id == "here:Kind 0"
    assert case(10).number.startswith("J-2015-") and case(10).private.answer == "Seen"


def test_a_closing_before_the_opening_is_clamped_on_the_case_and_kept_in_the_log(db: None) -> None:
    run([DIRTY[4]])
    found = case(5)
    assert found.closed_at == found.reported_at and found.flags == ["outside", "updated_before_requested"]
    assert Event.objects.get(subject=found.log_id, verb="close").occurred_at == datetime(2015, 1, 1, tzinfo=UTC)


def test_a_closing_without_time_has_none(db: None) -> None:
    run([DIRTY[6]])
    assert case(7).closed_at is None and case(7).state == "closed" and "undated" in case(7).flags


def test_the_same_rows_again_add_nothing(db: None) -> None:
    run(DIRTY)
    before = kept("here")
    assert numbers(run(DIRTY)) == (0, 0, 10, 0, 0)
    assert kept("here") == before


def test_a_new_status_is_a_new_event_with_the_answer(db: None) -> None:
    run([request(2)])
    later = request(2, status="closed", status_notes="Filled.", updated_datetime="2015-04-01T00:00:00Z")
    assert numbers(run([later])) == (0, 1, 0, 0, 1)
    found = case(2)
    assert verbs(found) == ["import", "close"] and found.version == 2 and found.private.answer == "Filled."
    assert found.state == "closed" and found.closed_at == datetime(2015, 4, 1, tzinfo=UTC)
    assert numbers(run([later])) == (0, 0, 1, 0, 0)


def test_opened_again_at_the_source(db: None) -> None:
    run([request(1)])
    assert numbers(run([request(1, status="open", updated_datetime="2015-05-01T00:00:00Z")])) == (0, 1, 0, 0, 1)
    found = case(1)
    assert (found.state, found.closed_at, found.reopened) == ("reported", None, 1)
    assert verbs(found) == ["import", "close", "reopen"]


def test_other_facts_that_changed_are_one_event_and_the_words_are_found(db: None, cast: dict[str, Viewer]) -> None:
    run([request(2)])
    new = request(2, description="Fallen oak", service_code="s9", service_name="Trees", lat=42.5, address="9 Elm St")
    assert numbers(run([new])) == (0, 1, 0, 0, 1)
    found = case(2)
    assert verbs(found) == ["import", "import"] and found.category_id == "here:s9" and found.lat == 42.5
    page = reads.list_page(cast["supervisor"], reads.Filters(q="oak elm", source="here"), NOW)
    assert [row.pk for row in page.rows] == [found.pk]
    last = Event.objects.filter(subject=found.log_id).order_by("id").last()
    assert last is not None
    said = event_facts(last)["private"]
    assert (said["text"], said["category_before"], said["lat"]) == ("Fallen oak", "here:s2", "42.5")


def test_an_id_twice_in_one_batch_is_one_case_as_said_last(db: None) -> None:
    rows = [request(2), request(2, status="closed"), request(2, status="closed")]
    assert numbers(run(rows)) == (1, 1, 1, 0, 2)
    assert case(2).state == "closed"


def test_a_case_that_somebody_adopted_is_left_alone(db: None) -> None:
    run([request(2)])
    Case.objects.filter(pk=case(2).pk).update(status="going")
    assert numbers(run([request(2, status="closed", description="Other")])) == (0, 0, 1, 0, 0)
    assert case(2).state == "reported"


def test_what_was_deleted_on_request_does_not_come_back(db: None) -> None:
    run([request(1), request(2)])
    CasePrivate.objects.filter(case__source="here").delete()
    assert numbers(run([request(1), request(2)])) == (0, 0, 2, 0, 0)
    assert numbers(run([request(2, status="closed")])) == (0, 1, 0, 0, 1)
    assert not CasePrivate.objects.filter(case__source="here").exists()


def test_two_sources_may_use_the_same_ids(db: None) -> None:
    run([request(1)], "here")
    assert numbers(run([request(1)], "there")) == (1, 0, 0, 0, 2)


def test_refused_rows_are_told_by_line_and_the_rest_is_in(db: None) -> None:
    counts = run([request(1), request(2, status="?"), request(3)])
    assert numbers(counts)[:4] == (2, 0, 0, 1)
    assert [(line, fault.field, fault.value) for line, faults in counts.refused for fault in faults] == [
        (2, "status", "?")
    ]


def test_looking_only_counts_the_same_and_writes_nothing(db: None) -> None:
    run([request(1), request(2)])
    events, kinds = Event.objects.count(), Category.objects.count()
    rows = [
        request(1),
        request(2, status="closed"),
        request(3, service_code="new"),
        request(3, service_code="new"),
        request(4, status="?"),
    ]
    looked = run(rows, dry=True)
    assert numbers(looked) == (1, 1, 2, 1, 0)
    assert (Event.objects.count(), Category.objects.count(), Case.objects.count()) == (events, kinds, 2)
    done = run(rows)
    assert numbers(done)[:4] == numbers(looked)[:4]


@pytest.mark.parametrize("role", ["desk", "public"])
def test_only_who_may_import_imports(cast: dict[str, Viewer], role: str) -> None:
    with pytest.raises(Denied):
        run([request(1)], viewer=cast[role])
    assert not Case.objects.exists() and not Category.objects.filter(source="s1").exists()
