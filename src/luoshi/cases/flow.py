"""The life of a case, after the seven steps of GB/T 30428: states, moves, who, what is needed. Pure.

A verb may stand in the log under another name (`event`), where the verb itself would tell a verdict.
"""

from typing import Any, Final

from luoshi.kernel.flow import Flow, Move, State
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer

STEPS: Final = (
    T("信息收集", "Report"),
    T("案卷建立", "Register"),
    T("任务派遣", "Dispatch"),
    T("任务处理", "Handle"),
    T("处理反馈", "Feedback"),
    T("核查结案", "Verify"),
    T("综合评价", "Review"),
)
STATES: Final = (
    State("reported", T("待受理", "Reported"), ("open",), 1),
    State("accepted", T("待派遣", "Accepted"), ("open",), 2),
    State("dispatched", T("待签收", "Dispatched"), ("open",), 3),
    State("joint", T("会商中", "Joint dispatch"), ("open",), 3),
    State("handling", T("办理中", "Being handled"), ("open",), 4),
    State("parted", T("分办中", "In parts"), ("open",), 4),
    State("handled", T("待核查", "Handled"), ("open",), 5),
    State("verified", T("待回访", "Verified"), ("open",), 6),
    State("closed", T("已办结", "Closed"), ("ended", "counted"), 7),
    State("refused", T("不予受理", "Not accepted"), ("ended",), 0),
    State("withdrawn", T("已撤回", "Withdrawn"), ("ended",), 0),
    State("abuse", T("恶意上报", "Abuse"), ("ended",), 0),
    State("merged", T("已并案", "Merged"), ("ended",), 0),
)
STATUSES: Final = {
    "going": T("进行", "Going"),
    "suspended": T("挂起", "Suspended"),
    "asked": T("待市民补充", "Waiting for the reporter"),
    "imported": T("外来记录", "Imported"),
}
OPEN: Final = tuple(state.name for state in STATES if "open" in state.groups)
ALIVE: Final = ("going", "suspended", "asked")
EARLY: Final = ("reported", "accepted", "dispatched", "joint", "handling")
EVERY: Final = tuple(state.name for state in STATES)
HOLDER: Final = "cases.holder"
UNMASK: Final = "cases.unmask"
SYSTEM: Final = "cases.system"


def has_reporter(case: Any, viewer: Viewer) -> T | None:
    """A case found by staff has nobody to call back; a part's reporter is that of the whole, which its number names."""
    if case.part_of_id:
        text = T(
            "这是分办件：与市民的事在主件 {number} 上办",
            "This is a part: what concerns the reporter is done to the whole, {number}",
        )
        return text.fill(number=case.number.rpartition("-")[0])
    return T("巡查发现，没有上报人", "Found by staff: there is no reporter") if case.by_staff else None


def found_by_staff(case: Any, viewer: Viewer) -> T | None:
    """A citizen's case is not closed without asking the citizen."""
    return None if case.by_staff else T("市民上报，须回访", "Reported by a citizen, who must be asked")


def not_worked(case: Any, viewer: Viewer) -> T | None:
    """Who does it does not verify it, in any post; nor does who stands in for them."""
    if not viewer.persons.isdisjoint(case.worked_by):
        return T(
            "您（或您代班的人）办理过这件。谁办的谁不能核查",
            "You (or whom you stand in for) handled this case: who does it does not verify it",
        )
    return None


def has_evidence(case: Any, viewer: Viewer) -> T | None:
    """A photograph, a document or a note since the handling began."""
    if case.evidence:
        return None
    return T("处理证据（照片、单据或说明）", "evidence: a photograph, a document or a note")


def first_return(case: Any, viewer: Viewer) -> T | None:
    """A unit may return a case once."""
    return T("已退回过一次，再退须会商", "Returned once already: joint dispatch decides") if case.returns else None


def returned_before(case: Any, viewer: Viewer) -> T | None:
    """Joint dispatch is for what was returned before."""
    return None if case.returns else T("还没有退回过", "Not returned yet")


def not_contacted(case: Any, viewer: Viewer) -> T | None:
    """The first contact is counted once."""
    return T("已联系过市民", "The reporter was contacted already") if case.contacted_at else None


def no_extension(case: Any, viewer: Viewer) -> T | None:
    """One extension at most, asked for once."""
    if case.extend_to or case.extended:
        return T("只能延期一次", "Only one extension is possible")
    return None


def extension_asked(case: Any, viewer: Viewer) -> T | None:
    """There is an extension to decide on, asked for by somebody else."""
    if case.extend_to is None:
        return T("没有延期申请", "No extension was asked for")
    if case.extend_by in viewer.persons:
        return T("自己申请的，须由他人批", "You asked for it: somebody else decides")
    return None


def not_rated(case: Any, viewer: Viewer) -> T | None:
    """One rating for one closing."""
    return T("已经评过", "Rated already") if case.grade else None


