"""Published reports: public, the newest first."""

from uuid import UUID

from django.db import connection

from luoshi.figures.models import Report
from luoshi.kernel.problems import Absent
from luoshi.kernel.viewer import Viewer


def listed(viewer: Viewer, limit: int = 200) -> list[Report]:
    """All of them; whoever asks."""
    return list(Report.objects.order_by("-published_at", "-id")[:limit])


def one(viewer: Viewer, ref: UUID) -> Report:
    """The report of an id. Raises Absent."""
    found = Report.objects.filter(log_id=ref).first()
    if found is None:
        raise Absent
    return found


def entry_of(subject: UUID) -> int | None:
    """The place in the log of a report's publication; None while it waits to be sealed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT l.idx FROM event e JOIN log_leaf l ON l.event_id = e.id WHERE e.subject = %s", [subject])
        found = cursor.fetchone()
        return int(found[0]) if found else None
