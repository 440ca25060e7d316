"""The closed vocabulary of measures: tables of facts, conditions, and what is counted over them. Pure.

A line declares its measures with it; the figures compile them for the engines, and a published package's verifier
interprets their JSON. Values are strings, integers, booleans or unknown; times are microseconds since 1970 (UTC).
A comparison with an unknown value is false, and its negation true: there are two truth values, in every engine.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from json import dumps
from typing import Any, Final, Literal

from luoshi.kernel.text import T

Value = str | int | bool
Type = Literal["text", "int", "bool", "time", "uuid"]


class MeasureError(ValueError):
    """A declaration that names what is not there, or says what cannot be."""


@dataclass(frozen=True)
class End:
    """The end of the period, or the moment of as-of where that is earlier."""


END: Final = End()
Term = str | int | End
"""A column's name, a number, or the end of the period."""


@dataclass(frozen=True)
class Is:
    """The column has one of the values."""

    column: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Known:
    """The column has a value."""

    column: str


@dataclass(frozen=True)
class Below:
    """a < b, or a ≤ b where `equal`."""

    a: Term
    b: Term
    equal: bool = False


@dataclass(frozen=True)
class Not:
    """The condition does not hold."""

    of: "Condition"


@dataclass(frozen=True)
class Every:
    """All of the conditions hold; none means always."""

    of: tuple["Condition", ...] = ()


@dataclass(frozen=True)
class Some:
    """One of the conditions holds."""

    of: tuple["Condition", ...]


Condition = Is | Known | Below | Not | Every | Some
ALWAYS: Final = Every()


@dataclass(frozen=True)
class Less:
    """The difference a − b of two numbers or times."""

    a: Term
    b: Term


@dataclass(frozen=True)
class Column:
    """A column of facts."""

    name: str
    type: Type


@dataclass(frozen=True)
class Rolled:
    """A column of one row a subject: the least or greatest value, the count, or the last value (by place in the log).

    Over the subject's events for which `where` holds; unknown (a count: 0) where there is none.
    """

    name: str
    how: Literal["min", "max", "count", "last"]
    column: str
    where: Condition = ALWAYS


@dataclass(frozen=True)
class Facts:
    """A line's facts: typed columns of its events (`events`), and how they make one row a subject (`life`).

    `life` has all columns of the subject's last event in `carried`, and the rolled ones. `clocks` are the columns of time
    by which a period can ask; each has a companion `<name>_month` (year × 12 + month − 1 in the city's time). `trees` are
    dimensions of which each value lies in one value of the one before. `closed`: all values of the dimensions that the
    line itself gives values. `inner`: dimensions by which staff alone may ask, such as who did it.
    """

    line: str
    columns: tuple[Column, ...]
    carried: tuple[str, ...]
    rolled: tuple[Rolled, ...]
    clocks: tuple[str, ...]
    dimensions: tuple[str, ...]
    trees: tuple[tuple[str, ...], ...] = ()
    closed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    inner: tuple[str, ...] = ()

    def types(self, table: str) -> dict[str, Type]:
        """The columns of `events` or `life` by name, the kernel's own among them."""
        own: dict[str, Type] = {column.name: column.type for column in (*OWN, *self.columns)}
        if table == "events":
            return own | {month_of(name): "int" for name in self.clocks if name in own}
        kept: dict[str, Type] = {name: own[name] for name in ("subject", *self.carried)}
        kept |= {one.name: "int" if one.how == "count" else own[one.column] for one in self.rolled}
        return kept | {"first": "int"} | {month_of(name): "int" for name in self.clocks if name in kept}

    @property
    def fingerprint(self) -> str:
        """Another one where the columns or the rolling up changed."""
        said = [self.types("events"), rolled_json(self)]
        return sha256(dumps(said, sort_keys=True).encode()).hexdigest()


OWN: Final = (
    Column("place", "int"),
    Column("known", "int"),
    Column("superseded", "int"),
    Column("subject", "uuid"),
    Column("verb", "text"),
    Column("occurred_at", "time"),
    Column("recorded_at", "time"),
)
"""What every line's facts have: the event's place in the log; the place from which on this version of it is known, and
that of the correction that superseded it; the subject; the verb (of the event that a correction corrects)."""