def followup_due(case: Any, viewer: Viewer) -> T | None:
    """Grades 1 and 2 are followed up."""
    return None if case.followup == "due" else T("没有待跟进的评价", "No rating waits for follow-up")


def not_part(case: Any, viewer: Viewer) -> T | None:
    """What concerns the whole is done to the whole."""
    return T("这是分办件，请到主件上办", "This is a part: do it on the whole case") if case.part_of_id else None


def is_part(case: Any, viewer: Viewer) -> T | None:
    """Only a part can be taken off a whole."""
    return None if case.part_of_id else T("这不是分办件", "This is not a part of another case")


def not_over_for_unit(case: Any, viewer: Viewer) -> T | None:
    """Contact is needed while the case is open: afterwards who worked on it, or has it as a unit's, asks in vain.

    So nobody who was rated learns by whom. Who sees every case (the desk, supervision) may, unless they worked on it.
    """
    everywhere = viewer.reach(UNMASK)
    beyond = everywhere is not None and everywhere.everything and not _heads(case, viewer)
    if case.state in OPEN or (beyond and viewer.persons.isdisjoint(case.worked_by)):
        return None
    return T(
        "已经结束，办理的人和他们的负责人不再看上报人是谁",
        "It is over: those who handled it, and their head, see no more who reported it",
    )


def _heads(case: Any, viewer: Viewer) -> bool:
    """Has the viewer, or one of those they stand in for, the right by a post at the case's unit?"""
    reaches = (one.reach(UNMASK) for one in (viewer, *viewer.instead))
    return any(reach is not None and case.unit_id in reach.units for reach in reaches)


GUARDS: Final = {
    guard.__name__: guard
    for guard in (
        has_reporter, found_by_staff, not_worked, has_evidence, first_return, returned_before, not_contacted,
        no_extension, extension_asked, not_rated, followup_due, not_part, is_part, not_over_for_unit,
    )
}  # fmt: skip

