"""The parts of a case on its record page: unit, state, light, answer; and from a part back to the whole."""

from datetime import datetime

from django.utils.safestring import SafeString

from luoshi.cases import clocks, masked, reads
from luoshi.cases.flow import FLOW
from luoshi.cases.models import Case
from luoshi.cases.staff.scene import Scene
from luoshi.kernel import calendar
from luoshi.kernel.deadlines import left
from luoshi.kernel.text import T
from luoshi.people import reads as people
from luoshi.web import parts
from luoshi.web.markup import format_html
from luoshi.web.tables import Column, Table

Part = reads.record.Part


def table(scene: Scene) -> SafeString | str:
    """The parts of a whole; empty where it has none."""
    if not scene.case.parts:
        return ""
    units = people.unit_names()
    return Table[Part](
        T("分办件", "Parts"),
        (
            Column(T("编号", "Number"), _number, "nb", label=False, is_header=True),
            Column(T("单位", "Unit"), lambda part: units.get(part.case.unit_id or 0, "—"), "b"),
            Column(T("阶段", "Stage"), lambda part: str(FLOW.state(part.case.state).text), "nb"),
            Column(T("剩余", "Left"), lambda part: light(part.case, scene.now), "nb"),
            Column(T("办什么", "What"), lambda part: masked.free(part.case.private.text), "full"),
            Column(T("答复", "Answer"), lambda part: masked.free(part.case.private.answer) or "—", "full"),
        ),
    ).render(reads.record.part_rows(scene.viewer, scene.case))


def _number(part: Part) -> SafeString:
    return link(part.case.number) if part.seen else format_html("{}", part.case.number)


def light(case: Case, now: datetime) -> SafeString:
    """The light of a case with what is left in words; its status where no clock runs."""
    if case.next_due_at is None:
        return parts.light("n", FLOW.statuses[case.status]) if case.status != "going" else SafeString("—")
    gap = left(now, case.next_due_at, clocks.next_kind(case), calendar.current())
    return parts.light(clocks.light(case, now), gap)  # type: ignore[arg-type]


def link(number: str) -> SafeString:
    """A link to a record."""
    return format_html('<a href="/work/cases/{}/">{}</a>', number, number)


def whole(scene: Scene) -> SafeString | str:
    """Of which case this is a part, with a link where the viewer may see it; empty where it is none."""
    if scene.case.part_of_id is None:
        return ""
    number, seen = reads.record.whole(scene.viewer, scene.case)
    return link(number) if seen else number
