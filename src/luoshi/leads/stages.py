"""The life of a lead: from a first word of it to full production, with status, money and promises apart. Pure.

线索 → 对接 → 在谈 → 签约 → 落地 → 开工 → 投产 → 达产. A status says whether it is alive; what is missing for the next stage is
found by `gates`, which is data.
"""

from collections.abc import Callable
from typing import Any, Final

from luoshi.kernel.flow import Flow, Move, State
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads import gates

STATES: Final = (
    State("lead", T("线索", "Lead"), ("open", "early"), 1),
    State("engaged", T("对接", "Engaged"), ("open", "early"), 2),
    State("talking", T("在谈", "In talks"), ("open", "early"), 3),
    State("signed", T("签约", "Signed"), ("open", "counted"), 4),
    State("landed", T("落地", "Landed"), ("open", "counted"), 5),
    State("started", T("开工", "Under construction"), ("open", "counted"), 6),
    State("producing", T("投产", "In production"), ("open", "counted"), 7),
    State("full", T("达产", "At full production"), ("counted",), 8),
    State("merged", T("已并入", "Merged"), (), 0),
)
STATUSES: Final = {
    "going": T("进行", "Going"),
    "suspended": T("暂停", "Suspended"),
    "lost": T("流失", "Lost"),
    "abandoned": T("放弃", "Abandoned"),
}
STAGES: Final = tuple(state.name for state in STATES if state.step)
"""The stages in their order."""
EARLY: Final = tuple(state.name for state in STATES if "early" in state.groups)
COUNTED: Final = tuple(state.name for state in STATES if "counted" in state.groups)
BUILT: Final = ("started", "producing", "full")
ALIVE: Final = ("going", "suspended")
ALL: Final = tuple(STATUSES)
LEVELS: Final = {
    "open": T("招商人员可见", "All investment staff"),
    "unit": T("本单位可见", "The unit in charge"),
    "named": T("指定人员可见", "Named persons only"),
}
"""Who may see a lead before it is signed."""
LOST: Final = {
    "elsewhere": T("落到别处", "Went elsewhere"),
    "funds": T("资金不到位", "No funds"),
    "market": T("市场变化", "The market changed"),
    "conditions": T("要素条件不合（用地、能耗、电价）", "Conditions did not fit (land, energy, power)"),
    "policy": T("不符合产业政策", "Against industrial policy"),
    "silent": T("失去联系", "No answer any more"),
    "other": T("其他", "Other"),
}
"""Why a lead was lost or given up."""

SEE, DEAL, HEAD, VERIFY, SECRET = "leads.see", "leads.deal", "leads.head", "leads.verify", "leads.secret"
HOLDER, SYSTEM, APPROVE, OWED = "leads.holder", "leads.system", "leads.approve", "leads.keep_promise"
AFTER: Final = {
    "engage": "engaged", "talk": "talking", "sign": "signed", "land": "landed", "start": "started", "produce": "producing",
    "reach": "full",
}  # fmt: skip
"""The moves from stage to stage, in their order, and where each leads."""


def gate(verb: str) -> Callable[[Any, Viewer], T | None]:
    """The guard of a move to a stage: it says what is missing, all of it."""

    def missing(lead: Any, viewer: Viewer) -> T | None:
        """What the stage needs and the lead does not have."""
        lacks = gates.missing(lead, verb, viewer.persons)
        if not lacks:
            return None
        names = [need.text for need in lacks]
        return T("缺少：" + "、".join(one.zh for one in names), "missing: " + ", ".join(one.en for one in names))

    missing.__name__ = f"gate_{verb}"
    return missing


def answers(lead: Any, viewer: Viewer) -> T | None:
    """The answer to whoever told of it comes after the judgement."""
    return None if lead.clock == "feedback" else T("先研判", "judge it first")


def not_responded(lead: Any, viewer: Viewer) -> T | None:
    """The response is counted once."""
    return None if lead.clock == "respond" else T("已经响应过", "was responded to already")


def responded(lead: Any, viewer: Viewer) -> T | None:
    """Judged once, after the response."""
    return None if lead.clock == "judge" else T("先响应，或已研判", "respond first; or it was judged already")


def not_mine(lead: Any, viewer: Viewer) -> T | None:
    """Whoever has a lead in hand does not waive what it lacks."""
    if lead.officer_id in viewer.persons:
        return T("您自己负责这个项目，须由他人批准", "it is in your own hands: somebody else decides")
    return None


