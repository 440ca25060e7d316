"""The floor: what the same database and web server cost with nothing around them. One WSGI program, raw SQL, no checks.

Run by `bench/web/run.py` under the product's own web server settings, against the product's own tables.
"""

import hashlib
import os
import secrets
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import orjson
import psycopg

_connection: "psycopg.Connection[Any] | None" = None
COLUMNS = "number, state, status, category_id, county, street, unit_id, reported_at, due_at, next_due_at"
TABLES = """
CREATE TABLE IF NOT EXISTS floor_case (LIKE "case" INCLUDING ALL);
CREATE TABLE IF NOT EXISTS floor_private (LIKE case_private INCLUDING ALL);
CREATE TABLE IF NOT EXISTS floor_event (LIKE event INCLUDING ALL);
"""
CREATE = """
WITH c AS (
  INSERT INTO floor_case SELECT (jsonb_populate_record(NULL::floor_case, to_jsonb(x) ||
    jsonb_build_object('id', nextval('case_id_seq'), 'number', %(number)s::text, 'log_id', %(log)s::uuid))).* FROM (
      SELECT * FROM "case" WHERE id = %(pattern)s) x RETURNING id)
INSERT INTO floor_private (case_id, text, place, tokens, name, phone, email, question, answer, public_text, media_url)
SELECT id, %(text)s, '', ARRAY['井盖'], '', '', '', '', '', '', '' FROM c
"""
EVENT = """
INSERT INTO floor_event SELECT (jsonb_populate_record(NULL::floor_event, to_jsonb(x) || jsonb_build_object('id', %s::uuid))).*
FROM (SELECT * FROM event LIMIT 1) x
"""


def connection() -> "psycopg.Connection[Any]":
    """One connection a process."""
    global _connection
    if _connection is None:
        # as the product: with two processes for a question a rare word is not looked up, at a thousand times the cost
        options = "-c jit=off -c max_parallel_workers_per_gather=0"
        _connection = psycopg.connect(os.environ["FLOOR_DB"], autocommit=True, options=options)
    return _connection


def create(query: dict[str, list[str]], body: bytes) -> Any:
    """A case with its private row and an event, durable."""
    given = parse_qs(body.decode())
    log = uuid.uuid4()
    values = {
        "number": f"F-{secrets.token_hex(8)}",
        "log": log,
        "text": given["description"][0],
        "pattern": int(query["id"][0]),
    }
    hashlib.sha256(body).digest()
    with connection().transaction():
        connection().execute(CREATE, values)
        connection().execute(EVENT, [uuid.uuid4()])
    return [{"service_request_id": values["number"]}]


def one(query: dict[str, list[str]], body: bytes) -> Any:
    """One case by its number."""
    cursor = connection().execute(f'SELECT {COLUMNS} FROM "case" WHERE number = %s', [query["number"][0]])
    return dict(zip(COLUMNS.split(", "), cursor.fetchone() or (), strict=True))


def listed(query: dict[str, list[str]], body: bytes) -> Any:
    """Fifty cases, newest first."""
    cursor = connection().execute(
        f'SELECT {COLUMNS} FROM "case" WHERE ours ORDER BY reported_at DESC, id DESC LIMIT 50'
    )
    names = COLUMNS.split(", ")
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def counts(query: dict[str, list[str]], body: bytes) -> Any:
    """Cases by unit and state, by the counter."""
    cursor = connection().execute("SELECT unit_id, state, sum(n)::bigint FROM case_tally WHERE ours GROUP BY 1, 2")
    return cursor.fetchall()


def search(query: dict[str, list[str]], body: bytes) -> Any:
    """Fifty cases whose words hold the tokens."""
    cursor = connection().execute(
        'SELECT number FROM "case" c JOIN case_private p ON p.case_id = c.id WHERE p.tokens @> %s '
        "ORDER BY reported_at DESC, c.id DESC LIMIT 50",
        [query["t"]],
        prepare=False,  # planned for its word: a rare one is looked up, of a common one the newest are walked through
    )
    return [row[0] for row in cursor.fetchall()]


ROUTES: dict[str, Callable[[dict[str, list[str]], bytes], Any]] = {
    "/create": create, "/one": one, "/list": listed, "/counts": counts, "/search": search,
}  # fmt: skip


def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """WSGI."""
    size = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(size) if size else b""
    answer = orjson.dumps(ROUTES[environ["PATH_INFO"]](parse_qs(environ["QUERY_STRING"]), body))
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]


def serve(port: int) -> None:
    """Under the product's settings of the web server."""
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "app:application", address="127.0.0.1", port=port, interface=Interfaces.WSGI, workers=2, blocking_threads=1,
        http=HTTPModes.http1, websockets=False, log_level=LogLevels.warning,
    ).serve()  # fmt: skip


if __name__ == "__main__":
    import sys

    with psycopg.connect(os.environ["FLOOR_OWNER"], autocommit=True) as owner:
        owner.execute(TABLES)
        owner.execute("GRANT ALL ON floor_case, floor_private, floor_event TO PUBLIC")
    serve(int(sys.argv[1]))
