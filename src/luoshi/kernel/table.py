"""A model's columns in statements that are written by hand, where the ORM takes longer to write one than the database to
answer it."""

from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

from django.db import connection, models
from django.db.utils import DEFAULT_DB_ALIAS

M = TypeVar("M", bound=models.Model)


class Table(Generic[M]):
    """The columns of a model under an alias: `columns` for a SELECT, and how many they are; `only` some, or `without` some."""

    def __init__(self, model: type[M], alias: str, *, only: Sequence[str] = (), without: Sequence[str] = ()) -> None:
        fields = [
            one for one in model._meta.concrete_fields if one.name not in without and (not only or one.name in only)
        ]
        self.model, self.width = model, len(fields)
        self.columns = ", ".join(f'{alias}."{one.column}"' for one in fields)
        self._names = tuple(one.attname for one in fields)
        self._from: list[tuple[int, Any]] = [
            (at, one) for at, one in enumerate(fields) if hasattr(one, "from_db_value")
        ]

    def row(self, values: Sequence[Any]) -> M:
        """The object that these values of `columns` make; the other columns are read when somebody asks for one."""
        if self._from:
            values = list(values)
            for at, field in self._from:
                values[at] = field.from_db_value(values[at], None, connection)
        return self.model.from_db(DEFAULT_DB_ALIAS, self._names, values)


class Joined(Generic[M]):
    """Rows of a model with rows that they point to, by one statement that is written once.

    `beside`: the model's foreign keys, each with the columns to read of what it points to (empty: all). A key that points to
    nothing leaves None.
    """

    def __init__(self, model: type[M], rest: str, without: Sequence[str] = (), **beside: Sequence[str]) -> None:
        self._own: Final = Table(model, "o", without=without)
        self._beside: list[tuple[str, Table[Any]]] = []
        joins = ""
        for at, (name, only) in enumerate(beside.items()):
            field: Any = model._meta.get_field(name)
            other = field.related_model
            self._beside.append((name, Table(other, f"j{at}", only=only)))
            joins += f' LEFT JOIN "{other._meta.db_table}" j{at} ON j{at}.id = o."{field.column}"'
        columns = ", ".join([self._own.columns, *(table.columns for _, table in self._beside)])
        self._sql = f'SELECT {columns} FROM "{model._meta.db_table}" o{joins} {rest}'

    def read(self, *values: Any) -> list[M]:
        """The rows, with `values` for the placeholders of `rest`; one query."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, values)
            return [self._row(row) for row in cursor.fetchall()]

    def _row(self, row: Sequence[Any]) -> M:
        found, at = self._own.row(row[: self._own.width]), self._own.width
        for name, table in self._beside:
            values = row[at : at + table.width]
            setattr(found, name, table.row(values) if values[0] is not None else None)
            at += table.width
        return found
