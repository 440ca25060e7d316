"""A measure as an Ibis expression. Imported only where a shape is compiled (`shapes.py`): Ibis takes long to import.

What changes from one question to the next stands in the expression as a number or word of its own (`MARKS`), which the
compiled text then holds as a parameter.
"""

from collections.abc import Mapping, Sequence, Set
from functools import reduce
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from luoshi.figures.answer import DAY
from luoshi.figures.shape import Shape
from luoshi.kernel.measures import (
    END,
    Below,
    Condition,
    End,
    Every,
    Facts,
    Is,
    Known,
    Less,
    Measure,
    MeasureError,
    Not,
    Rolled,
    Some,
    Term,
    month_of,
    reads_of,
    summed_of,
)

_TYPES: Final = {"text": "string", "int": "int64", "bool": "boolean", "time": "int64", "uuid": "uuid"}
MARKS: Final[Mapping[str, int]] = {
    name: 8_000_000_000_000_000_017 + 1_000_003 * n
    for n, name in enumerate(("size", "end", "first_month", "last_month", "after", "limit"))
}
"""Parameters by name, as the numbers that stand for them while compiling; `size` the log's, `end` in microseconds."""


def word(name: str) -> str:
    """The word that stands for the value of a filter on a column."""
    return f"luoshi:where:{name}"


@ibis.udf.agg.builtin(name="LUOSHI_QUANTILE")  # type: ignore[untyped-decorator]
def quantile_disc(value: int, q: float) -> int:  # type: ignore[empty-body]
    """The smallest value whose cumulative share reaches q; engines spell it differently (`dialects.py`)."""


def truth(condition: Condition, table: ir.Table, *, negated: bool = False) -> Any:
    """A condition. Under a negation an unknown comparison has to be false itself; elsewhere a filter takes it so."""
    found: Any
    match condition:
        case Is(column, values):
            found = table[column] == values[0] if len(values) == 1 else table[column].isin(list(values))
        case Known(column):
            return table[column].notnull()
        case Below(a, b, equal):
            left, right = value(a, table), value(b, table)
            found = left <= right if equal else left < right
        case Not(of):
            return ~truth(of, table, negated=True)
        case Every(of):
            return _all([truth(one, table, negated=negated) for one in of])
        case Some(of):
            return reduce(lambda a, b: a | b, (truth(one, table, negated=negated) for one in of))
    return found.fill_null(False) if negated else found


def _all(conditions: Sequence[Any]) -> Any:
    return reduce(lambda a, b: a & b, conditions) if conditions else ibis.literal(True)


def value(term: Term | Less, table: ir.Table) -> Any:
    """A term or a difference as a number."""
    match term:
        case Less(a, b):
            return value(a, table) - value(b, table)
        case End():
            return ibis.literal(MARKS["end"], "int64")
        case str(name):
            return table[name]
        case int(number):
            return ibis.literal(number, "int64")
    raise MeasureError(f"not in the vocabulary: {term!r}")


def _schema(facts: Facts, table: str) -> dict[str, str]:
    return {name: _TYPES[type_] for name, type_ in facts.types(table).items()}


def known(facts: Facts, *, cut: bool = False, now: bool = False) -> ir.Table:
    """The versions of events that were known when the log had `size` entries; with `cut`, of what happened before `end`.

    `now`: where nothing of a later size is in the table, only what was superseded has to go.
    """
    table = ibis.table(_schema(facts, "events"), name=f"{facts.line}_events")
    size = ibis.literal(MARKS["size"], "int64")
    if now:
        table = table.filter(table.superseded.isnull())
    else:
        table = table.filter((table.known < size) & (table.superseded.isnull() | (table.superseded >= size)))
    return table.filter(table.occurred_at < MARKS["end"]) if cut else table


def life(facts: Facts, how: str, needed: Set[str] | None = None, *, now: bool = False) -> ir.Table:
    """One row a subject: as it is kept, or rolled up from the events that were known (and had happened).

    `needed` are the columns that are asked for; all of them by default.
    """
    if how == "kept":
        return ibis.table(_schema(facts, "life"), name=f"{facts.line}_life")
    events = known(facts, cut=how == "cut", now=now)
    found = {"first": events.place.min(), **_carried(facts, events), **_rolled(facts, events)}
    wanted = [name for name in facts.types("life") if needed is None or name in needed or name in ("subject", "first")]
    rows = events.group_by("subject").aggregate(**{name: found[name] for name in wanted if name != "subject"})
    return rows.select(*wanted)


