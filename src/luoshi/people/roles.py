"""The roles a post can have, in words. What each may do stands with each line of work and in `RIGHTS` below."""

from collections.abc import Mapping
from typing import Final

from luoshi.kernel.lines import Page
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Scope

ROLES: Final[Mapping[str, T]] = {
    "desk": T("值班受理员", "Desk clerk"),
    "supervisor": T("督查员", "Supervisor"),
    "dispatcher": T("区县调度员", "District dispatcher"),
    "head": T("单位负责人", "Head of unit"),
    "handler": T("承办人", "Handler"),
    "verifier": T("核查员", "Verifier"),
    "street": T("街道工作人员", "Street staff"),
    "officer": T("招商专员", "Investment officer"),
    "promoter": T("招商负责人", "Head of investment"),
    "leader": T("市领导", "Leader"),
    "statistician": T("统计员", "Statistician"),
    "sysadmin": T("系统管理员", "System administrator"),
    "secadmin": T("安全管理员", "Security administrator"),
    "auditadmin": T("审计管理员", "Audit administrator"),
}
# Three separated administrators: none of them can do another's work, and none sees a case.
RIGHTS: Final[Mapping[str, Mapping[str, Scope]]] = {
    "sysadmin": {"people.manage": "all", "system.see": "all"},
    "secadmin": {
        "people.sessions": "all",
        "people.signins": "all",
        "people.appoint": "all",
        "privacy.erase": "all",
    },
    "auditadmin": {"people.audit": "all", "privacy.erase": "all"},
}
ADMINS: Final = frozenset(RIGHTS)
# What goes with a role in any line of work: who arranges the stand-ins, hands over what others have in hand, and enters or
# approves the numbers that the city takes over from documents.
ALSO: Final[Mapping[str, Mapping[str, Scope]]] = {
    "head": {"people.cover": "unit", "people.hand_over": "unit"},
    "sysadmin": {"people.cover": "all", "people.hand_over": "all"},
    "statistician": {
        "figures.see": "all",
        "figures.propose": "all",
        "figures.approve": "all",
        "figures.publish": "all",
    },
    "supervisor": {"figures.see": "all", "figures.approve": "all", "figures.publish": "all", "figures.light": "all"},
}
PAGES: Final = (
    Page(T("报送指标", "Reported figures"), "/work/figures/", "figures.see"),
    Page(T("人员", "People"), "/people/", "people.manage"),
    Page(T("单位", "Units"), "/people/units/", "people.manage"),
    Page(T("任命管理员", "Appointments"), "/people/appointments/", "people.appoint"),
    Page(T("登录与会话", "Log-ins"), "/security/", "people.signins"),
    Page(T("本套系统", "Installation"), "/system/", "system.see"),
    Page(T("代班", "Stand-ins"), "/work/cover/", "people.cover"),
    Page(T("移交工作", "Hand over"), "/people/hand-over/", "people.hand_over"),
    Page(T("审计", "Audit"), "/audit/", "people.audit"),
    Page(T("谁看过上报人", "Who looked"), "/audit/unmasked/", "people.audit"),
    Page(T("个人信息", "Personal data"), "/privacy/", "privacy.erase"),
)


def compatible(roles: set[str]) -> bool:
    """May one person hold these roles together? At most one administrator's, and nothing beside it."""
    return not roles & ADMINS or len(roles) == 1
