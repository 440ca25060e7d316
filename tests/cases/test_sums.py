"""What the measures count of cases as they stand, and the list that a number opens."""

from datetime import timedelta

from counting import count
from django.test import Client
from given import NOW

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Case, Category
from luoshi.cases.reads.lists import Filters, public_page
from luoshi.kernel import clock
from luoshi.kernel.viewer import Viewer


def reported(cast: dict[str, Viewer], public: bool = True) -> Case:
    kind = Category.objects.filter(reportable=True, public=public, handle_n__isnull=False).order_by("code")[0]
    row = report_case(viewer=cast["public"], category=kind, text="井盖松动", channel="web", county="150203000000").row
    assert isinstance(row, Case)
    return row


def test_every_report_is_counted_once(cast: dict[str, Viewer]) -> None:
    refused, abuse, twice, main = (reported(cast) for _ in range(4))
    reported(cast, public=False)
    BY_VERB["refuse"](viewer=cast["desk"], on=refused.number, reason="不归市里", answer="请找物业")
    BY_VERB["mark_abuse"](viewer=cast["desk"], on=abuse.number, reason="辱骂")
    BY_VERB["merge"](viewer=cast["desk"], on=twice.number, into=main.number)
    assert (count("cases.reported"), count("cases.not_taken", part=True), count("cases.open")) == (4, 2, 2)


def test_overdue_is_past_the_due_time_shown_and_opens_those_rows(cast: dict[str, Viewer], browse: Client) -> None:
    late, step = reported(cast), reported(cast)
    Case.objects.filter(pk=late.pk).update(due_at=NOW - timedelta(hours=1))
    # only the thirty minutes for accepting are over: that is no matter of the public's
    Case.objects.filter(pk=step.pk).update(step_due_at=NOW - timedelta(hours=1), next_due_at=NOW - timedelta(hours=1))
    rows = {light: [case.number for case in public_page(Filters(light=light), NOW).rows] for light in "gyr"}
    assert count("cases.overdue") == 1 and rows["r"] == [late.number] and step.number in rows["g"] + rows["y"]
    with clock.at(NOW):
        page = browse.get("/cases/?light=r").content.decode()
    assert late.number in page and step.number not in page
