"""Who stands at a door: the person of a session or a token with their posts of today, in one query and without the ORM's
work, since every page and every call of the API asks it."""

from typing import Any, Final, NamedTuple

import orjson
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore as Stored
from django.db import connection

from luoshi.kernel import clock
from luoshi.kernel.table import Table
from luoshi.people import tree
from luoshi.people.models import Cover, Person


class Held(NamedTuple):
    """A post held today: by whom, at which unit, in which role."""

    person: int
    name: str
    unit: int
    role: str


_PERSON: Final = Table(Person, "person")
POSTS: Final = f"""
    (SELECT coalesce(json_agg(json_build_array(o.person_id, w.name, o.unit_id, o.role) ORDER BY o.id), '[]')::text
     FROM post o JOIN person w ON w.id = o.person_id
     WHERE o.valid_from <= %(day)s AND (o.valid_to IS NULL OR o.valid_to > %(day)s)
       AND o.person_id = ANY(person.id || ARRAY(
         SELECT c.absent_id FROM cover c WHERE c.person_id = person.id AND c.state = '{Cover.SET}'
           AND c.valid_from <= %(day)s AND (c.valid_to IS NULL OR c.valid_to > %(day)s))))
"""


def person(sql: str, **values: Any) -> Person | None:
    """The person whom `FROM person …` in `sql` finds (`%(day)s` is today), with `held` filled; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_PERSON.columns}, {POSTS} {sql}", {"day": tree.today().day, **values})
        row = cursor.fetchone()
    if row is None:
        return None
    found = _PERSON.row(row[:-1])
    found.held = tuple(Held(*post) for post in orjson.loads(row[-1]))
    return found


def held(someone: Person) -> tuple[Held, ...]:
    """Their posts of today and those of whom they stand in for, as read at the door, else read now."""
    if someone.held is not None:
        return someone.held
    read = person("FROM person WHERE id = %(id)s", id=someone.pk)
    return read.held or () if read is not None else ()


class Backend(ModelBackend):
    """Django's own, which reads the person of a session as above."""

    def get_user(self, user_id: int) -> Person | None:
        """The person of a session; None for one who may not log in."""
        found = person("FROM person WHERE id = %(id)s", id=user_id)
        return found if found is not None and self.user_can_authenticate(found) else None


class SessionStore(Stored):
    """Django's own, read by one statement."""

    def load(self) -> dict[str, Any]:
        """What the session holds; empty, and without its key, where it has ended."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s",
                [self.session_key, clock.real()],
            )
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])
