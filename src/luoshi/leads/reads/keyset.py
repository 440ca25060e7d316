"""Keyset paging of a list: the rows after a place, newest first by a field, and where the next ones begin."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

Place = tuple[datetime, int]


def cut(
    rows: QuerySet[Any], field: str, after: Place | None, size: int, make: Callable[[Any], Any] | None = None
) -> tuple[list[Any], Place | None]:
    """Up to `size` rows after a place, and the place after them; None where they are the last. One query.

    `make`: what becomes of a row of values before its `field` and `pk` are read.
    """
    if after is not None:
        at, key = after
        rows = rows.filter(Q(**{f"{field}__lt": at}) | Q(**{field: at, "id__lt": key}))
    found: list[Any] = list(rows.order_by(f"-{field}", "-id")[: size + 1])
    found = [make(row) for row in found] if make else found
    shown = found[:size]
    return shown, (getattr(shown[-1], field), shown[-1].pk) if len(found) > size else None