def _carried(facts: Facts, events: ir.Table) -> dict[str, Any]:
    """What the last event says, whether it is known or not."""
    months = [month_of(name) for name in facts.clocks if name in facts.carried]
    return {name: _last(events[name], events.place) for name in (*facts.carried, *months)}


def _rolled(facts: Facts, events: ir.Table) -> dict[str, Any]:
    found = {}
    for one in facts.rolled:
        found[one.name] = _roll(one, events, one.column)
        if one.name in facts.clocks:
            found[month_of(one.name)] = _roll(one, events, month_of(one.column))
    return found


def _roll(one: Rolled, events: ir.Table, column: str) -> Any:
    where = truth(one.where, events)
    match one.how:
        case "count":
            return events.count(where=where)
        case "last":
            return _last(events[column], events.place, where=where)
    return events[column].min(where=where) if one.how == "min" else events[column].max(where=where)


def _last(column: Any, place: Any, where: Any = None) -> Any:
    """The value at the greatest place, unknown where it is unknown there; engines spell it differently (`dialects.py`)."""
    kind = column.type()

    def last(value: Any, place: Any) -> Any:
        """The signature is given below."""

    spelt = ibis.udf.agg.builtin(last, name="LUOSHI_LAST", signature=((kind, "int64"), kind))
    return spelt(column, place, where=where)


def _base(measure: Measure, facts: Facts, shape: Shape) -> ir.Table:
    """The rows that the measure looks at, in the period and within the filter."""
    if measure.table == "events":
        table = known(facts, now=shape.now)
    else:
        table = life(facts, shape.life, _needed(measure, facts, shape), now=shape.now)
    if measure.clock is not None:
        month = table[month_of(measure.clock)]
        table = table.filter((month >= MARKS["first_month"]) & (month < MARKS["last_month"]))
    types = facts.types(measure.table)
    for name in shape.where:
        mark: Any = MARKS_OF_INT[name] if types[name] == "int" else word(name)
        table = table.filter(table[name] == mark)
    return table


def _needed(measure: Measure, facts: Facts, shape: Shape) -> set[str]:
    """The columns of a subject's row that a question reads."""
    clock = {month_of(measure.clock)} if measure.clock else set()
    return reads_of(measure) | {*shape.by, *shape.where} | clock


# filters on a whole number need a number that stands for them
MARKS_OF_INT: Final[Mapping[str, int]] = {
    name: 8_100_000_000_000_000_029 + n for n, name in enumerate(("unit", "officer"))
}


def answer(measure: Measure, facts: Facts, shape: Shape) -> ir.Table:
    """What is asked: one row a group with `num`, `den` and `n`; of an index, `num_0`, `den_0` … and `n`.

    Of a survival one row a group and day `spent`: for how many it came then (`num`), and of how many more is not known (`n`).
    """
    table = _base(measure, facts, shape)
    groups = {name: table[month_of(measure.clock) if name == "month" and measure.clock else name] for name in shape.by}
    if measure.kind == "distinct":
        kept = table.filter(truth(measure.where, table))
        pairs = kept.select(**{name: kept[column.get_name()] for name, column in groups.items()},
                            **{f"key_{n}": kept[name] for n, name in enumerate(measure.keys)}).distinct()  # fmt: skip
        return pairs.aggregate(by=list(shape.by), num=pairs.count(), n=pairs.count())
    if measure.kind == "index":
        return _index(measure, table, groups)
    kept = _counted(measure, measure.where, table)
    by = [kept[column.get_name()].name(name) for name, column in groups.items()]
    if measure.kind == "survival":
        came, spent = _waited(measure, kept)
        most = ibis.least(spent, ibis.literal((measure.days + 1) * DAY, "int64"))
        by.append((most - most % DAY).name("spent"))
        return kept.aggregate(by=by, num=kept.count(where=came), n=kept.count())
    return kept.aggregate(by=by, **_numbers(measure, kept))


def _counted(measure: Measure, where: Condition, table: ir.Table) -> ir.Table:
    """The rows that count: the condition holds, and what is summed is known."""
    kept = table.filter(truth(where, table))
    for one in summed_of(measure):
        kept = kept.filter(value(one, kept).notnull())
    return kept


