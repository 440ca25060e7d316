"""Every query of the administration of people and units, the viewer first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Prefetch, Q, QuerySet

from luoshi.kernel.models import Event
from luoshi.kernel.problems import Absent
from luoshi.kernel.rights import may, rows
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import tree
from luoshi.people.admin.flow import APPOINT, HAND_OVER, MANAGE
from luoshi.people.models import (
    Appointment,
    Cover,
    Division,
    Person,
    Post,
    Succession,
    Unit,
    UnitCovers,
    UnitParent,
)  # fmt: skip

# a post that never was (taken back before it began) ends on the day it begins
REAL: Final = Q(valid_to=None) | Q(valid_to__gt=F("valid_from"))


def persons(viewer: Viewer) -> QuerySet[Person]:
    """The persons whom the viewer administers, or whose open work they may hand over."""
    if may(viewer, MANAGE) or may(viewer, APPOINT):
        return Person.objects.all()
    reach = rows(viewer, HAND_OVER)
    posts = Post.objects.filter(REAL, unit_id__in=reach.units)
    return Person.objects.filter(pk__in=posts.values("person_id"))


@dataclass(frozen=True)
class Wanted:
    """Which persons a list shows."""

    q: str = ""
    unit: int | None = None
    role: str = ""
    state: str = ""


def _posts() -> "Prefetch[Any]":
    return Prefetch("posts", Post.objects.filter(REAL).select_related("unit").order_by("valid_from", "id"))


def listed(viewer: Viewer, wanted: Wanted, after: str = "", size: int | None = None) -> list[Person]:
    """Persons by log-in name after `after`, each with `posts` (those that never were left out); two queries."""
    found = persons(viewer).filter(login__gt=after).prefetch_related(_posts()).order_by("login")
    if wanted.q:
        found = found.filter(Q(login__icontains=wanted.q) | Q(name__icontains=wanted.q))
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.unit is not None or wanted.role:
        posts = tree.on(Post, tree.today().day)
        posts = posts.filter(unit_id=wanted.unit) if wanted.unit is not None else posts
        posts = posts.filter(role=wanted.role) if wanted.role else posts
        found = found.filter(pk__in=posts.values("person_id"))
    return list(found if size is None else found[:size])


def person(viewer: Viewer, ref: UUID | str) -> Person:
    """The person of that id in the log, with posts and where they work today. Raises Absent."""
    found = persons(viewer).prefetch_related(_posts()).filter(log_id=ref).first()
    if found is None:
        raise Absent(T("没有这个人", "No such person"))
    return _placed(found)


def _placed(found: Person) -> Person:
    posts = tree.on(Post, tree.today().day).filter(person=found).order_by("id")
    found.unit_id = posts.values_list("unit_id", flat=True).first()
    if found.unit_id is None:
        # who has left is handed over by whom they worked for last
        found.unit_id = found.posts.order_by("-valid_to", "-id").values_list("unit_id", flat=True).first()
    return found


def lock_person(viewer: Viewer, ref: Any) -> Person:
    """Lock a person by the id that the log knows. Raises Absent."""
    found = persons(viewer).filter(log_id=ref).select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise Absent(T("没有这个人", "No such person"))
    return _placed(found)


def told_person(row: Person) -> T:
    """What a stale caller is told."""
    return T("这个人的资料刚才已被改过，请看新的一版", "This person was changed meanwhile: look at the new version")


def posts_of(person: Person) -> list[Post]:
    """All posts of a person that are or were, locked; by their beginning."""
    rows = Post.objects.filter(REAL, person=person).select_for_update(no_key=True)
    return list(rows.order_by("valid_from", "id"))


def roles_lent(person: Person, first: date) -> set[str]:
    """Roles that meet a person's own from a day on because somebody stands in: theirs for others, others' for them."""
    covers = Cover.objects.filter(Q(person=person) | Q(absent=person), state=Cover.SET, valid_to__gt=first)
    people = {key for pair in covers.values_list("person_id", "absent_id") for key in pair} - {person.pk}
    posts = Post.objects.filter(REAL, person_id__in=people).exclude(valid_to__lte=first)
    return set(posts.values_list("role", flat=True))


def known(logins: Iterable[str]) -> dict[str, Person]:
    """Persons by log-in name, each with `posts`; two queries."""
    found = Person.objects.filter(login__in=set(logins)).prefetch_related(_posts())
    return {one.login: one for one in found}


def units() -> list[Unit]:
    """All units there are, were or will be, by code; straight from the table, since an administrator changes them."""
    return list(Unit.objects.select_related("goes_on__heir").order_by("code"))


def unit(ref: UUID | str) -> Unit:
    """The unit of that id in the log. Raises Absent."""
    found = Unit.objects.select_related("goes_on__heir").filter(log_id=ref).first()
    if found is None:
        raise Absent(T("没有这个单位", "No such unit"))
    return found


def lock_unit(viewer: Viewer, ref: Any) -> Unit:
    """Lock a unit by the id that the log knows. Raises Absent, also for whoever does not administer units."""
    found = None
    if may(viewer, MANAGE):
        found = Unit.objects.filter(log_id=ref).select_for_update(no_key=True).first()
    if found is None:
        raise Absent(T("没有这个单位", "No such unit"))
    return found


def told_unit(row: Unit) -> T:
    """What a stale caller is told."""
    return T("这个单位刚才已被改过，请看新的一版", "This unit was changed meanwhile: look at the new version")


def unit_named(code: str) -> Unit | None:
    """The unit with that code, whenever it was."""
    return Unit.objects.filter(code=code).first()


def posts_at(unit: Unit, day: date) -> list[Post]:
    """Posts at a unit on a day or after it, with their persons; by name."""
    found = Post.objects.filter(REAL, unit=unit).exclude(valid_to__lte=day).select_related("person")
    return list(found.order_by("person__name", "person_id", "valid_from"))


def parents_of(unit: Unit) -> list[UnitParent]:
    """Under what a unit stood, stands and will stand, the newest first."""
    return list(UnitParent.objects.filter(REAL, unit=unit).select_related("parent").order_by("-valid_from"))


def children_of(unit: Unit, day: date) -> list[UnitParent]:
    """What stands under a unit on a day or after it."""
    found = UnitParent.objects.filter(REAL, parent=unit).exclude(valid_to__lte=day).select_related("unit")
    return list(found.order_by("unit__code"))


def covers_of(unit: Unit, day: date) -> list[UnitCovers]:
    """The divisions that a unit covers on a day or after it."""
    found = UnitCovers.objects.filter(REAL, unit=unit).exclude(valid_to__lte=day).select_related("division")
    return list(found.order_by("division_id"))


def divisions(day: date) -> list[Division]:
    """The divisions of a day down to streets, by code."""
    return list(tree.on(Division, day).exclude(level="community").order_by("code"))


def predecessors(unit: Unit) -> list[Succession]:
    """What was merged into a unit or renamed to it, or will be, the newest first."""
    return list(Succession.objects.filter(heir=unit).select_related("unit").order_by("-valid_from"))


def to_carry(day: date) -> list[Succession]:
    """Successions of a day or before whose open work has not gone over yet; locked, first day first."""
    found = Succession.objects.filter(valid_from__lte=day, carried_at=None)
    return list(
        found.select_related("unit", "heir").select_for_update(of=("self",), skip_locked=True).order_by("valid_from")
    )


def asked() -> list[Appointment]:
    """Appointments, those that wait first, then the newest; at most 100."""
    related = ("person", "unit", "asked_by", "decided_by")
    return list(Appointment.objects.select_related(*related).order_by("state", "-asked_at")[:100])


def waiting(person: Person) -> list[Appointment]:
    """The appointments of a person that wait to be confirmed."""
    return list(Appointment.objects.filter(person=person, state=Appointment.ASKED).select_related("unit"))


def lock_appointment(viewer: Viewer, ref: Any) -> Appointment:
    """Lock an appointment by the id that the log knows. Raises Absent."""
    found = None
    if may(viewer, MANAGE) or may(viewer, APPOINT):
        related = Appointment.objects.select_related("person", "unit")
        found = related.filter(log_id=ref).select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise Absent
    return found


def told_appointment(row: Appointment) -> T:
    """What a stale caller is told."""
    return T("这次任命已经有人处理了", "This appointment was decided meanwhile")


def administers(person: int, day: date, roles: Iterable[str]) -> bool:
    """Has the person one of the roles on a day or after it?"""
    found = Post.objects.filter(REAL, person_id=person, role__in=tuple(roles)).exclude(valid_to__lte=day)
    return found.exists()


def works(person: Person, day: date) -> bool:
    """Has the person a post on this day?"""
    return bool(tree.on(Post, day).filter(person=person).exists())


def colleagues(viewer: Viewer, person: Person) -> list[Person]:
    """Who could take over a person's work today: those with a post where that person works or worked; by name."""
    city = tree.today()
    units = {city.heir(unit) for unit in Post.objects.filter(REAL, person=person).values_list("unit_id", flat=True)}
    posts = tree.on(Post, city.day).filter(unit_id__in=units)
    return list(
        Person.objects.filter(pk__in=posts.values("person_id"), is_active=True)
        .exclude(pk=person.pk)
        .order_by("name", "login")
    )


class Happened(NamedTuple):
    """An event of a person or a unit, without its private part."""

    verb: str
    actor: int | None
    at: datetime
    body: dict[str, Any]


def history(subject: UUID, limit: int = 100) -> list[Happened]:
    """What happened to a person or a unit, the newest first."""
    rows = Event.objects.filter(subject=subject, line="people").order_by("-recorded_at", "-id")[:limit]
    return [Happened(row.verb, row.actor, row.recorded_at, row.body) for row in rows]


def parents_on(day: date) -> dict[int, int]:
    """Under which unit each unit stands on a day, by their keys."""
    return dict(tree.on(UnitParent, day).values_list("unit_id", "parent_id"))


def heads(day: date) -> dict[int, int]:
    """How many persons have a post at each unit on a day."""
    return dict(
        tree.on(Post, day).values("unit_id").annotate(n=Count("person_id", distinct=True)).values_list("unit_id", "n")
    )
