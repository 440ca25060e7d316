"""What the package's verifier says of small tables, DuckDB says too: every kind, unknowns everywhere, negations, no rows."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, Final

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luoshi.figures import dialects, duck, expr
from luoshi.figures.answer import Cell, cell_of
from luoshi.figures.package import declared
from luoshi.figures.package.verify import EPOCH, Event, Facts
from luoshi.figures.shape import Shape
from luoshi.kernel import measures as vocabulary
from luoshi.kernel.measures import (
    ALWAYS,
    END,
    Below,
    Column,
    Every,
    Is,
    Known,
    Less,
    Measure,
    Not,
    Rolled,
    Some,
    check,
    rolled_json,
)

# the months 0–3 are stretches of ten microseconds
MONTH: Final = 10
FACTS: Final = vocabulary.Facts(
    line="tried",
    columns=(
        Column("kind", "text"), Column("unit", "int"), Column("flag", "bool"), Column("due_at", "time"),
        Column("begun_at", "time"),
    ),
    carried=("kind", "unit", "begun_at"),
    rolled=(
        Rolled("soonest", "min", "due_at", Not(Is("flag", (True,)))),
        Rolled("ended_at", "max", "occurred_at", Is("verb", ("end",))),
        Rolled("times", "count", "place", Some((Is("verb", ("go",)), Not(Known("unit"))))),
        Rolled("flag", "last", "flag", Every((Known("due_at"), Not(Below("due_at", 15))))),
        Rolled("weight", "last", "unit", Is("verb", ("go", "end"))),
    ),
    clocks=("occurred_at", "begun_at", "ended_at"),
    dimensions=("kind", "unit"),
)  # fmt: skip
VALUES: Final[Mapping[str, Sequence[Any]]] = {"text": ("a", "b"), "int": (-1, 0, 1, 3), "bool": (True, False)}


@lru_cache
def world(seed: int) -> tuple[list[dict[str, Any]], duckdb.DuckDBPyConnection]:
    """Events of a few subjects in the order of the log, some corrected, some of these voided; also as a table of DuckDB."""
    random, rows = Random(seed), list[dict[str, Any]]()

    def some(values: Sequence[Any]) -> Any:
        return random.choice([*values, None])

    for place in range(10 * seed):
        subject = f"0000000{random.randrange(9)}-0000-0000-0000-000000000000"
        known = place
        for superseded in [*random.choice([[], [], [], [50], [50, 55]]), *random.choice([[None], [None], [60]])]:
            when = {name: random.randrange(40) for name in ("occurred_at", "recorded_at")}
            when |= {name: some(range(0, 40, 4)) for name in ("due_at", "begun_at")}
            row = when | {f"{name}_month": at if at is None else at // MONTH for name, at in when.items()}
            row |= {one.name: some(VALUES[one.type]) for one in FACTS.columns if one.type != "time"}
            verb = random.choice(("go", "end", "other"))
            rows.append(
                row | {"place": place, "known": known, "superseded": superseded, "subject": subject, "verb": verb}
            )
            known = superseded
    database = duck.fresh(Path(tempfile.gettempdir()))
    types = duck.columns(FACTS)
    database.execute(f"CREATE TABLE tried_events ({', '.join(f'{name} {type_}' for name, type_ in types.items())})")
    if rows:
        database.executemany(f"INSERT INTO tried_events VALUES ({', '.join('?' * len(types))})",
                             [[row[name] for name in types] for row in rows])  # fmt: skip
    return rows, database


def conditions(table: str) -> Any:
    types = FACTS.types(table)
    numbers = [name for name, type_ in types.items() if type_ in ("int", "time")]
    valued = [name for name, type_ in types.items() if type_ in VALUES]
    terms = st.sampled_from(numbers) | st.integers(-1, 40) | st.just(END)
    columns = st.sampled_from(numbers)
    leaves = (
        st.sampled_from(list(types)).map(Known)
        | st.builds(Below, columns, terms, st.booleans()) | st.builds(Below, terms, columns, st.booleans())
        | st.sampled_from(valued).flatmap(lambda name: st.lists(st.sampled_from(VALUES[types[name]]), min_size=1, max_size=2,
                                          unique=True).map(lambda some: Is(name, tuple(some))))
    )  # fmt: skip

    def more(inner: Any) -> Any:
        some = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return inner.map(Not) | some.map(Every) | some.map(Some)

    return st.just(ALWAYS) | st.recursive(leaves, more, max_leaves=5)


@st.composite
def measures(draw: Any) -> Measure:
    """Any measure that the facts allow."""
    table = draw(st.sampled_from(("events", "life", "life")))
    types = FACTS.types(table)
    clocks = [name for name in FACTS.clocks if f"{name}_month" in types] + [None] * (table == "life")
    numbers = [name for name, type_ in types.items() if type_ in ("int", "time")]
    kind = draw(st.sampled_from(("count", "distinct", "sum", "share", "ratio", "quantile", "index")))
    wheres = conditions(table)
    value = st.sampled_from(numbers) | st.builds(Less, st.sampled_from([*numbers, END]), st.sampled_from(numbers))
    found = Measure(
        "tried.one", kind, table, draw(st.sampled_from(clocks)), draw(wheres) if kind != "index" else ALWAYS,
        draw(wheres) if kind == "share" else ALWAYS, draw(value) if kind in ("sum", "ratio", "quantile") else None,
        tuple(draw(st.permutations(("kind", "unit")))[: draw(st.integers(1, 2))]) if kind == "distinct" else (),
        draw(st.sampled_from([Fraction(1, 2), Fraction(9, 10), Fraction(1, 4), Fraction(1)])),
        over=draw(value) if kind == "ratio" else None,
    )  # fmt: skip
    if kind == "index":
        shares = [
            replace(found, kind="share", where=draw(wheres), part=draw(wheres)) for _ in range(draw(st.integers(1, 2)))
        ]
        found = replace(found, parts=tuple((10, share) for share in shares))
    check(found, FACTS)
    return found


TIMES: Final = {"occurred_at", "recorded_at", *(one.name for one in FACTS.columns if one.type == "time")}
SEALED: Final = {"unit", "flag", "weight"}


def as_of(seed: int, size: int) -> Facts:
    """The world as the verifier has it, as of a size of the log."""
    found = Facts(
        rolled_json(FACTS) | {"columns": {}, "follows": [], "own": [], "months": [0, list(range(0, 50, MONTH))]}
    )
    rows = [
        one
        for one in world(seed)[0]
        if one["known"] < size and (one["superseded"] is None or one["superseded"] >= size)
    ]
    found.rows = [Event(found, _said(row), ()) for row in sorted(rows, key=lambda one: one["place"])]
    return found


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    """Times as the log writes them; months are the verifier's to find out."""
    return {
        name: (EPOCH + timedelta(microseconds=value)).isoformat(timespec="microseconds")
        if name in TIMES and value is not None else value
        for name, value in row.items() if not name.endswith("_month")
    }  # fmt: skip


