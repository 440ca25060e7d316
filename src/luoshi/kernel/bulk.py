"""Bulk twins: play actions over many rows in memory with the same checks, then write all through COPY at once."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models, transaction
from psycopg import sql

from luoshi.kernel.action import Act, Action, Change, Creation, beside
from luoshi.kernel.copying import copy_rows
from luoshi.kernel.ledger import record
from luoshi.kernel.ledger.event import Written

R = TypeVar("R", bound=Any)


def _columns(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]


@lru_cache(maxsize=64)
def _relations(model: type[models.Model]) -> "list[models.ForeignKey[Any, Any]]":
    return [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]


@lru_cache(maxsize=64)
def _types(table: str) -> dict[str, int]:
    """The number of each column's type, as a binary COPY needs it; those of PostgreSQL's own types never change."""
    with connection.cursor() as cursor:
        command = "SELECT attname, atttypid FROM pg_attribute WHERE attrelid = quote_ident(%s)::regclass AND attnum > 0"
        cursor.execute(command, [table])
        return dict(cursor.fetchall())


def _copy(into: str, table: str, rows: Sequence[models.Model], fields: "list[models.Field[Any, Any]]") -> None:
    """COPY rows of a model's table into it, or into a table like it."""
    names = [field.column or "" for field in fields]
    types = _types(table)
    values = map(attrgetter(*(field.attname for field in fields)), rows)
    copy_rows(into, names, values, [types[name] for name in names])


def next_ids(model: type[models.Model], count: int) -> Iterator[int]:
    """Reserve `count` primary keys from the model's own sequence."""
    key = model._meta.pk
    assert key is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, key.column, count],
        )
        return iter([row[0] for row in cursor.fetchall()])


def copy_models(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, keys already given."""
    if not rows:
        return
    fields = _columns(type(rows[0]))
    if rows[0].pk is None:
        fields = [field for field in fields if not field.primary_key]
    table = rows[0]._meta.db_table
    _copy(table, table, rows, fields)


def update_models(rows: Sequence[models.Model]) -> None:
    """Write the present values of existing rows of one model through a temporary table."""
    if not rows:
        return
    fields = _columns(type(rows[0]))
    table, names = rows[0]._meta.db_table, [field.column or "" for field in fields]
    key = next(field.column or "" for field in fields if field.primary_key)
    temporary = f"bulk_{table}"
    with connection.cursor() as cursor:
        make = "CREATE TEMP TABLE {} (LIKE {}) ON COMMIT DROP"
        cursor.execute(sql.SQL(make).format(sql.Identifier(temporary), sql.Identifier(table)))
    _copy(temporary, table, rows, fields)
    sets = sql.SQL(", ").join(sql.SQL("{0} = new.{0}").format(sql.Identifier(name)) for name in names if name != key)
    command = sql.SQL("UPDATE {t} SET {s} FROM {n} AS new WHERE {t}.{k} = new.{k}").format(
        t=sql.Identifier(table), s=sets, n=sql.Identifier(temporary), k=sql.Identifier(key)
    )
    with connection.cursor() as cursor:
        cursor.execute(command)
        cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(temporary)))


class Batch:
    """Rows and events gathered in memory until `flush` writes them in one transaction."""

    def __init__(self) -> None:
        self.new: dict[type[models.Model], list[models.Model]] = defaultdict(list)
        self.old: dict[int, models.Model] = {}
        self.events: list[Written] = []

    def create(self, action: Creation[R], act: Act, *, key: int, **data: Any) -> tuple[R, Change]:
        """Create a row; `key` is its primary key, reserved with `next_ids`."""
        row, change = action.play(act, **data)
        row.pk = key
        self.new[type(row)].append(row)
        self._take(change)
        self.events.append(action.line.events(act, row, action.verb, change))
        return row, change

    def move(self, action: Action[R], row: R, act: Act, **data: Any) -> Change:
        """Perform a move on a row that this batch made, or that the caller has locked."""
        if act.unwritten is not self.events:
            act = replace(act, unwritten=self.events)
        change = action.play(row, act, **data)
        self._take(change)
        self.events.append(action.line.events(act, row, action.move.log_verb, change))
        self.events += beside(action.line, act, change)
        return change

    def changes(self, row: models.Model) -> None:
        """Say that a row which the caller has locked is to be updated by `flush`."""
        self.old[id(row)] = row

    def _take(self, change: Change) -> None:
        for other in change.also:
            if other.new:
                other.row.pk = next(next_ids(type(other.row), 1))
                self.new[type(other.row)].append(other.row)
            elif not other.row._state.adding:
                self.changes(other.row)
            self._take(other.change)
        for row in change.rows:
            for field in _relations(type(row)):
                if field.is_cached(row):
                    setattr(row, field.attname, getattr(row, field.name).pk)
            self.new[type(row)].append(row)
        for row in change.saves:
            if not row._state.adding:
                self.changes(row)

    def flush(self) -> int:
        """Write everything in one transaction; returns the number of events. The batch is empty afterwards."""
        old: dict[type[models.Model], list[models.Model]] = defaultdict(list)
        for row in self.old.values():
            old[type(row)].append(row)
        self.events.sort(key=lambda event: (event.recorded_at, event.id))
        with transaction.atomic():
            for rows in self.new.values():
                copy_models(rows)
            for rows in old.values():
                update_models(rows)
            record.write_many(self.events)
        count = len(self.events)
        self.new.clear()
        self.old.clear()
        self.events.clear()
        return count
