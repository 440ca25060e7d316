"""What a superuser changes in a record that the application shows is named, down to its times and its private words."""

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from given import NOW
from sealing import write

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.actions.erase import erase
from luoshi.cases.actions.imported import TELL, import_case
from luoshi.cases.actions.parts import Share
from luoshi.cases.models import Case, Category
from luoshi.cases.reads import retold
from luoshi.kernel import clock, lines
from luoshi.kernel.ledger import rotate, seal, tail, verify
from luoshi.kernel.ledger.audit import Bad
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.viewer import EVERYTHING, Viewer
from luoshi.people import viewer
from luoshi.people.models import Unit

Forced = psycopg.Connection[Any]


def look(place: Place) -> verify.Report:
    return verify.verify(place, rotate.trusted(place), lines.installed())


def able(login: str) -> Viewer:
    """A person who may do everything to cases."""
    rights = ("accept", "dispatch", "contact", "sign", "handle", "verify", "callback", "split", "erase", "reopen", "see",
              "classify", "release", "import", "merge", "ask")  # fmt: skip
    person = viewer.of_login(login).person
    return Viewer("staff", person=person, grants={f"cases.{right}": EVERYTHING for right in rights})


def led(number: str, moves: Sequence[tuple[str, dict[str, Any]]], start: datetime = NOW) -> None:
    """A case led through moves, ten minutes apart; somebody else verifies."""
    for step, (verb, data) in enumerate(moves, start=1):
        with clock.at(start + timedelta(minutes=10 * step)):
            who = able("desk" if verb.startswith("verify") else "secadmin")
            BY_VERB[verb](viewer=who, on=number, **data)


HANDLED: Sequence[tuple[str, dict[str, Any]]] = (
    ("sign", {}), ("add_evidence", {"note": "看过"}), ("finish", {"answer": "已修好"}),
)  # fmt: skip


@pytest.fixture
def case(place: Place, forced: Forced) -> str:
    """A case that was reported with everything, reopened once and closed; a second one beside it."""
    forced.execute('TRUNCATE "case" CASCADE')
    kind = Category.objects.filter(reportable=True, level=3, handle_kind="workdays").first()
    told = {
        "category": kind, "text": "井盖松动", "channel": "web", "place": "幸福路12号", "county": "150203000000",
        "street": "150203001000", "lat": 40.66, "lon": 109.84, "name": "王小明", "phone": "13800000001",
        "email": "a@example.org", "by_staff": False,
    }  # fmt: skip
    number = str(report_case(viewer=viewer.public(), key="k", door="web", **told).answer["number"])
    report_case(viewer=viewer.public(), key="l", door="web", **told)
    unit = Unit.objects.order_by("pk").first()
    sent = (("accept", {}), ("dispatch", {"unit": unit}), ("contact", {}), *HANDLED)
    led(number, [*sent, ("verify", {}), ("call_unsolved", {"reason": "没有"}), *HANDLED, ("verify", {}),
                 ("call_solved", {"grade": 5}), ("release", {"public_text": "已办"})])  # fmt: skip
    write(5)
    seal.seal_all(place)
    return number


COLUMNS = {
    "handled_at": "handled_at - interval '1 day'",
    "contacted_at": "contacted_at - interval '1 day'",
    "closed_at": "closed_at - interval '1 day'",
    "response_due_at": "response_due_at + interval '1 day'",
    "reopened": "0",
    "community": "'150203001001'",
    "sim": "NOT sim",
    "source": "'elsewhere'",
    "by_staff": "true",
    "ours": "false",
    "part_of_id": "id",
    "top": "'99'",
    "grade": "1",
    "solved": "false",
}
WORDS = {
    "name": "'李四'", "phone": "''", "email": "'b@example.org'", "text": "'路灯不亮'", "place": "'别处'", "lat": "40.67",
    "lon": "NULL", "question": "'?'", "answer": "'没修'", "public_text": "''", "media_url": "'https://a.example/x.jpg'",
}  # fmt: skip


def told(found: Sequence[Bad]) -> list[tuple[str, str | None]]:
    return [(one.what, one.line) for one in found]


