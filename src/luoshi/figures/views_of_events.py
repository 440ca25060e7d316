"""Each line's events as typed columns in PostgreSQL: a view over the log and over the versions that corrections made.

`figures.lake` writes what it shows to columnar files; `--engine postgres` asks it directly.
"""

from typing import Final

from django.db import connection
from psycopg import sql

from luoshi.figures import subjects
from luoshi.kernel import lines
from luoshi.kernel.measures import OWN, Facts, month_of

# a double holds the microseconds of any time before the year 2255 exactly, and is much faster than numeric
_MICROS: Final = "(date_part('epoch', {}) * 1000000)::bigint"
_ZONE: Final = "(SELECT pack->>'timezone' FROM installation)"
_SQL_TYPES: Final = {"text": "text", "int": "bigint", "bool": "boolean", "time": "timestamptz"}


def _month(time: str) -> str:
    """year × 12 + month − 1 in the city's time."""
    local = f"({time} AT TIME ZONE {_ZONE})"
    return f"(date_part('year', {local}) * 12 + date_part('month', {local}) - 1)::int"


def _said(facts: Facts, source: str) -> str:
    """What the body says, taken apart at once."""
    typed = ", ".join(f"{one.name} {_SQL_TYPES[one.type]}" for one in facts.columns)
    return f"CROSS JOIN LATERAL jsonb_to_record({source}.body) AS b ({typed})"


def _columns(facts: Facts, source: str) -> str:
    """The event's own times, what its body says, and the months of its clocks; times as microseconds."""
    times = {name: f"{source}.{name}" for name in ("occurred_at", "recorded_at")}
    times |= {one.name: f"b.{one.name}" for one in facts.columns if one.type == "time"}
    found = {name: _MICROS.format(time) for name, time in times.items()}
    found |= {one.name: f"b.{one.name}" for one in facts.columns if one.type != "time"}
    months = {month_of(name): _month(times[name]) for name in facts.clocks if name in times}
    return ", ".join(f"{text} AS {name}" for name, text in (found | months).items())


def text(facts: Facts) -> str:
    """The SQL of a line's view."""
    kept = ", ".join(one.name for one in OWN if one.name not in ("occurred_at", "recorded_at"))
    assert kept == "place, known, superseded, subject, verb"
    return (
        f"CREATE VIEW {facts.line}_events AS "
        f"SELECT l.idx AS place, l.idx AS known, NULL::bigint AS superseded, e.subject, e.verb, "
        f"{_columns(facts, 'e')} "
        f"FROM event e JOIN log_leaf l ON l.event_id = e.id {_said(facts, 'e')} WHERE e.line = '{facts.line}' AND e.corrects IS NULL "
        "AND NOT EXISTS (SELECT FROM fact_version v WHERE v.subject = e.subject) "
        f"UNION ALL SELECT v.place, v.known, v.superseded, v.subject, v.verb, {_columns(facts, 'v')} "
        f"FROM fact_version v {_said(facts, 'v')} WHERE v.line = '{facts.line}'"
    )


def create() -> None:
    """Make the views, and the tables of subjects, anew, as the owner. Each says by its comment from which declaration."""
    with connection.cursor() as cursor:
        for facts in (face.facts for face in lines.installed()):
            view = sql.Identifier(f"{facts.line}_events")
            cursor.execute(sql.SQL("DROP VIEW IF EXISTS {}").format(view))
            cursor.execute(text(facts))
            cursor.execute(sql.SQL("COMMENT ON VIEW {} IS {}").format(view, sql.Literal(facts.fingerprint)))
            for statement in subjects.create(facts):
                cursor.execute(statement)
            kept = sql.Identifier(subjects.table(facts))
            cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(kept, sql.Literal(facts.fingerprint)))


def stale() -> list[str]:
    """The views and tables that are missing or were made from another declaration than this version's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, obj_description(oid, 'pg_class') FROM pg_class WHERE relkind IN ('v', 'r')")
        known = dict(cursor.fetchall())
    all_facts = [face.facts for face in lines.installed()]
    wanted = {name: one.fingerprint for one in all_facts for name in (f"{one.line}_events", subjects.table(one))}
    return [name for name, fingerprint in wanted.items() if known.get(name) != fingerprint]
