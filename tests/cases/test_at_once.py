"""Two people act on the same case in the same second: one is served, the other is told who did what; nothing is lost.

The rows are held from outside until everybody waits for them, so that each has looked at the same version.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from given import NOW

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.actions.bulk import Order, Sent, dispatch_many
from luoshi.cases.models import Case, CasePrivate, Category
from luoshi.kernel import clock
from luoshi.kernel.models import Event
from luoshi.kernel.viewer import Viewer
from luoshi.people import viewer as viewers
from luoshi.people.models import Person, Unit

Answer = tuple[int, dict[str, Any]]


@pytest.fixture
def waiting(committed: str, server: Any) -> Iterator[Callable[[Sequence[Case], int], Any]]:
    """Holds rows until so many of the application's connections wait for a lock; `then` happens before they go on."""

    @contextmanager
    def hold(cases: Sequence[Case], count: int, then: Callable[[], Any] = lambda: None) -> Iterator[None]:
        with psycopg.connect(server.url("super"), dbname="copied") as outside:
            keys = [case.pk for case in cases]
            outside.execute('SELECT id FROM "case" WHERE id = ANY(%s) ORDER BY id FOR UPDATE', [keys])
            yield
            with psycopg.connect(server.url("super"), dbname="copied", autocommit=True) as look:
                blocked = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'copied' AND wait_event_type = 'Lock'"
                limit = time.monotonic() + 20
                while (look.execute(blocked).fetchone() or (0,))[0] < count:
                    assert time.monotonic() < limit, "they never met"
                    time.sleep(0.01)
            then()

    yield hold


def together(hold: Any, rows: Sequence[Case], acts: Sequence[Callable[[], Any]], **more: Any) -> list[Any]:
    """What each act gives (or raises), all of them having met at the rows."""
    found: list[Any] = [None] * len(acts)

    def run(place: int) -> None:
        try:
            with clock.at(NOW):
                found[place] = acts[place]()
        except Exception as raised:
            found[place] = raised
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    with hold(rows, len(acts), **more):
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(30)
    return found


def press(login: str, case: Case, verb: str, **data: Any) -> Callable[[], Answer]:
    """A log-in and, later, its press on the page of a case."""
    client = Client(HTTP_HOST="127.0.0.1", HTTP_ACCEPT="application/json")
    client.force_login(Person.objects.get(login=login), backend="luoshi.people.door.Backend")
    form = {"seen": str(case.version), **data}

    def act() -> Answer:
        answer = client.post(f"/work/cases/{case.number}/do/{verb}/", form)
        return answer.status_code, answer.json()

    return act


def one_won(answers: Sequence[Answer], logins: Sequence[str]) -> int:
    """Who was served; the other was told (409) the winner's name."""
    assert sorted(status for status, _ in answers) == [200, 409], answers
    winner = [status for status, _ in answers].index(200)
    detail = answers[1 - winner][1]["detail"]
    assert name(logins[winner]) in detail and "请看新的一版" in detail
    return winner


def name(login: str) -> str:
    return Person.objects.get(login=login).name


def viewer(login: str) -> Viewer:
    return viewers.of_person(Person.objects.get(login=login))


def units() -> list[Unit]:
    """The bureau of `head` and `handler`, and another."""
    bureau = Person.objects.get(login="handler").posts.all()[0].unit
    return [bureau, *Unit.objects.filter(posts__role="handler").exclude(pk=bureau.pk).distinct().order_by("id")[:1]]


def reported(text: str, *verbs: str) -> Case:
    """A reported case, after the moves."""
    kind = Category.objects.filter(reportable=True, public=True).order_by("code")[0]
    done = report_case(viewer=viewers.public(), category=kind, text=text, channel="web", county="150203000000")
    number = done.answer["number"]
    for verb in verbs:
        data: dict[str, Any] = {"unit": units()[0]} if verb == "dispatch" else {}
        BY_VERB[verb](viewer=viewer("desk"), on=number, **data)
    return Case.objects.get(number=number)


def verbs(case: Case) -> list[str]:
    return list(Event.objects.filter(subject=case.log_id).order_by("recorded_at", "id").values_list("verb", flat=True))


def test_two_dispatch_the_same_case(waiting: Any) -> None:
    case, (one, two) = reported("井盖松动", "accept"), units()
    acts = [press("desk", case, "dispatch", unit=one.code), press("supervisor", case, "dispatch", unit=two.code)]
    winner = one_won(together(waiting, [case], acts), ["desk", "supervisor"])
    assert Case.objects.get(pk=case.pk).unit_id == (one, two)[winner].pk
    assert verbs(case) == ["report", "accept", "dispatch"]


def test_one_splits_what_another_dispatches(waiting: Any) -> None:
    case, (one, two) = reported("井盖松动", "accept"), units()
    parts = {"part_unit": [one.code, two.code], "part_text": ["修井盖", "清淤"]}
    acts = [press("desk", case, "split", **parts), press("supervisor", case, "dispatch", unit=two.code)]
    winner = one_won(together(waiting, [case], acts), ["desk", "supervisor"])
    now = Case.objects.get(pk=case.pk)
    assert (now.state, Case.objects.filter(part_of=case).count()) == (("parted", 2), ("dispatched", 0))[winner]


def test_head_and_handler_sign_for_the_same_case(waiting: Any) -> None:
    case = reported("井盖松动", "accept", "dispatch")
    acts = [press("head", case, "sign"), press("handler", case, "sign")]
    one_won(together(waiting, [case], acts), ["head", "handler"])
    assert verbs(case).count("sign") == 1


