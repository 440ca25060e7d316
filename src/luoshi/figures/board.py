"""What pages show at once: the answers of every figure for this year and the last, computed beforehand and kept.

Derived data: each is of a fingerprint (the definition) and a size of the log. Where nothing was recorded since that could
change an answer, it is carried over to the new size as it stands; the others are asked again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson
from django.db import connection, transaction

from luoshi.figures import ask, days, duck, lake
from luoshi.figures.answer import Cell, Group, packed, unpacked
from luoshi.figures.ask import Answer, AsOf, Question
from luoshi.figures.catalogue import all_figures
from luoshi.figures.declare import Figure
from luoshi.figures.period import MONTH, Period
from luoshi.kernel import calendar, clock, lines
from luoshi.kernel.ledger import rows as log_rows
from luoshi.kernel.lines import Face
from luoshi.kernel.measures import month_of

GROUPS: Final = ("county", "top", "unit")
"""Dimensions by which the year's number is kept, where the figure has them."""
_LOCK: Final = 0x6C756F73_626F6172


@dataclass(frozen=True)
class Kept:
    """An answer that was computed beforehand, and as of when."""

    as_of: AsOf
    total: Cell
    cells: Mapping[Group, Cell]


def this_year() -> Period:
    """The year in which the city is."""
    year = calendar.current().city_date(clock.now()).year
    return Period(12 * year, 12 * year + 12)


def wanted(figure: Figure, year: Period) -> list[tuple[tuple[str, ...], Period]]:
    """What is kept of a figure: the months of two years, the last year, and this year's number by some dimensions."""
    two = Period(year.first - 12, year.last)
    groups = [((name,), year) for name in GROUPS if name in figure.by]
    return [((MONTH,), two), ((), year), ((), year.year_before), *groups]


def refresh(home: Path) -> int:
    """Bring what is kept to the last checkpoint; gives how many answers were computed anew."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        lines_of = [_line(home, face) for face in lines.installed()]
        asked = [row for rows, _ in lines_of for row in rows]
        _write(asked, [row for _, rows in lines_of for row in rows])
        return len(asked)


@dataclass(frozen=True)
class _News:
    """What the log said since a size: in which months anything of its subjects happened, and the first of what it tells."""

    months: frozenset[int]
    first: int


def _line(home: Path, face: Face) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The answers of a line that were computed anew, and those that hold on."""
    there = lake.bring(home, face, lives=True)
    newest, known, news = ask.as_of(str(there.size)), _known(), dict[int, _News]()
    begun = _news(home, face, there, 0).first
    asked: list[tuple[Any, ...]] = []
    carried: list[tuple[Any, ...]] = []
    for figure in (one for one in all_figures().values() if one.line == face.name):
        as_of = days.shown(figure, newest)
        for by, period in wanted(figure, this_year()):
            key = (figure.fingerprint, ",".join(by), period.text)
            old = known.get(key)
            if old is not None and old not in news:
                news[old] = _news(home, face, there, old)
            if old != as_of.size and (old is None or _changed(figure, period, news[old])):
                first = begun if old is None else news[old].first
                asked.append((*key, *_row(_asked(Question(figure, period, as_of, by), first))))
            else:
                carried.append((as_of.size, as_of.moment, *key))
    return asked, carried


def _asked(question: Question, first: int) -> Answer:
    """The answer; of a stock's months only those that may have changed, the others as they are kept."""
    figure, period = question.figure, question.period
    if question.by != (MONTH,) or figure.measure.clock is not None or first <= period.first:
        return ask.ask(question, total=not question.by)
    newer = ask.ask(replace(question, period=Period(min(first, period.last - 1), period.last)), total=False)
    old = kept([figure], [((MONTH,), period)]).get((figure.id, MONTH, period.text))
    return Answer(question, newer.total, {**(old.cells if old else {}), **newer.cells})


