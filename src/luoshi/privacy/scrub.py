"""A deleted row stays in the database's files until its page is written anew: this writes them anew.

Tables are rewritten whole (VACUUM FULL), which locks each for as long as it takes: seconds for a city's year.
"""

import logging
from pathlib import Path
from time import sleep, time
from typing import Any, Final, LiteralString

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
    """Drop what the database's journal and statistics still hold; for an embedded server, as its superuser.

    A file of the journal that was taken for use again holds old text until it is written over: so none is taken any
    more, and the journal goes past every file that is there now.
    """
    with psycopg.connect(super_url, autocommit=True) as admin:
        _recycling(super_url, admin, "off")
        try:
            last = _one(admin, "SELECT max(name) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'")
            while _one(admin, "SELECT pg_walfile_name(pg_current_wal_insert_lsn())") <= last:
                _run(admin, "SELECT pg_switch_wal()", "CHECKPOINT")
        finally:
            _recycling(super_url, admin, "on")


def _recycling(super_url: str, admin: "psycopg.Connection[Any]", wanted: str) -> None:
    """Set whether files of the journal are used again; comes back when every process of the server was told."""
    change = "RESET wal_recycle" if wanted == "on" else "SET wal_recycle = off"
    _run(admin, f"ALTER SYSTEM {change}", "SELECT pg_reload_conf()")
    while True:  # who connects after the reload is served after the others were signalled
        with psycopg.connect(super_url) as later:
            if _one(later, "SHOW wal_recycle") == wanted:
                return
        sleep(0.01)


def _one(admin: "psycopg.Connection[Any]", question: LiteralString) -> str:
    row = admin.execute(question).fetchone()
    assert row is not None
    return str(row[0])


def _run(admin: "psycopg.Connection[Any]", *statements: Any) -> None:
    for statement in statements:
        admin.execute(statement)