def month_of(clock: str) -> str:
    """The companion of a column of time: its month."""
    return f"{clock}_month"


Kind = Literal["count", "distinct", "sum", "share", "ratio", "quantile", "index", "survival"]
RATES: Final[frozenset[Kind]] = frozenset({"share", "ratio", "index", "survival"})
"""Kinds that are shown in per cent, or points: a change is the difference of two."""
DIVIDED: Final[frozenset[Kind]] = frozenset({"share", "ratio"})
"""Kinds that are one whole number over another."""


@dataclass(frozen=True)
class Measure:
    """What is counted.

    count: the rows. distinct: the different values of `keys` together. sum: of `value`. share: rows for which `part`
    holds ÷ rows. ratio: the sum of `value` ÷ the sum of `over`, of rows that have both. quantile: the smallest `value`
    whose cumulative share reaches `q`. index: the sum of `parts`, each a share with its weight. survival: the share (by
    Kaplan and Meier) for whom the time `value` has come within `days` whole days of `clock`; who was lost at the time
    `until` counts as long as they were there, all others until the end. The period asks by `clock`; without one it is the
    stock at the period's end.
    """

    id: str
    kind: Kind
    table: Literal["events", "life"] = "life"
    clock: str | None = None
    where: Condition = ALWAYS
    part: Condition = ALWAYS
    value: str | Less | None = None
    keys: tuple[str, ...] = ()
    q: Fraction = Fraction(1, 2)
    parts: tuple[tuple[int, "Measure"], ...] = ()
    over: str | Less | None = None
    until: str | None = None
    days: int = 0
    # reads verdicts, reasons or actors: a group of fewer records is not shown
    suppress_below: int = 0
    # words of the installation's rules that a figure's definition says: what stands for `{name}` in it
    terms: tuple[tuple[str, T], ...] = ()


def columns_of(condition: Condition) -> Iterator[str]:
    """The columns that a condition reads."""
    match condition:
        case Is(column) | Known(column):
            yield column
        case Below(a, b):
            yield from (term for term in (a, b) if isinstance(term, str))
        case Not(of):
            yield from columns_of(of)
        case Every(of) | Some(of):
            for one in of:
                yield from columns_of(one)


def summed_of(measure: Measure) -> Iterator[str | Less]:
    """What a row has to have in order to count: the values of a sum, a quantile or a ratio."""
    yield from (one for one in (measure.value, measure.over) if one is not None and measure.kind != "survival")


def reads_of(measure: Measure) -> set[str]:
    """All columns that a measure reads, with those of its parts."""
    found = {*columns_of(measure.where), *columns_of(measure.part), *measure.keys}
    for value in summed_of(measure):
        terms = (value.a, value.b) if isinstance(value, Less) else (value,)
        found.update(term for term in terms if isinstance(term, str))
    found.update(name for name in (measure.clock, measure.until) if name)
    if measure.kind == "survival":
        found.add(str(measure.value))
    for _, part in measure.parts:
        found |= reads_of(part)
    return found


def check(measure: Measure, facts: Facts) -> None:
    """Raises MeasureError where the measure does not fit the facts."""
    types = facts.types(measure.table)
    if unknown := reads_of(measure) - set(types) if measure.kind != "index" else set():
        raise MeasureError(f"{measure.id}: no column {', '.join(sorted(unknown))} in {facts.line}.{measure.table}")
    if measure.clock is not None and month_of(measure.clock) not in types:
        raise MeasureError(f"{measure.id}: {measure.clock} is no clock of {facts.line}.{measure.table}")
    if measure.clock is None and measure.table == "events" and measure.kind != "index":
        raise MeasureError(f"{measure.id}: a stock is of lives, not of events")
    if (
        measure.suppress_below
        and (measure.clock is None or measure.kind not in ("count", "share"))
        and measure.kind != "index"
    ):
        raise MeasureError(f"{measure.id}: groups can be hidden of counts and shares in a period only")
    needed = {"distinct": bool(measure.keys), "sum": bool(measure.value), "quantile": bool(measure.value),
              "index": bool(measure.parts), "ratio": bool(measure.value and measure.over)}  # fmt: skip
    if not needed.get(measure.kind, True):
        raise MeasureError(f"{measure.id}: a {measure.kind} needs {MISSING[measure.kind]}")
    if measure.over is not None and measure.kind != "ratio":
        raise MeasureError(f"{measure.id}: only a ratio is over something")
    _check_survival(measure, types)
    for _, part in measure.parts:
        if part.kind != "share":
            raise MeasureError(f"{measure.id}: {part.id} is no share")
        check(part, facts)


