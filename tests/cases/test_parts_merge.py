"""Parts that close the whole, merging that keeps everybody informed and counts once, adopting, call-back attempts."""

from datetime import timedelta
from typing import Any

import pytest
from counting import count
from django.test import Client
from given import NOW

from luoshi.cases import reads
from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.actions.parts import Share
from luoshi.cases.models import Case, Category
from luoshi.cases.reads.derived import derived
from luoshi.kernel import clock
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Invalid, NotNow
from luoshi.kernel.viewer import OPERATOR, Reach, Viewer
from luoshi.people import viewer as viewers
from luoshi.people.models import Person, Unit

Cast = dict[str, Viewer]


def do(verb: str, viewer: Viewer, number: str, **data: Any) -> Case:
    done = BY_VERB[verb](viewer=viewer, on=number, **data)
    assert done.row is not None
    return done.row  # type: ignore[no-any-return]


def reported(cast: Cast, text: str = "路口积水，井盖也松了") -> Case:
    kind = Category.objects.filter(reportable=True, public=True, handle_kind="workdays").order_by("code")[0]
    row = report_case(viewer=cast["public"], category=kind, text=text, channel="web", county="150203000000").row
    assert row is not None
    return row


def split(cast: Cast) -> tuple[Case, list[str]]:
    case = reported(cast)
    do("accept", cast["desk"], case.number)
    bureau = cast["handler"].unit or 0
    units = [Unit.objects.get(pk=bureau), Unit.objects.exclude(pk=bureau).order_by("id")[0]]
    whole = do("split", cast["desk"], case.number, parts=[Share(units[0], "修井盖"), Share(units[1], "排积水")])
    return whole, reads.parts(whole)


def finish_part(cast: Cast, number: str, answer: str) -> Case:
    part = Case.objects.get(number=number)
    do("sign", worker := worker_of(cast, part), number)
    do("add_evidence", worker, number, note="办了")
    do("finish", worker, number, answer=answer)
    return do("verify_close", cast["verifier"], number)


def worker_of(cast: Cast, part: Case) -> Viewer:
    """Somebody who handles at the part's unit."""
    if part.unit_id == cast["handler"].unit:
        return cast["handler"]
    reach = Reach(units=frozenset({part.unit_id or 0}))
    grants = dict.fromkeys(("cases.see", "cases.sign", "cases.handle", "cases.return"), reach)
    return Viewer(kind="staff", name="另一单位", person=cast["leader"].person, unit=part.unit_id, grants=grants)


def test_the_last_part_takes_the_whole_to_the_reporter_with_one_answer(cast: Cast) -> None:
    whole, numbers = split(cast)
    assert whole.state == "parted" and numbers == [f"{whole.number}-1", f"{whole.number}-2"]
    assert finish_part(cast, numbers[0], "井盖已固定").state == "closed"
    assert Case.objects.get(pk=whole.pk).state == "parted"
    finish_part(cast, numbers[1], "积水已排")
    whole = Case.objects.select_related("private").get(pk=whole.pk)
    assert whole.state == "verified" and whole.parts_open == 0 and whole.handled_at == NOW
    assert [line.partition("：")[2] for line in whole.private.answer.split("\n")] == ["井盖已固定", "积水已排"]
    verbs = list(
        Event.objects.filter(subject=whole.log_id).order_by("recorded_at", "id").values_list("verb", flat=True)
    )
    assert verbs == ["report", "accept", "split", "part_done", "part_done"]
    acts = Event.objects.filter(verb__in=("split", "part")).values_list("act", flat=True)
    assert len(acts) == 3 and len(set(acts)) == 1


@pytest.mark.parametrize("who", ["desk", "head", "handler"])
def test_the_reporter_is_contacted_on_the_whole_while_its_parts_are_handled(cast: Cast, who: str) -> None:
    whole, numbers = split(cast)
    contacted = do("contact", cast[who], whole.number, note="说了分两家办")
    assert (contacted.state, contacted.contacted_at) == ("parted", NOW)
    assert Event.objects.filter(subject=whole.log_id).latest("recorded_at", "id").body["in_time"] is True
    do("sign", cast["handler"], numbers[0])
    with pytest.raises(NotNow) as refused:
        do("contact", cast["handler"], numbers[0])
    assert str(refused.value.faults[0].rule) == f"这是分办件：与市民的事在主件 {whole.number} 上办"


def test_the_page_of_a_part_says_where_its_reporter_is_contacted(cast: Cast, browse: Client) -> None:
    whole, numbers = split(cast)
    do("sign", cast["handler"], numbers[0])
    browse.force_login(Person.objects.get(login="handler"))
    text = browse.get(f"/work/cases/{numbers[0]}/").content.decode()
    assert text.count(f"与市民的事在主件 {whole.number} 上办") == 1 and "没有上报人" not in text


def test_parts_are_counted_with_the_whole_and_never_public(cast: Cast) -> None:
    before = count("cases.reported")
    _, numbers = split(cast)
    assert count("cases.reported") == before + 1
    assert not reads.scope.public().filter(number__in=numbers).exists()


