"""An administrator is appointed by two: the system administrator asks, the security administrator confirms."""

from datetime import date
from typing import Final

from luoshi.kernel import calendar, clock
from luoshi.kernel.action import Act, Change, Line
from luoshi.kernel.problems import Denied, Fault, Invalid
from luoshi.kernel.text import T
from luoshi.people.admin import reads
from luoshi.people.admin.actions.person import check_day, check_post
from luoshi.people.admin.flow import APPOINTMENT, APPOINTMENT_WIDTHS, HERE, MANAGE, appointment_facts
from luoshi.people.models import Appointment, Person, Post, Unit
from luoshi.people.roles import ADMINS

LINE: Final[Line[Appointment]] = Line(
    flow=APPOINTMENT, widths=APPOINTMENT_WIDTHS, snapshot=appointment_facts, lock=reads.lock_appointment,
    told=reads.told_appointment, entered=lambda row, now: None,
)  # fmt: skip
SELF: Final = T(
    "不能任命自己，也不能确认自己提请的任命：谁也不能给自己授权",
    "nobody appoints themselves or confirms what they asked for: nobody grants himself a right",
)


@LINE.creation("ask_appointment", MANAGE)
def ask_appointment(act: Act, *, person: Person, unit: Unit, role: str, first: date) -> tuple[Appointment, Change]:
    """Ask that a person be an administrator from a day on; nothing changes before it is confirmed."""
    if person.pk in act.viewer.persons:
        raise Denied(SELF)
    if role not in ADMINS:
        raise Invalid([Fault("role", role[:40], T("只用于三类管理员", "is for the three administrators alone"))])
    if person.state != HERE:
        raise Invalid([Fault("person", person.login, T("已离任", "has left"))])
    if reads.waiting(person):
        raise Invalid([Fault("person", person.login, T("已有一次任命在等确认", "an appointment waits already"))])
    check_day(act, "first", first)
    check_post(person, unit, role, first, reads.posts_of(person), by_two=True)
    row = Appointment(
        person=person, unit=unit, role=role, valid_from=first, asked_by_id=act.viewer.person, asked_at=act.now,
        updated_at=act.now,
    )  # fmt: skip
    return row, Change(answer={"appointment": str(row.log_id)})


@LINE.action("confirm")
def confirm(row: Appointment, act: Act) -> Change:
    """From now on, or from the day asked for where that is later. Open sessions end: the next log-in asks for more."""
    if act.viewer.person is not None and ({row.person_id, row.asked_by_id} & act.viewer.persons):
        raise Denied(SELF)
    person, today = row.person, calendar.current().city_date(act.now)
    if person.state != HERE:
        raise Invalid([Fault("person", person.login, T("已离任", "has left"))])
    first = max(row.valid_from, today)
    check_post(person, row.unit, row.role, first, reads.posts_of(person), by_two=True)
    row.valid_from, row.decided_by_id = first, act.viewer.person
    person.sessions_from = clock.real()
    return Change(rows=[Post(person=person, unit=row.unit, role=row.role, valid_from=first)], saves=[person])


@LINE.action("refuse_appointment")
def refuse_appointment(row: Appointment, act: Act, *, reason: str) -> Change:
    """It does not come to be."""
    row.decided_by_id = act.viewer.person
    return Change(body={"reason": reason})


@LINE.action("drop_appointment")
def drop_appointment(row: Appointment, act: Act) -> Change:
    """Whoever asks may take it back."""
    row.decided_by_id = act.viewer.person
    return Change()
