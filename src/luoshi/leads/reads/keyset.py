"""Keyset paging of a list: the rows after a place, newest first by a field, and where the next ones begin."""

from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

Place = tuple[datetime, int]


def cut(rows: QuerySet[Any], field: str, after: Place | None, size: int) -> tuple[list[Any], Place | None]:
    """Up to `size` rows after a place, and the place after them; None where they are the last. One query."""
    if after is not None:
        at, key = after
        rows = rows.filter(Q(**{f"{field}__lt": at}) | Q(**{field: at, "id__lt": key}))
    found: list[Model] = list(rows.order_by(f"-{field}", "-id")[: size + 1])
    shown = found[:size]
    return shown, (getattr(shown[-1], field), shown[-1].pk) if len(found) > size else None