def test_every_time_and_count_that_was_changed_is_named(place: Place, case: str, forced: Forced) -> None:
    subject = str(Case.objects.get(number=case).log_id)
    assert look(place).bad == []
    for column, value in COLUMNS.items():
        forced.execute('CREATE TEMP TABLE kept AS SELECT * FROM "case" WHERE number = %s', [case])
        forced.execute(f'UPDATE "case" SET {column} = {value} WHERE number = %s', [case])
        found = look(place).bad
        named = {one.detail.split()[1] for one in found}
        shown = column.removesuffix("_id")
        assert shown in named and named <= {shown, "response_due_at"}, (column, found)
        assert {one.subject for one in found} == {subject} and {*told(found)} == {("row", "cases")}
        assert found[0].detail.startswith(f"{case}: ")
        forced.execute(f'UPDATE "case" c SET {column} = kept.{column} FROM kept WHERE c.id = kept.id')
        forced.execute("DROP TABLE kept")
    assert look(place).bad == []


def test_every_case_is_held_once_whatever_its_key(
    place: Place, case: str, forced: Forced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retold, "_FEW", 1)
    forced.execute('UPDATE case_private SET case_id = -case_id FROM "case" WHERE id = case_id AND number = %s', [case])
    forced.execute('UPDATE "case" SET id = -id WHERE number = %s', [case])
    assert look(place).bad == []
    forced.execute("UPDATE \"case\" SET top = '99'")
    named = [one.detail.partition(":")[0] for one in look(place).bad]
    assert sorted(named) == sorted(Case.objects.values_list("number", flat=True)) and len(named) == 2


def test_personal_data_that_were_changed_are_named_and_not_told(place: Place, case: str, forced: Forced) -> None:
    where = 'case_id = (SELECT id FROM "case" WHERE number = %s)'
    for column, value in WORDS.items():
        forced.execute(f"CREATE TEMP TABLE kept AS SELECT * FROM case_private WHERE {where}", [case])
        forced.execute(f"UPDATE case_private SET {column} = {value} WHERE {where}", [case])
        assert [one.detail for one in look(place).bad] == [
            f"{case}: private {column} is changed, its events say otherwise"
        ]
        forced.execute(f"UPDATE case_private p SET {column} = kept.{column} FROM kept WHERE p.case_id = kept.case_id")
        forced.execute("DROP TABLE kept")
    forced.execute(f"DELETE FROM case_private WHERE {where}", [case])
    assert [one.detail for one in look(place).bad] == [f"{case}: private record is gone, its events say otherwise"]


def test_a_case_that_is_gone_is_named_by_its_subject(place: Place, case: str, forced: Forced) -> None:
    subject = str(Case.objects.get(number=case).log_id)
    for table in ("case_private", "case_code"):
        forced.execute(f'DELETE FROM {table} WHERE case_id = (SELECT id FROM "case" WHERE number = %s)', [case])
    forced.execute('DELETE FROM "case" WHERE number = %s', [case])
    (bad,) = look(place).bad
    assert (bad.what, bad.line, bad.subject) == ("row", "cases", subject) and "record is gone" in bad.detail


def _third() -> str:
    kind = Category.objects.filter(reportable=True, level=3, handle_kind="workdays").first()
    with clock.at(NOW - timedelta(hours=1)):
        done = report_case(viewer=viewer.public(), key="m", door="web", category=kind, text="同一个井盖", channel="web")
    return str(done.answer["number"])


def test_after_parts_a_merge_and_an_import_nothing_is_named(place: Place, case: str, forced: Forced) -> None:
    other = str(Case.objects.exclude(number=case).get().number)
    units = list(Unit.objects.order_by("pk")[:2])
    BY_VERB["merge"](viewer=able("desk"), on=_third(), into=Case.objects.get(number=other))
    shares = [Share(unit, f"分办 {unit.pk}") for unit in units]
    led(other, [("accept", {}), ("split", {"parts": shares})])
    for hours, part in enumerate(Case.objects.filter(part_of__number=other), start=1):
        led(part.number, [*HANDLED, ("verify_close", {})], NOW + timedelta(hours=hours))
    kind = Category.objects.filter(reportable=True, level=3).first()
    source = {"source": "s", "source_status": "x", "category": kind, "reported_at": NOW - timedelta(days=9)}
    for number, said in enumerate(({"at": NOW - timedelta(days=8)}, {"at": None}, {"at": NOW - timedelta(days=10)})):
        done = import_case(
            viewer=able("desk"), **source, source_id=str(number), text="外来", answer="先", lat=1.0, lon=2.0
        )
        on = done.answer["number"]
        TELL["close"](viewer=able("desk"), on=on, state="closed", source_status="c", answer="", **said)
        TELL["accept"](viewer=able("desk"), on=on, state="accepted", source_status="a")
        TELL["import"](viewer=able("desk"), on=on, state="handled", source_status="h", **said)
    seal.seal_all(place)
    assert look(place).bad == []
    assert {row.reopened for row in Case.objects.filter(source="s")} == {0, 1}
    forced.execute("UPDATE \"case\" SET handled_at = now() WHERE source = 's' AND source_id = '1'")
    forced.execute("UPDATE case_private SET text = 'x' WHERE case_id = (SELECT id FROM \"case\" WHERE source_id = '2')")
    whole = Case.objects.get(number=other)
    forced.execute("UPDATE \"case\" SET handled_at = handled_at - interval '1 hour' WHERE id = %s", [whole.pk])
    named = sorted(one.detail.split(": ")[1].split(" is ")[0] for one in look(place).bad)
    assert named == ["handled_at", "handled_at", "private text"]


