"""The words for every move that this line leaves in the log, for those who see the log and not the cases."""

from collections.abc import Mapping
from typing import Final

from luoshi.cases.facts import VERBS
from luoshi.cases.flow import FLOW
from luoshi.cases.reads.kinds import kinds
from luoshi.cases.reads.one import WORDS
from luoshi.cases.routing.flow import TEXT_FLOW
from luoshi.kernel.text import T
from luoshi.people import tree

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


def open_words() -> Mapping[str, Mapping[str, T]]:
    """What the log's entries of cases say in the open, in words: by field (or `verb`), then by value."""
    places = [one for one in tree.today().divisions.values() if one.level == "county"]
    return {
        "verb": {verb: text for verb in VERBS if (text := deed(verb)) is not None},
        "county": {one.code: T(one.zh, one.en) for one in places},
        "top": {one.code: T(one.zh, one.en) for one in kinds().tops()},
        "stage": {state.name: state.text for state in FLOW.states},
        "status": FLOW.statuses,
    }
