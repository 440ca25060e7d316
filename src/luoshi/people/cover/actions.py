"""Arrange a stand-in, and end one early. Both leave an event that names all three: who arranged, who stands in, for whom."""

from datetime import date, timedelta
from typing import Final

from luoshi.kernel import calendar
from luoshi.kernel.action import Act, Change, Line
from luoshi.kernel.problems import Denied, Fault, Invalid
from luoshi.kernel.text import T
from luoshi.people.cover import reads
from luoshi.people.cover.flow import FLOW, RIGHT, WIDTHS, snapshot
from luoshi.people.models import Cover, Person
from luoshi.people.roles import compatible

LONGEST: Final = timedelta(days=366)
LINE: Final[Line[Cover]] = Line(
    flow=FLOW, widths=WIDTHS, snapshot=snapshot, lock=reads.lock, told=reads.told, entered=lambda cover, now: None
)


@LINE.creation("cover", RIGHT)
def set_cover(
    act: Act, *, person: Person, absent: Person, first: date, last: date, reason: str
) -> tuple[Cover, Change]:
    """`person` has the posts of `absent` from the first day to the last, both included. Raises Denied or Invalid."""
    if act.viewer.person == person.pk:
        raise Denied(
            T(
                "不能让自己代别人：谁也不能给自己授权",
                "Nobody makes themselves a stand-in: nobody grants himself a right",
            )
        )
    members = reads.members(act.viewer)
    faults = [
        Fault(name, who.login, T("不归您安排，或今天没有岗位", "is not yours to arrange, or has no post today"))
        for name, who in (("person", person), ("absent", absent))
        if who.login not in members
    ]
    if faults:
        raise Invalid(faults)
    _check_roles(members[person.login], members[absent.login])
    _check_days(act, person, absent, first, last)
    cover = Cover(
        person=person, absent=absent, unit_id=members[absent.login].units[0], valid_from=first,
        valid_to=last + timedelta(days=1), reason=reason, made_by_id=act.viewer.person, updated_at=act.now,
    )  # fmt: skip
    return cover, Change(body={"reason": reason}, answer={"cover": str(cover.log_id)})


def _check_roles(member: reads.Member, other: reads.Member) -> None:
    if not compatible(set(member.roles | other.roles)):
        rule = T("三类管理员不能互代，也不能和别的岗位合一", "the posts of administrators go with no others")
        raise Invalid([Fault("person", member.person.login, rule)])


def _check_days(act: Act, person: Person, absent: Person, first: date, last: date) -> None:
    today = calendar.current().city_date(act.now)
    if person.pk == absent.pk:
        raise Invalid([Fault("person", person.login, T("不能自己代自己", "cannot stand in for themselves"))])
    if last < max(first, today) or last - first >= LONGEST:
        rule = T("在今天或以后，不早于第一天，最长一年", "today or later, not before the first day, within a year")
        raise Invalid([Fault("last", last.isoformat(), rule)])
    for other in reads.meeting((person.pk, absent.pk), first, last + timedelta(days=1)):
        if other.absent_id == absent.pk:
            rule = T("这几天已由 {who} 代班", "{who} stands in on these days already").fill(who=other.person.name)
            raise Invalid([Fault("absent", absent.login, rule)])
        if other.absent_id == person.pk:
            rule = T("自己这几天也不在，由 {who} 代", "is away too: {who} stands in").fill(who=other.person.name)
            raise Invalid([Fault("person", person.login, rule)])
        if other.person_id == absent.pk:
            rule = T("这几天正代 {who} 的班", "stands in for {who} on these days").fill(who=other.absent.name)
            raise Invalid([Fault("absent", absent.login, rule)])


@LINE.action("end_cover")
def end_cover(cover: Cover, act: Act, *, reason: str) -> Change:
    """From now on the stand-in is over; one that had not begun never was."""
    today = calendar.current().city_date(act.now)
    cover.valid_to = min(max(cover.valid_from, today), cover.valid_to or today)
    return Change(body={"reason": reason})
