"""Which of several rows of one id counts, and that the same file again adds nothing, whatever stands in it."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from asking import questions
from django.db import transaction
from given import NOW
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import START, kept, request

from luoshi.cases.models import Case
from luoshi.cases.reads.imported import by_source
from luoshi.kernel.ids import uuid7
from luoshi.kernel.viewer import OPERATOR
from luoshi.ports.importer.job import Counts, Job
from luoshi.ports.importer.mapping import load
from luoshi.ports.importer.write import Writer

TEN, NOON, EVENING = "2015-03-02T10:00:00Z", "2015-03-02T12:00:00Z", "2015-03-02T18:00:00Z"


def row(status: str, updated: str | None = None, **more: Any) -> dict[str, Any]:
    return request(2, status=status, updated_datetime=updated, **more)


def run(rows: list[dict[str, Any]], dry: bool = False, batch: int = 1000) -> Counts:
    """As a run deals its rows to a writer, in batches."""
    writer, counts = Writer(Job(OPERATOR, uuid7(NOW), load("georeport", "here"), dry)), Counts()
    for start in range(0, len(rows), batch):
        counts.add(writer.write(list(enumerate(rows[start : start + batch], start + 1)), NOW))
    return counts


def numbers(counts: Counts) -> tuple[int, int, int, int]:
    return counts.created, counts.updated, counts.unchanged, counts.events


def stored() -> Case:
    return by_source(OPERATOR, "here", ["r2"])["r2"]


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("closed", [None, NOON])
def test_an_undated_row_does_not_open_what_was_closed(db: None, closed: str | None, batch: int) -> None:
    rows = [row("closed", closed), row("open")]
    assert numbers(run(rows, batch=batch)) == (1, 0, 1, 2)
    assert (stored().state, stored().reopened) == ("closed", 0)
    assert numbers(run(rows, batch=batch)) == (0, 0, 2, 0)
    assert numbers(run([row("open")])) == (0, 0, 1, 0)


def test_an_older_row_of_a_later_file_changes_nothing(db: None) -> None:
    run([row("closed", NOON)])
    before = kept("here")
    assert numbers(run([row("open", TEN, description="Other"), row("open", NOON)])) == (0, 0, 2, 0)
    assert kept("here") == before
    assert numbers(run([row("open", EVENING)])) == (0, 1, 0, 1)
    assert (stored().state, stored().reopened) == ("reported", 1)
    assert stored().source_at == datetime(2015, 3, 2, 18, tzinfo=UTC)
    assert numbers(run([row("closed", NOON)])) == (0, 0, 1, 0)


@pytest.mark.parametrize("order", list(permutations([("open", TEN), ("closed", NOON), ("open", EVENING)])))
def test_in_whatever_order_the_newest_word_stands(db: None, order: list[tuple[str, str]]) -> None:
    run([row(*said) for said in order])
    assert (stored().state, stored().closed_at) == ("reported", None)
    assert run([row(*said) for said in order]).events == 0


def test_of_equal_rows_the_first_of_a_file_counts_and_a_text_may_change_between_files(db: None) -> None:
    rows = [row("open", TEN, description="First"), row("open", TEN, description="Second")]
    assert numbers(run(rows)) == (1, 0, 1, 1) and stored().private.text == "First"
    assert numbers(run(rows)) == (0, 0, 2, 0)
    assert numbers(run(rows[1:])) == (0, 1, 0, 1) and stored().private.text == "Second"


def test_the_column_of_the_closing_counts_as_a_time(db: None) -> None:
    mapping = load("sf311", "there")
    assert mapping.fields["closed"]
    base = {mapping.fields["id"][0]: "7", mapping.fields["requested"][0]: "2015-03-01T08:00:00Z"}
    base |= {mapping.fields[name][0]: "Graffiti" for name in ("service_code", "service_name") if name in mapping.fields}
    status, closed = mapping.fields["status"][0], mapping.fields["closed"][0]
    rows = [base | {status: "Closed", closed: NOON}, base | {status: "Open"}]
    writer = Writer(Job(OPERATOR, uuid7(NOW), mapping))
    counts = writer.write(list(enumerate(rows, 1)), NOW)
    assert (counts.refused, numbers(counts)) == ([], (1, 0, 1, 2))
    assert by_source(OPERATOR, "there", ["7"])["7"].closed_at == datetime(2015, 3, 2, 12, tzinfo=UTC)


ROWS = st.builds(
    lambda number, status, hours, text, closed: request(
        number, status=status, description=text,
        updated_datetime=None if hours is None else (START + timedelta(hours=hours)).isoformat(),
        **({"service_code": "s9"} if closed else {}),
    ),
    st.integers(1, 2),
    st.sampled_from(["open", "closed"]),
    st.none() | st.integers(0, 4),
    st.sampled_from(["Pothole", "Deep pothole"]),
    st.booleans(),
)  # fmt: skip
FILES = st.lists(ROWS, min_size=1, max_size=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES, FILES, st.integers(1, 3))
def test_two_runs_leave_the_same_and_the_second_writes_no_event(
    db: None, before: list[dict[str, Any]], rows: list[dict[str, Any]], batch: int
) -> None:
    with transaction.atomic():
        run(before)
        looked, first = run(rows, dry=True, batch=batch), run(rows, batch=batch)
        left = kept("here")
        second = run(rows, batch=batch)
        assert (second.created, second.updated, second.events) == (0, 0, 0) and second.unchanged == len(rows)
        assert kept("here") == left
        assert numbers(looked)[:3] == numbers(first)[:3]
        assert first.created + first.updated + first.unchanged == len(rows)
        transaction.set_rollback(True)


def test_many_rows_cost_no_more_queries_than_few(db: None) -> None:
    def cost(first: int, count: int) -> int:
        rows = [request(n) for n in range(first, first + count)]
        run(rows[:1])
        with questions() as caught:
            run([*rows, *(row | {"status": "open", "updated_datetime": None} for row in rows)])
        return len(caught)

    assert cost(1, 3) == cost(100, 60)


def test_all_events_of_a_run_share_its_act(db: None) -> None:
    from luoshi.kernel.models import Event

    run([row("open", TEN), request(1)])
    acts: set[UUID] = set(Event.objects.filter(verb__in=("import", "close")).values_list("act", flat=True))
    assert len(acts) == 1
