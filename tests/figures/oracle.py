"""The street line's figures a second time, by hand: the words of `figures.toml` as SQL over the sealed events.

It knows no facts, measures, views or lake. What happened is read from how a case's stage changed, not from the names of
moves where that says the same. Corrections of the few cases that have any are followed here, in Python of its own.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import connection

SNAPSHOT: Final = (
    "county", "top", "stage", "status", "due_at", "reported_at", "source", "by_staff", "part", "street", "community",
    "category", "channel", "unit", "returns",
)  # fmt: skip
"""What each event repeats of its case."""


class Numbers(NamedTuple):
    """Numerator, denominator and how many records."""

    num: int | None
    den: int | None
    n: int


_FROM: Final = """
WITH told AS (
  SELECT l.idx, e.subject, e.verb, e.occurred_at, e.recorded_at, e.body FROM log_leaf l JOIN event e ON e.id = l.event_id
  WHERE e.line = 'cases' AND l.idx < %(size)s AND e.subject <> ALL(%(corrected)s::uuid[])
  UNION ALL SELECT * FROM jsonb_to_recordset(%(events)s::jsonb)
    AS m (idx bigint, subject uuid, verb text, occurred_at timestamptz, recorded_at timestamptz, body jsonb)
), steps AS MATERIALIZED (
  SELECT *, body->>'stage' AS stage, lag(body->>'stage') OVER (PARTITION BY subject ORDER BY idx) AS before,
    body->>'status' IS DISTINCT FROM 'imported' AND NOT (body->>'part')::boolean AS ours
  FROM told
), acts AS (
  SELECT * FROM steps WHERE ours AND occurred_at >= %(start)s AND occurred_at < %(stop)s
)"""
_CASES: Final = """
, {name} AS MATERIALIZED (
  SELECT last->>'stage' AS stage, last->>'status' AS status, (last->>'due_at')::timestamptz AS due_at,
    (last->>'reported_at')::timestamptz AS reported_at, (last->>'by_staff')::boolean AS by_staff,
    last->>'street' AS street, last->>'category' AS category, c.*
  FROM (
    SELECT (array_agg(body ORDER BY idx DESC))[1] AS last,
      min(occurred_at) FILTER (WHERE stage = 'accepted') AS accepted,
      min(occurred_at) FILTER (WHERE stage = 'dispatched' AND before = 'accepted') AS dispatched,
      min(occurred_at) FILTER (WHERE stage = 'handling' AND before = 'dispatched') AS signed,
      max(occurred_at) FILTER (WHERE stage = 'handled' AND before = 'handling') AS handled,
      max(occurred_at) FILTER (WHERE stage IN ('verified', 'closed') AND before = 'handled') AS verified,
      max(recorded_at) FILTER (WHERE stage = 'closed' AND before <> 'closed') AS closed,
      (array_agg(CASE WHEN before = 'parted' THEN (body->>'on_time')::boolean
        ELSE (body->>'handled_at')::timestamptz <= (body->>'due_at')::timestamptz END ORDER BY idx DESC)
        FILTER (WHERE stage = 'closed' AND before <> 'closed'))[1] AS on_time,
      bool_or(verb = 'send_back') AS returned,
      bool_or(stage = 'dispatched' AND before IN ('verified', 'closed')) AS reopened,
      bool_or(body->>'move' = 'call_failed') AS missed,
      min(occurred_at) FILTER (WHERE verb = 'contact' AND body->>'move' = 'contact') AS contacted,
      (array_agg((body->>'response_due_at')::timestamptz ORDER BY idx DESC)
        FILTER (WHERE body->>'response_due_at' IS NOT NULL))[1] AS answer_due,
      (array_agg((body->>'solved')::boolean ORDER BY idx DESC)
        FILTER (WHERE verb IN ('close', 'rate', 'reopen') AND body->>'solved' IS NOT NULL))[1] AS solved,
      (array_agg((body->>'grade')::int ORDER BY idx DESC) FILTER (WHERE verb IN ('close', 'rate', 'reopen')))[1] AS grade
    FROM steps {where} GROUP BY subject
  ) AS c
  WHERE last->>'status' IS DISTINCT FROM 'imported' AND NOT (last->>'part')::boolean
)"""
_TABLES: Final = (
    _FROM + _CASES.format(name="cases", where="") + _CASES.format(name="stood", where="WHERE occurred_at < %(until)s")
)

_REPORTED: Final = "reported_at >= %(start)s AND reported_at < %(stop)s"
_ONCE: Final = f"{_REPORTED} AND stage <> 'merged'"
_TAKEN: Final = f"{_ONCE} AND NOT by_staff AND stage NOT IN ('refused', 'withdrawn', 'abuse')"
_CLOSED: Final = "stage = 'closed' AND closed >= %(start)s AND closed < %(stop)s"
_OPEN: Final = "stage NOT IN ('closed', 'refused', 'withdrawn', 'abuse', 'merged')"
_DUE: Final = f"{_TAKEN} AND answer_due IS NOT NULL AND (contacted IS NOT NULL OR answer_due < %(until)s)"


def _count(table: str, where: str) -> str:
    return f"SELECT count(*), NULL::bigint, count(*) FROM {table} WHERE {where}"


def _share(where: str, part: str) -> str:
    return f"SELECT count(*) FILTER (WHERE {part}), count(*), count(*) FROM cases WHERE {where}"


def _tenth(tenths: int, table: str, where: str, span: str) -> str:
    """The smallest span that as many tenths of the spans do not exceed, in microseconds."""
    return (
        f"SELECT min(span) FILTER (WHERE at * 10 >= n * {tenths}), NULL::bigint, count(*) FROM (SELECT span, "
        f"row_number() OVER (ORDER BY span) AS at, count(*) OVER () AS n FROM (SELECT (extract(epoch FROM {span}) * "
        f"1000000)::bigint AS span FROM {table} WHERE {where}) AS s WHERE span IS NOT NULL) AS s"
    )


_SPANS: Final = {
    "accept": "accepted - reported_at", "dispatch": "dispatched - accepted", "sign": "signed - dispatched",
    "handle": "handled - signed", "verify": "verified - handled", "close": "closed - reported_at",
}  # fmt: skip
FIGURES: Final[dict[str, str]] = {
    "cases.reported": _count("cases", _ONCE),
    "cases.reports": _count("acts", "verb = 'report'"),
    "cases.closed": _count("cases", _CLOSED),
    "cases.open": _count("stood", _OPEN),
    "cases.overdue": _count("stood", f"{_OPEN} AND status NOT IN ('suspended', 'asked') AND due_at < %(until)s"),
    "cases.age_median": _tenth(5, "stood", _OPEN, "%(until)s - reported_at"),
    "cases.age_p90": _tenth(9, "stood", _OPEN, "%(until)s - reported_at"),
    "cases.on_time": _share(f"{_CLOSED} AND on_time IS NOT NULL", "on_time"),
    "cases.response": _share(_DUE, "contacted <= answer_due"),
    "cases.solved": _share(f"{_TAKEN} AND solved IS NOT NULL", "solved"),
    "cases.satisfied": _share(f"{_TAKEN} AND grade IS NOT NULL", "grade >= 4"),
    "cases.score": "SELECT NULL::bigint, NULL::bigint, count(*) FROM cases "
    f"WHERE ({_DUE}) OR ({_TAKEN} AND (solved IS NOT NULL OR grade IS NOT NULL))",
    "cases.returns": _count("acts", "verb = 'send_back'"),
    "cases.returned": _share(_CLOSED, "returned"),
    "cases.reopens": _count("acts", "stage = 'dispatched' AND before IN ('verified', 'closed')"),
    "cases.reopened": _share(_CLOSED, "reopened"),
    "cases.repeats": _count("cases", f"{_REPORTED} AND stage = 'merged'"),
    "cases.repeated": _share(_REPORTED, "stage = 'merged'"),
    "cases.places": "SELECT count(*), NULL::bigint, count(*) FROM "
    f"(SELECT DISTINCT street, category FROM cases WHERE {_ONCE}) AS p",
    "cases.found_by_staff": _share(_ONCE, "by_staff"),
    "cases.not_taken": _share(_ONCE, "stage IN ('refused', 'withdrawn', 'abuse')"),
    "cases.unrated": _share(f"{_CLOSED} AND NOT by_staff", "grade IS NULL"),
    "cases.bad": _share(f"{_CLOSED} AND NOT by_staff AND grade IS NOT NULL", "grade <= 2"),
    "cases.unreached": _share(f"{_CLOSED} AND NOT by_staff", "missed AND solved IS NULL"),
    "cases.warned": _count("acts", "verb = 'warn'"),
    "cases.crossed": _count("acts", "verb = 'overdue'"),
    "cases.extensions": _count("acts", "verb = 'grant_extension'"),
    "cases.suspensions": _count("acts", "verb = 'suspend'"),
    **{f"cases.{name}_median": _tenth(5, "cases", _CLOSED, span) for name, span in _SPANS.items()},
    **{f"cases.{name}_p90": _tenth(9, "cases", _CLOSED, span) for name, span in _SPANS.items()},
}
_ALL: Final = _TABLES + " UNION ALL ".join(
    f"SELECT '{name}', f.* FROM ({query}) AS f (num, den, n)" for name, query in FIGURES.items()
)


def figures(size: int, start: datetime, stop: datetime, until: datetime) -> dict[str, Numbers]:
    """Every figure of the period from `start` to before `stop`, as the log's first `size` entries tell it.

    `until`: the end of the period, or just after the last of the entries where that is earlier.
    """
    return {name: Numbers(num, den, n) for name, num, den, n in _asked(_ALL, size, start, stop, until)}


def rows(query: str, size: int, start: datetime, stop: datetime, until: datetime) -> list[tuple[Any, ...]]:
    """What a query over the same tables gives."""
    return _asked(f"{_TABLES} {query}", size, start, stop, until)


def _asked(query: str, size: int, start: datetime, stop: datetime, until: datetime) -> list[tuple[Any, ...]]:
    events = corrected(size)
    given = {
        "size": size, "start": start, "stop": stop, "until": until, "events": json.dumps(events, default=str),
        "corrected": _corrected(size),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _corrected(size: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT e.subject FROM log_leaf l JOIN event e ON e.id = l.event_id "
            "WHERE e.line = 'cases' AND e.corrects IS NOT NULL AND l.idx < %s",
            [size],
        )
        return [subject for (subject,) in cursor.fetchall()]


def corrected(size: int) -> list[dict[str, Any]]:
    """The events of corrected cases as they are to be read once the corrections are followed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, e.corrects, e.subject, e.verb, l.idx, e.occurred_at, e.recorded_at, e.body::text FROM log_leaf l "
            "JOIN event e ON e.id = l.event_id WHERE e.subject = ANY(%s) AND l.idx < %s ORDER BY l.idx",
            [_corrected(size), size],
        )
        names = [one.name for one in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    found = []
    for subject in {row["subject"] for row in rows}:
        found += _followed([row | {"body": json.loads(row["body"])} for row in rows if row["subject"] == subject])
    return found


def _followed(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A case's events without corrections: what was corrected holds, in later events that only repeated it too."""
    first: dict[Any, Any] = {}
    kept: dict[Any, dict[str, Any]] = {}
    for event in events:
        if event["corrects"] is None:
            first[event["id"]] = event["id"]
            kept[event["id"]] = event | {"earlier": _so_far(kept.values())}
        else:
            first[event["id"]] = first[event["corrects"]]
            old = kept[first[event["id"]]]
            if event["verb"] == "void":
                old["void"] = True
            else:
                move = {"move": old["body"]["move"]} if "move" in old["body"] else {}
                old |= {"occurred_at": event["occurred_at"], "body": event["body"] | move}
    so_far: dict[str, Any] = {}
    found = []
    for event in kept.values():
        if not event.get("void"):
            so_far |= _news(event)
            body = {name: value for name, value in (event["body"] | so_far).items() if value is not None}
            found.append(
                {name: event[name] for name in ("idx", "subject", "verb", "occurred_at", "recorded_at")}
                | {"body": body}
            )
    return found


def _so_far(events: Iterable[dict[str, Any]]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for event in events:
        known |= {} if event.get("void") else _news(event)
    return known


def _news(event: dict[str, Any]) -> dict[str, Any]:
    """What an event said otherwise than was known when it was recorded."""
    return {name: event["body"].get(name) for name in SNAPSHOT if event["body"].get(name) != event["earlier"].get(name)}
