"""From a log-in to a viewer: the person's posts of today, each role's rights, each right's reach."""

from collections import defaultdict
from typing import TYPE_CHECKING

from luoshi.kernel.lines import installed
from luoshi.kernel.viewer import EVERYTHING, PUBLIC, Reach, Scope, Viewer
from luoshi.people import roles, tree
from luoshi.people.models import Person, Post

if TYPE_CHECKING:
    from django.http import HttpRequest

# Anybody may report; what the public may see of a line, the line's public reads say.
PUBLIC_RIGHTS = {"cases.report": EVERYTHING}


def grants_of(role: str) -> dict[str, Scope]:
    """All rights of a role with their scopes: the administrators' own and those that each line gives."""
    found: dict[str, Scope] = dict(roles.RIGHTS.get(role, {}))
    for face in installed():
        found |= face.grants.get(role, {})
    return found


def reach(scope: Scope, unit: int) -> Reach:
    """The rows that a scope covers for a post at a unit."""
    if scope == "all":
        return EVERYTHING
    if scope == "own":
        return Reach(own=True)
    if scope == "unit":
        return Reach(units=frozenset({unit}), own=True)
    return Reach(units=frozenset(tree.today().offices.down(unit)), own=True)


def of_person(person: Person) -> Viewer:
    """The viewer that a person is today; one query."""
    grants: dict[str, Reach] = defaultdict(Reach)
    posts = list(tree.on(Post, tree.today().day).filter(person=person).order_by("id"))
    for post in posts:
        for right, scope in grants_of(post.role).items():
            grants[right] = grants[right] | reach(scope, post.unit_id)
    return Viewer(
        kind="staff",
        name=person.name,
        person=person.pk,
        unit=posts[0].unit_id if posts else None,
        grants=dict(grants),
        roles=tuple(post.role for post in posts),
    )


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


__all__ = ["PUBLIC", "grants_of", "holder", "of_login", "of_person", "of_request", "public", "reach"]
