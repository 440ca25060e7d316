"""What the log committed to when a case was reported."""

from django.db import connection

from luoshi.cases.models import Case
from luoshi.cases.reads.one import Entry


def words(case: Case, entry: Entry) -> tuple[bytes, bytes] | None:
    """Random bytes and private body of an event of a case that was read through its door; None once they are deleted."""
    query = "SELECT p.salt, p.body FROM event_private p JOIN event e ON e.id = p.event_id WHERE e.id = %s AND e.subject = %s"
    with connection.cursor() as cursor:
        cursor.execute(query, [entry.id, case.log_id])
        found = cursor.fetchone()
    return (bytes(found[0]), bytes(found[1])) if found else None