def test_a_part_taken_off_last_sends_the_whole_on_or_back(cast: Cast) -> None:
    whole, numbers = split(cast)
    for number in numbers:
        do("cancel_part", cast["supervisor"], number, reason="不需要")
    whole = Case.objects.get(pk=whole.pk)
    assert whole.state == "accepted" and whole.unit_id is None
    whole, numbers = split(cast)
    finish_part(cast, numbers[0], "好了")
    do("cancel_part", cast["supervisor"], numbers[1], reason="不需要")
    assert Case.objects.get(pk=whole.pk).state == "verified"


@pytest.mark.parametrize("done", [0, 1])
def test_the_reporter_takes_a_split_case_back_with_the_parts_that_are_not_done(cast: Cast, done: int) -> None:
    whole, numbers = split(cast)
    for number in numbers[:done]:
        finish_part(cast, number, "井盖已固定")
    do("sign", worker_of(cast, last := Case.objects.get(number=numbers[1])), last.number)
    taken = do("withdraw", viewers.holder(str(whole.log_id)), whole.number, note="自己好了")
    assert (taken.state, taken.closed_at, taken.next_due_at, taken.parts_open) == ("withdrawn", NOW, None, 0)
    parts = [Case.objects.get(number=number) for number in numbers]
    assert [part.state for part in parts] == ["closed"] * done + ["withdrawn"] * (2 - done)
    assert all((part.closed_at, part.next_due_at) == (NOW, None) for part in parts)
    acts = Event.objects.filter(subject__in=[whole.log_id, last.log_id], verb="withdraw").values_list("act", flat=True)
    assert len(acts) == 2 and len(set(acts)) == 1
    mine = {whole.number, *numbers}
    assert [one for one in derived(50) if one.number in mine] == []
    with pytest.raises(NotNow):
        do("add_evidence", worker_of(cast, last), last.number, note="太晚了")


@pytest.mark.parametrize("count", [0, 1, 9])
def test_two_to_eight_parts_each_for_another_unit(cast: Cast, count: int) -> None:
    case = reported(cast)
    do("accept", cast["desk"], case.number)
    shares = [Share(unit, "办") for unit in Unit.objects.all()[:count]]
    with pytest.raises(Invalid):
        do("split", cast["desk"], case.number, parts=shares)
    twice = [Share(unit, "办") for unit in [*Unit.objects.all()[:1], *Unit.objects.all()[:1]]]
    with pytest.raises(Invalid):
        do("split", cast["desk"], case.number, parts=twice)
    assert not Case.objects.filter(part_of=case).exists()


def test_merged_counts_once_and_lives_again_where_it_stood(cast: Cast) -> None:
    main, again = reported(cast), reported(cast, "还是那个井盖")
    do("accept", cast["desk"], again.number)
    due = Case.objects.get(pk=again.pk).due_at
    before = count("cases.reported")
    merged = do("merge", cast["desk"], again.number, into=main.number)
    assert merged.state == "merged" and merged.next_due_at is None
    assert count("cases.reported") == before - 1
    assert reads.around(OPERATOR, main)[2:] == ("", [again.number]) and reads.around(OPERATOR, merged)[2:] == (
        main.number,
        [],
    )
    told = Event.objects.filter(subject=main.log_id, verb="absorb").get()
    assert told.act == Event.objects.get(subject=again.log_id, verb="merge").act
    with clock.at(NOW + timedelta(hours=2)):
        apart = do("unmerge", cast["desk"], again.number, reason="另一个井盖")
    assert apart.state == "accepted" and apart.merged_into_id is None and apart.step_due_at is not None
    assert due is not None and apart.due_at is not None and apart.due_at > due
    assert count("cases.reported") == before


def test_what_cannot_be_merged_is_refused_with_the_reason(cast: Cast) -> None:
    case = reported(cast)
    _, numbers = split(cast)
    for into in (case.number, numbers[0], "J-2021-999999"):
        with pytest.raises(Invalid) as refused:
            do("merge", cast["desk"], case.number, into=into)
        assert refused.value.faults[0].field == "into"
    with pytest.raises(NotNow):
        do("merge", cast["desk"], numbers[0], into=case.number)
    over = reported(cast)
    do("refuse", cast["desk"], over.number, reason="不归我们", answer="请找业主")
    with pytest.raises(Invalid):
        do("merge", cast["desk"], case.number, into=over.number)
    assert Case.objects.get(pk=case.pk).state == "reported"


def test_the_reporter_may_say_that_it_is_another_problem(cast: Cast) -> None:
    main, again = reported(cast), reported(cast, "还是那个井盖")
    do("merge", cast["desk"], again.number, into=main.number)
    assert do("not_same", viewers.holder(str(again.log_id)), again.number, note="我说的是东边那个").state == "reported"


def test_each_failed_call_has_a_new_clock_until_there_were_enough(cast: Cast) -> None:
    case = reported(cast)
    due = NOW + timedelta(hours=1)
    Case.objects.filter(pk=case.pk).update(state="verified", verified_at=NOW, step_due_at=due, next_due_at=due)
    found = []
    for hours in (0, 24, 48):
        with clock.at(NOW + timedelta(hours=hours)):
            found.append(do("call_failed", cast["desk"], case.number, outcome="unreachable").next_due_at)
    assert found[0] is not None and found[1] is not None and NOW < found[0] < found[1]
    assert found[2] is None
    with clock.at(NOW + timedelta(hours=72)):
        assert do("call_unsolved", cast["desk"], case.number, reason="还在晃").calls == 0
