"""Many rows into a table at once, by COPY in the caller's transaction."""

import struct
from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson
from django.db import connection
from psycopg import pq, sql
from psycopg.adapt import Dumper

_TEXT: Final = 25  # PostgreSQL's numbers of its own types
_LIST: Final = struct.Struct("!5I").pack
_NO_LIST: Final = struct.pack("!3I", 0, 0, _TEXT)
_LENGTH: Final = struct.Struct("!I").pack


class _Texts(Dumper):
    """A list of texts, none of them null, in half the time of the driver's own."""

    format, oid = pq.Format.BINARY, 1009

    def dump(self, texts: list[str]) -> bytes:
        if not texts:
            return _NO_LIST
        parts = [_LIST(1, 0, _TEXT, len(texts), 1)]
        for text in texts:
            raw = text.encode()
            parts.append(_LENGTH(len(raw)))
            parts.append(raw)
        return b"".join(parts)


class _Json(Dumper):
    """Whatever JSON can hold."""

    format, oid = pq.Format.BINARY, 3802

    def dump(self, value: Any) -> bytes:
        return b"\1" + orjson.dumps(value)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], types: Sequence[str | int]) -> None:
    """COPY rows into a table; `types` are the columns' exact ones, by name or number. A JSON column takes plain values.

    In binary: half the work in the database and a third of it here, most of all for bytes.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table), names)
    with connection.cursor() as cursor:
        for dumper in (_Texts, _Json):
            cursor.cursor.adapters.register_dumper(None, dumper)
        with cursor.cursor.copy(command) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
