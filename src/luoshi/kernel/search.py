"""Looking up by words in the database. How to look depends on how common the words are, so they stand in the statement
itself: a prepared statement would look the same way for all."""

import re
from typing import Any, Final

from django.db.models import BooleanField, F, Func, Value
from psycopg.sql import Literal

_PLAIN: Final = re.compile("[0-9A-Za-z]{1,60}")


class Written(Value):
    """Words as an array of text that stands in the statement itself."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """An array of text."""
        return Literal(list(self.value)).as_string(None).replace("%", "%%") + "::text[]", ()


def begins(column: str, text: str) -> Func:
    """The condition that a column begins with Latin letters and digits; by an index with `text_pattern_ops`."""
    if not _PLAIN.fullmatch(text):
        raise ValueError(f"letters and digits are wanted, not {text!r}")
    return Func(F(column), template=f"%(expressions)s LIKE '{text}%%%%'", output_field=BooleanField())
