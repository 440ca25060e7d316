"""Actions and their bulk twins, on a line of work that the kernel has never heard of."""

import hashlib
import threading
from typing import Any

import loans
import orjson
import psycopg
import pytest
from django.db import connection
from given import NOW
from loans import DESK, Loan, borrow, give_back, renew

from luoshi.kernel import clock
from luoshi.kernel.action import Act
from luoshi.kernel.bulk import Batch, next_ids, update_models
from luoshi.kernel.ledger.event import digest, private_hash, restricted_hash
from luoshi.kernel.models import Event, EventPending, EventPrivate, EventSalt
from luoshi.kernel.problems import Absent, Denied, Invalid, NotNow, Stale
from luoshi.kernel.viewer import Reach, Viewer

READER = Viewer(kind="holder", name="王", grants={"loans.renew": Reach(own=True)})


@pytest.fixture(scope="module", autouse=True)
def table(server: Any) -> None:
    with psycopg.connect(server.url("owner"), autocommit=True) as owner:
        owner.execute(loans.TABLE)


@pytest.fixture
def loan(db: None) -> Loan:
    row = borrow(viewer=DESK, title="红楼梦", reader="王").row
    assert row is not None
    return row


def events(row: Loan) -> list[Event]:
    return list(Event.objects.filter(subject=row.log_id).order_by("recorded_at", "id"))


def test_one_action_leaves_the_row_and_one_event_in_one_act(loan: Loan) -> None:
    done = give_back(viewer=DESK, on=loan.pk, shelf="书架三")
    assert done.row is not None and done.row.state == "back" and done.row.version == 2
    first, second = events(loan)
    assert (first.verb, second.verb) == ("borrow", "give_back")
    assert second.body == {"title": "红楼梦", "stage": "back", "shelf": "书架三"}
    assert second.act != first.act and second.actor == 7


def test_the_payload_opens_restricts_and_hides_as_declared(loan: Loan) -> None:
    give_back(viewer=DESK, on=loan.pk, shelf="书架三")
    event = events(loan)[1]
    payload = orjson.loads(bytes(event.payload))
    assert set(payload) == {
        "v", "id", "city", "line", "subject", "verb", "occurred_at", "recorded_at", "sim", "corrects", "open",
        "restricted", "private",
    }  # fmt: skip
    assert payload["open"] == {"title": "红楼梦", "stage": "back"}
    secret = bytes(EventSalt.objects.get(pk=event.pk).secret)
    assert payload["restricted"]["shelf"] == restricted_hash(secret, "shelf", "书架三")
    assert payload["restricted"]["actor"] == restricted_hash(secret, "actor", 7)
    hidden = EventPrivate.objects.get(pk=event.pk)
    assert orjson.loads(bytes(hidden.body))["reader"] == "王"
    assert payload["private"] == private_hash(bytes(hidden.salt), bytes(hidden.body))
    assert payload["private"] == digest(bytes(hidden.salt) + bytes(hidden.body))
    assert "王".encode() not in bytes(event.payload) and "书架三".encode() not in bytes(event.payload)
    assert bytes(event.leaf) == hashlib.sha256(b"\0" + bytes(event.payload)).digest()
    assert EventPending.objects.filter(pk=event.pk).exists()


def test_nobody_without_the_right_may(loan: Loan) -> None:
    with pytest.raises(Denied):
        give_back(viewer=READER, on=loan.pk, shelf="A3")
    assert len(events(loan)) == 1


def test_an_own_record_may_be_renewed_by_its_reader_only(loan: Loan) -> None:
    renew(viewer=READER, on=loan.pk)
    other = Viewer(kind="holder", name="李", grants=READER.grants)
    with pytest.raises(Denied):
        renew(viewer=other, on=loan.pk)


def test_a_guard_says_what_is_missing(loan: Loan) -> None:
    renew(viewer=DESK, on=loan.pk)
    with pytest.raises(NotNow) as refused:
        renew(viewer=DESK, on=loan.pk)
    assert refused.value.faults[0].rule.en == "can be renewed once"


def test_a_move_from_the_wrong_state_is_refused(loan: Loan) -> None:
    give_back(viewer=DESK, on=loan.pk, shelf="A3")
    with pytest.raises(NotNow):
        give_back(viewer=DESK, on=loan.pk, shelf="A3")


def test_a_needed_field_is_named(loan: Loan) -> None:
    with pytest.raises(Invalid) as refused:
        give_back(viewer=DESK, on=loan.pk, shelf="")
    assert [fault.field for fault in refused.value.faults] == ["shelf"]


def test_a_stale_caller_is_told(loan: Loan) -> None:
    renew(viewer=DESK, on=loan.pk, seen=1)
    with pytest.raises(Stale) as refused:
        give_back(viewer=DESK, on=loan.pk, seen=1, shelf="A3")
    assert refused.value.title.en == "somebody changed it"


def test_no_such_record_is_absent(db: None) -> None:
    with pytest.raises(Absent):
        renew(viewer=DESK, on=-1)


