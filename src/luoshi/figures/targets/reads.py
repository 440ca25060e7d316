"""The lights of targets: the rows that actions lock, and what the sealed log says of them."""

from datetime import date, datetime
from typing import Final, NamedTuple

import orjson
from django.db import connection

from luoshi.figures.models import TargetLight
from luoshi.figures.reported.flow import LINE, SEE
from luoshi.figures.targets.flow import CROSS
from luoshi.kernel.models import Crossing
from luoshi.kernel.problems import Absent
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer

CLOCK: Final = "target"
"""Under which `kernel.models.Crossing` knows the lights of targets."""
_LOCK: Final = 0x6C756F73_74617267
Key = tuple[int, str]
"""Year and figure."""


def lock_all() -> None:
    """Wait until nobody else looks for crossings; until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def rows(viewer: Viewer) -> dict[Key, TargetLight]:
    """All lights by year and figure. Raises Denied."""
    demand(viewer, SEE)
    return {(row.year, row.figure): row for row in TargetLight.objects.all()}


def one(viewer: Viewer, year: int, figure: str) -> TargetLight:
    """The light of a target. Raises Denied, or Absent for one that no job has seen yet."""
    demand(viewer, SEE)
    found = TargetLight.objects.select_related("placed_by").filter(year=year, figure=figure).first()
    if found is None:
        raise Absent
    return found


def has_turned(row: TargetLight, threshold: str, day: datetime) -> bool:
    """Was this crossing written already on a day, which is given as its beginning?"""
    return Crossing.objects.filter(subject=row.subject, clock=CLOCK, threshold=threshold, due_at=day).exists()


def lock(viewer: Viewer, ref: int) -> TargetLight:
    """Lock a light for a move. Raises Denied or Absent."""
    demand(viewer, SEE)
    found = TargetLight.objects.filter(pk=ref).select_for_update().first()
    if found is None:
        raise Absent
    return found


def told(row: TargetLight) -> T:
    """What a stale caller is told."""
    return T("这盏灯刚被改过", "This light was changed meanwhile")


class Instead(NamedTuple):
    """A light that a person set, why, and the last day on which it holds; `place` is the entry in the log."""

    light: str
    reason: str
    until: date
    place: int


class Turned(NamedTuple):
    """A crossing as the log has it: from which light to which, behind by how many points, at which size; its place."""

    was: str
    light: str
    gap: str
    at: datetime
    place: int


_EVENTS: Final = """
SELECT e.verb, e.body::text, l.idx FROM event e JOIN log_leaf l ON l.event_id = e.id
WHERE e.subject IN (SELECT subject FROM target_light) AND e.line = %s AND e.verb = ANY(%s) AND l.idx < %s ORDER BY l.idx
"""


def set_by(size: int) -> dict[Key, Instead]:
    """The lights that persons had set, and not withdrawn, as of a size of the log; public."""
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [LINE, ["set_light", "lift_light"], size])
        events = cursor.fetchall()
    found: dict[Key, Instead] = {}
    for verb, text, place in events:
        body = orjson.loads(text)
        key = (body["year"], body["figure"])
        if verb == "lift_light":
            found.pop(key, None)
        else:
            found[key] = Instead(body["light"], body["reason"], date.fromisoformat(body["until"]), place)
    return found


def crossings(year: int, figure: str, size: int) -> list[Turned]:
    """How a target's light turned, as of a size of the log, the newest first; public."""
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [LINE, [CROSS], size])
        events = cursor.fetchall()
    bodies = ((orjson.loads(text), place) for _, text, place in events)
    found = [
        Turned(body["was"], body["light"], body["gap"], datetime.fromisoformat(body["at"]), place)
        for body, place in bodies
        if (body["year"], body["figure"]) == (year, figure)
    ]
    return found[::-1]