def duckdb_says(text: str, seed: int, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = world(seed)[1].sql(text, params={name: value for name, value in values.items() if f"${name}" in text})
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


@given(
    measures(), st.sampled_from([(), (), ("kind",), ("unit", "month")]), st.sampled_from([(), (), (), ("kind",), ("unit",)]),
    st.sampled_from([30, 50, 51, 60, 61]), st.integers(0, 41),
)  # fmt: skip
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_duckdb_answers_as_the_vocabulary_is_read(
    measure: Measure, by: tuple[str, ...], where: tuple[str, ...], size: int, end: int
) -> None:
    by = tuple(name for name in by if name != "month" or measure.clock)
    values = {name: {"kind": "a", "unit": 3}[name] for name in where}
    asked = {"end": end, "first_month": 1, "last_month": 4, "by": by, "where": values}
    shape = Shape(measure.id, by, where, "rolled" if measure.clock else "cut")
    text = dialects.text("duckdb", expr.answer(measure, FACTS, shape))
    given = {"size": size, "end": end, "first_month": 1, "last_month": 4} | {f"where_{k}": v for k, v in values.items()}
    for seed in (0, 1, 6):
        said = as_of(seed, size).answer(declared.measure(measure, SEALED), asked)
        found = duckdb_says(text, seed, given)
        assert {tuple(row[name] for name in by): cell_of(measure, row) for row in found} == {
            tuple(group): Cell(num, den, n, tuple(map(tuple, parts))) for group, (num, den, n, parts) in said
        }, (text, seed)
