"""What may happen to lists of rules and to standard texts, and how wide their events stand in the log. Pure."""

from typing import Any, Final

from luoshi.cases.flow import FLOW as CASES
from luoshi.cases.flow import HOLDER, SYSTEM
from luoshi.kernel.flow import Flow, Move, State
from luoshi.kernel.ledger.fields import Widths
from luoshi.kernel.text import T

RULES: Final = "cases.rules"
TEXTS: Final = "cases.texts"
LISTS: Final = Flow("routing", "set", (State("set", T("生效", "Set")),), ())
_LIST: Final = Widths(
    frozenset(), frozenset({"number", "restores", "rules", "sample", "moved", "reason", "acting_for"})
)
LIST_WIDTHS: Final = {"set_rules": _LIST, "restore_rules": _LIST}

_SAYS: Final = ("title", "text", "category")
TEXT_FLOW: Final = Flow(
    "routing",
    "used",
    (State("used", T("在用", "In use"), ("open",)), State("retired", T("停用", "Retired"))),
    (
        Move(
            "change_text", T("修改标准文字", "Change a standard text"), ("used",), None, TEXTS, _SAYS[:2], ("category",)
        ),
        Move("retire_text", T("停用标准文字", "Retire a standard text"), ("used",), "retired", TEXTS, ("reason",)),
        Move("renew_text", T("恢复标准文字", "Use a standard text again"), ("retired",), "used", TEXTS),
    ),
)
_TEXT: Final = Widths(frozenset(), frozenset({"verb", "field", *_SAYS, "state", "reason", "acting_for"}))
TEXT_WIDTHS: Final = {"add_text": _TEXT, "change_text": _TEXT, "retire_text": _TEXT, "renew_text": _TEXT}
FIELDS: Final = ("answer", "reason", "note", "question")
PLACES: Final = {
    f"{move.verb}.{field}": move
    for move in CASES.moves
    for field in FIELDS
    if field in (*move.needs, *move.takes) and move.right not in (HOLDER, SYSTEM)
}
"""Where a standard text may stand: `verb.field` of every move that staff make."""


def list_facts(row: Any) -> dict[str, Any]:
    """What the log needs to know of a list."""
    return {
        "number": row.number,
        "restores": row.restores,
        "sample": row.sample,
        "moved": row.moved,
        "reason": row.reason,
    }


def text_facts(row: Any) -> dict[str, Any]:
    """What the log needs to know of a standard text."""
    return {name: getattr(row, name) for name in ("verb", "field", "category", "title", "text", "state")}
