"""Corrections on pages: proposed from a timeline, decided by somebody else, beside the original wherever it shows."""

import csv
import io
import threading
from typing import Any

import pytest
from asking import questions
from django.db import connection
from staff_cast import STREET, at, case, client, step
from test_api import Machine
from test_correct import approve, closed, event, propose

from luoshi.cases import reads
from luoshi.cases.actions import correct
from luoshi.cases.correction import Correction
from luoshi.kernel.models import Event
from luoshi.kernel.problems import NotNow
from luoshi.kernel.text import set_language
from luoshi.people import reads as people
from luoshi.people.models import Person, Post
from luoshi.people.viewer import of_login


def page(login: str, address: str, **more: Any) -> str:
    return client(login).get(address, **more).content.decode()


def test_a_typo_is_put_right_on_pages_by_two_persons(db: None) -> None:
    number = closed()
    here = f"/work/cases/{number}/correct/{event(number, 'call_solved')}/"
    assert here in page("desk", f"/work/cases/{number}/") and here not in page("verifier", f"/work/cases/{number}/")
    form = page("desk", here)
    assert 'value="5" selected' in form and "评分" in form and 'name="void"' not in form
    refused = client("desk").post(here, {"solved": "yes", "grade": "5", "reason": "看错"})
    assert refused.status_code == 422 and "没有要更正的" in refused.content.decode()
    assert client("desk").post(here, {"solved": "yes", "grade": "2", "reason": ""}).status_code == 422
    sent = client("desk").post(here, {"solved": "yes", "grade": "2", "reason": "录音里是 2 分，15512341234"})
    assert sent.status_code == 303 and case(number).grade == 5
    row = Correction.objects.get()
    listed = page("supervisor", "/work/corrections/")
    assert "评分：5 分 → 2 分" in listed and "155****1234" in listed and "15512341234" not in listed
    assert number in page("supervisor", "/work/").partition("批更正")[0]
    assert "没有等您批的更正" not in listed and f"/work/corrections/{row.pk}/" not in page("desk", "/work/corrections/")
    assert client("desk").post(f"/work/corrections/{row.pk}/", {"go": "approve"}).status_code == 403
    done = client("supervisor").post(f"/work/corrections/{row.pk}/", {"go": "approve"})
    assert done.status_code == 303 and case(number).grade == 2
    record = page("desk", f"/work/cases/{number}/")
    assert "已更正：评分：5 分 → 2 分" in record and "5 分" in record
    again = client("supervisor").post(f"/work/corrections/{row.pk}/", {"go": "approve"})
    assert again.status_code == 409 and "已经有人处理了" in again.content.decode()


def test_a_decline_needs_a_reason_and_changes_nothing(db: None) -> None:
    row = propose(closed(), "call_solved", changes={"grade": 1})
    address = f"/work/corrections/{row.pk}/"
    assert client("supervisor").post(address, {"go": "decline"}).status_code == 422
    assert client("supervisor").post(address, {"go": "decline", "note": "录音里是 5 分"}).status_code == 303
    assert case(row.case.number).grade == 5 and "不同意更正" in page("desk", f"/work/cases/{row.case.number}/")


def test_times_kinds_and_places_are_typed_as_words_and_bad_ones_refused_at_their_field(db: None) -> None:
    number = closed()
    step(number, "add_note", "desk", note="记一条")
    here = f"/work/cases/{number}/correct/{event(number, 'report')}/"
    kinds = reads.kinds()
    typed = {
        "at": "2021-12-29 09:00", "category": str(kinds.path("010102")), "division": people.division_name(STREET),
        "reason": "看错了",
    }  # fmt: skip
    form = page("desk", here)
    assert all(f'value="{typed[name]}"' in form for name in ("at", "category", "division"))
    bad = client("desk").post(here, typed | {"at": "昨天", "category": "没有这一类"})
    assert bad.status_code == 422 and bad.content.decode().count('aria-invalid="true"') == 2
    assert client("desk").post(here, typed | {"division": "友谊大街街道"}).status_code == 303
    assert Correction.objects.get().changes == {"division": "150203005000"}
    note = f"/work/cases/{number}/correct/{event(number, 'add_note')}/"
    assert client("desk").post(note, {"at": "2021-12-29 09:00", "void": "on", "reason": "记错件了"}).status_code == 303
    assert Correction.objects.latest("id").void


