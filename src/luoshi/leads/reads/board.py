"""Leads by stage and by district: sums that the database keeps (`TALLY`), and the latest of each stage."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from django.db import connection
from django.db.models import BooleanField, Count, QuerySet, Sum
from django.db.models.expressions import RawSQL

from luoshi.kernel.rights import may
from luoshi.kernel.tally import Tally
from luoshi.kernel.viewer import Viewer
from luoshi.leads.models import Credit, Lead
from luoshi.leads.reads.lead import visible_leads
from luoshi.leads.reads.leads import Wanted, wanted_rows
from luoshi.leads.reads.rows import COLUMNS, Row
from luoshi.leads.reads.rule import HIDDEN, mine, units
from luoshi.leads.stages import COUNTED, SECRET, SEE, STAGES

_HIDES: Final = "CASE WHEN level <> 'open' AND signed_at IS NULL THEN {} END"
TALLY: Final = Tally(
    "lead_tally", "lead",
    {"state": ("state", "text"), "status": ("status", "text"), "county": ("county", "text"), "level": (_HIDES.format("level"), "text"),
     "unit_id": (_HIDES.format("unit_id"), "bigint"), "officer_id": (_HIDES.format("officer_id"), "bigint")},
    {"n": ("1", "bigint"), "agreed": ("coalesce(agreed, 0)", "numeric")},
)  # fmt: skip
"""How many leads and how many agreed fen, by stage, status and district; level, unit and officer of those that not all may see."""
_SEEN: Final = (
    "(level IS NULL OR %(all)s OR officer_id = ANY(%(persons)s) OR (level = 'unit' AND unit_id = ANY(%(units)s)))"
)


@dataclass(frozen=True)
class Column:
    """A stage of the board: how many go on there, their agreed fen, and the first of them."""

    stage: str
    count: int
    agreed: int
    rows: Sequence[Row]


def board(viewer: Viewer, wanted: Wanted, each: int = 8) -> list[Column]:
    """Going leads by stage: counts and sums of all, and the latest of each; three queries."""
    going = replace(wanted, state="", status="going", order="newest")
    plain = going == Wanted(status="going", county=going.county)
    sums = _kept(viewer, "state", "status = 'going'", going.county) if plain else _counted(wanted_rows(viewer, going))
    latest: dict[str, list[Row]] = {stage: [] for stage in STAGES}
    for row in _latest(wanted_rows(viewer, going), each) if sums and each else ():
        latest[row.state].append(row)
    return [Column(stage, *sums.get(stage, (0, 0)), latest[stage]) for stage in STAGES]


def by_county(viewer: Viewer) -> dict[str, tuple[int, int]]:
    """Signed projects and their agreed fen by district, as far as the viewer may see them."""
    return _kept(viewer, "county", "state = ANY(%(counted)s)")


@dataclass(frozen=True)
class District:
    """Signed projects of a district and their agreed fen: those that stand there, and what of all is to its credit by its shares."""

    signed: int
    agreed: int
    credited: Fraction
    credited_fen: Fraction


def districts(viewer: Viewer) -> dict[str, District]:
    """By district, as far as the viewer may see them: a project that was not split is to the credit of where it stands."""
    stand = by_county(viewer)
    credited = {code: (Fraction(n), Fraction(fen)) for code, (n, fen) in stand.items()}

    def add(code: str, share: Fraction, fen: int) -> None:
        n, money = credited.get(code, (Fraction(0), Fraction(0)))
        credited[code] = n + share, money + share * fen

    split = Credit.objects.filter(lead__in=visible_leads(viewer).filter(state__in=COUNTED))
    for home, code, share, fen in split.values_list("lead__county", "county", "share", "lead__agreed"):
        part = Fraction(share, 10_000)
        add(code, part, fen or 0)
        add(home, -part, fen or 0)
    return {code: District(*stand.get(code, (0, 0)), *credited[code]) for code in credited}


def _kept(viewer: Viewer, by: str, which: str, county: str = "") -> dict[str, tuple[int, int]]:
    """From the kept sums; and the few that the viewer sees only because they were named one by one."""
    if not may(viewer, SEE):
        return {}
    named = Lead.objects.filter(HIDDEN, shown_to__overlap=list(viewer.persons)).exclude(mine(viewer))
    named = named.filter(status="going", **({"county": county} if county else {}))
    sums = _counted(named) if by == "state" and not may(viewer, SECRET) else {}
    values: dict[str, Any] = {
        "all": may(viewer, SECRET), "persons": sorted(viewer.persons), "units": sorted(units(viewer)), "county": county,
        "counted": list(COUNTED),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {by}, sum(n)::bigint, sum(agreed)::bigint FROM lead_tally"
            f" WHERE {which} AND (%(county)s = '' OR county = %(county)s) AND {_SEEN} GROUP BY 1 HAVING sum(n) <> 0",
            values,
        )
        for key, n, agreed in cursor.fetchall():
            more = sums.get(key, (0, 0))
            sums[key] = (n + more[0], agreed + more[1])
    return sums


def _counted(rows: QuerySet[Lead]) -> dict[str, tuple[int, int]]:
    found = rows.order_by().values("state").annotate(n=Count("pk"), money=Sum("agreed"))
    return {row["state"]: (row["n"], int(row["money"] or 0)) for row in found}


def _latest(rows: QuerySet[Lead], each: int) -> list[Row]:
    """The latest leads of each stage: the list's own query, once for every stage."""
    here: Any = RawSQL('"lead"."state" = stage.name', [], output_field=BooleanField())
    one = rows.filter(here).order_by("-updated_at", "-id").values_list(*COLUMNS)[:each]
    sql, values = one.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT rows.* FROM unnest(%s::text[]) stage(name) CROSS JOIN LATERAL ({sql}) rows",
            [list(STAGES), *values],
        )
        return [Row(*row) for row in cursor.fetchall()]


__all__ = ["TALLY", "Column", "District", "board", "by_county", "districts"]
