"""The one way to ask a figure: pages, the command and the API come here.

Two times: a period asks what happened, as-of what was known, as a size of the log.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from django.conf import settings

from luoshi.figures import duck, engines, guard, lake, shapes, subjects
from luoshi.figures.answer import Cell, Group, cells_of
from luoshi.figures.catalogue import all_figures
from luoshi.figures.declare import Figure
from luoshi.figures.fold import fold
from luoshi.figures.period import MONTH, Period, micros, month_at, month_text, parse_day
from luoshi.figures.shape import Engine, Life, Shape
from luoshi.kernel import calendar, clock, lines
from luoshi.kernel.kept import Kept
from luoshi.kernel.ledger import rows as log_rows
from luoshi.kernel.lines import Face
from luoshi.kernel.measures import Value, month_of
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.text import T

_FUTURE: Final = 1 << 62
NOTHING: Final = Cell()
ANEW: Final = T(
    "日志在 {day} 另起：那以前哪天知道什么，只有原来的日志说得清",
    "the log was begun anew on {day}: what was known on a day before stands in the old one alone",
)
TO_COME: Final = T("这个时期还没有到", "the period has not come yet")
BEFORE: Final = T("那时账本里还没有记录", "the log held no records then")
BEGINS: Final = T(
    "账本里最早的记录在 {month}，这个时期没有数",
    "the first records of the log are of {month}: nothing is known of this period",
)
NO_DIMENSION: Final = T("这个指标没有这个维度；有：{all}", "the figure has no such dimension; it has: {all}")
ONLY_BY: Final = T(
    "月份只能用来分组（by）；只看一个月，请把时期（period）写成那个月，如 2021-03",
    "months only group (by); for a single month ask for it as the period, such as 2021-03",
)


@dataclass(frozen=True)
class AsOf:
    """What was known: the log's size, when its last entry was recorded (microseconds), and whether its day is not over."""

    size: int
    moment: int
    provisional: bool = False
    day: date | None = field(default=None, compare=False)
    """Whose end it is, where a day was asked for."""
    paced: bool = False
    """As the public is told of figures that read verdicts (`editions.py`)?"""


@dataclass(frozen=True)
class Question:
    """A figure in a period, as of a size of the log, by dimensions (or `month`), for single values of others."""

    figure: Figure
    period: Period
    as_of: AsOf
    by: tuple[str, ...] = ()
    where: Mapping[str, Value] = field(default_factory=dict)
    engine: Engine = "duckdb"

    @property
    def face(self) -> Face:
        """The line's."""
        return _face(self.figure.line)


def _face(line: str) -> Face:
    return next(face for face in lines.installed() if face.name == line)


@dataclass(frozen=True)
class Answer:
    """The number and, where it was asked by something, its groups in the order of their values."""

    question: Question
    total: Cell
    cells: Mapping[Group, Cell]

    @property
    def together(self) -> Mapping[Group, Cell]:
        """The groups that can be set against each other: those that stand as of one size of the log; each month has its own."""
        if MONTH in self.question.by:
            return self.cells
        return {group: cell for group, cell in self.cells.items() if cell.known is None}


def known_of(cell: Cell, as_of: AsOf) -> AsOf:
    """As of when a number stands: as all of its answer, or since when it waits."""
    return AsOf(*cell.known) if cell.known else as_of


def figure(name: str) -> Figure:
    """The figure of an id. Raises Absent."""
    found = all_figures().get(name)
    if found is None:
        raise Absent(T("没有指标 {name}", "there is no figure {name}").fill(name=name))
    return found


def as_of(text: str | None = None, field: str = "as_of") -> AsOf:
    """What was known at a size of the log or by the end of a day (`2021-10-31`); default: at the last checkpoint.

    Raises Invalid for what is neither, and for a size that the log has not reached.
    """
    last = log_rows.last()
    most = last.size if last else 0
    if not text:
        return _known_at(most)
    if re.fullmatch(r"\d{1,18}", text, re.ASCII):
        if int(text) > most:
            rule = T("日志现在只有 {n} 条", "the log has {n} entries now").fill(n=most)
            raise Invalid([Fault(field, text, rule)])
        return _known_at(int(text))
    day = parse_day(text)
    if day is None:
        rule = T("应为日期（2021-10-31）或日志的大小", "must be a date (2021-10-31) or a size of the log")
        raise Invalid([Fault(field, text[:40], rule)])
    found = known_on(day)
    if not found.size and most and (anew := _began_anew()) is not None:
        raise Invalid([Fault(field, text, ANEW.fill(day=anew.isoformat()))])
    return found


