"""The views that a person keeps."""

from luoshi.cases.staff.models import SavedView
from luoshi.kernel.viewer import Viewer


def views(viewer: Viewer) -> list[tuple[int, str, str]]:
    """(key, name, query) of the viewer's own views, the oldest first; one query."""
    if viewer.person is None:
        return []
    return list(SavedView.objects.filter(person_id=viewer.person).order_by("id").values_list("id", "name", "query"))
