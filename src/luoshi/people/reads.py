"""Every query over people, units and divisions that others need."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Q

from luoshi.kernel import clock
from luoshi.kernel.text import T, language
from luoshi.packs.resolve import answering
from luoshi.people import tree
from luoshi.people.models import Division, Person, Post, SignIn, Unit


def ancestors(division: Division) -> list[Division]:
    """The division and all above it today, nearest first."""
    city = tree.today()
    return [city.divisions[code] for code in city.places.up(division.code) if code in city.divisions]


def chain(code: str) -> dict[str, str]:
    """The codes above a division by level: `{"county": …, "street": …, "community": …}`; empty if unknown."""
    city = tree.today()
    found = [city.divisions[above] for above in city.places.up(code) if above in city.divisions]
    return {division.level: division.code for division in found if division.level != "city"}


def responsible(function: str, level: str, division: str) -> Unit | None:
    """Whose work it is today by the city's own order (`packs.resolve.answering`); empty `division`: place unknown."""
    city = tree.today()
    above = city.places.up(division) if division else []

    def covering(place: str) -> list[Unit]:
        return [city.units[key] for key in city.covers.get(place, ()) if key in city.units]

    return answering(function, level, above, covering, city.units.values())


def handlers(unit: int) -> list[Person]:
    """Persons with a post at the unit today who handle cases, by name."""
    day = tree.today().day
    posts = tree.on(Person.posts.rel.related_model, day).filter(unit_id=unit, role__in=("handler", "head", "street"))
    return list(Person.objects.filter(pk__in=posts.values("person_id"), is_active=True).order_by("name", "id"))


def holding(roles: Collection[str]) -> list[Person]:
    """Persons who have a post in one of the roles today, by name."""
    posts = tree.on(Post, tree.today().day).filter(role__in=roles)
    return list(Person.objects.filter(pk__in=posts.values("person_id"), is_active=True).order_by("name", "id"))


def names(persons: set[int]) -> dict[int, str]:
    """Names of persons by key, in one query."""
    return dict(Person.objects.filter(pk__in=persons).values_list("id", "name")) if persons else {}


def in_place(names: Mapping[int, str], actor: int | None, acting_for: int | None) -> str:
    """Who did it, and in whose place: `张三（代 李四）`; empty where nobody did."""
    who = names.get(actor or 0, "")
    if acting_for is None:
        return who
    return str(T("{who}（代 {other}）", "{who} (for {other})").fill(who=who, other=names.get(acting_for, "—")))


def unit_names() -> dict[int, str]:
    """Names of all units by key, those of before today too, in the current language; from memory."""
    zh, city = language() == "zh", tree.today()
    return {key: unit.zh if zh else unit.en for key, unit in (*city.former.items(), *city.units.items())}


def unit_keys() -> dict[str, int]:
    """The keys of all units by code, those of before today and of days to come too."""
    return dict(Unit.objects.order_by("code").values_list("code", "id"))


def codes_of(level: str) -> list[str]:
    """The codes of all places of a level, those of former days too; none where it is no level."""
    return list(Division.objects.filter(level=level).order_by("code").values_list("code", flat=True))


def is_county(code: str) -> bool:
    """Is it the code of a district or county, of today (from memory) or of former days?"""
    found = tree.today().divisions.get(code)
    return found.level == "county" if found is not None else code in codes_of("county")


def counties() -> dict[str, str]:
    """Codes of the districts and counties of today by their names in either language."""
    rows = [one for one in tree.today().divisions.values() if one.level == "county"]
    return {name: one.code for one in rows for name in (one.zh, one.en)}


def division_name(code: str) -> str:
    """Name of a division in the current language; the code itself where it is unknown."""
    division = tree.today().divisions.get(code)
    if division is None:
        return code
    return division.zh if language() == "zh" else division.en


def person(login: str) -> Person | None:
    """The person with that log-in name."""
    return Person.objects.filter(login=login).first()


def by_key(key: int) -> Person:
    """The person of that key, which an event or a row names. Person.DoesNotExist if there is none."""
    return Person.objects.get(pk=key)


def unit_by_key(key: int) -> Unit:
    """The unit of that key. Unit.DoesNotExist if there is none."""
    return Unit.objects.get(pk=key)


def roles_of(persons: Collection[int]) -> dict[int, list[str]]:
    """The roles that persons ever held, by key; one query."""
    found: dict[int, list[str]] = {}
    rows = Post.objects.filter(person_id__in=persons).order_by("id").values_list("person_id", "role")
    for person, role in rows:
        if role not in found.setdefault(person, []):
            found[person].append(role)
    return found


