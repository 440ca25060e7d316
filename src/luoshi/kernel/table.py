"""A model's columns in statements that are written by hand, where the ORM takes longer to write one than the database to
answer it."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from django.db import models
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

    def row(self, values: Sequence[Any]) -> M:
        """The object that these values of `columns` make; the other columns are read when somebody asks for one."""
        return self.model.from_db(DEFAULT_DB_ALIAS, self._names, values)
