"""A case told to its reporter: in plain words, with the names of units and never of persons, without notes among staff."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.cases import clocks, corrected
from luoshi.cases.actions.again import on_time
from luoshi.cases.flow import FLOW
from luoshi.cases.imported import STATUS
from luoshi.cases.models import Case
from luoshi.cases.reads.one import Entry
from luoshi.kernel import calendar
from luoshi.kernel.deadlines import Rule, due, explain, left
from luoshi.kernel.text import T
from luoshi.people import reads as people
from luoshi.web import parts, words
from luoshi.web.svg import Light

NOBODY: Final = T("值班员", "the desk")
HEADLINES: Final = {
    "reported": T("已收到，等待受理", "Received, waiting to be accepted"),
    "accepted": T("已受理，正在派遣", "Accepted, being sent to a unit"),
    "dispatched": T("已派给{unit}，等待签收", "Sent to {unit}, waiting to be taken on"),
    "joint": T("由谁来办，正在会商", "Being settled whose work it is"),
    "parted": T("几个单位分头在办", "Several units are each doing a part"),
    "handling": T("{unit}正在办理", "{unit} is working on it"),
    "handled": T("{unit}报告已办，等待另一人核查", "{unit} reports it done; somebody else is to verify it"),
    "verified": T("办好了，请您确认", "It is done: please confirm"),
    "closed": T("已办结", "Closed"),
    "refused": T("不予受理", "Not accepted"),
    "withdrawn": T("您已撤回", "You took it back"),
    "abuse": T("没有受理", "Not taken on"),
    "merged": T("和另一件一起办", "Done together with another report"),
}


class Line(NamedTuple):
    """How a move is told: words with places for `unit` (who did it), `to` (who has it now) and `until`; what was said."""

    text: T
    said: str = ""  # the field whose text the reporter may read: their own, or what was written to them
    kind: str = ""


MOVES: Final = {
    "report": Line(T("您上报", "You reported it")),
    "import": Line(T("从别的系统转入", "Came from another system")),
    "accept": Line(T("受理", "Accepted")),
    "refuse": Line(T("不予受理", "Not accepted"), "answer", "is-bad"),
    "mark_abuse": Line(T("没有受理", "Not taken on"), "", "is-bad"),
    "dispatch": Line(T("派给 {to}", "Sent to {to}")),
    "decide": Line(T("会商决定：派给 {to}", "Settled: sent to {to}")),
    "split": Line(T("分给几个单位办", "Split between several units")),
    "part_done": Line(T("其中一个单位办完", "One of the units is done")),
    "merge": Line(T("和另一件是同一个问题，一起办", "The same problem as another report: done together")),
    "absorb": Line(T("又有人上报同一个问题，一起办", "Somebody else reported the same problem: done together")),
    "unmerge": Line(T("和另一件分开，单独办", "Done on its own again")),
    "not_same": Line(T("您说不是同一件，单独办", "You said it is another problem: done on its own"), "note"),
    "adopt": Line(T("转为本市案件，受理", "Taken over as a case of this city")),
    "sign": Line(T("{unit}签收", "{unit} took it on")),
    "send_back": Line(T("{unit}退回，重新派遣", "{unit} returned it: it is sent anew"), "", "is-bad"),
    "escalate": Line(T("{unit}再次退回，多个单位会商", "{unit} returned it again: units settle it together"), "", "is-bad"),
    "contact": Line(T("{unit}与您联系过", "{unit} was in touch with you")),
    "add_evidence": Line(T("{unit}补了处理证据", "{unit} added evidence")),
    "finish": Line(T("{unit}办完", "{unit} reported it done"), "answer"),
    "verify": Line(T("核查通过", "Verified")),
    "verify_close": Line(T("核查通过，办结", "Verified and closed")),
    "reject": Line(T("核查没有通过，退回重办", "Not verified: to be done again"), "", "is-bad"),
    "call_solved": Line(T("回访：您说解决了", "Call-back: you said it is solved")),
    "call_unsolved": Line(T("回访：您说没解决，重新办", "Call-back: you said it is not solved, so it is done again"), "", "is-bad"),
    "call_failed": Line(T("回访没有接通", "Call-back: you were not reached")),
    "confirm": Line(T("您确认解决", "You confirmed that it is solved"), "note"),
    "reopen": Line(T("您说没解决，重新办", "You said it is not solved: it is done again"), "note", "is-bad"),
    "rate": Line(T("您评价", "You rated it"), "note"),
    "staff_reopen": Line(T("督查要求重新办", "Supervision has it done again"), "", "is-bad"),
    "close_unrated": Line(T("没有等到您的评价，到期办结", "Closed without hearing from you")),
    "suspend": Line(T("暂停办理，时限停下", "Suspended: the clock stands still")),
    "resume": Line(T("恢复办理", "Going on again")),
    "ask": Line(T("{unit}请您补充", "{unit} asks you"), "question"),
    "reply": Line(T("您答复", "You answered"), "note"),
    "end_ask": Line(T("不再等待补充，继续办", "Going on without your answer")),
    "ask_extension": Line(T("{unit}申请延期到 {until}", "{unit} asks for time until {until}")),
    "grant_extension": Line(T("同意延期到 {until}", "Time given until {until}")),
    "deny_extension": Line(T("不同意延期", "No more time given")),
    "reclassify": Line(T("改了类别", "The kind was corrected")),
    "relocate": Line(T("改了地点", "The place was corrected")),
    "urge": Line(T("已催办", "The unit was urged")),
    "withdraw": Line(T("您撤回", "You took it back"), "note"),
    "release": Line(T("文字与照片经审核公开", "Text and pictures were made public")),
    "overdue": Line(T("超过时限", "The time ran out"), "", "is-bad"),
}  # fmt: skip
# What a page that anybody may read says instead of "you". No verdict can be told from it: whoever reads the pages of all cases of a
# street would know what its numbers hide. That work began again is open in the log as well.
CLOSED: Final = T("办结", "Closed")
PUBLIC: Final = {
    "report": T("上报", "Reported"),
    "contact": T("{unit}联系过上报人", "{unit} was in touch with the reporter"),
    "call_solved": CLOSED,
    "call_unsolved": T("重新办", "It is done again"),
    "call_failed": T("回访", "Call-back"),
    "confirm": CLOSED,
    "reopen": T("重新办", "It is done again"),
    "rate": T("上报人评价", "The reporter rated it"),
    "not_same": T("上报人说不是同一件，单独办", "The reporter said it is another problem: done on its own"),
    "close_unrated": CLOSED,
    "ask": T("{unit}请上报人补充", "{unit} asks the reporter"),
    "reply": T("上报人答复", "The reporter answered"),
    "end_ask": T("不再等待补充，继续办", "Going on without the answer"),
}  # fmt: skip


def unit_of(case: Case) -> T:
    """Who has it."""
    return T(case.unit.zh, case.unit.en) if case.unit else NOBODY


def state(case: Case) -> T:
    """Where it stands, in a word; of a record of another system, that it is one and where it stands there."""
    if case.status == STATUS:
        return T("{what} · {state}", "{what} · {state}").fill(
            what=FLOW.statuses[STATUS], state=FLOW.state(case.state).text
        )
    return FLOW.statuses[case.status] if case.status != "going" else FLOW.state(case.state).text


def headline(case: Case) -> T:
    """Where it stands, in one line."""
    if case.status == "asked":
        return T("有一个问题要问您", "There is a question for you")
    if case.status == "suspended":
        return T("暂停办理", "Suspended")
    return HEADLINES[case.state].fill(unit=unit_of(case))


class Promise(NamedTuple):
    """By when: a light, its word, and how the time came about."""

    light: Light
    word: T
    text: T


def promise(case: Case, now: datetime) -> Promise | None:
    """By when it is to be done, or whether it was in time; None where no time was ever set, or another case's counts."""
    if (
        case.due_at is None
        or case.clock_from is None
        or not case.due_n
        or case.state in ("refused", "withdrawn", "abuse", "merged")
    ):
        return None
    cal = calendar.current()
    rule = Rule(case.due_kind, case.due_n)  # type: ignore[arg-type]
    how = explain(rule, case.clock_from, case.due_at, cal)
    if case.state not in clocks.WHOLE:
        late = on_time(case) is False
        done = T("办完 {at}。时限：{how}", "Done {at}. Time allowed: {how}").fill(
            at=words.when(case.handled_at), how=how
        )
        return Promise("r" if late else "g", T("超期办完", "Done late") if late else T("按期", "In time"), done)
    if case.status in ("asked", "suspended"):
        return Promise(
            "n", T("时限暂停", "The clock stands still"), T("时限：{how}", "Time allowed: {how}").fill(how=how)
        )
    light: Light = "r" if now > case.due_at else "y" if case.warn_at is not None and now >= case.warn_at else "g"
    return Promise(
        light, left(now, case.due_at, rule.kind, cal), T("办理时限：{how}", "To be handled in: {how}").fill(how=how)
    )