def units_of(person: int) -> set[int]:
    """The units at which a person has a post today."""
    return set(tree.on(Post, tree.today().day).filter(person_id=person).values_list("unit_id", flat=True))


def persons() -> list[Person]:
    """Everybody who may log in or once did, by log-in name."""
    return list(Person.objects.order_by("login"))


def counted() -> tuple[int, int]:
    """(persons who may log in, posts of today)."""
    return Person.objects.filter(is_active=True).count(), tree.on(Post, tree.today().day).count()


@dataclass(frozen=True)
class OpenSession:
    """A session that is open now: whose, from when, until when (real time)."""

    person: Person
    since: datetime | None
    until: datetime
    key: str


def sessions() -> list[OpenSession]:
    """All sessions that are open now, the newest first; a city has some hundred of them."""
    rows = [(row, row.get_decoded()) for row in Session.objects.filter(expire_date__gt=clock.real())]
    found = [(row, data) for row, data in rows if "_auth_user_id" in data]
    people = Person.objects.in_bulk({int(data["_auth_user_id"]) for _, data in found})
    opened = []
    for row, data in found:
        who = people.get(int(data["_auth_user_id"]))
        since = datetime.fromisoformat(data["since"]) if "since" in data else None
        ended = who is not None and who.sessions_from and (since is None or since < who.sessions_from)
        if who is not None and not ended:
            opened.append(OpenSession(who, since, row.expire_date, row.session_key))
    return sorted(opened, key=lambda one: one.until, reverse=True)


def sign_ins(after: tuple[datetime, int] | None, size: int, login: str = "", what: str = "") -> list[SignIn]:
    """Log-ins (of one name, of one kind), the newest first, `size` of them after a cursor (at, id)."""
    rows = SignIn.objects.select_related("person", "by").order_by("-at", "-id")
    if login:
        rows = rows.filter(person__login=login)
    if what:
        rows = rows.filter(what=what)
    if after is not None:
        at, key = after
        rows = rows.filter(at__lte=at).exclude(at=at, id__gte=key)
    return list(rows[:size])


@dataclass(frozen=True)
class Deed:
    """An event as the audit administrator sees it: who did what to which record of the log, and nothing private."""

    id: UUID
    line: str
    subject: UUID
    verb: str
    move: str
    actor: int | None
    unit: int | None
    occurred_at: datetime
    recorded_at: datetime
    acting_for: int | None
    # who it was where it was no person: `operator`, `system`, `holder`, `public`
    actor_kind: str | None


def sessions_by(person: Person, size: int) -> list[SignIn]:
    """What a person did about log-ins, their own and others', the newest first."""
    rows = SignIn.objects.filter(Q(person=person) | Q(by=person)).select_related("person", "by")
    return list(rows.order_by("-at", "-id")[:size])


class Period(NamedTuple):
    """From a moment on, and before another; None: without an end."""

    since: datetime | None = None
    until: datetime | None = None


def deeds(
    actor: int | None, after: tuple[datetime, UUID] | None, size: int, period: Period | None = None
) -> list[Deed]:
    """Events of one person (None: of everybody), recorded in a period, the newest first, `size` of them after a cursor;
    no private bodies.
    """
    where, values = ["TRUE"], dict[str, Any](size=size)
    asked = period or Period()
    for name, moment, sign in (("since", asked.since, ">="), ("until", asked.until, "<")):
        if moment is not None:
            where.append(f"recorded_at {sign} %({name})s")
            values[name] = moment
    if actor is not None:
        where.append("actor = %(actor)s")
        values["actor"] = actor
    if after is not None:
        where.append("(recorded_at, id) < (%(at)s, %(id)s)")
        values |= {"at": after[0], "id": after[1]}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT id, line, subject, verb, coalesce(body->>'move', verb), actor, unit, occurred_at, recorded_at,
              (body->>'acting_for')::bigint, body->>'actor_kind'
            FROM event WHERE {" AND ".join(where)} ORDER BY recorded_at DESC, id DESC LIMIT %(size)s
            """,
            values,
        )
        return [Deed(*row) for row in cursor.fetchall()]


def plant() -> dict[str, Any]:
    """Facts of the installation that only the database knows: sizes, counts, jobs by their state."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT current_setting('server_version'), pg_database_size(current_database()),
              (SELECT count(*) FROM event), (SELECT max(recorded_at) FROM event),
              (SELECT count(DISTINCT extract(year FROM date)) FROM calendar_day),
              (SELECT origin FROM installation), (SELECT created_at FROM installation)
            """
        )
        names = ("server", "bytes", "events", "last", "years", "origin", "created")
        found = dict(zip(names, cursor.fetchone(), strict=True))
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status ORDER BY status")
        return found | {"jobs": dict(cursor.fetchall())}
