"""What followers of a case are told: nothing that the public page does not show."""

from typing import Final

from luoshi.cases.models import Case
from luoshi.kernel.text import T
from luoshi.web import words

TITLE: Final = T("您关注的 {number}", "{number}, which you follow")
WORDS: Final = {
    "accept": T("您关注的 {number} 已受理。{due}", "{number}, which you follow, is accepted. {due}"),
    "refuse": T("您关注的 {number} 不予受理。", "{number}, which you follow, is not accepted."),
    "merge": T(
        "您关注的 {number} 和另一件是同一个问题，一起办，办好了会告诉您。",
        "{number}, which you follow, is about the same problem as another one: they are done together, and you will be told.",
    ),
    "answer": T("您关注的 {number} 办好了，正在等上报人确认。", "{number}, which you follow, is done; its reporter is being asked."),
    "close": T("您关注的 {number} 已办结。", "{number}, which you follow, is closed."),
    "again": T("您关注的 {number} 重新办理。", "{number}, which you follow, is done again."),
}  # fmt: skip
_DUE: Final = T("应于 {when} 前办完。", "It is to be done by {when}.")
_LINK: Final = T("查进度，或不再关注：{link}", "Look, or stop following: {link}")


def text_of(what: str, case: Case) -> T | None:
    """The words of an occasion, a key of `telling.WORDS`; None for what concerns the reporter alone. `{link}` stays."""
    if what not in WORDS:
        return None
    due = _DUE.fill(when=words.when(case.due_at)) if case.due_at and what == "accept" else T("", "")
    filled, link = WORDS[what].fill(number=case.number, due=due), _LINK.fill(link="{link}")
    return T(f"{filled.zh.strip()} {link.zh}", f"{filled.en.strip()} {link.en}")
