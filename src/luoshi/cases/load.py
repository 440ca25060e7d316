"""Take over the pack's categories."""

from luoshi.cases.models import Category
from luoshi.packs.model import Category as Kind
from luoshi.packs.model import Pack

KEPT = [
    "parent", "level", "zh", "en", "public", "reportable", "function", "scope", "response_n", "response_kind",
    "handle_n", "handle_kind", "evidence", "order",
]  # fmt: skip


def load_categories(pack: Pack) -> None:
    """Insert or update all categories of the pack, parents first."""
    rows = [_row(kind, order) for order, kind in enumerate(pack.categories)]
    for level in (1, 2, 3):
        same = [row for row in rows if row.level == level]
        if same:
            Category.objects.bulk_create(same, update_conflicts=True, unique_fields=["code"], update_fields=KEPT)


def _row(kind: Kind, order: int) -> Category:
    row = Category(
        code=kind.code, parent_id=kind.parent, level=kind.depth, zh=kind.name.zh, en=kind.name.en,
        public=kind.public, reportable=kind.reportable and kind.handling is not None, order=order,
    )  # fmt: skip
    if kind.handling is not None:
        how = kind.handling
        row.function, row.scope = how.function, how.level
        row.response_n, row.response_kind = how.respond.n, how.respond.kind
        row.handle_n, row.handle_kind = how.limit.n, how.limit.kind
        row.evidence = ",".join(how.evidence)
    return row