def unrated_at(case: Case) -> datetime | None:
    """When a case that waits for the reporter is closed without a verdict."""
    if case.state != "verified" or case.verified_at is None:
        return None
    return due(clocks.rule("unrated"), case.verified_at, calendar.current())


def _until(entry: Entry) -> str:
    given = entry.body.get("until")
    return words.when(datetime.fromisoformat(given)) if isinstance(given, str) else ""


def _grade(entry: Entry) -> str:
    grade = entry.body.get("grade")
    return str(T("{n} 分", "{n} of 5").fill(n=grade)) if grade else ""


def _told(entry: Entry, line: Line, text: T, said: str = "") -> parts.Happening:
    to = people.unit_names().get(entry.body.get("unit") or 0, "")
    title = text.fill(unit=entry.unit or NOBODY, to=to or NOBODY, until=_until(entry))
    shown: str | SafeString = format_html("<br>{}", said) if said else ""
    return parts.Happening(entry.at, title, shown, line.kind)  # type: ignore[arg-type]


def move_of(entry: Entry) -> str:
    """The move that an event was."""
    return entry.body.get("move") or entry.verb


def _said(entry: Entry, line: Line) -> str:
    """What was written to the reporter or by them, with the grade they gave."""
    return "　".join(part for part in (_grade(entry), entry.private.get(line.said), corrected.said(entry)) if part)


