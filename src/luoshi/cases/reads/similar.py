"""Open cases that may be the same problem as one that is being reported or looked at.

By place (within 300 m, or the same street office), time (30 days), kind and words; ranked by a small sum that says
what it rests on. Strangers are shown what public pages show, and matched by that alone: by the kind, and by words that
were released, so that nobody can ask what stands in somebody else's report.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import cos, hypot, radians
from typing import Any, Final, NamedTuple

from django.db import connection

from luoshi.cases import masked
from luoshi.cases.models import STANDING_CLAUSE, Case
from luoshi.cases.reads.entire import entire
from luoshi.cases.reads.scope import PUBLIC_CLAUSE, PUBLIC_VALUES, clause
from luoshi.kernel.search_tokens import pieces, query, shared
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer

NEAR: Final = 300.0  # m
WINDOW: Final = timedelta(days=30)
MOST: Final = 5
TOLD: Final = 4  # shared words that are named, the longest first,
LONGEST: Final = 12  # and so many characters of each
LOOKED: Final = 60  # rows that are weighed: those of the kind first, then the newest
WORDS: Final = 2  # words that two reports must share, where the kinds differ,
SHARE: Final = 0.4  # and which share of those that are looked for
_DEGREE: Final = 111_195.0  # m in a degree of latitude
_GRID: Final = 0.001  # degrees to which a case's point is rounded
Weight = tuple[int, tuple[T, ...]]


class Row(NamedTuple):
    """The columns that are weighed, and what was said: of sixty cases five are read whole."""

    id: int
    reported_at: datetime
    category_id: str
    street: str
    community: str
    lat: float | None
    lon: float | None
    said: str


@dataclass(frozen=True)
class Problem:
    """What is looked for: kind (empty: not known), codes of divisions, point in WGS-84 degrees, what was said."""

    category: str = ""
    street: str = ""
    community: str = ""
    lat: float | None = None
    lon: float | None = None
    said: str = ""

    @cached_property
    def words(self) -> frozenset[str]:
        """What was said as search tokens."""
        return frozenset(query(self.said))

    @classmethod
    def of(cls, case: Case) -> "Problem":
        """What a case is about."""
        said = case.private.text if hasattr(case, "private") else ""
        return cls(case.category_id, case.street, case.community, case.lat, case.lon, said)


@dataclass(frozen=True)
class Candidate:
    """A case that may be the same, the sum of its points, and what they are given for."""

    case: Case
    score: int
    why: tuple[T, ...]


def for_staff(viewer: Viewer, case: Case, now: datetime) -> list[Candidate]:
    """Those like a case that was read through its door, among what the viewer may see, the likeliest first."""
    sought = Problem.of(case)
    scope, values = clause(viewer)
    said = "p.text || ' ' || p.place"
    return _ranked(sought, _near(sought, now, f"{scope} AND c.id <> %(self)s", said, values | {"self": case.pk}), now)


def for_public(sought: Problem, now: datetime) -> list[Candidate]:
    """Those that anybody may know of: by the kind if it is known, and by words that were released."""
    same = "c.category_id = %(category)s" if sought.category else "c.released"
    if sought.words:
        same = f"({same} OR c.released)"
    released = "CASE WHEN c.released THEN p.public_text END"
    return _ranked(sought, _near(sought, now, f"{PUBLIC_CLAUSE} AND {same}", released, PUBLIC_VALUES), now)


def _near(sought: Problem, now: datetime, which: str, said: str, values: dict[str, Any]) -> list[Row]:
    """The standing cases around that are weighed; none where the place is not known well enough."""
    here = ["c.street = %(street)s"] if sought.street else []
    values = {**values, "category": sought.category, "street": sought.street, "since": now - WINDOW}
    if sought.lat is not None and sought.lon is not None:
        up = NEAR / _DEGREE + _GRID / 2
        aside = NEAR / (_DEGREE * cos(radians(sought.lat))) + _GRID / 2
        values |= {
            "south": sought.lat - up,
            "north": sought.lat + up,
            "west": sought.lon - aside,
            "east": sought.lon + aside,
        }
        here.append("c.lat BETWEEN %(south)s AND %(north)s AND c.lon BETWEEN %(west)s AND %(east)s")
    if not here:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT c.id, c.reported_at, c.category_id, c.street, c.community, c.lat, c.lon, coalesce({said}, '')
            FROM (
              SELECT id, reported_at, category_id, street, community, lat, lon, released FROM "case" c
              WHERE id = ANY(ARRAY({" UNION ALL ".join(_standing(one) for one in here)})) AND {which}
              ORDER BY c.category_id = %(category)s DESC, c.reported_at DESC, c.id DESC LIMIT {LOOKED}
            ) c LEFT JOIN case_private p ON p.case_id = c.id
            """,
            values,
        )
        return [Row(*row) for row in cursor.fetchall()]