def stands_for_none(lead: Any, viewer: Viewer) -> T | None:
    """What stands for others is not merged itself."""
    return (
        T("有项目并入了它，先分出来", "others were merged into it: take them out again first")
        if lead.absorbed
        else None
    )


def unknown_or_more(lead: Any, viewer: Viewer) -> T | None:
    """Agreed money has versions once there is an agreement."""
    return None if lead.signed_at else T("还没有签约", "not signed yet")


def _step(verb: str, text: T, source: str, needs: tuple[str, ...] = (), takes: tuple[str, ...] = ()) -> Move:
    more = takes or ("undated",)  # a signing always has a day
    return Move(verb, text, (source,), AFTER[verb], DEAL, needs, ("day", "note", *more), (f"gate_{verb}",), main=True)


OPEN: Final = tuple(state.name for state in STATES if "open" in state.groups)
MOVES: Final = (
    Move("respond", T("响应", "Respond"), ("lead",), None, DEAL, ("note",), (), ("not_responded",), main=True),
    Move("judge", T("研判", "Judge"), ("lead",), None, DEAL, ("note",), ("worth", "why"), ("responded",), main=True),
    Move("feed_back", T("反馈", "Feed back"), ("lead",), None, DEAL, ("note",), (), ("answers",), main=True),
    _step("engage", T("转入对接", "Engage"), "lead"),
    _step("talk", T("转入在谈", "Enter talks"), "engaged"),
    _step("sign", T("签约", "Sign"), "talking", (),
          ("amount", "currency", "fixed", "unknown", "stages", "occasion", "apart", "looked")),
    _step("land", T("落地", "Land"), "signed"),
    _step("start", T("开工", "Start building"), "landed"),
    _step("produce", T("投产", "Begin production"), "started"),
    _step("reach", T("达产", "Reach full production"), "producing"),
    Move("report_progress", T("报进展", "Report progress"), OPEN, None, DEAL, ("note",), ("contact", "at"),
         event="progress"),
    Move("change_lead", T("更正资料", "Correct"), OPEN, None, DEAL, (),
         ("name", "company", "county", "industry", "occasion", "level", "shown_to", "sector", "about"), statuses=ALIVE),
    Move("agree", T("协议变更", "Agreement changed"), (*COUNTED,), None, DEAL, ("day", "reason"),
         ("amount", "currency", "fixed", "unknown", "stages"), ("unknown_or_more",)),
    Move("report_money", T("报到位资金", "Report money in place"), COUNTED, None, DEAL, ("amount", "day", "proof"),
         ("currency", "document", "note")),
    Move("withdraw_money", T("撤回所报资金", "Withdraw reported money"), COUNTED, None, DEAL, ("receipt", "reason"), (),
         statuses=ALL),
    Move("verify_money", T("核实资金", "Verify money"), COUNTED, None, VERIFY, ("receipt",), ("note",), ("not_mine",), ALL),
    Move("refuse_money", T("不予核实", "Refuse money"), COUNTED, None, VERIFY, ("receipt", "reason"), (), ("not_mine",), ALL),
    Move("revoke_money", T("撤销核实", "Take a verification back"), COUNTED, None, VERIFY, ("receipt", "reason"), (), ("not_mine",), ALL),
    Move("split_credit", T("分摊业绩", "Split credit"), COUNTED, None, DEAL, ("shares",), ("note",), statuses=ALL),
    Move("add_document", T("加文件", "Add a document"), STAGES, None, DEAL, ("kind", "file"), ("note",), statuses=ALIVE,
         quiet=True),
    Move("waive", T("特批放行", "Waive what is missing"), OPEN, None, HEAD, ("item", "until", "reason"), (), ("not_mine",)),
    Move("promise", T("记下承诺", "Note a promise"), STAGES, None, DEAL, ("what", "owner", "until"), (), quiet=True),
    Move("keep_promise", T("承诺已兑现", "Promise kept"), STAGES, None, OWED, ("promise", "note"), (),
         statuses=ALL, quiet=True),
    Move("drop_promise", T("撤销承诺", "Take a promise back"), STAGES, None, HEAD, ("promise", "reason"), (), statuses=ALL,
         quiet=True),
    Move("invite", T("给企业的确认链接", "Link for the company"), STAGES, None, DEAL, (), ("days",), statuses=ALL, quiet=True),
    Move("confirm_promise", T("企业确认", "The company confirms"), STAGES, None, HOLDER, ("promise",), ("grade", "note"),
         statuses=ALL, event="answer", quiet=True),
    Move("dispute_promise", T("企业说没有兑现", "The company says: not kept"), STAGES, None, HOLDER, ("promise", "note"), (),
         statuses=ALL, event="answer", quiet=True),
    Move("rate_service", T("企业评价", "The company rates"), STAGES, None, HOLDER, ("grade",), ("note",), statuses=ALL,
         event="answer", quiet=True),
    Move("suspend", T("暂停", "Suspend"), OPEN, None, DEAL, ("reason",)),
    Move("resume", T("恢复", "Resume"), OPEN, None, DEAL, (), ("note",), statuses=("suspended",)),
    Move("lose", T("流失", "Lost"), OPEN, None, DEAL, ("why", "reason"), ("day",), statuses=ALIVE),
    Move("abandon", T("放弃", "Give up"), OPEN, None, DEAL, ("why", "reason"), ("day",), statuses=ALIVE),
    Move("revive", T("重新跟进", "Take up again"), OPEN, None, HEAD, ("reason",), (), statuses=("lost", "abandoned")),
    Move("assign_lead", T("交给", "Hand to"), STAGES, None, HEAD, ("officer",), ("note",), statuses=ALIVE),
    Move("merge_lead", T("并入同一项目", "Merge into the same project"), STAGES, "merged", HEAD, ("into", "reason"), (),
         ("stands_for_none",), ALL),
    Move("unmerge_lead", T("撤销并入", "Undo the merging"), ("merged",), None, HEAD, ("reason",), (), statuses=ALL),
    Move("propose", T("提出更正", "Propose a correction"), STAGES, None, DEAL, ("event", "reason"), ("void", "changes"),
         statuses=ALL, quiet=True),
    Move("approve", T("同意更正", "Approve a correction"), STAGES, None, APPROVE, ("proposal",), ("note",),
         statuses=ALL, event="correct"),
    Move("approve_void", T("同意作废", "Approve as void"), STAGES, None, APPROVE, ("proposal",), ("note",),
         statuses=ALL, event="void"),
    Move("decline", T("不同意更正", "Decline a correction"), STAGES, None, APPROVE, ("proposal", "reason"), (),
         statuses=ALL, quiet=True),
    Move("warn", T("临期提醒", "Due soon"), OPEN, None, SYSTEM, (), (), quiet=True),
    Move("overdue", T("超期", "Overdue"), OPEN, None, SYSTEM, (), (), quiet=True),
    Move("warn_promise", T("承诺临期", "Promise due soon"), STAGES, None, SYSTEM, ("promise",), (), statuses=ALL, quiet=True),
    Move("overdue_promise", T("承诺超期", "Promise overdue"), STAGES, None, SYSTEM, ("promise",), (), statuses=ALL, quiet=True),
    Move("remind", T("久未联系", "Silent for long"), OPEN, None, SYSTEM, (), (), quiet=True),
)  # fmt: skip

GUARDS: Final = {
    guard.__name__: guard
    for guard in (
        answers, not_responded, responded, not_mine, stands_for_none, unknown_or_more, *(gate(verb) for verb in AFTER)
    )
}  # fmt: skip
FLOW: Final = Flow("leads", "lead", STATES, MOVES, GUARDS, STATUSES)
ADDED: Final = T("新线索", "Lead noted")
WORDS: Final = {
    "add_lead": ADDED,
    "restated": T("更正后的情况", "How it stands after a correction"),
    "money_in": T("资金到位（已核实）", "Money in place (verified)"),
    "absorb_lead": T("并入一个相同项目", "A double was merged into it"),
    "detach_lead": T("分出一个项目", "A merged one was taken out again"),
    "progress": T("报进展", "Progress"),
    "answer": T("企业答复", "The company answered"),
    "correct": T("更正", "Correction"),
    "void": T("作废", "Declared void"),
    "carry": T("随单位转移", "Goes over with its unit"),
    **{move.log_verb: move.text for move in MOVES if not move.event},
}
"""Every verb of a lead's events, in words."""
