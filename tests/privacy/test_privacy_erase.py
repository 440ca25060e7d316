"""A reporter takes their data away and has them deleted: what goes, what stays, who may."""

import json
import re
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, TestCase

from luoshi.cases import photos
from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.actions.erase import RIGHT, erase
from luoshi.cases.actions.report import secret
from luoshi.cases.models import Case, CaseCode, CasePrivate, Category, Photo
from luoshi.cases.personal import PERSONAL
from luoshi.cases.reads import by_code
from luoshi.kernel import clock
from luoshi.kernel.ledger.event import leaf_hash
from luoshi.kernel.models import Event, EventPrivate
from luoshi.kernel.problems import Absent, Denied, NotNow
from luoshi.kernel.viewer import EVERYTHING, SYSTEM, Viewer
from luoshi.people import viewer as viewers
from luoshi.people.models import Post
from luoshi.ports.notify.models import Message
from luoshi.privacy import erasures, keep

Cast = dict[str, Viewer]
NAME, PHONE, WORDS = "欧阳标记", "13877776666", "独一无二的路面破损"


def picture() -> Photo:
    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    out.name = "a.png"
    from django.core.files.uploadedfile import SimpleUploadedFile

    return photos.store([SimpleUploadedFile("a.png", out.getvalue())], str(uuid4()))[0]


def report(**given: Any) -> tuple[Case, str]:
    kind = Category.objects.get(code="010102")
    values = {
        "text": WORDS, "place": "幸福路 12 号", "channel": "web", "county": "150203000000", "name": NAME, "phone": PHONE,
        "email": "mark@example.org", "lat": 40.65, "lon": 109.84, "photos": [picture()], **given,
    }  # fmt: skip
    done = report_case(viewer=viewers.public(), category=kind, key=uuid4().hex, door="web", **values)
    assert done.row is not None
    return done.row, done.secret["code"]


def withdrawn(**given: Any) -> tuple[Case, str]:
    case, code = report(**given)
    BY_VERB["withdraw"](viewer=viewers.holder(str(case.log_id)), on=case.number, note=f"{NAME} 不报了")
    case.refresh_from_db()
    return case, code


def press(browse: Client, code: str, status: int, **fields: str) -> Any:
    response = browse.post(f"/track/{code}", fields)
    assert response.status_code == status, response.content.decode()
    return response


@pytest.fixture
def home(db: None) -> Path:
    return Path(settings.CONF.home)