def test_a_key_gives_the_same_answer_and_nothing_new(loan: Loan) -> None:
    first = borrow(viewer=DESK, key="k", door="desk", title="水浒传", reader="王")
    again = borrow(viewer=DESK, key="k", door="desk", title="水浒传", reader="王")
    assert not first.repeated and again.repeated and again.answer == first.answer
    assert Loan.objects.filter(title="水浒传").count() == 1
    assert not borrow(viewer=DESK, key="k", door="other", title="水浒传", reader="王").repeated


def test_a_key_for_something_else_is_refused(db: None) -> None:
    borrow(viewer=DESK, key="k", door="desk", title="水浒传", reader="王")
    with pytest.raises(Invalid) as refused:
        borrow(viewer=DESK, key="k", door="desk", title="三国演义", reader="王")
    assert refused.value.faults[0].field == "key"


def test_ten_at_once_with_one_key_make_one_record(committed: str) -> None:
    with psycopg.connect(committed, autocommit=True) as look:
        answers: list[bool] = []

        def press() -> None:
            try:
                with clock.at(NOW):
                    answers.append(borrow(viewer=DESK, key="once", door="desk", title="西游记", reader="王").repeated)
            finally:
                connection.close()

        threads = [threading.Thread(target=press) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (count,) = look.execute("SELECT count(*) FROM loan WHERE title = '西游记'").fetchone() or (0,)
    assert count == 1
    assert sorted(answers) == [False] + [True] * 9


def test_the_log_refuses_change_and_removal(loan: Loan) -> None:
    from django.db import ProgrammingError, transaction

    for command in ("UPDATE event SET verb = 'x'", "DELETE FROM event", "TRUNCATE event"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(command)
    assert len(events(loan)) == 1


def test_what_may_be_forgotten_may_not_be_changed(loan: Loan) -> None:
    from django.db import ProgrammingError, transaction

    for table, column in (("event_salt", "secret"), ("event_private", "body"), ("event_pending", "event_id")):
        with pytest.raises(ProgrammingError, match=table), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = {column}")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM event_private")
        assert cursor.rowcount == 1


def test_the_owner_is_refused_by_the_trigger_too(committed: str, server: Any) -> None:
    borrow(viewer=DESK, title="红楼梦", reader="王")
    with psycopg.connect(server.url("owner"), dbname="copied", autocommit=True) as owner:
        for command in ("UPDATE event SET verb = 'x'", "DELETE FROM event", "TRUNCATE event CASCADE"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only ever grows"):
                owner.execute(command)  # type: ignore[arg-type]


def plain(row: Loan) -> dict[str, Any]:
    kept = {name: value for name, value in vars(row).items() if name not in ("_state", "id", "log_id")}
    kept["events"] = [
        (event.line, event.verb, event.actor, event.unit, event.occurred_at, event.recorded_at, event.body,
         orjson.loads(bytes(event.payload))["open"], orjson.loads(bytes(EventPrivate.objects.get(pk=event.pk).body)),
         set(orjson.loads(bytes(event.payload))["restricted"]), EventPending.objects.filter(pk=event.pk).exists())
        for event in events(row)
    ]  # fmt: skip
    return kept


def one_by_one() -> list[Loan]:
    rows = [borrow(viewer=DESK, title=f"书 {n}", reader="王").row for n in range(3)]
    for row in rows[:2]:
        assert row is not None
        renew(viewer=DESK, on=row.pk)
    assert rows[0] is not None
    give_back(viewer=DESK, on=rows[0].pk, shelf="B1")
    return [Loan.objects.get(pk=row.pk) for row in rows if row]


def in_bulk() -> list[Loan]:
    batch, keys = Batch(), next_ids(Loan, 3)
    act = Act.of(DESK, NOW)
    rows = [batch.create(borrow, act, key=next(keys), title=f"书 {n}", reader="王")[0] for n in range(3)]
    for row in rows[:2]:
        batch.move(renew, row, Act.of(DESK, NOW))
    batch.move(give_back, rows[0], Act.of(DESK, NOW), shelf="B1")
    assert batch.flush() == 6
    return [Loan.objects.get(pk=row.pk) for row in rows]


def test_one_by_one_and_in_bulk_leave_the_same_rows_and_events(db: None) -> None:
    assert [plain(row) for row in one_by_one()] == [plain(row) for row in in_bulk()]


def test_bulk_checks_like_one(db: None) -> None:
    batch, keys = Batch(), next_ids(Loan, 1)
    row, _ = batch.create(borrow, Act.of(DESK, NOW), key=next(keys), title="书", reader="王")
    with pytest.raises(Denied):
        batch.move(give_back, row, Act.of(READER, NOW), shelf="A")
    with pytest.raises(Invalid):
        batch.move(give_back, row, Act.of(DESK, NOW))


def test_bulk_changes_rows_that_exist_in_one_act(db: None) -> None:
    rows = [row for n in range(3) if (row := borrow(viewer=DESK, title=f"书 {n}", reader="王").row)]
    batch, act = Batch(), Act.of(DESK, NOW)
    for row in rows:
        batch.move(give_back, row, act, shelf="C")
        batch.changes(row)
    batch.flush()
    assert {Loan.objects.get(pk=row.pk).state for row in rows} == {"back"}
    assert len({events(row)[1].act for row in rows}) == 1


def test_an_update_of_no_rows_does_nothing(db: None) -> None:
    before = Loan.objects.count()
    update_models([])
    assert Loan.objects.count() == before
