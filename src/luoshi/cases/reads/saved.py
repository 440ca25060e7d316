"""The views that a person keeps."""

from django.db import connection

from luoshi.kernel.viewer import Viewer


def views(viewer: Viewer) -> list[tuple[int, str, str]]:
    """(key, name, query) of the viewer's own views, the oldest first; one query."""
    if viewer.person is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, query FROM saved_view WHERE person_id = %s ORDER BY id", [viewer.person])
        return list(cursor.fetchall())
