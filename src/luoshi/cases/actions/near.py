"""What a handler does on the spot in one press: pictures and a note become evidence, and the work is reported done."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from luoshi.cases.actions.unit import add_evidence, finish
from luoshi.cases.models import Photo
from luoshi.kernel.viewer import Viewer


def handled(
    viewer: Viewer, number: str, *, seen: int | None, key: str, door: str, answer: str, note: str = "",
    photos: Sequence[Photo] = (),
) -> None:  # fmt: skip
    """Both moves, or neither. A picture says itself on which side it stands (`kind`). The same key does nothing again.

    Raises Absent, Denied, Stale, NotNow or Invalid.
    """
    common: dict[str, Any] = {"viewer": viewer, "on": number, "door": door}
    with transaction.atomic():
        if note or photos:
            add_evidence(**common, seen=seen, key=f"{key}/evidence", note=note, photos=list(photos))
            seen = None
        finish(**common, seen=seen, key=f"{key}/finish", answer=answer)