def _standing(where: str) -> str:
    """The keys of the standing cases of the last weeks there: found each by its own index, the rest is read of few rows."""
    return f'SELECT c.id FROM "case" c WHERE {STANDING_CLAUSE} AND c.reported_at >= %(since)s AND {where}'


def _ranked(sought: Problem, near: Iterable[Row], now: datetime) -> list[Candidate]:
    """The likeliest, read whole."""
    weighed = [(row, weight) for row in near if (weight := weigh(sought, row, row.said, now)) is not None]
    best = sorted(weighed, key=lambda one: (-one[1][0], -one[0].reported_at.timestamp()))[:MOST]
    if not best:
        return []
    # each key a value of its own: of an array PostgreSQL knows no length when it plans, and would plan anew each time
    keys = {f"k{n}": row.id for n, (row, _) in enumerate(best)}
    whole = {case.pk: case for case in entire(f"c.id IN ({', '.join(f'%({key})s' for key in keys)})", keys)}
    return [Candidate(whole[row.id], score, why) for row, (score, why) in best if row.id in whole]


def weigh(sought: Problem, case: Case | Row, said: str, now: datetime) -> Weight | None:
    """Points of a case: place 1–4, kind 3, words 1–3, time 1; None where neither the kind nor the words are the same."""
    words = shared(sought.words, said)
    kind = bool(sought.category) and case.category_id == sought.category
    if not kind and len(words) < _enough(sought):
        return None
    place = _place(sought, case)
    if place is None:
        return None
    points = [place]
    if kind:
        points.append((3, T("同一类别", "same kind")))
    if words:
        told = [_short(one) for one in sorted(pieces(sought.said, words), key=len, reverse=True)[:TOLD]]
        text = T("同样的词：{words}", "same words: {words}").fill(words=masked.free(" ".join(told)))
        points.append((min((len(words) + 1) // 2, 3), text))
    if now - case.reported_at <= timedelta(days=3):
        points.append((1, T("3 天之内", "within 3 days")))
    return sum(n for n, _ in points), tuple(text for _, text in points)


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _enough(sought: Problem) -> float:
    """How many words speak for it where the kinds differ: many are in every other report."""
    asked = len(sought.words)
    return max(min(WORDS, max(asked, 1)), SHARE * asked)


def _place(sought: Problem, case: Case | Row) -> tuple[int, T] | None:
    apart = distance(sought, case)
    if apart is not None and apart <= NEAR:
        return (4, T("约 100 米内", "within about 100 m")) if apart <= 110 else (3, T("300 米内", "within 300 m"))
    if sought.community and case.community == sought.community:
        return 2, T("同一社区", "same community")
    if sought.street and case.street == sought.street:
        return 1, T("同一街道", "same street office")
    return None


def distance(sought: Problem, case: Case | Row) -> float | None:
    """Metres between two points as far as both are known; a case's own is rounded to about 100 m."""
    if sought.lat is None or sought.lon is None or case.lat is None or case.lon is None:
        return None
    return hypot(sought.lat - case.lat, (sought.lon - case.lon) * cos(radians(sought.lat))) * _DEGREE