def known_on(day: date) -> AsOf:
    """What this log had sealed by the end of a day."""
    return replace(_known_at(log_rows.size_on(day)), provisional=log_rows.end_of(day) > clock.now(), day=day)


def _began_anew() -> date | None:
    """The day on which the log took an older one's place; None where it is the first."""
    verb, at = next(iter(log_rows.stream("e.verb, e.recorded_at", 0, 1)), ("", None))
    return calendar.current().city_date(at) if verb == "new_log" and at else None


def _known_at(size: int) -> AsOf:
    found = next(iter(log_rows.stream("e.recorded_at", size - 1, size)), None) if size else None
    return AsOf(size, micros(found[0]) if found else 0)


def check(question: Question) -> None:
    """Raises Invalid where it asks by, or for, what the figure is not shown by."""
    known = question.figure.by
    faults = []
    for name in (*question.by, *question.where):
        grouped = name in question.by
        if name not in known and not (name == MONTH and grouped):
            there = ", ".join([*known, MONTH] if grouped else known) or "—"
            rule = ONLY_BY if name == MONTH else NO_DIMENSION.fill(all=there)
            faults.append(Fault("by", name, rule) if grouped else Fault(name, str(question.where[name])[:40], rule))
    if len(set(question.by)) < len(question.by) or set(question.by) & set(question.where):
        rule = T("同一维度不能出现两次", "a dimension cannot stand twice")
        faults.append(Fault("by", ",".join(question.by), rule))
    if faults:
        raise Invalid(faults)


def ask(question: Question, *, total: bool = True) -> Answer:
    """The number with its groups, or without it, the groups alone; small groups of what reads verdicts are hidden.

    Raises Invalid or EngineMissing.
    """
    check(question)
    if question.figure.measure.suppress_below and question.as_of.paced:
        from luoshi.figures import editions

        return editions.answer(question, total)
    if question.figure.measure.suppress_below:
        return _guarded(question, total)
    whole = _cells(question, ())[()] if total else Cell()
    return Answer(question, whole, _cells(question, question.by) if question.by else {})


