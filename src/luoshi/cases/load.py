"""Take over the pack's categories and where its hotline hands calls on."""

from luoshi.cases.models import Category
from luoshi.cases.staff.hotline.models import CallDesk
from luoshi.packs.model import Category as Kind
from luoshi.packs.model import Pack

KEPT = [
    "parent", "level", "zh", "en", "public", "reportable", "function", "scope", "response_n", "response_kind",
    "handle_n", "handle_kind", "evidence", "order", "words",
]  # fmt: skip

DESK_KEPT = ["number", "zh", "en", "when_zh", "when_en", "order", "used"]


def load_categories(pack: Pack) -> None:
    """Insert or update all categories of the pack, parents first."""
    rows = [_row(kind, order) for order, kind in enumerate(pack.categories)]
    for row in rows:
        row.words = list(pack.words.get(row.code, ()))
    for level in (1, 2, 3):
        same = [row for row in rows if row.level == level]
        if same:
            Category.objects.bulk_create(same, update_conflicts=True, unique_fields=["code"], update_fields=KEPT)


def load_desks(pack: Pack) -> None:
    """Insert or update where calls are handed on; a desk that the pack does not name any more is not offered."""
    rows = [
        CallDesk(
            code=desk.code, number=desk.number, zh=desk.name.zh, en=desk.name.en, when_zh=desk.when.zh,
            when_en=desk.when.en, order=order,
        )
        for order, desk in enumerate(pack.desks)
    ]  # fmt: skip
    CallDesk.objects.exclude(code__in=[row.code for row in rows]).update(used=False)
    CallDesk.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=DESK_KEPT)


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