MOVES: Final = (
    Move("accept", T("受理", "Accept"), ("reported",), "accepted", "cases.accept", takes=("category", "note"), main=True),
    Move("adopt", T("转为本市案件", "Adopt"), OPEN, "accepted", "cases.accept", ("category",), ("note",),
         statuses=("imported",), main=True),
    Move("refuse", T("不予受理", "Do not accept"), ("reported",), "refused", "cases.accept", ("reason", "answer")),
    Move("mark_abuse", T("标为恶意", "Mark as abuse"), ("reported", "accepted"), "abuse", "cases.accept", ("reason",), (),
         ("not_part",)),
    Move("dispatch", T("派遣", "Dispatch"), ("accepted",), "dispatched", "cases.dispatch", ("unit",), ("note",), main=True),
    Move("pass_on", T("转派", "Pass on"), ("dispatched",), None, "cases.pass", ("unit",), ("note",)),
    Move("decide", T("会商决定", "Decide"), ("joint",), "dispatched", "cases.decide", ("unit", "reason"), main=True,
         event="dispatch"),
    Move("split", T("分办", "Split into parts"), ("accepted", "joint"), "parted", "cases.split", ("parts",), ("note",),
         ("not_part",)),
    Move("cancel_part", T("撤销分办", "Take this part off"), ("accepted", "dispatched", "joint", "handling"), "withdrawn",
         "cases.split", ("reason",), (), ("is_part",), ALIVE, event="withdraw"),
    Move("merge", T("并案", "Merge into another"), EARLY, "merged", "cases.merge", ("into",), ("note",), ("not_part",),
         ALIVE),
    Move("unmerge", T("撤销并案", "Undo the merging"), ("merged",), None, "cases.merge", ("reason",)),
    Move("not_same", T("不是同一件", "Not the same problem"), ("merged",), None, HOLDER, (), ("note",), event="unmerge"),
    Move("sign", T("签收", "Sign for"), ("dispatched",), "handling", "cases.sign", (), ("handler",), main=True),
    Move("assign", T("指定承办人", "Assign"), ("handling",), None, "cases.assign", ("handler",), ("note",)),
    Move("send_back", T("退回", "Return"), ("dispatched", "handling"), "accepted", "cases.return", ("reason",), (),
         ("first_return",)),
    Move("escalate", T("提请会商", "Ask for joint dispatch"), ("dispatched", "handling"), "joint", "cases.return",
         ("reason",), (), ("returned_before",)),
    Move("contact", T("已联系市民", "Reporter contacted"), ("accepted", "dispatched", "handling", "parted"), None,
         "cases.contact", (), ("note",), ("has_reporter", "not_contacted")),
    Move("add_evidence", T("补处理证据", "Add evidence"), ("handling",), None, "cases.handle", (), ("note", "photos")),
    Move("finish", T("报告已处理", "Report as handled"), ("handling",), "handled", "cases.handle", ("answer",), (),
         ("has_evidence",), main=True),
    Move("verify", T("核查通过", "Verified"), ("handled",), "verified", "cases.verify", (), ("note",),
         ("not_worked", "has_reporter"), main=True),
    Move("verify_close", T("核查结案", "Verified and closed"), ("handled",), "closed", "cases.verify", (), ("note",),
         ("not_worked", "found_by_staff"), event="close", main=True),
    Move("reject", T("核查退回", "Reject"), ("handled",), "handling", "cases.verify", ("reason",), (), ("not_worked",)),
    Move("call_solved", T("回访：已解决", "Call-back: solved"), ("verified",), "closed", "cases.callback", (),
         ("grade", "note"), event="close", main=True),
    Move("call_unsolved", T("回访：未解决", "Call-back: not solved"), ("verified",), "dispatched", "cases.callback",
         ("reason",), (), event="reopen"),
    Move("call_failed", T("回访：未接通", "Call-back: not reached"), ("verified",), None, "cases.callback", ("outcome",),
         ("note",), event="contact"),
    Move("confirm", T("确认解决", "Confirm"), ("verified",), "closed", HOLDER, (), ("grade", "reasons", "note"),
         event="close", main=True),
    Move("reopen", T("没解决，重新办", "Not solved: reopen"), ("verified", "closed"), "dispatched", HOLDER, (), ("note",),
         ("has_reporter",)),
    Move("rate", T("评价", "Rate"), ("closed",), None, HOLDER, ("grade",), ("reasons", "note"),
         ("has_reporter", "not_rated")),
    Move("staff_reopen", T("重新办理", "Reopen"), ("closed",), "dispatched", "cases.reopen", ("reason",), (),
         ("not_part",), event="reopen"),
    Move("close_unrated", T("到期办结（未评）", "Closed without verdict"), ("verified",), "closed", SYSTEM, event="close"),
    Move("suspend", T("挂起", "Suspend"), ("dispatched", "handling"), None, "cases.suspend", ("reason",)),
    Move("resume", T("恢复", "Resume"), ("dispatched", "handling"), None, "cases.suspend", (), ("note",),
         statuses=("suspended",)),
    Move("ask", T("请市民补充", "Ask the reporter"), ("accepted", "dispatched", "handling"), None, "cases.ask",
         ("question",), (), ("has_reporter",)),
    Move("reply", T("答复", "Answer"), ("accepted", "dispatched", "handling"), None, HOLDER, ("note",),
         statuses=("asked",), main=True),
    Move("end_ask", T("不再等待补充", "Stop waiting"), ("accepted", "dispatched", "handling"), None, "cases.ask", (),
         ("note",), statuses=("asked",)),
    Move("ask_extension", T("申请延期", "Ask for extension"), ("handling",), None, "cases.extend", ("until", "reason"), (),
         ("no_extension",)),
    Move("grant_extension", T("同意延期", "Grant extension"), ("handling",), None, "cases.grant", (), ("note",),
         ("extension_asked",)),
    Move("deny_extension", T("不同意延期", "Deny extension"), ("handling",), None, "cases.grant", ("reason",), (),
         ("extension_asked",)),
    Move("reclassify", T("改类别", "Reclassify"), EARLY, None, "cases.classify", ("category",), ("note",)),
    Move("relocate", T("改地点", "Relocate"), EARLY, None, "cases.classify", ("division",), ("place", "lat", "lon", "note")),
    Move("urge", T("催办", "Urge"), ("dispatched", "handling"), None, "cases.urge", (), ("note",), event="note"),
    Move("add_note", T("记一条", "Add a note"), EVERY, None, "cases.note", ("note",), (),
         statuses=ALIVE, event="note", quiet=True),
    Move("withdraw", T("撤回", "Withdraw"), (*EARLY, "parted"), "withdrawn", HOLDER, (), ("note",), statuses=ALIVE),
    Move("follow_up", T("评价跟进", "Follow up"), ("closed",), None, "cases.follow", ("note",), (), ("followup_due",),
         event="note"),
    Move("release", T("公开文字与照片", "Release text and photographs"), EVERY, None, "cases.release", (),
         ("public_text", "photos_released"), statuses=ALIVE),
    Move("unmask", T("查看上报人", "Show the reporter"), EVERY, None, UNMASK, ("reason",), (), ("not_over_for_unit",),
         ALIVE, quiet=True),
    Move("warn", T("临期提醒", "Due soon"), OPEN, None, SYSTEM, ("clock",), quiet=True),
    Move("overdue", T("超期", "Overdue"), OPEN, None, SYSTEM, ("clock",), quiet=True),
)  # fmt: skip

FLOW: Final = Flow("cases", "reported", STATES, MOVES, GUARDS, STATUSES)
