"""What stands beside a case on its page: photographs, cases of the same kind and place, notices, sources."""

from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Final, NamedTuple

from django.db import connection

from luoshi.cases.models import Case, Photo
from luoshi.cases.reads.one import with_private
from luoshi.cases.reads.scope import clause, visible
from luoshi.kernel.table import Table
from luoshi.kernel.viewer import Viewer

NEAR: Final = timedelta(days=90)
_PHOTO: Final = Table(Photo, "h")
FRESH: Final = 60.0  # seconds for which a process trusts the list of sources


def photos(case: Case) -> list[Photo]:
    """The photographs of a case that was read through its door, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_PHOTO.columns} FROM photo h WHERE h.case_id = %s ORDER BY h.at, h.id", [case.pk])
        return [_PHOTO.row(row) for row in cursor.fetchall()]


class Around(NamedTuple):
    """What stands beside a case: how many of its kind its street had in the 90 days before, and the latest's number; the
    number of the case that stands for it (empty: none), and of those for which it stands."""

    n: int
    latest: str
    above: str
    below: list[str]


def around(viewer: Viewer, case: Case) -> Around:
    """What stands beside a case that was read through its door; one query."""
    scope, values = clause(viewer)
    whose = "false" if not case.street else "c.ours" if case.ours else "NOT c.ours"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT near.n, coalesce(near.latest, ''),
              coalesce((SELECT number FROM "case" WHERE id = %(above)s), ''),
              array(SELECT number FROM "case" WHERE merged_into_id = %(id)s ORDER BY id)
            FROM (
              SELECT count(*) AS n, max(c.number) AS latest FROM "case" c
              WHERE {whose} AND c.part_of_id IS NULL AND c.street = %(street)s AND c.category_id = %(category)s
                AND c.reported_at BETWEEN %(since)s AND %(at)s AND c.id <> %(id)s AND {scope}
            ) near
            """,
            {
                **values, "id": case.pk, "above": case.merged_into_id, "street": case.street,
                "category": case.category_id, "since": case.reported_at - NEAR, "at": case.reported_at,
            },
        )  # fmt: skip
        return Around(*cursor.fetchone())


def parts(case: Case) -> list[str]:
    """The numbers of the parts of a case that was read through its door."""
    return list(Case.objects.filter(part_of=case).order_by("id").values_list("number", flat=True))


@dataclass(frozen=True)
class Part:
    """A part of a case, and whether the viewer may open it."""

    case: Case
    seen: bool


def part_rows(viewer: Viewer, case: Case) -> list[Part]:
    """The parts of a case that was read through its door; two queries."""
    found = Case.objects.filter(part_of=case).select_related("private").order_by("id")
    seen = set(visible(viewer).filter(part_of=case).values_list("pk", flat=True))
    return [Part(with_private(part), part.pk in seen) for part in found]


def whole(viewer: Viewer, part: Case) -> tuple[str, bool]:
    """The number of the case of which one is a part, and whether the viewer may open it."""
    number = Case.objects.values_list("number", flat=True).get(part_rows=part)
    return number, visible(viewer).filter(part_rows=part).exists()


def stands_for(case: Case) -> Case | None:
    """The case that stands for a merged one that was read through its door: the last, where that one was merged too."""
    found = None
    while case.merged_into_id is not None:
        found = case = Case.objects.select_related("private", "category", "unit").get(pk=case.merged_into_id)
    return with_private(found) if found else None


def sees(viewer: Viewer, case: Case) -> bool:
    """May the viewer still see the case, as after a move that sent it elsewhere?"""
    return visible(viewer).filter(pk=case.pk).exists()


_sources: tuple[float, list[str]] | None = None


def sources() -> list[str]:
    """The sources of imported cases; jumps from one to the next in the index instead of reading every row."""
    global _sources
    if _sources is None or monotonic() - _sources[0] > FRESH:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                WITH RECURSIVE s(name) AS (
                  (SELECT source FROM "case" WHERE source <> '' ORDER BY source LIMIT 1)
                  UNION ALL
                  SELECT (SELECT source FROM "case" WHERE source > s.name AND source <> '' ORDER BY source LIMIT 1)
                  FROM s WHERE s.name IS NOT NULL)
                SELECT name FROM s WHERE name IS NOT NULL
                """
            )
            _sources = (monotonic(), [row[0] for row in cursor.fetchall()])
    return _sources[1]