def everything() -> str:
    """All rows of all tables, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT convert_from(body, 'UTF8') FROM event_private")
        found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_taken_away_it_is_all_of_ones_own_and_nothing_of_others(browse: Client, cast: Cast) -> None:
    case, code = report()
    report(name="别人", text="别人的事")
    BY_VERB["accept"](viewer=cast["desk"], on=case.number)
    BY_VERB["add_note"](viewer=cast["desk"], on=case.number, note="内部：小心")
    answer = press(browse, code, 200, do="export", format="json")
    found = json.loads(answer.content)
    assert found["reporter"] == {"name": NAME, "phone": PHONE, "email": "mark@example.org"}
    assert found["report"]["text"] == WORDS and found["report"]["latitude"] == 40.65
    assert [step["step"] for step in found["steps"]] == ["report", "accept"]
    assert "别人" not in answer.content.decode() and "内部" not in answer.content.decode()
    assert cast["desk"].name not in answer.content.decode()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{case.number}.json"'
    with zipfile.ZipFile(BytesIO(press(browse, code, 200, do="export", format="zip").content)) as archive:
        (shot,) = found["photographs"]
        assert json.loads(archive.read("data.json"))["reporter"]["name"] == NAME
        assert archive.read(shot["file"])[:2] == b"\xff\xd8"
    press(browse, code, 422, do="export", format="exe")


def test_deleted_it_is_gone_and_the_case_stays(browse: Client, home: Path) -> None:
    case, code = withdrawn()
    file = photos.path(case.photos.get().pk)
    assert file.exists() and all(word in everything() for word in (NAME, PHONE, WORDS, "不报了"))
    press(browse, code, 422, do="erase")
    with TestCase.captureOnCommitCallbacks(execute=True):
        press(browse, code, 303, do="erase", sure="yes")
    assert not [w for w in (NAME, PHONE, WORDS, "不报了", "mark@example.org", "幸福路 12 号") if w in everything()]
    assert not file.exists() and not Photo.objects.filter(case=case).exists()
    press(browse, code, 303, do="erase", sure="yes")
    assert Event.objects.filter(subject=case.log_id, verb="erase").count() == 1
    case.refresh_from_db()
    assert (case.state, case.lat, case.county) == ("withdrawn", None, "150203000000")
    page = browse.get(f"/track/{code}").content.decode()
    assert "已删除，不能恢复" in page and NAME not in page and "删除我的信息" not in page


def test_the_log_stays_whole_and_tells_of_the_deletion_without_a_body(home: Path) -> None:
    case, _ = withdrawn()
    erase(SYSTEM, case.number, "asked")
    events = list(Event.objects.filter(subject=case.log_id).order_by("recorded_at", "id"))
    assert [event.verb for event in events] == ["report", "withdraw", "erase"]
    assert all(leaf_hash(bytes(event.payload)) == bytes(event.leaf) for event in events)
    assert events[-1].body["reason"] == "asked"
    assert not EventPrivate.objects.filter(event__subject=case.log_id).exists()
    assert NAME.encode() not in b"".join(bytes(event.payload) for event in events)


def test_the_list_outside_the_database_holds_ids_only(home: Path) -> None:
    case, _ = withdrawn()
    erase(SYSTEM, case.number, "asked")
    event = Event.objects.get(subject=case.log_id, verb="erase")
    last = erasures.load(home)[-1]
    assert (last.line, last.subject, str(last.erasure)) == ("cases", case.log_id, event.body["erasure"])
    line = (home / erasures.FILE).read_text().splitlines()[-1]
    assert set(json.loads(line)) == {"line", "subject", "erasure"} and case.number not in line
    assert (home / erasures.FILE).stat().st_mode & 0o777 == 0o600


def test_while_it_is_handled_the_reporter_cannot_delete_it(browse: Client, home: Path) -> None:
    case, code = report()
    assert "还在办，不能删除" in press(browse, code, 409, do="erase", sure="yes").content.decode()
    assert CasePrivate.objects.get(pk=case.pk).name == NAME
    assert not [one for one in erasures.load(home) if one.subject == case.log_id]


def test_messages_answers_and_parts_go_too(cast: Cast, home: Path) -> None:
    from luoshi.cases.actions.parts import Share
    from luoshi.cases.actions.renew import renew

    case, code = report()
    renew(case, PHONE)
    BY_VERB["accept"](viewer=cast["desk"], on=case.number)
    units = [post.unit for post in Post.objects.filter(role="handler").select_related("unit").order_by("unit_id")]
    shares = [Share(unit, f"找{NAME}") for unit in list(dict.fromkeys(units))[:2]]
    BY_VERB["split"](viewer=cast["desk"], on=case.number, parts=shares)
    assert Message.objects.filter(subject=case.log_id).exists() and NAME in everything()
    erase(SYSTEM, case.number, "order")
    assert not [w for w in (NAME, PHONE, WORDS) if w in everything()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM idempotency WHERE answer->>'number' = %s", [case.number])
        assert cursor.fetchone() == (0,)
    assert by_code(code, secret()).pk == case.pk and CaseCode.objects.filter(case=case).count() == 2


def test_what_clients_call_their_updates_goes_too(home: Path) -> None:
    case, other = report()[0], report()[0]
    for number, name in ((case.number, "update-of-one"), (other.number, "update-of-another")):
        BY_VERB["add_note"](viewer=SYSTEM, on=number, key=name, door="open311:1:updates", note="x")
    assert "update-of-one" in everything()
    erase(SYSTEM, case.number, "order")
    assert "update-of-one" not in everything() and "update-of-another" in everything()


@pytest.mark.parametrize("role", ["desk", "handler", "supervisor", "leader", "sysadmin", "public", "stranger"])
def test_nobody_else_may(cast: Cast, home: Path, role: str) -> None:
    case, _ = withdrawn()
    with pytest.raises((Absent, Denied)):
        erase(cast[role], case.number, "asked")
    other = viewers.holder(str(uuid4()))
    with pytest.raises(Absent):
        erase(Viewer("holder", subject=other.subject, grants=other.grants | {RIGHT: EVERYTHING}), case.number, "holder")
    assert CasePrivate.objects.filter(pk=case.pk).exists()


def test_what_stands_on_the_list_and_not_in_the_log_is_done_again_once(home: Path) -> None:
    case, _ = withdrawn()
    erasures.add(home, erasures.Erased("cases", case.log_id, uuid4()))
    assert keep.replay(home) >= 1
    assert not CasePrivate.objects.filter(pk=case.pk).exists()
    assert keep.replay(home) == 0
    assert Event.objects.filter(subject=case.log_id, verb="erase").count() == 1


def test_a_list_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    one = erasures.Erased("cases", uuid4(), uuid4())
    erasures.add(tmp_path, one)
    with (tmp_path / erasures.FILE).open("a") as file:
        file.write('{"line": "cases", "sub')
    assert erasures.load(tmp_path) == [one] == erasures.load(tmp_path / erasures.FILE)
    assert erasures.load(tmp_path / "none") == []


def test_kept_long_enough_it_is_deleted_and_younger_or_open_ones_are_not(home: Path) -> None:
    from datetime import timedelta

    from given import NOW

    days = settings.CONF.number("keep_days")
    old, young, open_ = withdrawn()[0], withdrawn()[0], report()[0]
    Case.objects.filter(pk=old.pk).update(closed_at=NOW - timedelta(days=days, hours=1))
    Case.objects.filter(pk=young.pk).update(closed_at=NOW - timedelta(days=days - 1))
    assert keep.expire() == 1
    assert set(CasePrivate.objects.values_list("pk", flat=True)) >= {young.pk, open_.pk}
    assert not CasePrivate.objects.filter(pk=old.pk).exists()


def test_pictures_that_belong_to_nothing_are_swept_after_a_day(home: Path) -> None:
    from time import time

    case, _ = report()
    kept, lost = photos.path(case.photos.get().pk), photos.path(picture().pk)
    half = lost.parent / ".new.abc"
    half.write_bytes(b"x")
    assert PERSONAL.sweep() == 0 and lost.exists()
    assert PERSONAL.sweep(time() + photos.SWEPT_AFTER + 60) >= 2
    assert kept.exists() and not lost.exists() and not half.exists()


def test_the_page_offers_it_in_english_too(browse: Client, home: Path) -> None:
    _, code = withdrawn()
    page = browse.get(f"/track/{code}?lang=en").content.decode()
    assert "Delete my data" in page and not re.search(r"删除我的信息", page)


def test_a_reporter_case_still_open_for_the_holder_is_not_now(home: Path) -> None:
    case, _ = report()
    holder = viewers.holder(str(case.log_id))
    with pytest.raises(NotNow):
        erase(
            Viewer("holder", subject=holder.subject, grants=holder.grants | {RIGHT: EVERYTHING}), case.number, "holder"
        )


def test_the_application_may_rewrite_the_tables_it_deletes_from(committed: str) -> None:
    from luoshi.privacy import scrub

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_filenode('case_private')")
        before = cursor.fetchone()
        scrub.rewrite()
        cursor.execute("SELECT pg_relation_filenode('case_private')")
        assert cursor.fetchone() != before


def test_at_night_it_is_rewritten_only_where_something_was_deleted(committed: str, tmp_path: Path) -> None:
    import os

    from luoshi.privacy import scrub

    assert not scrub.after_deletions(tmp_path)
    erasures.add(tmp_path, erasures.Erased("cases", uuid4(), uuid4()))
    assert scrub.after_deletions(tmp_path)
    os.utime(tmp_path / erasures.FILE, (0, 0))
    assert not scrub.after_deletions(tmp_path)


def test_the_parts_of_a_case_tell_of_the_deletion_too(cast: Cast) -> None:
    from luoshi.cases.actions.parts import Share
    from luoshi.people.models import Unit

    case, _ = report()
    BY_VERB["accept"](viewer=cast["desk"], on=case.number)
    units = Unit.objects.filter(code__in=("150203.urban", "city.roads")).order_by("code")
    BY_VERB["split"](viewer=cast["desk"], on=case.number, parts=[Share(unit, "各办一半") for unit in units])
    subjects = [case.log_id, *case.part_rows.values_list("log_id", flat=True)]
    able = Viewer("staff", person=cast["secadmin"].person, grants={"cases.see": EVERYTHING, RIGHT: EVERYTHING})
    erase(able, case.number, "asked")
    assert sorted(Event.objects.filter(verb="erase").values_list("subject", flat=True)) == sorted(subjects)
    assert len(subjects) == 3 and not EventPrivate.objects.filter(event__subject__in=subjects).exists()


@pytest.mark.parametrize("late", [False, True])
def test_nobody_waits_for_a_reporter_who_cannot_be_reached_any_more(
    cast: Cast, browse: Client, home: Path, late: bool
) -> None:
    case, code = report()
    BY_VERB["accept"](viewer=cast["desk"], on=case.number)
    BY_VERB["ask"](viewer=cast["desk"], on=case.number, question="哪一栋？")
    assert "问您" in browse.get(f"/track/{code}").content.decode()
    case.refresh_from_db()
    assert case.response_due_at is not None
    with clock.at(case.response_due_at + timedelta(hours=1 if late else -1)):
        erase(SYSTEM, case.number, "order")
        shown = browse.get(f"/track/{code}").content.decode()
    assert "问您" not in shown and "有一个问题" not in shown
    before, case = case, Case.objects.get(pk=case.pk)
    assert (case.status, case.ask_due_at, case.paused_at) == ("going", None, None) and case.next_due_at is not None
    assert case.response_due_at == (before.response_due_at if late else None)
    events = list(Event.objects.filter(subject=case.log_id).order_by("recorded_at", "id"))
    assert [event.verb for event in events][-2:] == ["erase", "end_ask"]
    assert events[-1].body["status"] == "going" and events[-1].act == events[-2].act
    assert not EventPrivate.objects.filter(event__subject=case.log_id).exists()