def _known() -> dict[tuple[str, str, str], int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT fingerprint, by, period, size FROM figure_answer")
        return {row[:3]: row[3] for row in cursor.fetchall()}


def _news(home: Path, face: Face, there: lake.Manifest, old: int) -> _News:
    types, view = face.facts.types("events"), f"{face.name}_events"
    columns = [month_of(name) for name in face.facts.clocks if month_of(name) in types]
    each = " UNION ".join(f"SELECT {name} AS month, NULL AS first FROM mine" for name in columns)
    newer = f"SELECT * FROM {view} WHERE known >= $old OR superseded >= $old"
    text = (
        f"WITH newer AS ({newer}), mine AS (SELECT * FROM {view} WHERE subject IN (SELECT subject FROM newer)) "
        f"{each} UNION SELECT NULL, min({month_of('occurred_at')}) FROM newer"
    )
    where, files = lake.folder(home, face.name), lake.paths(home, face.facts, there)
    rows = duck.asked(where, face.facts, files, text, {"old": old}).fetchall()
    firsts = [first for _, first in rows if first is not None]
    return _News(frozenset(month for month, _ in rows if month is not None), min(firsts, default=1 << 31))


def _changed(figure: Figure, period: Period, news: _News) -> bool:
    """Can it change the answer? A stock counts all that happened before the period's end; what waits may move by itself."""
    if figure.measure.suppress_below:
        return True
    if figure.measure.clock is None:
        return news.first < period.last
    return any(period.first <= month < period.last for month in news.months)


def _row(answer: Answer) -> tuple[int, int, bytes]:
    cells = [[list(group), *packed(cell)] for group, cell in answer.cells.items()]
    said = orjson.dumps([packed(answer.total), cells])
    return answer.question.as_of.size, answer.question.as_of.moment, said


_UPSERT: Final = """
INSERT INTO figure_answer (fingerprint, by, period, size, moment, said) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (fingerprint, by, period) DO UPDATE SET size = excluded.size, moment = excluded.moment, said = excluded.said
"""
_CARRY: Final = "UPDATE figure_answer SET size = %s, moment = %s WHERE fingerprint = %s AND by = %s AND period = %s"


def _write(asked: Sequence[tuple[Any, ...]], carried: Sequence[tuple[Any, ...]]) -> None:
    """What was asked is written, the rest carried over; what no figure wants any more goes."""
    keys = [*(row[:3] for row in asked), *(row[2:] for row in carried)]
    with connection.cursor() as cursor:
        cursor.executemany(_UPSERT, asked)
        cursor.executemany(_CARRY, carried)
        cursor.execute(
            "DELETE FROM figure_answer a WHERE NOT EXISTS (SELECT FROM unnest(%s::text[], %s::text[], %s::text[]) "
            "AS w (f, b, p) WHERE (w.f, w.b, w.p) = (a.fingerprint, a.by, a.period))",
            [list(column) for column in zip(*keys, strict=True)] if keys else [[], [], []],
        )


def kept(
    figures: Iterable[Figure], asked: Sequence[tuple[tuple[str, ...], Period]]
) -> dict[tuple[str, str, str], Kept]:
    """What is kept of some figures, by (figure's id, `,`-joined dimensions, period); one query."""
    marks = {figure.fingerprint: figure for figure in figures}
    pairs = [(",".join(by), period.text) for by, period in asked]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.fingerprint, a.by, a.period, a.size, a.moment, a.said FROM figure_answer a "
            "JOIN unnest(%s::text[], %s::text[]) AS w (b, p) ON (w.b, w.p) = (a.by, a.period) "
            "WHERE a.fingerprint = ANY(%s)",
            [[by for by, _ in pairs], [period for _, period in pairs], list(marks)],
        )
        rows = cursor.fetchall()
    found = {}
    for mark, by, period, size, moment, said in rows:
        total, cells = orjson.loads(bytes(said))
        groups = {tuple(group): unpacked(rest) for group, *rest in cells}
        figure = marks[mark]
        as_of = AsOf(size, moment, paced=figure.measure.suppress_below > 0)
        found[figure.id, by, period] = Kept(as_of, unpacked(total), groups)
    return found


def size() -> int:
    """The size of the log of which the pages speak; 0 before anything was computed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(size), 0) FROM figure_answer")
        (found,) = cursor.fetchone()
        return int(found)


def is_due() -> bool:
    """Was anything sealed since?"""
    last = log_rows.last()
    return last is not None and size() < last.size
