"""The pack's categories, held in memory: some two hundred, and they hardly ever change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from luoshi.cases.models import Category
from luoshi.kernel.text import T

FRESH: Final = 10.0  # seconds for which a process trusts what it read


@dataclass(frozen=True)
class Kinds:
    """The categories by code, in the pack's order."""

    rows: Mapping[str, Category]
    _paths: dict[str, T] = field(default_factory=dict, repr=False, compare=False)

    def name(self, code: str) -> T:
        """Its own name; the code where it is unknown."""
        row = self.rows.get(code)
        return T(row.zh, row.en) if row else T(code, code)

    def path(self, code: str) -> T:
        """`道路与桥梁 · 车行道 · 主干路路面坑洼破损`: from the top down."""
        if code not in self._paths:
            names: list[T] = []
            row = self.rows.get(code)
            while row is not None:
                names.insert(0, T(row.zh, row.en))
                row = self.rows.get(row.parent_id or "")
            self._paths[code] = T(" · ".join(n.zh for n in names), " · ".join(n.en for n in names))
        return self._paths[code]

    def tops(self) -> list[Category]:
        """The top categories of the pack."""
        return [row for row in self.rows.values() if row.level == 1 and not row.source]

    def leaves(self) -> list[Category]:
        """The single kinds of the pack that a case can have."""
        return [row for row in self.rows.values() if row.level == 3 and row.reportable and not row.source]


_kept: tuple[float, Kinds] | None = None


def kinds() -> Kinds:
    """All categories, at most ten seconds old."""
    global _kept
    if _kept is None or monotonic() - _kept[0] > FRESH:
        rows = {row.code: row for row in Category.objects.order_by("source", "order", "code")}
        _kept = (monotonic(), Kinds(rows))
    return _kept[1]