def test_a_case_is_merged_into_one_of_two_others(waiting: Any) -> None:
    case, one, two = (reported(text, "accept") for text in ("井盖松动", "井盖又松动", "井盖还松动"))
    acts = [press("desk", case, "merge", into=one.number), press("supervisor", case, "merge", into=two.number)]
    winner = one_won(together(waiting, [case], acts), ["desk", "supervisor"])
    assert Case.objects.get(pk=case.pk).merged_into_id == (one, two)[winner].pk
    assert [verbs(one).count("absorb"), verbs(two).count("absorb")] == [1 - winner, winner]


def test_two_cases_are_merged_into_each_other(waiting: Any) -> None:
    one, two = reported("井盖松动", "accept"), reported("井盖又松动", "accept")
    acts = [press("desk", one, "merge", into=two.number), press("supervisor", two, "merge", into=one.number)]
    winner = one_won(together(waiting, [one, two], acts), ["desk", "supervisor"])
    assert [Case.objects.get(pk=case.pk).state for case in (one, two)][winner] == "merged"
    assert Case.objects.filter(state="merged").count() == 1


def test_a_storm_of_merges_in_every_direction_shows_no_deadlock(waiting: Any) -> None:
    cases = [reported(f"井盖松动 {n}", "accept") for n in range(3)]
    pairs = [(a, b) for a in cases for b in cases if a is not b]
    acts = [press("desk", a, "merge", into=b.number) for a, b in pairs]
    answers = together(waiting, cases, acts)
    assert {answer[0] for answer in answers} <= {200, 409, 422}, answers
    merged = Case.objects.filter(state="merged").count()
    assert merged == [answer[0] for answer in answers].count(200) > 0
    assert not Case.objects.filter(state="merged", merged_into__state="merged").exists()


def test_two_bulks_in_opposite_orders(waiting: Any) -> None:
    cases, (one, two) = [reported(f"井盖松动 {n}", "accept") for n in range(4)], units()

    def bulk(login: str, rows: Sequence[Case], unit: Unit) -> Callable[[], Sent]:
        who = viewer(login)
        orders = [Order(case.number, case.version, unit) for case in rows]
        return lambda: dispatch_many(who, orders, key=f"{login}-bulk", door="bulk")

    found = together(waiting, cases, [bulk("desk", cases, one), bulk("supervisor", cases[::-1], two)])
    first = next(place for place, sent in enumerate(found) if sent.sent)
    won, lost = found[first], found[1 - first]
    numbers = {case.number for case in cases}
    assert (set(won.sent), set(won.left), set(lost.sent), set(lost.left)) == (numbers, set(), set(), numbers)
    assert all(name(("desk", "supervisor")[first]) in text.zh for text in lost.left.values())
    assert {verbs(case).count("dispatch") for case in cases} == {1}


def test_a_bulk_and_a_single_press(waiting: Any) -> None:
    cases, (one, two) = [reported(f"井盖松动 {n}", "accept") for n in range(2)], units()
    who, orders = viewer("desk"), [Order(case.number, case.version, one) for case in cases]
    acts = [
        lambda: dispatch_many(who, orders, key="bulk", door="bulk"),
        press("supervisor", cases[1], "dispatch", unit=two.code),
    ]
    sent, (status, body) = together(waiting, cases, acts)
    assert (status, cases[1].number in sent.sent) in ((200, False), (409, True)), (status, body, sent)
    assert cases[0].number in sent.sent and verbs(cases[1]).count("dispatch") == 1


def test_two_parts_end_in_the_same_second_and_the_answer_keeps_both(waiting: Any) -> None:
    whole, (one, two) = reported("井盖松动", "accept"), units()
    press("desk", whole, "split", part_unit=[one.code, two.code], part_text=["修井盖", "清淤"])()
    parts = list(Case.objects.filter(part_of=whole).order_by("id"))
    Case.objects.filter(part_of=whole).update(state="handled", handled_at=NOW, evidence=1)
    for part, answer in zip(parts, ("井盖修好了", "淤泥清了"), strict=True):
        CasePrivate.objects.filter(case=part).update(answer=answer)
    acts = [press("supervisor", parts[0], "verify_close"), press("verifier", parts[1], "verify_close")]
    assert [status for status, _ in together(waiting, [whole], acts)] == [200, 200]
    now = Case.objects.select_related("private").get(pk=whole.pk)
    assert (now.state, now.parts_open) == ("verified", 0)
    assert {line.partition("：")[2] for line in now.private.answer.split("\n")} == {"井盖修好了", "淤泥清了"}
    assert verbs(whole).count("part_done") == 2


def test_a_deletion_is_not_undone_by_who_waited_for_it(waiting: Any) -> None:
    from luoshi.cases.reads.reporter import to_tell

    case = reported("井盖松动，张三 13800000000", "accept")
    ask, who = BY_VERB["ask"], viewer("desk")

    def tell() -> str:
        with transaction.atomic():
            found = to_tell(case.pk)
            assert found is not None
            return found.private.text

    acts = [tell, lambda: ask(viewer=who, on=case.number, question="哪一个井盖？")]
    said, _ = together(waiting, [case], acts, then=CasePrivate.objects.filter(case=case).delete)
    assert said == "" and CasePrivate.objects.get(case=case).text == ""


def test_the_desk_asks_while_a_text_is_released_and_neither_is_lost(waiting: Any) -> None:
    case = reported("井盖松动", "accept")
    ask, release = partial(BY_VERB["ask"], on=case.number), partial(BY_VERB["release"], on=case.number)
    acts = [
        partial(ask, viewer=viewer("desk"), question="哪一个井盖？"),
        partial(release, viewer=viewer("supervisor"), public_text="井盖松动"),
    ]
    found = together(waiting, [case], acts)
    assert not [one for one in found if isinstance(one, Exception)]
    private = CasePrivate.objects.get(case=case)
    assert (private.question, private.public_text) == ("哪一个井盖？", "井盖松动")
