"""From a log-in to a viewer: the person's posts of today, each role's rights, each right's reach."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from luoshi.kernel.lines import installed
from luoshi.kernel.viewer import EVERYTHING, PUBLIC, Reach, Scope, Viewer
from luoshi.people import roles, tree
from luoshi.people.door import Held, held
from luoshi.people.models import Person

if TYPE_CHECKING:
    from django.http import HttpRequest


# Anybody may report; what the public may see of a line, the line's public reads say.
PUBLIC_RIGHTS = {"cases.report": EVERYTHING}


@lru_cache
def grants_of(role: str) -> Mapping[str, Scope]:
    """All rights of a role with their scopes: the administrators' own and those that each line gives."""
    found = dict(roles.RIGHTS.get(role, {}))
    found |= roles.ALSO.get(role, {})
    for face in installed():
        found |= face.grants.get(role, {})
    return found


def reach(scope: Scope, unit: int, city: tree.City) -> Reach:
    """The rows that a scope covers for a post at a unit."""
    if scope == "all":
        return EVERYTHING
    if scope == "own":
        return Reach(own=True)
    below = [unit] if scope == "unit" else city.offices.down(unit)
    return Reach(units=frozenset(old for one in below for old in city.past(one)), own=True)


def _granted(posts: Iterable[Held]) -> dict[str, Reach]:
    grants: dict[str, Reach] = {}
    city = tree.today()
    for post in posts:
        rights = grants_of(post.role)
        covered = {scope: reach(scope, post.unit, city) for scope in set(rights.values())}
        for right, scope in rights.items():
            grants[right] = grants[right] | covered[scope] if right in grants else covered[scope]
    return grants


def _at_work(person: int, name: str, posts: Sequence[Held]) -> Viewer:
    """A person with their own posts alone."""
    return Viewer(
        kind="staff", name=name, person=person, unit=posts[0].unit if posts else None, grants=_granted(posts),
        roles=tuple(post.role for post in posts),
    )  # fmt: skip


def of_person(person: Person) -> Viewer:
    """The viewer that a person is today, with the posts of those whom they stand in for; one query at most."""
    posts: dict[tuple[int, str], list[Held]] = defaultdict(list)
    for post in held(person):
        posts[post.person, post.name].append(post)
    own = posts.pop((person.pk, person.name), [])
    viewer = _at_work(person.pk, person.name, own)
    if not posts:
        return viewer
    others = tuple(_at_work(who, name, theirs) for (who, name), theirs in posts.items())
    everything = _granted(post for some in (own, *posts.values()) for post in some)
    return replace(viewer, grants=everything, alone=viewer.grants, instead=others)


def public() -> Viewer:
    """Anybody: may report, and see what is public."""
    return Viewer(kind="public", name="public", grants=PUBLIC_RIGHTS)


def holder(subject: str) -> Viewer:
    """Whoever holds the tracking code of one record."""
    return Viewer(
        kind="holder",
        subject=subject,
        grants=PUBLIC_RIGHTS | {"cases.holder": Reach(own=True), "cases.see": Reach(own=True)},
    )


def guest(subject: str) -> Viewer:
    """A company that holds the link of one lead: it answers there, and sees nothing else."""
    return Viewer(kind="holder", subject=subject, grants={"leads.holder": Reach(own=True)})


def of_request(request: "HttpRequest") -> Viewer:
    """Who is looking: the person whose session holds, else the public."""
    from luoshi.people.sessions import holds

    user = getattr(request, "user", None)
    if not isinstance(user, Person) or not holds(request.session, user):
        return public()
    # until the password is changed, the person is known and may do nothing
    return Viewer(kind="staff", name=user.name, person=user.pk) if user.must_change else of_person(user)


def of_login(login: str) -> Viewer:
    """The viewer of a log-in name, for `--viewer NAME`; Person.DoesNotExist if there is none."""
    return public() if login == "public" else of_person(Person.objects.get(login=login))


__all__ = ["PUBLIC", "grants_of", "guest", "holder", "of_login", "of_person", "of_request", "public", "reach"]
