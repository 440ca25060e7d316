"""When a reporter is told, and in which words. Pure, but for the city's calendar in the words of times."""

from typing import Any, Final

from luoshi.cases.models import Case
from luoshi.kernel.action import Change
from luoshi.kernel.text import T
from luoshi.web import words

JOB: Final = "cases.tell"
LONGEST: Final = 300  # characters of an answer or a question in a message; the page has it whole
ENDS: Final = "。！？…；.!?;"
BY_MOVE: Final = {
    "accept": "accept",
    "refuse": "refuse",
    "ask": "ask",
    "merge": "merge",
    "staff_reopen": "again",
    "call_unsolved": "again",
}
# by the state that a move led to: what ends the work, and what ends the case
ANSWERED: Final = frozenset({"verify", "part_done"})
CLOSED: Final = frozenset({"confirm", "call_solved", "close_unrated", "verify_close", "part_done"})
# what those are told too whose own report stands merged in another case
SHARED: Final = frozenset({"answer", "close", "again"})
TITLE: Final = T("您上报的 {number}", "Your report {number}")
WORDS: Final = {
    "accept": T("您上报的 {number} 已受理。{due}", "Your report {number} is accepted. {due}"),
    "refuse": T("您上报的 {number} 不予受理。{answer}", "Your report {number} is not accepted. {answer}"),
    "ask": T(
        "办 {number} 时有一个问题要问您：{question}请打开链接答复，{until} 前有效。",
        "There is a question about your report {number}: {question} Please open the link and answer until {until}.",
    ),
    "merge": T(
        "您上报的 {number} 和另一件是同一个问题，一起办，办好了会告诉您。",
        "Your report {number} is about the same problem as another one: they are done together, and you will be told.",
    ),
    "answer": T(
        "您上报的 {number} 办好了。答复：{answer}请打开链接说一声解决没有，也可以打分。",
        "Your report {number} is done. Answer: {answer} Please open the link, say whether it is solved, and rate it.",
    ),
    "close": T(
        "您上报的 {number} 已办结。没解决，打开链接按“重新办”就行，不用再报。",
        "Your report {number} is closed. If it is not solved, open the link and press “Do it again”.",
    ),
    "again": T(
        "您上报的 {number} 重新办理，不用再报。", "Your report {number} is done again: no new report is needed."
    ),
    "renew": T("您上报的 {number} 的新查询码：{code}。", "The new tracking code of your report {number}: {code}."),
}
# for the reporter of one that was merged: the verdict is given on the case that stands for it
MERGED: Final = {
    "answer": T(
        "您上报的 {number} 和另一件一起办好了。答复：{answer}您这处不是同一个问题，或没解决，请打开链接告诉我们。",
        "Your report {number} is done together with another one. Answer: {answer} If yours was another problem, or is not "
        "solved, please open the link and tell us.",
    ),
    "close": T(
        "您上报的 {number} 和另一件一起办结了。您这处没解决，打开链接按“不是同一件”，会单独再办。",
        "Your report {number} is closed together with another one. If yours is not solved, open the link and press “It is not "
        "the same problem”: it is then done on its own.",
    ),
}
_LINK: Final = T("查进度：{link}", "Follow it: {link}")
_DUE: Final = T("应于 {when} 前办完。", "It is to be done by {when}.")


def occasion(case: Case, move: str) -> str | None:
    """What a move gives rise to say, a key of WORDS; None for most."""
    if case.state == "verified" and move in ANSWERED:
        return "answer"
    if case.state == "closed" and move in CLOSED:
        return "close"
    return BY_MOVE.get(move)


def jobs_of(case: Case, change: Change) -> tuple[tuple[str, dict[str, Any]], ...]:
    """The job that tells the reporter and other systems; its arguments are ids only."""
    what = occasion(case, str(change.body.get("move", "")))
    if what is None or case.part_of_id is not None:
        return ()
    return ((JOB, {"case": case.pk, "what": what, "version": case.version}),)


def _sentence(text: str) -> T:
    """A text as a sentence of a message: on one line, not too long, ended as sentences are."""
    plain = " ".join(text.split())
    if len(plain) > LONGEST:
        plain = plain[: LONGEST - 1] + "…"
    ended = not plain or plain[-1] in ENDS
    return T(plain if ended else f"{plain}。", plain if ended else f"{plain}.")


def text_of(what: str, case: Case, whole: Case) -> T:
    """The words for the reporter of a case; `whole` is the case that is worked on (another one where it is merged).

    `{code}` and `{link}` stay: they are filled when it is sent.
    """
    private = whole.private
    due = _DUE.fill(when=words.when(whole.due_at)) if whole.due_at and what == "accept" else T("", "")
    said = MERGED.get(what, WORDS[what]) if case.pk != whole.pk else WORDS[what]
    filled = said.fill(
        number=case.number, due=due, answer=_sentence(private.answer), question=_sentence(private.question),
        until=words.when(whole.ask_due_at), code="{code}",
    )  # fmt: skip
    link = _LINK.fill(link="{link}")
    return T(f"{filled.zh.strip()} {link.zh}", f"{filled.en.strip()} {link.en}")
