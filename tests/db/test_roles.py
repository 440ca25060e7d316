"""What the roles may do and, above all, what they may not."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from luoshi.db import roles
from luoshi.db.embedded import Embedded
from luoshi.db.problem import DatabaseProblem

TABLES = """
DROP SCHEMA public CASCADE; CREATE SCHEMA public;
CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY, body text);
CREATE TABLE item (id serial PRIMARY KEY, name text);
CREATE TABLE person (id int, name text, password text);
CREATE TABLE django_session (key text);
CREATE TABLE django_migrations (app text, name text);
CREATE VIEW names AS SELECT name FROM item;
INSERT INTO event (body) VALUES ('first');
INSERT INTO person VALUES (1, '张三', 'argon2…');
INSERT INTO django_session VALUES ('secret');
"""
PRIVATE = ["django_session", "person.password"]


@pytest.fixture(scope="module")
def granted(ready: Embedded) -> Iterator[Embedded]:
    with psycopg.connect(ready.url("owner")) as owner:
        owner.execute(TABLES)
    roles.prepare(ready.url("super"), ready.passwords())
    for _ in range(2):  # every upgrade does it again
        with psycopg.connect(ready.url("owner")) as owner:
            roles.grant(owner, log_tables=["event"], private_tables=PRIVATE)
    yield ready


def run(embedded: Embedded, role: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(embedded.url(role), autocommit=True) as connection:  # type: ignore[arg-type]
        cursor = connection.execute(statement)  # type: ignore[call-overload]
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO event (body) VALUES ('more')",
        "SELECT * FROM event",
        "INSERT INTO item (name) VALUES ('a')",
        "UPDATE item SET name = 'b'",
        "DELETE FROM item",
        "SELECT nextval('item_id_seq')",
        "UPDATE person SET password = 'new'",
        "DELETE FROM django_session WHERE key = 'none'",
        "SELECT * FROM django_migrations",
        "CREATE TEMPORARY TABLE staged AS SELECT * FROM item",
    ],
)
def test_app_may(granted: Embedded, statement: str) -> None:
    run(granted, "app", statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET body = 'forged'",
        "DELETE FROM event",
        "TRUNCATE event",
        "TRUNCATE item",
        "INSERT INTO django_migrations VALUES ('a', 'b')",
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "DROP TABLE item",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "SELECT setval('item_id_seq', 1)",
        "SET ROLE luoshi_owner",
        "CREATE ROLE friend",
        "CREATE DATABASE mine",
        "ALTER ROLE luoshi_app BYPASSRLS",
        "COPY item TO PROGRAM 'cat'",
        "SELECT pg_read_file('postgresql.conf')",
    ],
)
def test_app_may_not(granted: Embedded, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        run(granted, "app", statement)


def test_read_may_look(granted: Embedded) -> None:
    assert run(granted, "read", "SELECT body FROM event WHERE id = 1") == [("first",)]
    assert run(granted, "read", "SELECT id, name FROM person") == [(1, "张三")]
    run(granted, "read", "SELECT * FROM names")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM django_session",
        "SELECT password FROM person",
        "SELECT * FROM person",
        "SELECT person FROM person",
        "INSERT INTO item (name) VALUES ('a')",
        "INSERT INTO event (body) VALUES ('forged')",
        "DELETE FROM item",
        "SELECT nextval('item_id_seq')",
        "SET ROLE luoshi_app",
        "CREATE TEMPORARY TABLE mine (id int)",
    ],
)
def test_read_may_not(granted: Embedded, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        run(granted, "read", statement)


@pytest.mark.parametrize("role", ["owner", "app", "read"])
def test_no_way_into_the_other_databases(granted: Embedded, role: str) -> None:
    for database in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(granted.url(role), dbname=database)  # type: ignore[arg-type]


@pytest.mark.parametrize("names", [{"log_tables": ["evnt"]}, {"private_tables": ["person.pasword"]}])
def test_a_misspelt_name_is_refused(granted: Embedded, names: dict[str, list[str]]) -> None:
    with (
        psycopg.connect(granted.url("owner")) as owner,
        pytest.raises(ValueError, match=next(iter(names.values()))[0]),
    ):
        roles.grant(owner, **({"log_tables": [], "private_tables": []} | names))


def test_who_is_too_strong_to_serve(granted: Embedded) -> None:
    said = {}
    for role in ("super", "owner", "app", "read"):
        with psycopg.connect(granted.url(role), dbname="luoshi") as connection:
            said[role] = roles.current_role_problem(connection)
    assert said["super"] and "superuser" in said["super"].en
    assert said["owner"] and "owns" in said["owner"].en
    assert said["app"] is None and said["read"] is None


@pytest.mark.parametrize(("strong", "why"), [("luoshi_owner", "owner"), ("passes", "row security")])
@pytest.mark.parametrize("how", ["INHERIT TRUE", "INHERIT FALSE"])
def test_who_can_become_somebody_too_strong_may_not_serve_either(
    granted: Embedded, strong: str, why: str, how: str
) -> None:
    with psycopg.connect(granted.url("super"), dbname="luoshi") as connection:
        connection.execute("CREATE ROLE passes BYPASSRLS")
        connection.execute(f"GRANT {strong} TO luoshi_app WITH {how}".encode())
        connection.execute("SET SESSION AUTHORIZATION luoshi_app")
        problem = roles.current_role_problem(connection)
        assert problem is not None and why in problem.en
        connection.rollback()


@pytest.fixture
def foreign(ready: Embedded) -> Iterator[str]:
    """An external server: a database `town-1` with an owner of its own; gives the owner's address."""
    with psycopg.connect(ready.url("super"), autocommit=True) as connection:
        connection.execute("CREATE ROLE mayor LOGIN PASSWORD 'pw'")
        connection.execute('CREATE DATABASE "town-1" OWNER mayor')
        yield f"postgresql://mayor:pw@{ready.url('super').rpartition('@')[2].split('/')[0]}/town-1"
        connection.execute('DROP DATABASE "town-1" WITH (FORCE)')
        connection.execute('DROP ROLE IF EXISTS "town-1_app", "town-1_read", mayor')


def test_external_owner_that_may_create_roles(ready: Embedded, foreign: str) -> None:
    with psycopg.connect(ready.url("super")) as connection:
        connection.execute("ALTER ROLE mayor CREATEROLE")
    for passwords in ({"app": "a p", "read": "r:@/p"}, {"app": "changed", "read": "r:@/p"}):
        urls = roles.derive(foreign, passwords)
    with psycopg.connect(urls["owner"]) as owner:
        owner.execute("CREATE TABLE django_migrations (app text)")
        roles.grant(owner, log_tables=[], private_tables=[])
    for role in ("app", "read"):
        with psycopg.connect(urls[role]) as connection:
            connection.execute("SELECT * FROM django_migrations")
            assert connection.info.user == f"town-1_{role}"
            assert roles.current_role_problem(connection) is None


def test_external_owner_that_may_not(ready: Embedded, foreign: str) -> None:
    passwords = {"app": "a", "read": "r"}
    with pytest.raises(DatabaseProblem) as refused:
        roles.derive(foreign, passwords)
    assert 'CREATE ROLE "town-1_app" LOGIN' in refused.value.text.en
    with psycopg.connect(ready.url("super")) as connection:  # an administrator does as told
        connection.execute("CREATE ROLE \"town-1_app\" LOGIN PASSWORD 'a'")
        connection.execute("CREATE ROLE \"town-1_read\" LOGIN PASSWORD 'r'")
    assert roles.derive(foreign, passwords).keys() == {"owner", "app", "read"}
