"""What a reorganisation ends and makes, row by row, noted so that it can be taken back as long as it has not begun."""

from datetime import date
from typing import Any, Final

from django.db import models

from luoshi.people.models import Dated, Post, UnitCovers, UnitParent

TABLES: Final[dict[str, type[models.Model]]] = {"post": Post, "parent": UnitParent, "covers": UnitCovers}
_NAMES: Final = {model: name for name, model in TABLES.items()}


class Steps:
    """Writes dated rows at once, in the transaction of the action, and remembers what they were."""

    def __init__(self) -> None:
        self.ended: list[tuple[str, int, str | None]] = []
        self.made: list[tuple[str, int]] = []

    def end(self, row: Dated, day: date) -> bool:
        """The row holds no longer from that day on; False where it does not reach that day anyway."""
        if row.valid_to is not None and row.valid_to <= day:
            return False
        self.ended.append((_NAMES[type(row)], row.pk, row.valid_to.isoformat() if row.valid_to else None))
        row.valid_to = max(day, row.valid_from)
        row.save(update_fields=["valid_to"])
        return True

    def make(self, row: UnitParent | UnitCovers | Post) -> None:
        """A new row; one of the same day that never was makes way for it."""
        if not isinstance(row, Post):
            same: dict[str, Any] = {"unit": row.unit, "valid_from": row.valid_from, "valid_to": row.valid_from}
            if isinstance(row, UnitCovers):
                same["division"] = row.division_id
            type(row)._default_manager.filter(**same).delete()
        row.save(force_insert=True)
        self.made.append((_NAMES[type(row)], row.pk))

    def plain(self) -> dict[str, Any]:
        """As JSON, for `back`."""
        return {"ended": [list(one) for one in self.ended], "made": [list(one) for one in self.made]}

    @staticmethod
    def back(plain: dict[str, Any]) -> None:
        """What was made never was, and what was ended goes on until when it did before."""
        for name, key in plain.get("made", ()):
            TABLES[name]._default_manager.filter(pk=key).update(valid_to=models.F("valid_from"))
        for name, key, until in plain.get("ended", ()):
            TABLES[name]._default_manager.filter(pk=key).update(valid_to=until)
