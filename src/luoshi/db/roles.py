"""Roles of the database: owner (migrates), app (serves), read (looks).

Role names follow the database's: `<database>_app`, `<database>_read`, so that two databases on one server do not
fight over a password.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString, Protocol
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from luoshi.db.problem import DatabaseProblem
from luoshi.kernel.text import T

DATABASE = "luoshi"


class Connection(Protocol):
    """What psycopg's and Django's connections have in common."""

    def cursor(self) -> Any:
        """A cursor, usable as a context manager."""


def prepare(super_url: str, passwords: Mapping[str, str]) -> None:
    """Create or mend the embedded server's roles and database; `passwords` for owner, app and read."""
    owner = f"{DATABASE}_owner"
    with psycopg.connect(super_url, autocommit=True) as connection:
        for short in ("owner", "app", "read"):
            role = f"{DATABASE}_{short}"
            _role(connection, role, passwords[short])
            _run(connection, "ALTER ROLE {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS", role)
        if not _rows(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            _run(
                connection,
                "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C.UTF-8'",
                DATABASE,
                owner,
            )
        _run(connection, "REVOKE ALL ON DATABASE postgres, template1, {} FROM PUBLIC", DATABASE)
    with psycopg.connect(make_conninfo(super_url, dbname=DATABASE), autocommit=True) as connection:
        _run(connection, "ALTER SCHEMA public OWNER TO {}", owner)
        _doors(connection)


def derive(owner_url: str, passwords: Mapping[str, str]) -> dict[str, str]:
    """Roles app and read on an external server, made by its owner; gives the addresses for owner, app and read.

    Roles that exist and take these passwords are used as they are. Raises DatabaseProblem with the statements an
    administrator has to run if the owner may not create them.
    """
    urls = {"owner": owner_url}
    with psycopg.connect(owner_url, autocommit=True) as connection:
        for short in ("app", "read"):
            role = f"{connection.info.dbname}_{short}"
            urls[short] = _with_user(owner_url, role, passwords[short])
            if not _opens(urls[short]):
                try:
                    _role(connection, role, passwords[short])
                except psycopg.errors.InsufficientPrivilege as refused:
                    raise _explained(role, short, refused) from None
        _doors(connection)
    return urls


def grant(
    owner: Connection,
    *,
    log_tables: Sequence[str],
    private_tables: Sequence[str],
    fixed_tables: Sequence[str] = ("django_migrations",),
    passing_tables: Sequence[str] = (),
) -> None:
    """Give app and read what they need on the tables of schema `public`; run by the owner after each migration.

    app: all rows of ordinary tables, SELECT and INSERT on `log_tables`, these and DELETE on `passing_tables`, whose rows come
    and go but never change, SELECT on `fixed_tables`. read: SELECT, but nothing of `private_tables`, where an entry `table.column` hides one column. A name that does not exist is
    refused, since a misspelt one would lay a private table open. Call it inside a transaction.
    """
    columns = _columns(owner)
    hidden = _hidden(columns, private_tables)
    _known(columns, (*log_tables, *fixed_tables, *passing_tables))
    ((database,),) = _rows(owner, "SELECT current_database()")
    app, read = f"{database}_app", f"{database}_read"
    _run(owner, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {}, {}", app, read)
    for table, names in columns.items():
        rights: LiteralString = "SELECT, INSERT, UPDATE, DELETE"
        if table in log_tables:
            rights = "SELECT, INSERT"
        elif table in fixed_tables:
            rights = "SELECT"
        elif table in passing_tables:
            rights = "SELECT, INSERT, DELETE"
        _run(owner, "GRANT " + rights + " ON {} TO {}", table, app)
        shown = [name for name in names if name not in hidden.get(table, ())]
        if shown == names:
            _run(owner, "GRANT SELECT ON {} TO {}", table, read)
        elif shown:
            _run(owner, "GRANT SELECT ({}) ON {} TO {}", shown, table, read)
    _run(owner, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", app)


def maintain(owner: Connection, tables: Iterable[str]) -> bool:
    """Let app rewrite these tables with VACUUM FULL; False where the server is older than PostgreSQL 17."""
    ((database, version),) = _rows(owner, "SELECT current_database(), current_setting('server_version_num')::int")
    if version < 170000:
        return False
    for table in tables:
        _run(owner, "GRANT MAINTAIN ON {} TO {}", table, f"{database}_app")
    return True


def current_role_problem(connection: Connection) -> T | None:
    """Why the connected role is too strong to serve the public with, None if it is not; so is one that can become such a role."""
    ((name, superuser, bypass, owner),) = _rows(
        connection,
        """WITH mine AS (SELECT oid, rolsuper, rolbypassrls FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER'))
           SELECT current_user, (SELECT bool_or(rolsuper) FROM mine), (SELECT bool_or(rolbypassrls) FROM mine),
                  d.datdba IN (SELECT oid FROM mine) OR EXISTS (
                      SELECT FROM pg_class c
                      WHERE c.relnamespace = 'public'::regnamespace AND c.relowner IN (SELECT oid FROM mine))
           FROM pg_database d WHERE d.datname = current_database()""",
    )
    if superuser:
        return T(
            "{name} 是数据库超级用户，或能成为超级用户", "{name} is a superuser of the database, or can become one"
        ).fill(name=name)
    if bypass:
        return T(
            "{name} 不受行级权限约束（BYPASSRLS），或能如此", "{name} passes by row security (BYPASSRLS), or can"
        ).fill(name=name)
    if owner:
        return T("{name} 是数据库的所有者，或能成为所有者", "{name} owns the database, or can become its owner").fill(
            name=name
        )
    return None


def _columns(connection: Connection) -> dict[str, list[str]]:
    """The columns of every table and view in schema public, but of extensions' own."""
    found: dict[str, list[str]] = {}
    for table, column in _rows(
        connection,
        """SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
             AND a.attnum > 0 AND NOT a.attisdropped
             AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
           ORDER BY c.relname, a.attnum""",
    ):
        found.setdefault(table, []).append(column)
    return found


def _hidden(columns: Mapping[str, list[str]], private: Iterable[str]) -> dict[str, set[str]]:
    """Columns to keep from the read role, by table."""
    hidden: dict[str, set[str]] = {}
    for entry in private:
        table, _, column = entry.partition(".")
        _known(columns, [table])
        if column and column not in columns[table]:
            raise ValueError(f"no column {entry!r} in the database")
        hidden.setdefault(table, set()).update([column] if column else columns[table])
    return hidden


def _known(columns: Mapping[str, list[str]], tables: Iterable[str]) -> None:
    missing = sorted(set(tables) - set(columns))
    if missing:
        raise ValueError(f"no such tables in the database: {', '.join(missing)}")


def _doors(connection: psycopg.Connection[Any]) -> None:
    """Who may come in at all; run as the superuser or the owner."""
    database = connection.info.dbname
    app, read = f"{database}_app", f"{database}_read"
    _run(connection, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    _run(connection, "GRANT CONNECT ON DATABASE {} TO {}, {}", database, app, read)
    # Bulk writes stage their rows in temporary tables.
    _run(connection, "GRANT TEMPORARY ON DATABASE {} TO {}", database, app)
    _run(connection, "GRANT USAGE ON SCHEMA public TO {}, {}", app, read)


def _role(connection: psycopg.Connection[Any], name: str, password: str) -> None:
    """Create the role if it is missing and set its password, hashed here so that no server log can show it."""
    if not _rows(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", name):
        _run(connection, "CREATE ROLE {} LOGIN", name)
    hashed = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), sql.Literal(hashed)))


def _opens(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def _with_user(url: str, user: str, password: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{place}").geturl()


def _explained(role: str, short: str, refused: Exception) -> DatabaseProblem:
    statement = f"CREATE ROLE \"{role}\" LOGIN PASSWORD '…'"
    return DatabaseProblem(
        T(
            "DATABASE_URL 的角色不能建立角色 {role}（{why}）。请管理员执行：{statement}（密码见数据目录的 "
            "secrets/db-{short}），或授予 CREATEROLE。",
            "The role of DATABASE_URL cannot make the role {role} ({why}). Let an administrator run: {statement} (the "
            "password is in the home's secrets/db-{short}), or grant CREATEROLE.",
        ).fill(role=role, short=short, statement=statement, why=str(refused).strip())
    )


def _run(connection: Connection, statement: LiteralString, *names: str | list[str]) -> None:
    """Run a statement whose `{}` are names."""
    parts = [sql.SQL(", ").join(map(sql.Identifier, n)) if isinstance(n, list) else sql.Identifier(n) for n in names]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*parts))


def _rows(connection: Connection, statement: str, *values: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())
