"""What may happen to a company of the register. Pure.

A company is listed, or merged into another that is the same one; which of two rows stands is somebody's explicit decision
and can be taken back.
"""

from collections.abc import Mapping
from typing import Any, Final

from luoshi.kernel.flow import Flow, Move, State
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer

LISTED, MERGED = "listed", "merged"
SEE, KEEP, CONTACT, MERGE, IMPORT = "leads.see", "leads.keep", "leads.contact", "leads.merge", "leads.import"


def stands_for_none(company: Any, viewer: Viewer) -> T | None:
    """A company into which others were merged is not merged itself: those would lose the one that stands for them."""
    if company.absorbed:
        return T("有企业并入了它，先分出来", "others were merged into it: take them out again first")
    return None


FLOW: Final = Flow(
    "leads",
    LISTED,
    (
        State(LISTED, T("在册", "Listed"), ("open",)),
        State(MERGED, T("已并入", "Merged")),
    ),
    (
        Move("change_company", T("更正资料", "Correct"), (LISTED,), None, KEEP, (), ("code", "province", "industry", "group", "level", "looked")),
        Move("rename_company", T("更名", "Rename"), (LISTED,), None, KEEP, ("name",), ("day",)),
        Move("contact", T("记一次联系", "Note a contact"), (LISTED,), None, CONTACT, ("way", "at"), ("note", "occasion"), quiet=True),
        Move("retract_contact", T("撤回联系", "Take back a contact"), (LISTED,), None, MERGE, ("event", "reason"), event="void"),
        Move(
            "merge_company", T("并入另一企业", "Merge into another"), (LISTED,), MERGED, MERGE, ("into", "reason"), (),
            ("stands_for_none",),
        ),
        Move("unmerge_company", T("撤销并入", "Undo the merging"), (MERGED,), LISTED, MERGE, ("reason",)),
    ),
    {"stands_for_none": stands_for_none},
)  # fmt: skip
ADDED: Final = T("登记企业", "Company listed")
WAYS: Final[Mapping[str, T]] = {
    "visit": T("上门拜访", "We visited"),
    "received": T("来访接待", "They visited"),
    "meeting": T("会议、活动", "Meeting or occasion"),
    "call": T("电话、网络", "Call or online"),
    "letter": T("函件、邮件", "Letter or mail"),
}
"""The ways of a contact."""
WORDS: Final[Mapping[str, T]] = {
    "add_company": ADDED,
    "absorb_company": T("并入一家企业", "Another was merged into it"),
    "detach_company": T("分出一家企业", "A merged one was taken out again"),
    "void": T("联系转记到并入的企业名下", "A contact goes over to the company it was merged into, or back"),
    **{move.verb: move.text for move in FLOW.moves},
}
"""Every verb of a company's events, in words."""
