"""What time does to cases by itself."""

from datetime import timedelta
from typing import Any

import pytest
from given import NOW

from luoshi.cases import jobs
from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Case, Category
from luoshi.kernel import clock
from luoshi.kernel.models import Event
from luoshi.kernel.viewer import Viewer
from luoshi.people.models import Unit


def reported(viewer: Viewer, **more: Any) -> str:
    category = Category.objects.filter(reportable=True, public=True, handle_kind="workdays").order_by("code")[0]
    county = "150203000000"
    done = report_case(viewer=viewer, category=category, text="井盖松动", channel="web", county=county, **more)
    return str(done.answer["number"])


def verbs(number: str) -> list[str]:
    subject = Case.objects.get(number=number).log_id
    return list(Event.objects.filter(subject=subject).order_by("recorded_at", "id").values_list("verb", flat=True))


def test_a_clock_that_runs_out_is_written_once(cast: dict[str, Viewer]) -> None:
    number = reported(cast["public"])
    with clock.at(NOW + timedelta(days=30)):
        jobs.pass_time()
        jobs.pass_time()
    assert verbs(number) == ["report", "overdue", "overdue"]
    bodies = [event.body for event in Event.objects.filter(verb="overdue")]
    assert {body["clock_name"] for body in bodies} == {"whole", "step"}


def test_a_warning_comes_before_the_due_time_and_not_after_it(cast: dict[str, Viewer]) -> None:
    number = reported(cast["public"])
    warn = Case.objects.get(number=number).step_warn_at
    assert warn is not None
    with clock.at(warn - timedelta(seconds=1)):
        jobs.pass_time()
    assert verbs(number) == ["report"]
    with clock.at(warn):
        jobs.pass_time()
        jobs.pass_time()
    assert verbs(number) == ["report", "warn"]


@pytest.mark.parametrize(("days", "state"), [(6, "verified"), (12, "closed")])
def test_no_verdict_within_seven_days_closes_as_unrated(cast: dict[str, Viewer], days: int, state: str) -> None:
    number = reported(cast["public"])
    unit = Unit.objects.get(pk=cast["handler"].unit)
    BY_VERB["accept"](viewer=cast["desk"], on=number)
    BY_VERB["dispatch"](viewer=cast["desk"], on=number, unit=unit)
    BY_VERB["sign"](viewer=cast["handler"], on=number)
    BY_VERB["add_evidence"](viewer=cast["handler"], on=number, note="已更换")
    BY_VERB["finish"](viewer=cast["handler"], on=number, answer="已更换井盖")
    BY_VERB["verify"](viewer=cast["verifier"], on=number)
    with clock.at(NOW + timedelta(days=days)):
        jobs.pass_time()
    case = Case.objects.get(number=number)
    assert (case.state, case.grade, case.solved) == (state, None, None)
    assert case.next_due_at is None or state == "verified"
    assert ("close" in verbs(number)) == (state == "closed")


def test_an_unanswered_question_ends_and_the_clock_goes_on_with_what_was_left(cast: dict[str, Viewer]) -> None:
    number = reported(cast["public"])
    BY_VERB["accept"](viewer=cast["desk"], on=number)
    before = Case.objects.get(number=number)
    BY_VERB["ask"](viewer=cast["desk"], on=number, question="是哪一个井盖？")
    assert Case.objects.get(number=number).next_due_at is None
    with clock.at(NOW + timedelta(days=20)):
        jobs.pass_time()
    case = Case.objects.get(number=number)
    assert case.status == "going"
    assert case.due_at is not None and before.due_at is not None
    assert case.due_at > before.due_at
