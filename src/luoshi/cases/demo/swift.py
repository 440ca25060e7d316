"""The tables while the demo's year is written: no search index meanwhile, statistics afterwards. The owner's work."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

from luoshi.cases.models import CasePrivate

_TABLES: Final = (
    "case", "case_private", "case_code", "crossing", "event", "event_private", "event_salt", "event_pending",
)  # fmt: skip


@contextmanager
def swift() -> Iterator[None]:
    """Write much at once; for the application's role, which may not change tables, nothing is different."""
    if not _owner():
        yield
        return
    index = next(index for index in CasePrivate._meta.indexes if index.name == "case_private_tokens")
    with connection.schema_editor() as editor:
        editor.remove_index(CasePrivate, index)
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '256MB'")
        with connection.schema_editor() as editor:
            editor.add_index(CasePrivate, index)
        for table in _TABLES:
            cursor.execute(f'ANALYZE "{table}"')
        cursor.execute("RESET maintenance_work_mem")


def _owner() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'case_private'::regclass")
        return bool(cursor.fetchone()[0])
