"""The words for every move that this line leaves in the log, for those who see the log and not the cases."""

from typing import Final

from luoshi.cases.flow import FLOW
from luoshi.cases.reads.one import WORDS
from luoshi.cases.routing.flow import TEXT_FLOW
from luoshi.kernel.text import T

_ALL: Final = {
    **{move.verb: move.text for move in (*FLOW.moves, *TEXT_FLOW.moves)},
    **WORDS,
    "set_rules": T("保存派遣规则", "Routing rules saved"),
    "restore_rules": T("恢复派遣规则", "Routing rules restored"),
    "add_text": T("新增标准文字", "Standard text added"),
}


def deed(move: str) -> T | None:
    """What was done, in words; None for a move of another line."""
    return _ALL.get(move)