def _waited(measure: Measure, kept: ir.Table) -> tuple[Any, Any]:
    """Whether the time of a survival has come, and how long it took; else how long there was somebody to wait for it."""
    end, came_at, start = value(END, kept), kept[str(measure.value)], kept[str(measure.clock)]
    stop = ibis.least(kept[measure.until].fill_null(end), end) if measure.until else end
    came = (came_at.notnull() & (came_at < end) & (came_at <= stop)).fill_null(False)
    return came, ibis.greatest(ibis.ifelse(came, came_at, stop) - start, ibis.literal(0, "int64"))


def _numbers(measure: Measure, kept: ir.Table) -> dict[str, Any]:
    n = kept.count()
    match measure.kind:
        case "count":
            return {"num": n, "n": n}
        case "share":
            return {"num": kept.count(where=truth(measure.part, kept)), "den": n, "n": n}
        case "sum" if measure.value is not None:
            return {"num": value(measure.value, kept).sum(), "n": n}
        case "ratio" if measure.value is not None and measure.over is not None:
            return {"num": value(measure.value, kept).sum(), "den": value(measure.over, kept).sum(), "n": n}
        case "quantile" if measure.value is not None:
            return {"num": quantile_disc(value(measure.value, kept), float(measure.q)), "n": n}
    raise MeasureError(f"not in the vocabulary: {measure.kind}")


def _index(measure: Measure, table: ir.Table, groups: Mapping[str, Any]) -> ir.Table:
    # as with any other kind, a group without a record is none
    kept = table.filter(truth(Some(tuple(part.where for _, part in measure.parts)), table))
    numbers: dict[str, Any] = {}
    for at, (_, part) in enumerate(measure.parts):
        where = truth(part.where, kept)
        numbers |= {f"num_{at}": kept.count(where=where & truth(part.part, kept)), f"den_{at}": kept.count(where=where)}
    by = [kept[column.get_name()].name(name) for name, column in groups.items()]
    return kept.aggregate(by=by, **numbers, n=kept.count())


def states(measure: Measure, facts: Facts, shape: Shape) -> ir.Table:
    """The rows behind the number with their groups, and `bits`: for each share (of an index: part) two, the row is in it, and
    in its numerator.
    """
    table = _base(measure, facts, shape)
    shares = [part for _, part in measure.parts] or [measure]
    kept = table.filter(truth(Some(tuple(one.where for one in shares)), table))
    bits: Any = ibis.literal(0, "int64")
    for at, one in enumerate(shares):
        mine = truth(one.where, kept, negated=True)
        bits += mine.ifelse(1 << 2 * at, 0) + (mine & truth(one.part, kept, negated=True)).ifelse(2 << 2 * at, 0)
    groups = {
        name: kept[month_of(measure.clock)] if name == "month" and measure.clock else kept[name] for name in shape.by
    }
    return kept.select(subject=kept.subject, bits=bits, **groups)


def records(measure: Measure, facts: Facts, shape: Shape) -> ir.Table:
    """The rows behind the number, after the place `after`, the first `limit` of them by place; `part` tells what counts.

    Of a distinct count one row a group of keys. `place` is that of the event, or of the subject's first event.
    """
    table = _base(measure, facts, shape)
    counted = Every((measure.where,)) if measure.kind != "index" else Some(tuple(one.where for _, one in measure.parts))
    kept = _counted(measure, counted, table)
    if shape.part:
        kept = kept.filter(truth(measure.part, kept))
    place = kept.place if measure.table == "events" else kept["first"]
    part, number = _told(measure, kept)
    rows = kept.select(place=place, subject=kept.subject, part=part, value=number,
                       **{name: kept[name] for name in measure.keys if name != "subject"})  # fmt: skip
    if measure.kind == "distinct":
        firsts = rows.aggregate(by=list(measure.keys), place=rows.place.min())
        rows = rows.semi_join(firsts, "place")
    rows = rows.filter(rows.place > MARKS["after"])
    return rows.order_by("place").limit(LIMIT_MARK)


def _told(measure: Measure, kept: ir.Table) -> tuple[Any, Any]:
    """Of each row, whether it stands above the line, and its own value: of a survival the time that it took, if it came."""
    if measure.kind == "survival":
        came, spent = _waited(measure, kept)
        above = came & (spent < ibis.literal((measure.days + 1) * DAY, "int64"))
        return above, ibis.ifelse(came, spent, ibis.null("int64"))
    part = truth(measure.part, kept, negated=True) if measure.kind == "share" else ibis.literal(True)
    return part, value(measure.value, kept) if measure.value is not None else ibis.null("int64")


LIMIT_MARK: Final = 8_200_000_000_000_000_033
