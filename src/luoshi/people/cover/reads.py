"""Every query over stand-ins, the viewer first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from luoshi.kernel.problems import Absent
from luoshi.kernel.rights import rows
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import tree
from luoshi.people.cover.flow import RIGHT
from luoshi.people.models import Cover, Person, Post


@dataclass(frozen=True)
class Member:
    """Somebody who may be away or stand in: who, in which roles, at which units today."""

    person: Person
    roles: frozenset[str]
    units: tuple[int, ...]


def visible(viewer: Viewer) -> QuerySet[Cover]:
    """The stand-ins that the viewer arranges, and those that are about the viewer."""
    reach = rows(viewer, RIGHT)
    if reach.everything:
        return Cover.objects.all()
    about = Q(person_id=viewer.person) | Q(absent_id=viewer.person)
    return Cover.objects.filter(about | Q(unit_id__in=reach.units))


def covers(viewer: Viewer, limit: int = 200) -> list[Cover]:
    """The stand-ins that the viewer may see, those that end last first."""
    related = ("person", "absent", "unit", "made_by")
    return list(visible(viewer).select_related(*related).order_by("-valid_to", "-id")[:limit])


def lock(viewer: Viewer, ref: str) -> Cover:
    """Lock a stand-in by the id that the log knows. Raises Absent."""
    rows = visible(viewer).select_related("person", "absent", "unit")
    found = rows.filter(log_id=ref).select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise Absent
    return found


def told(cover: Cover) -> T:
    """What a stale caller is told."""
    return T("这次代班已经改过了", "This stand-in was changed meanwhile")


def members(viewer: Viewer) -> dict[str, Member]:
    """By log-in name: the persons for whom the viewer may arrange a stand-in, with their posts of today; one query."""
    reach = rows(viewer, RIGHT)
    posts = tree.on(Post, tree.today().day).filter(person__is_active=True).select_related("person")
    if not reach.everything:
        posts = posts.filter(unit_id__in=reach.units)
    found: dict[str, Member] = {}
    for post in posts.order_by("person__name", "person_id", "id"):
        known = found.get(post.person.login, Member(post.person, frozenset(), ()))
        found[post.person.login] = Member(post.person, known.roles | {post.role}, (*known.units, post.unit_id))
    return found


def meeting(persons: Iterable[int], first: date, end: date) -> list[Cover]:
    """Stand-ins that hold on some of the days and are about one of the persons; locked, so that two cannot be set at once."""
    about = Q(person_id__in=persons) | Q(absent_id__in=persons)
    list(Person.objects.filter(pk__in=persons).select_for_update(no_key=True).order_by("pk"))
    days = Q(valid_from__lt=end, valid_to__gt=first)
    return list(Cover.objects.filter(about, days, state=Cover.SET).select_related("person", "absent"))
