"""A deleted row stays in the database's files until its page is written anew: this writes them anew.

Tables are rewritten whole (VACUUM FULL), which locks each for as long as it takes: seconds for a city's year.
"""

import logging
from pathlib import Path
from time import time
from typing import Any, Final

import psycopg
from django.db import connection
from django.db.utils import Error
from psycopg import sql

from luoshi.db.tables import REWRITTEN
from luoshi.privacy.erasures import FILE

_DAY: Final = 25 * 3600.0
log = logging.getLogger("luoshi.privacy")


def rewrite() -> None:
    """Rewrite the tables that hold personal data; the role must own them or may maintain them."""
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in REWRITTEN:
            if table in present:
                cursor.execute(sql.SQL("VACUUM (FULL, ANALYZE) {}").format(sql.Identifier(table)))


def after_deletions(home: Path) -> bool:
    """Rewrite where something was deleted within a day; a role that may not is told in the log."""
    try:
        changed = (home / FILE).stat().st_mtime
    except FileNotFoundError:
        return False
    if changed < time() - _DAY:
        return False
    try:
        rewrite()
    except Error as error:
        log.warning("deleted rows stay in the database's files until it is vacuumed: %s", type(error).__name__)
        return False
    return True


def forget_journal(super_url: str) -> None:
    """Drop what the database's journal and statistics still hold; for an embedded server, as its superuser."""
    with psycopg.connect(super_url, autocommit=True) as admin:
        _run(admin, "ALTER SYSTEM SET wal_recycle = off", "SELECT pg_reload_conf()")
        try:
            for _ in range(2):
                _run(admin, "SELECT pg_switch_wal()", "CHECKPOINT")
        finally:
            _run(admin, "ALTER SYSTEM RESET wal_recycle", "SELECT pg_reload_conf()")


def _run(admin: "psycopg.Connection[Any]", *statements: Any) -> None:
    for statement in statements:
        admin.execute(statement)