MISSING: Final[Mapping[str, str]] = {
    "distinct": "keys", "sum": "a value", "quantile": "a value", "index": "parts", "ratio": "a value and what it is over",
}  # fmt: skip


def _check_survival(measure: Measure, types: Mapping[str, Type]) -> None:
    """Raises MeasureError where a survival lacks what it needs, or something else has it."""
    if measure.kind != "survival":
        if measure.until is not None or measure.days:
            raise MeasureError(f"{measure.id}: days and until are of a survival")
        return
    if measure.table != "life" or measure.clock is None or measure.days < 1:
        raise MeasureError(f"{measure.id}: a survival is of lives, from a clock on, by some day")
    for name in (measure.clock, measure.value, *([measure.until] if measure.until else [])):
        if not isinstance(name, str) or types[name] != "time":
            raise MeasureError(f"{measure.id}: a survival needs columns of time, not {name!r}")


def as_json(one: Any) -> Any:
    """A measure, a condition or a term in JSON, as the package's verifier reads it and as fingerprints are taken."""
    match one:
        case Is(column, values):
            return ["is", column, *values]
        case Known(column):
            return ["known", column]
        case Below(a, b, equal):
            return ["<=" if equal else "<", _term(a), _term(b)]
        case Not(of):
            return ["not", as_json(of)]
        case Every(of):
            return ["every", *map(as_json, of)]
        case Some(of):
            return ["some", *map(as_json, of)]
        case Less(a, b):
            return ["-", _term(a), _term(b)]
        case Measure():
            return _measure(one)
    raise MeasureError(f"not in the vocabulary: {one!r}")


def _term(term: Term) -> Any:
    return {"at": "end"} if isinstance(term, End) else {"column": term} if isinstance(term, str) else term


def _measure(one: Measure) -> dict[str, Any]:
    found: dict[str, Any] = {"id": one.id, "kind": one.kind, "table": one.table, "clock": one.clock}
    found |= {"where": as_json(one.where), "part": as_json(one.part), "keys": list(one.keys)}
    found["value"] = _value(one.value)
    found["q"] = [one.q.numerator, one.q.denominator]
    found["parts"] = [[weight, _measure(part)] for weight, part in one.parts]
    # what other kinds do not know is not said of them: their fingerprints stay what they were
    found |= {"over": _value(one.over)} if one.kind == "ratio" else {}
    found |= {"until": _value(one.until), "days": one.days} if one.kind == "survival" else {}
    return found | {"suppress_below": one.suppress_below}


def _value(one: str | Less | None) -> Any:
    return {"column": one} if isinstance(one, str) else as_json(one) if one else None


def rolled_json(facts: Facts) -> dict[str, Any]:
    """How events make one row a subject, in JSON."""
    rolled = [[one.name, one.how, one.column, as_json(one.where)] for one in facts.rolled]
    return {"line": facts.line, "carried": list(facts.carried), "rolled": rolled, "clocks": list(facts.clocks)}


@dataclass
class Catalogue:
    """The facts and measures of the installed lines."""

    facts: dict[str, Facts] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)

    def add(self, facts: Facts, measures: Iterable[Measure]) -> None:
        """A line's. Raises MeasureError for what does not fit, or stands there already."""
        self.facts[facts.line] = facts
        for one in measures:
            if one.id in self.measures:
                raise MeasureError(f"{one.id}: declared twice")
            check(one, facts)
            self.measures[one.id] = one
