"""A row of the list of cases: typed functions that give each cell, ready and escaped."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.cases import clocks, reads
from luoshi.cases.flow import FLOW
from luoshi.cases.models import Case
from luoshi.cases.staff.scene import channel
from luoshi.kernel import calendar
from luoshi.kernel.deadlines import left
from luoshi.kernel.text import T
from luoshi.kernel.workdays import Calendar
from luoshi.people import reads as people
from luoshi.web import parts, words
from luoshi.web.tables import Column, Table

STATES: Final = {state.name: state.text for state in FLOW.states}


@dataclass(frozen=True)
class Now:
    """What all rows of a page share: the moment, the calendar, names."""

    moment: datetime
    kinds: reads.Kinds

    @cached_property
    def calendar(self) -> Calendar:
        """The city's calendar."""
        return calendar.current()

    @cached_property
    def units(self) -> dict[int, str]:
        """Names of all units by key."""
        return people.unit_names()

    def light(self, case: Case) -> SafeString:
        """Shape, and how much is left in words; why no clock runs where none does."""
        code = clocks.light(case, self.moment)
        if case.next_due_at is None:
            return parts.light("n", FLOW.statuses[case.status]) if case.status != "going" else SafeString("—")
        gap = left(self.moment, case.next_due_at, clocks.next_kind(case), self.calendar)
        return parts.light(code, gap)  # type: ignore[arg-type]

    def category(self, case: Case) -> str:
        """The single kind."""
        return str(self.kinds.name(case.category_id))

    def where(self, case: Case) -> str:
        """District and street."""
        return " ".join(people.division_name(code) for code in (case.county, case.street) if code) or "—"


def table(now: Now, caption: T) -> Table[Case]:
    """The table of the list page."""
    return Table[Case](
        caption,
        (
            Column(T("剩余", "Left"), now.light, "nb", label=False),
            Column(T("到期", "Due"), lambda case: words.when(case.next_due_at), "n nb"),
            Column(T("编号", "Number"), _number, "nb", label=False, is_header=True),
            Column(T("类别", "Category"), now.category, "b", label=False),
            Column(T("地点", "Place"), now.where),
            Column(T("单位", "Unit"), lambda case: now.units.get(case.unit_id or 0, "—")),
            Column(T("承办人", "Handler"), lambda case: case.handler.name if case.handler else "—", "nb m-no l-no"),
            Column(T("阶段", "Stage"), lambda case: str(STATES[case.state]), "nb"),
            Column(T("渠道", "Channel"), channel, "nb m-no l-no"),
            Column(T("退回", "Returns"), lambda case: str(case.returns), "r m-no"),
            Column(T("上报", "Reported"), lambda case: words.when(case.reported_at), "n nb m-no l-no"),
        ),
    )


def _number(case: Case) -> SafeString:
    return format_html('<a href="/work/cases/{}/">{}</a>', case.number, case.number)
