"""Open cases that may be the same problem as one that is being reported or looked at.

By place (within 300 m, or the same street office), time (30 days), kind and words; ranked by a small sum that says
what it rests on. Strangers are shown what public pages show, and matched by that alone: by the kind, and by words that
were released, so that nobody can ask what stands in somebody else's report.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, hypot, radians
from typing import Final

from django.db.models import Q, QuerySet

from luoshi.cases import masked
from luoshi.cases.flow import OPEN
from luoshi.cases.models import STANDING, Case
from luoshi.cases.reads.scope import public, visible
from luoshi.kernel.search_tokens import query, tokens
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer

NEAR: Final = 300.0  # m
WINDOW: Final = timedelta(days=30)
MOST: Final = 5
LOOKED: Final = 60  # rows that are weighed, the newest first
WORDS: Final = 2  # words that two reports must share, where the kinds differ,
SHARE: Final = 0.3  # and which share of those that are looked for
_DEGREE: Final = 111_195.0  # m in a degree of latitude
_GRID: Final = 0.001  # degrees to which a case's point is rounded
Words = Callable[[Case], Iterable[str]]


@dataclass(frozen=True)
class Problem:
    """What is looked for: kind (empty: not known), codes of divisions, point in WGS-84 degrees, words."""

    category: str = ""
    street: str = ""
    community: str = ""
    lat: float | None = None
    lon: float | None = None
    words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, case: Case) -> "Problem":
        """What a case is about."""
        said = frozenset(query(case.private.text)) if hasattr(case, "private") else frozenset()
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
    same = Q(category_id=sought.category)
    if sought.words:
        same |= Q(private__tokens__overlap=sorted(sought.words))
    rows = _near(visible(viewer), sought, now)
    if rows is None:
        return []
    found = rows.filter(same).exclude(pk=case.pk).select_related("private", "category", "unit")
    return _ranked(sought, found, now, _told)


def for_public(sought: Problem, now: datetime) -> list[Candidate]:
    """Those that anybody may know of."""
    rows = _near(public(), sought, now)
    if rows is None:
        return []
    same = Q(category_id=sought.category) if sought.category else Q(released=True)
    if sought.words:
        same |= Q(released=True)
    found = rows.filter(same).select_related("private", "category", "unit")
    return _ranked(sought, found, now, _released)


def _told(case: Case) -> list[str]:
    return case.private.tokens if hasattr(case, "private") else []


def _released(case: Case) -> list[str]:
    return tokens(case.private.public_text) if case.released and hasattr(case, "private") else []


def _near(rows: QuerySet[Case], sought: Problem, now: datetime) -> QuerySet[Case] | None:
    """The standing cases around; None where the place is not known well enough."""
    here = Q(street=sought.street) if sought.street else Q()
    if sought.lat is not None and sought.lon is not None:
        up = NEAR / _DEGREE + _GRID / 2
        aside = NEAR / (_DEGREE * cos(radians(sought.lat))) + _GRID / 2
        here |= Q(
            lat__range=(sought.lat - up, sought.lat + up), lon__range=(sought.lon - aside, sought.lon + aside)
        )  # fmt: skip
    return rows.filter(STANDING, here, state__in=OPEN, reported_at__gte=now - WINDOW) if here else None


def _ranked(sought: Problem, rows: QuerySet[Case], now: datetime, words: Words) -> list[Candidate]:
    newest = rows.order_by("-reported_at", "-id")[:LOOKED]
    found = [weigh(sought, case, words(case), now) for case in newest]
    return sorted(
        (one for one in found if one is not None), key=lambda one: (-one.score, -one.case.reported_at.timestamp())
    )[:MOST]


def weigh(sought: Problem, case: Case, words: Iterable[str], now: datetime) -> Candidate | None:
    """Points of a case: place 1–4, kind 3, words 1–3, time 1; None where neither the kind nor the words are the same."""
    shared = sorted(sought.words.intersection(words))
    kind = bool(sought.category) and case.category_id == sought.category
    if not kind and len(shared) < _enough(sought):
        return None
    place = _place(sought, case)
    if place is None:
        return None
    points = [place]
    if kind:
        points.append((3, T("同一类别", "same kind")))
    if shared:
        text = T("同样的词：{words}", "same words: {words}").fill(words=masked.free(" ".join(shared[:4])))
        points.append((min((len(shared) + 1) // 2, 3), text))
    if now - case.reported_at <= timedelta(days=3):
        points.append((1, T("3 天之内", "within 3 days")))
    return Candidate(case, sum(n for n, _ in points), tuple(text for _, text in points))


def _enough(sought: Problem) -> float:
    """How many words speak for it where the kinds differ: many are in every other report."""
    asked = len(sought.words)
    return max(min(WORDS, max(asked, 1)), SHARE * asked)


def _place(sought: Problem, case: Case) -> tuple[int, T] | None:
    apart = distance(sought, case)
    if apart is not None and apart <= NEAR:
        return (4, T("约 100 米内", "within about 100 m")) if apart <= 110 else (3, T("300 米内", "within 300 m"))
    if sought.community and case.community == sought.community:
        return 2, T("同一社区", "same community")
    if sought.street and case.street == sought.street:
        return 1, T("同一街道", "same street office")
    return None


def distance(sought: Problem, case: Case) -> float | None:
    """Metres between two points as far as both are known; a case's own is rounded to about 100 m."""
    if sought.lat is None or sought.lon is None or case.lat is None or case.lon is None:
        return None
    return hypot(sought.lat - case.lat, (sought.lon - case.lon) * cos(radians(sought.lat))) * _DEGREE
