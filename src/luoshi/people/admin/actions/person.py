"""A person comes, gets posts, moves, leaves, comes back. Nobody does any of it to themselves."""

import secrets
from datetime import date, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password

from luoshi.kernel import calendar, clock, installation
from luoshi.kernel.action import Act, Change, Line
from luoshi.kernel.problems import Denied, Fault, Invalid
from luoshi.kernel.text import T
from luoshi.people import reads as people
from luoshi.people.actions import note
from luoshi.people.admin import reads
from luoshi.people.admin.flow import MANAGE, PERSON, PERSON_WIDTHS, others, person_facts
from luoshi.people.models import Person, Post, Unit
from luoshi.people.roles import ADMINS, ROLES, compatible

LINE: Final[Line[Person]] = Line(
    flow=PERSON, widths=PERSON_WIDTHS, snapshot=person_facts, lock=reads.lock_person, told=reads.told_person,
    entered=lambda person, now: None,
)  # fmt: skip
ONE_DAY: Final = timedelta(days=1)
BACK: Final = timedelta(days=366)  # how far back a change may be dated
AHEAD: Final = timedelta(days=366)
# without letters and digits that look alike: 16 of 31 signs are 79 bits
SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def first_password() -> str:
    """A random password that is used once: `xxxx-xxxx-xxxx-xxxx`, 79 bits."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(4))


def _others(person: Person, act: Act) -> None:
    """Raise Denied for whoever would change their own posts or standing."""
    lack = others(person, act.viewer)
    if lack is not None:
        raise Denied(lack)


def today(act: Act) -> date:
    """The city's day on which an act happens."""
    return calendar.current().city_date(act.now)


def check_day(act: Act, name: str, day: date) -> None:
    """Raise Invalid for a day more than a year away."""
    if not today(act) - BACK <= day <= today(act) + AHEAD:
        rule = T("离今天不超过一年", "within a year of today")
        raise Invalid([Fault(name, day.isoformat(), rule)])


def check_post(person: Person, unit: Unit, role: str, first: date, beside: list[Post], by_two: bool = False) -> None:
    """May the person have this post from that day on, beside the others? Raises Invalid.

    Administrators' posts are given by two: only `by_two` gets through with one.
    """
    if role not in ROLES:
        raise Invalid([Fault("role", role[:40], T("没有这种岗位", "there is no such role"))])
    if role in ADMINS and not by_two:
        rule = T(
            "管理员由两人任命：请用“提请任命管理员”", "administrators are appointed by two: ask for an appointment"
        )
        raise Invalid([Fault("role", role, rule)])
    if first < unit.valid_from or (unit.valid_to is not None and first >= unit.valid_to):
        rule = T("这一天没有这个单位", "the unit does not exist on that day")
        raise Invalid([Fault("first", first.isoformat(), rule)])
    later = [post for post in beside if post.valid_to is None or post.valid_to > first]
    if any(post.unit_id == unit.pk and post.role == role for post in later):
        rule = T("已经有这个岗位", "has this post already")
        raise Invalid([Fault("unit", unit.code, rule)])
    lent = reads.roles_lent(person, first) if person.pk else set()
    if not compatible({role, *(post.role for post in later), *lent}):
        rule = T(
            "管理员岗位不能和别的岗位（含代班）合一", "an administrator's post goes with no other, stand-ins included"
        )
        raise Invalid([Fault("role", role, rule)])


def _own(person: Person, post: Post, act: Act) -> list[Post]:
    """The person's posts with the row of `post` itself among them. Raises Invalid where it is not theirs or over."""
    posts = reads.posts_of(person)
    found = next((one for one in posts if one.pk == post.pk), None)
    if found is None or (found.valid_to is not None and found.valid_to <= today(act)):
        raise Invalid([Fault("post", str(post.pk), T("不是现在的岗位", "is not a post of today or later"))])
    return posts


@LINE.creation("add_person", MANAGE)
def add_person(
    act: Act,
    *,
    login: str,
    name: str,
    unit: Unit | None = None,
    role: str = "",
    first: date | None = None,
) -> tuple[Person, Change]:
    """Somebody new, with a random first password that is told once (`secret["password"]`), and perhaps a post."""
    if people.person(login) is not None:
        raise Invalid([Fault("login", login, T("已有人用这个登录名", "somebody has this log-in name"))])
    password = first_password()
    person = Person(
        login=login,
        name=name,
        sim=installation.current().demo,
        password=make_password(password, hasher="once"),
        updated_at=act.now,
    )
    rows = []
    if unit is not None:
        begins = first or today(act)
        check_day(act, "first", begins)
        check_post(person, unit, role, begins, [])
        rows.append(Post(person=person, unit=unit, role=role, valid_from=begins))
    body = {"unit": unit.pk if unit else None, "role": role, "first": rows[0].valid_from.isoformat() if rows else None}
    return person, Change(body=body, rows=[*rows], answer={"person": str(person.log_id)}, secret={"password": password})


@LINE.action("add_post")
def add_post(person: Person, act: Act, *, unit: Unit, role: str, first: date) -> Change:
    """One more post from a day on."""
    _others(person, act)
    check_day(act, "first", first)
    check_post(person, unit, role, first, reads.posts_of(person))
    body = {"unit": unit.pk, "role": role, "first": first.isoformat()}
    return Change(body=body, rows=[Post(person=person, unit=unit, role=role, valid_from=first)])