def test_what_was_deleted_and_written_in_again_is_named(place: Place, case: str, forced: Forced) -> None:
    row = Case.objects.get(number=case)
    with clock.at(NOW + timedelta(days=1)):
        erase(able("secadmin"), case, "asked")
    seal.seal_all(place)
    assert look(place).bad == []
    forced.execute(
        "INSERT INTO case_private (case_id, name, phone, email, text, place, question, answer, public_text, media_url, tokens)"
        " VALUES (%s, '王小明', '', '', '', '', '', '', '', '', '{}')",
        [row.pk],
    )
    assert [one.detail for one in look(place).bad] == [f"{case}: private name is changed, its events say otherwise"]


def _restored(place: Place, forced: Forced, size: int, before: Path) -> None:
    """The database and the public files as they were at a size; `kept` holds the cases as they were."""
    late = [row[0] for row in forced.execute("SELECT event_id FROM log_leaf WHERE idx >= %s", [size]).fetchall()]
    for table, column in (("event", "id"), ("event_private", "event_id"), ("event_salt", "event_id")):
        forced.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [late])
    forced.execute("DELETE FROM log_leaf WHERE idx >= %s", [size])
    forced.execute("DELETE FROM checkpoint WHERE size > %s", [size])
    for table in ("case_private", "case_code"):
        forced.execute(f"DELETE FROM {table} WHERE case_id NOT IN (SELECT id FROM kept)")
    forced.execute('DELETE FROM "case"')
    forced.execute('INSERT INTO "case" SELECT * FROM kept')
    shutil.rmtree(place.folder.root)
    shutil.copytree(before, place.folder.root)


def test_records_are_not_held_against_what_a_tail_never_carried(
    place: Place, case: str, forced: Forced, tmp_path: Path
) -> None:
    other = Case.objects.exclude(number=case).get()
    before = shutil.copytree(place.folder.root, tmp_path / "before")
    head = place.folder.head()
    assert head is not None
    forced.execute('CREATE TEMP TABLE kept AS SELECT * FROM "case"')
    led(other.number, [("accept", {}), ("dispatch", {"unit": Unit.objects.order_by("pk")[1]}), ("contact", {})])
    _third()
    seal.seal_all(place)
    shutil.copytree(place.folder.root, tmp_path / "mirror")
    _restored(place, forced, head.size, before)
    tail.supply(place, Folder(tmp_path / "mirror"))
    report = look(place)
    # the one that was taken in meanwhile is not there, and no fault
    assert [one.whole for one in report.unchecked] == [True, False]
    assert report.unchecked[0].verb == "report" and report.unchecked[1].subject == other.log_id
    assert {one.detail for one in report.bad} == {f"{other.number}: state is reported, its events say dispatched"}
    forced.execute('UPDATE "case" SET grade = 1, handled_at = NULL WHERE number = %s', [case])
    assert [one.detail.split(":")[0] for one in look(place).bad] == [case, case, other.number]
    forced.execute('UPDATE "case" c SET grade = k.grade, handled_at = k.handled_at FROM kept k WHERE c.id = k.id')
    led(other.number, [("accept", {})], NOW + timedelta(days=1))
    report = look(place)
    assert (report.bad, len(report.unchecked)) == ([], 2)