def happenings(case: Case, entries: Iterable[Entry]) -> list[parts.Happening]:
    """The timeline for the reporter, newest first, with what is still to come on top."""
    known = [(entry, MOVES[move_of(entry)]) for entry in entries if move_of(entry) in MOVES]
    return [*_to_come(case), *reversed([_told(entry, line, line.text, _said(entry, line)) for entry, line in known])]


def public_happenings(entries: Iterable[Entry]) -> list[parts.Happening]:
    """The timeline for anybody, newest first: steps and units, none of what was written, no grade."""
    told = []
    for entry in entries:
        move = move_of(entry)
        if move.startswith("import_"):
            told.append(_told(entry, Line(entry.text), entry.text))
        elif move in MOVES and move != "add_evidence":
            told.append(
                _told(entry, MOVES[move], PUBLIC.get(move, MOVES[move].text), corrected.said(entry, corrected.PUBLIC))
            )
    return told[::-1]


def _to_come(case: Case) -> list[parts.Happening]:
    plan = []
    waits = unrated_at(case)
    if waits is not None:
        text = T("您确认，或 {at} 自动结束，记为未评价", "You confirm, or it ends by itself at {at}, unrated").fill(
            at=words.when(waits)
        )
        plan.append(parts.Happening(None, text, "", "is-plan", at_text=T("等您", "Waits for you")))
    elif case.ask_due_at is not None:
        text = T("您答复。等到 {at}", "Your answer. It waits until {at}").fill(at=words.when(case.ask_due_at))
        plan.append(parts.Happening(None, text, "", "is-plan", at_text=T("等您", "Waits for you")))
    elif case.state in clocks.WHOLE and case.status == "going" and case.due_at is not None:
        plan.append(parts.Happening(case.due_at, T("应当办完", "To be done by then"), "", "is-plan"))
    return plan