def _guarded(question: Question, asked: bool) -> Answer:
    """Whatever is asked, the same numbers are hidden, so that nothing can be told from two answers."""
    figure, period = question.figure, question.period
    along = guard.tree(figure, (*question.by, *question.where))
    years = (period.first // 12 * 12, -(-period.last // 12) * 12)
    judge = _judges(figure.id, figure.fingerprint, along, *years, question.as_of, question.engine)
    whole = replace(question, by=())
    total = judge.cells(whole, {(): _cells(whole, ())[()]})[()] if asked else Cell()
    return Answer(question, total, judge.cells(question, _cells(question, question.by)) if question.by else {})


def _judge(
    name: str, fingerprint: str, along: tuple[str, ...], first: int, last: int, known: AsOf, engine: Engine
) -> guard.Guard:
    return guard.Guard(Question(figure(name), Period(first, last), known, engine=engine), along, _cells)


_judges: Final = Kept(_judge, 60)
"""A page asks for several numbers of the same years at once."""


def _cells(question: Question, by: Sequence[str]) -> dict[Group, Cell]:
    """The cells by groups; without groups the one of the empty group, which is always there."""
    if MONTH in by and question.figure.measure.clock is None:
        return _stocks(question, by)
    found = _asked(question, by)
    return found if by else {(): found.get((), Cell())}


def _stocks(question: Question, by: Sequence[str]) -> dict[Group, Cell]:
    """What stood at the end of each month that has begun."""
    at, rest = list(by).index(MONTH), [name for name in by if name != MONTH]
    found: dict[Group, Cell] = {}
    for month in question.period.months():
        if month.shifted(-1).end(_zone()) > question.as_of.moment:
            break
        for group, cell in _asked(replace(question, period=month), rest).items():
            found[(*group[:at], month.first, *group[at:])] = cell
    return found


def silence(question: Question, cell: Cell) -> T | None:
    """Why nothing can be said where no record was counted: the period has not come, or the log begins later; else None."""
    if cell.n or cell.suppressed:
        return None
    if not question.as_of.size:
        return BEFORE
    if question.period.first > month_at(question.as_of.moment, _zone()):
        return TO_COME
    first = _first_month(question.figure.line, question.as_of.size)
    if first is None or question.period.last <= first:
        return BEFORE if first is None else BEGINS.fill(month=month_text(first))
    return None


def told(answer: Answer) -> Cell:
    """The number as it may be told: where nothing can be said nothing, not the 0 that was counted."""
    return answer.total if silence(answer.question, answer.total) is None else NOTHING


def _begins(line: str, size: int) -> int | None:
    """The month of a line's earliest event, None before there is one."""
    face, home = _face(line), settings.CONF.home
    where, files = lake.folder(home, face.name), lake.paths(home, face.facts, lake.bring(home, face))
    text = f"SELECT min({month_of('occurred_at')}) FROM {face.name}_events WHERE known < $size"
    ((first,),) = duck.asked(where, face.facts, files, text, {"size": size}).fetchall()
    return None if first is None else int(first)


_first_month: Final = Kept(_begins, 600)


def _zone() -> str:
    return calendar.current().tz


def _asked(question: Question, by: Sequence[str]) -> dict[Group, Cell]:
    return cells_of(question.figure.measure, by, _run(question, by=tuple(by), rows=False))


def _run(
    question: Question, *, by: tuple[str, ...], rows: bool, part: bool = False, **more: Any
) -> list[dict[str, Any]]:
    """The rows of an engine's answer."""
    face, home, size, measure = question.face, settings.CONF.home, question.as_of.size, question.figure.measure
    if question.engine == "postgres":
        fold(face, size)
        there = lake.Manifest(lake.VERSION, "", 0)
    else:
        there = lake.bring(home, face)
    end = min(question.period.end(_zone()), question.as_of.moment + 1)
    life = _life(question, there, end)
    now = question.engine != "postgres" and there.size == size
    how = engines.shaped(question.engine, life)
    shape = Shape(question.figure.id, by, tuple(question.where), how, rows, part, now)
    values = {
        "size": size, "end": end, "first_month": question.period.first, "last_month": question.period.last,
        **{f"where_{name}": value for name, value in question.where.items()}, **more,
    }  # fmt: skip
    texts = home / "lake" / "shapes"
    if rows and not by and question.engine == "duckdb" and life == "kept" and measure.table == "life":
        at_once = shapes.text(texts, "postgres", measure, face.facts, shape)
        found = subjects.records(face.facts, at_once, values, size)
        if found is not None:
            return found
    text = shapes.text(texts, question.engine, measure, face.facts, shape)
    return engines.run(question.engine, home, face.facts, there, text, values, life)


def _life(question: Question, there: lake.Manifest, end: int) -> Life:
    """Where the rows of subjects come from: the kept ones serve the newest size, but no stock of a time before."""
    if question.figure.measure.clock is None and end <= question.as_of.moment:
        return "cut"
    kept = there.life and there.life_size == question.as_of.size and question.engine != "postgres"
    return "kept" if kept else "rolled"


def states(question: Question, along: tuple[str, ...]) -> dict[str, tuple[int, tuple[Value | None, ...], int]]:
    """The records behind a number by subject: month, places along a tree, and bits (`expr.states`)."""
    rows = _run(question, by=(MONTH, *along), rows=True)
    places: dict[tuple[Value | None, ...], tuple[Value | None, ...]] = {}
    found = {}
    for row in rows:
        path = tuple(row[name] for name in along)
        found[str(row["subject"])] = int(row[MONTH]), places.setdefault(path, path), int(row["bits"])
    return found


@dataclass(frozen=True)
class Counted:
    """A record behind a number: its place in the log, subject, whether it stands above the line, its own value.

    What a viewer may not be told is None, the subject "".
    """

    place: int | None
    subject: str
    part: bool | None
    value: int | None


def records(question: Question, after: int = -1, limit: int = _FUTURE, *, part: bool = False) -> list[Counted]:
    """The records behind the number, by their place in the log, some of them after a place; `part`: behind the numerator.

    Of a suppressed number none. Raises Invalid.
    """
    if question.figure.measure.suppress_below:
        total = ask(replace(question, by=())).total
        if total.suppressed:
            return []
        question = replace(question, as_of=known_of(total, question.as_of))
    rows = _run(question, by=(), rows=True, part=part, after=after, limit=limit)
    return [Counted(int(row["place"]), str(row["subject"]), bool(row["part"]), row["value"]) for row in rows]
