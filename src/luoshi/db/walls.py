"""Do the log's walls stand as they were built? Who may change its tables, and whether what refuses changes is at work.

Seat belts, not proof: whoever can take them down can put them up again. But they do not stay down unseen.
"""

from collections.abc import Iterator
from typing import Any, Final

from luoshi.db.roles import Connection
from luoshi.db.tables import LOG
from luoshi.kernel.text import T

# What was granted to others than the owner, on the table or some columns; and what we may by way of another role.
_GRANTED: Final = r"""
WITH log AS (SELECT to_regclass('public.' || name) AS oid, name, at FROM unnest(%s::text[]) WITH ORDINALITY t (name, at)),
acls AS (
  SELECT l.at, l.name, c.relowner, a.* FROM log l JOIN pg_class c USING (oid), aclexplode(c.relacl) a
  UNION SELECT l.at, l.name, c.relowner, a.* FROM log l JOIN pg_class c USING (oid)
    JOIN pg_attribute k ON k.attrelid = l.oid, aclexplode(k.attacl) a)
SELECT coalesce(r.rolname, 'PUBLIC'), g.name, g.privilege_type FROM acls g LEFT JOIN pg_roles r ON r.oid = g.grantee
WHERE g.grantee <> g.relowner AND g.privilege_type <> 'SELECT'
  AND NOT (g.privilege_type = 'INSERT' AND r.rolname LIKE '%%\_app')
UNION SELECT current_user, l.name, p FROM log l, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) p
  WHERE has_table_privilege(l.oid, p) AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
ORDER BY 2, 1, 3
"""
_LACKED: Final = """
SELECT current_user, name, p FROM unnest(%s::text[]) name, unnest(ARRAY['SELECT', 'INSERT']) p
WHERE NOT has_table_privilege('public.' || name, p) ORDER BY 2, 3
"""
# bits of pg_trigger.tgtype: before 2, delete 8, update 16, truncate 32
_TRIGGERS: Final = """
SELECT t.name, c.change FROM unnest(%s::text[]) WITH ORDINALITY t (name, at)
CROSS JOIN (VALUES ('DELETE', 8), ('UPDATE', 16), ('TRUNCATE', 32)) c (change, bit)
WHERE NOT EXISTS (
  SELECT FROM pg_trigger g JOIN pg_proc f ON f.oid = g.tgfoid
  WHERE g.tgrelid = to_regclass('public.' || t.name) AND g.tgenabled IN ('O', 'A') AND g.tgtype & 2 > 0
    AND g.tgtype & c.bit > 0 AND g.tgqual IS NULL AND g.tgattr = ''::int2vector
    AND f.proname = 'refuse_change' AND f.prosrc LIKE '%%RAISE EXCEPTION%%' AND f.prosrc NOT ILIKE '%%RETURN%%')
ORDER BY t.at, c.bit
"""


def problems(connection: Connection) -> list[T]:
    """Each right that somebody has too much or the application lacks, and each change that nothing refuses."""
    return [*_rights(connection), *_open(connection)]


def _rights(connection: Connection) -> Iterator[T]:
    for role, table, right in _rows(connection, _GRANTED, list(LOG)):
        yield T("{role} 对表 {table} 有 {right} 权", "{role} has {right} on table {table}").fill(
            role=role, table=table, right=right
        )
    for role, table, right in _rows(connection, _LACKED, list(LOG)):
        yield T("{role} 对表 {table} 没有 {right} 权", "{role} lacks {right} on table {table}").fill(
            role=role, table=table, right=right
        )


def _open(connection: Connection) -> Iterator[T]:
    for table, change in _rows(connection, _TRIGGERS, list(LOG)):
        yield T("没有触发器拒绝 {table} 的 {change}", "no trigger refuses {change} on table {table}").fill(
            table=table, change=change
        )
    ((mode,),) = _rows(connection, "SELECT current_setting('session_replication_role')")
    if mode != "origin":
        yield T("触发器对本连接不起作用（{mode}）", "triggers do not fire for this connection ({mode})").fill(mode=mode)


def _rows(connection: Connection, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())