def test_what_was_not_known_may_stay_so_when_something_else_is_corrected(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report from elsewhere may name no place."""
    number = closed()
    here, whole = f"/work/cases/{number}/correct/{event(number, 'report')}/", correct.present

    def required(name: str) -> bool:
        return "required" in page("desk", here).partition(f'name="{name}"')[2].partition(">")[0]

    assert required("division") and required("category")
    monkeypatch.setattr(correct, "present", lambda chain: {**whole(chain), "division": None})
    assert not required("division") and required("category")
    sent = {"at": "2021-12-29 09:00", "category": str(reads.kinds().path("010103")), "division": "", "reason": "看错了"}
    assert client("desk").post(here, sent).status_code == 303
    assert set(Correction.objects.get().changes) == {"category"}


def test_an_entry_without_correctable_fields_is_not_found_and_strangers_are_refused(db: None) -> None:
    number = closed()
    assert client("desk").get(f"/work/cases/{number}/correct/{event(number, 'sign')}/").status_code == 404
    assert client("verifier").get(f"/work/cases/{number}/correct/{event(number, 'report')}/").status_code == 403
    assert client("verifier").get("/work/corrections/").status_code == 403


def test_the_public_page_and_the_reporter_s_say_it_where_the_original_stands(db: None, browse: Any) -> None:
    from luoshi.cases.public import story

    number = closed()
    approve(propose(number, "report", changes={"division": "150203005000"}))
    approve(propose(number, "call_solved", changes={"grade": 2}))
    shown = browse.get(f"/cases/{number}/").content.decode()
    assert "地点：" in shown and "友谊大街街道" in shown and "评价已更正" in shown and "2 分" not in shown
    own = "".join(str(one.body) for one in story.happenings(case(number), reads.entries(case(number))))
    assert "评分：5 分 → 2 分" in own and "写错了" not in own + shown
    set_language("en")
    assert "Corrected: " in browse.get(f"/cases/{number}/", headers={"accept-language": "en"}).content.decode()


def test_a_void_contact_says_so(db: None, browse: Any) -> None:
    number = at("dispatched")
    step(number, "contact", "desk")
    approve(propose(number, "contact", void=True))
    assert "已作废" in browse.get(f"/cases/{number}/").content.decode()
    assert "已作废" in page("desk", f"/work/cases/{number}/")


def exported(query: str = "") -> dict[str, dict[str, str]]:
    got: Any = client("desk").get(f"/work/cases/export.csv{query}")
    rows = list(csv.DictReader(io.StringIO(b"".join(got.streaming_content).decode("utf-8-sig"))))
    return {row.get("编号") or row["Number"]: row for row in rows}


def test_exports_say_what_was_corrected_beside_what_stood_there(db: None) -> None:
    number = closed()
    approve(propose(number, "call_solved", changes={"grade": 2}, reason="录音里是 2 分，15512341234"))
    approve(propose(number, "report", changes={"division": "150203005000"}))
    approve(propose(number, "call_solved", changes={"grade": 3}))
    dated = at("dispatched")
    step(dated, "contact", "desk")
    approve(propose(dated, "contact", void=True, reason="没有联系过"))
    plain = closed()
    found = exported()
    assert [found[one]["更正"] for one in (number, dated, plain)] == ["3", "1", ""]
    first, second, third = found[number]["更正了什么"].split("　")
    assert "地点：" in first and "友谊大街街道" in first
    assert "评分：5 分 → 2 分；理由：录音里是 2 分，155****1234；2021-12-29；值班受理员提出，督查员批准" in second
    assert "评分：2 分 → 3 分" in third and "15512341234" not in str(found)
    assert "已作废" in found[dated]["更正了什么"] and "没有联系过" in found[dated]["更正了什么"]
    assert found[plain]["更正了什么"] == ""
    english = exported("?lang=en")[number]["What was corrected"]
    assert "grade 5 → grade 2; reason: " in english and "proposed by Desk clerk, approved by Supervisor" in english


def test_the_files_ask_for_corrections_once_for_each_thousand_rows(db: None) -> None:
    numbers = [closed(), closed()]
    for number in numbers:
        approve(propose(number, "call_solved", changes={"grade": 2}))
    with questions() as asked:
        rows = exported()
    assert [rows[number]["更正"] for number in numbers] == ["1", "1"]
    assert len([one for one in asked if "e.corrects" in one["sql"]]) == 1


def test_the_api_tells_a_correction_with_what_it_replaced(db: None) -> None:
    number = closed()
    approve(propose(number, "call_solved", changes={"grade": 2}))
    step(number, "add_note", "desk", note="记一条")
    approve(propose(number, "add_note", void=True, reason="记错件了"))
    desk = Machine("desk")
    one = desk.get(f"/cases/{number}", "cases.get")
    assert (one["corrected"], one["grade"]) == (2, 2)
    grade, note = one["corrections"]
    assert (grade["step"], grade["changes"]) == ("call_solved", [{"field": "grade", "was": 5, "is": 2}])
    assert (grade["reason"], grade["proposed_by"], grade["approved_by"]) == ("写错了", ["desk"], ["supervisor"])
    assert grade["corrected_at"].startswith("2021-12-29") and not grade["void"]
    assert (note["step"], note["void"], note["changes"], note["reason"]) == ("add_note", True, [], "记错件了")
    plain = desk.get(f"/cases/{closed()}", "cases.get")
    assert (plain["corrected"], plain["corrections"]) == (0, [])
    listed = desk.get("/cases", "cases.list")["cases"]
    assert {row["number"]: row["corrected"] for row in listed}[number] == 2


def test_open311_says_it_as_the_public_page_does(db: None, browse: Any) -> None:
    number = closed()
    base = f"/open311/v2/requests/{number}.json?extensions=true"
    assert "更正" not in browse.get(base).content.decode()
    approve(propose(number, "report", changes={"division": "150203005000"}))
    approve(propose(number, "call_solved", changes={"grade": 2}))
    (one,) = browse.get(base).json()
    assert one["status_notes"].endswith("；更正 2 处")
    told = [note["description"] for note in one["notes"] if note["type"] == "correct"]
    assert len(told) == 2 and "→" in told[0] and "友谊大街街道" in told[0] and "评价已更正" in told[1]
    assert "2 分" not in str(told) and "写错了" not in str(one)
    stepped = [note["type"] for note in one["notes"]]
    assert stepped.index("correct") == stepped.index("report") + 1
    step(number, "add_note", "desk", note="记一条")
    approve(propose(number, "add_note", void=True))
    updates = browse.get(f"/open311/v2/servicerequestupdates.json?service_request_id={number}").json()
    assert updates[-1]["status"] == updates[-2]["status"] == "fixed", "a client that follows it opens nothing again"
    said = [one["description"] for one in updates if "更正" in one["description"] or "作废" in one["description"]]
    assert sorted(said) == sorted(told), "not the note, of which nobody outside is told"


def test_of_two_who_approve_at_once_one_does(committed: str) -> None:
    number = closed()
    row = propose(number, "call_solved", changes={"grade": 2})
    post = Post.objects.filter(role="supervisor").first()
    second = Person.objects.create(login="supervisor2", name="督查二")
    Post.objects.create(person=second, unit_id=post.unit_id, role="supervisor", valid_from=post.valid_from)  # type: ignore[union-attr]
    begin, told = threading.Barrier(2), []

    def press(login: str) -> None:
        try:
            viewer = of_login(login)
            begin.wait(10)
            correct.approve(row)(viewer=viewer, on=number, proposal=row.pk)
            told.append("done")
        except NotNow as refused:
            told.append(refused.title.en)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(login,)) for login in ("supervisor", "supervisor2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(told) == ["Somebody has decided on it already", "done"]
    assert Event.objects.filter(corrects=row.event).count() == 1 and case(number).corrected == 1


def test_the_database_holds_a_chain_together(committed: str) -> None:
    from django.db import IntegrityError

    from luoshi.kernel.ledger import event as events
    from luoshi.kernel.ledger import record
    from luoshi.kernel.ledger.fields import Widths

    number = closed()
    approve(propose(number, "call_solved", changes={"grade": 2}))
    first = Event.objects.get(corrects__isnull=False)
    head = events.Head("150200", False, "cases", first.act, None, None, first.recorded_at)
    forged = events.build(head, Widths(), subject=first.subject, verb="correct", body={}, corrects=first.corrects)
    with pytest.raises(IntegrityError):
        record.write([forged])