@LINE.action("move_post")
def move_post(person: Person, act: Act, *, post: Post, unit: Unit, role: str, first: date) -> Change:
    """From a day on another post in place of this one; the old one ends the day before."""
    _others(person, act)
    posts = _own(person, post, act)
    check_day(act, "first", first)
    old = next(one for one in posts if one.pk == post.pk)
    if first <= old.valid_from:
        rule = T("晚于现岗位开始的那天", "later than the day on which the present post began")
        raise Invalid([Fault("first", first.isoformat(), rule)])
    check_post(person, unit, role, first, [one for one in posts if one.pk != post.pk] + _shadow(old, unit, role))
    body = {
        "unit": unit.pk, "role": role, "first": first.isoformat(), "from_unit": old.unit_id, "from_role": old.role,
    }  # fmt: skip
    old.valid_to = first
    new = Post(person=person, unit=unit, role=role, valid_from=first, follows=old)
    return Change(body=body, rows=[new], saves=[old])


def _shadow(old: Post, unit: Unit, role: str) -> list[Post]:
    """Moving to the very same post is no move."""
    return [old] if (old.unit_id, old.role) == (unit.pk, role) else []


@LINE.action("end_post")
def end_post(person: Person, act: Act, *, post: Post, last: date) -> Change:
    """The post ends after its last day."""
    _others(person, act)
    posts = _own(person, post, act)
    check_day(act, "last", last)
    old = next(one for one in posts if one.pk == post.pk)
    if last < old.valid_from or last < today(act) - ONE_DAY:
        rule = T("不早于岗位开始那天，也不早于昨天", "not before the post began, nor before yesterday")
        raise Invalid([Fault("last", last.isoformat(), rule)])
    old.valid_to = last + ONE_DAY
    return Change(body={"unit": old.unit_id, "role": old.role, "last": last.isoformat()}, saves=[old])


@LINE.action("drop_post")
def drop_post(person: Person, act: Act, *, post: Post) -> Change:
    """A post that has not begun is taken back; the one that was to end for it goes on."""
    _others(person, act)
    posts = _own(person, post, act)
    future = next(one for one in posts if one.pk == post.pk)
    if future.valid_from <= today(act):
        rule = T("已经开始：只能免去", "has begun: it can only be ended")
        raise Invalid([Fault("post", str(post.pk), rule)])
    if (
        future.follows is not None
        and future.follows.unit.valid_to is not None
        and future.follows.unit.valid_to <= future.valid_from
    ):
        rule = T("因单位撤并而来：只能免去", "came by a reorganisation: it can only be ended")
        raise Invalid([Fault("post", str(post.pk), rule)])
    kept = [one for one in posts if one.pk == future.follows_id and one.valid_to == future.valid_from]
    for one in kept:
        one.valid_to = None
    body = {"unit": future.unit_id, "role": future.role, "first": future.valid_from.isoformat()}
    future.valid_to = future.valid_from
    return Change(body=body, saves=[future, *kept])


@LINE.action("correct_person")
def correct_person(person: Person, act: Act, *, name: str) -> Change:
    """A name was wrong or has changed; the log-in name stays."""
    person.name = name
    return Change()


@LINE.action("leave")
def leave(person: Person, act: Act, *, last: date, reason: str = "") -> Change:
    """All posts end after the last day, and nobody logs in with this name after it."""
    _others(person, act)
    check_day(act, "last", last)
    if last < today(act) - ONE_DAY:
        rule = T("不早于昨天", "not before yesterday")
        raise Invalid([Fault("last", last.isoformat(), rule)])
    person.left_on = last + ONE_DAY
    ended = []
    for post in reads.posts_of(person):
        if post.valid_to is None or post.valid_to > person.left_on:
            post.valid_to = max(post.valid_from, person.left_on)
            ended.append(post)
    if person.left_on <= today(act):
        person.is_active, person.sessions_from = False, clock.real()
    return Change(body={"last": last.isoformat(), "reason": reason}, saves=[*ended])


@LINE.action("come_back")
def come_back(person: Person, act: Act, *, reason: str = "") -> Change:
    """They work here again. Where the leaving had not begun yet the posts go on; afterwards new ones are given."""
    _others(person, act)
    kept = []
    if person.left_on is not None and person.left_on > today(act):
        kept = [post for post in reads.posts_of(person) if post.valid_to == person.left_on]
        for post in kept:
            post.valid_to = None
    person.left_on, person.is_active = None, True
    return Change(body={"reason": reason}, saves=[*kept])


@LINE.action("new_password")
def new_password(person: Person, act: Act) -> Change:
    """A new first password, told once; open sessions end, and it must be changed at the next log-in."""
    _others(person, act)
    password = first_password()
    person.password = make_password(password, hasher="once")
    person.must_change, person.sessions_from = True, clock.real()
    note(person, "reset", act.viewer.person)
    return Change(secret={"password": password})


@LINE.action("hand_over")
def note_hand_over(person: Person, act: Act, *, to: Person, counts: dict[str, int]) -> Change:
    """How much open work of each line went over to whom."""
    return Change(body={"to": to.pk, "counts": counts})
