"""Cases of other systems, found by the id that they have there."""

from collections.abc import Iterable, Sequence

from luoshi.cases.imported import RIGHT
from luoshi.cases.models import Case, CasePrivate, Category
from luoshi.kernel.rights import demand
from luoshi.kernel.viewer import Viewer


def by_source(viewer: Viewer, source: str, ids: Sequence[str], *, lock: bool = False) -> dict[str, Case]:
    """The cases of a source by their id there, each with its private row (an empty one in memory where it was deleted).

    Raises Denied for who may not import. `lock` keeps them for the caller's transaction.
    """
    demand(viewer, RIGHT)
    # read after the lock: joined, the private rows would be as they were before we waited
    rows = Case.objects.prefetch_related("private").filter(source=source, source_id__in=ids)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True).order_by("id")
    found = {case.source_id: case for case in rows}
    for case in found.values():
        if not hasattr(case, "private"):
            CasePrivate(case=case)
    return found


def categories(codes: Iterable[str]) -> dict[str, Category]:
    """Categories by code; those that are unknown are left out."""
    return Category.objects.in_bulk(list(codes))
