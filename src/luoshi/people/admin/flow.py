"""What may happen to a person, a unit and an asked-for appointment, and how wide their events stand in the log. Pure.

Names and log-ins are private in every event; keys of persons, units and roles are restricted.
"""

from collections.abc import Mapping
from typing import Any, Final

from luoshi.kernel.flow import Flow, Move, State
from luoshi.kernel.ledger.fields import Widths
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people.cover.flow import FLOW as COVER

MANAGE: Final = "people.manage"
HAND_OVER: Final = "people.hand_over"
APPOINT: Final = "people.appoint"
HERE, LEFT = "here", "left"


def others(row: Any, viewer: Viewer) -> T | None:
    """Nobody changes their own posts, nor does who stands in for them."""
    if row.pk in viewer.persons:
        return T(
            "不能改自己（或您代班的人）的岗位和状态：谁也不能给自己授权",
            "nobody changes their own posts or standing (or those of whom they stand in for): nobody grants himself a right",
        )
    return None


PERSON: Final = Flow(
    "people",
    HERE,
    (State(HERE, T("在职", "Works here"), ("open",)), State(LEFT, T("离任", "Left"))),
    (
        Move("add_post", T("加岗位", "Give a post"), (HERE,), None, MANAGE, ("unit", "role", "first")),
        Move("move_post", T("调岗", "Move to another post"), (HERE,), None, MANAGE, ("post", "unit", "role", "first")),
        Move("end_post", T("免去岗位", "End a post"), (HERE,), None, MANAGE, ("post", "last")),
        Move("drop_post", T("撤销还没开始的岗位", "Take back a post to come"), (HERE,), None, MANAGE, ("post",)),
        Move("correct_person", T("更正姓名", "Correct the name"), (HERE, LEFT), None, MANAGE, ("name",)),
        Move("leave", T("离任", "Leave"), (HERE,), LEFT, MANAGE, ("last",), ("reason",)),
        Move("come_back", T("恢复在职", "Come back"), (LEFT,), HERE, MANAGE, (), ("reason",)),
        Move("new_password", T("发新的初始密码", "New first password"), (HERE,), None, MANAGE),
        Move("hand_over", T("移交在办工作", "Hand over open work"), (HERE, LEFT), None, HAND_OVER, ("to", "counts"), quiet=True),
    ),
)  # fmt: skip

OPEN, CLOSED = "open", "closed"
UNIT: Final = Flow(
    "people",
    OPEN,
    (State(OPEN, T("设立", "Exists"), ("open",)), State(CLOSED, T("撤并", "Closed"))),
    (
        Move("correct_unit", T("更正单位资料", "Correct a unit"), (OPEN,), None, MANAGE, ("zh", "en"), ("functions",)),
        Move("place_unit", T("改隶属", "Put under another unit"), (OPEN,), None, MANAGE, ("parent", "first")),
        Move("cover_unit", T("改管辖范围", "Change the area"), (OPEN,), None, MANAGE, ("divisions", "first")),
        Move("rename_unit", T("更名", "Rename"), (OPEN,), CLOSED, MANAGE, ("code", "zh", "en", "first")),
        Move("merge_unit", T("并入", "Merge"), (OPEN,), CLOSED, MANAGE, ("into", "first")),
        Move("close_unit", T("撤销单位", "Close a unit"), (OPEN,), CLOSED, MANAGE, ("last",)),
        Move("undo_change", T("撤回还没生效的撤并", "Take back a change to come"), (CLOSED,), OPEN, MANAGE),
    ),
)  # fmt: skip

APPOINTMENT: Final = Flow(
    "people",
    "asked",
    (
        State("asked", T("等待确认", "Waits to be confirmed"), ("open",)),
        State("confirmed", T("已确认", "Confirmed")),
        State("refused", T("未确认", "Refused")),
        State("dropped", T("已撤回", "Taken back")),
    ),
    (
        Move("confirm", T("确认任命", "Confirm an appointment"), ("asked",), "confirmed", APPOINT),
        Move("refuse_appointment", T("不予确认", "Refuse an appointment"), ("asked",), "refused", APPOINT, ("reason",)),
        Move("drop_appointment", T("撤回任命", "Take back an appointment"), ("asked",), "dropped", MANAGE),
    ),
)
# what makes a new subject
MADE: Final = {
    "add_person": T("新增人员", "Add a person"),
    "add_unit": T("新设单位", "Set up a unit"),
    "ask_appointment": T("提请任命管理员", "Ask for an administrator"),
    "cover": T("安排代班", "Arrange a stand-in"),
}
WORDS: Final[Mapping[str, T]] = MADE | {
    move.verb: move.text for flow in (PERSON, UNIT, APPOINTMENT, COVER) for move in flow.moves
}
"""Every verb of people's events, in words."""

_STAGE: Final = frozenset({"stage"})
_POST: Final = frozenset({"move", "person", "unit", "role", "first", "last", "left_on", "from_unit", "from_role", "to", "counts", "acting_for", "actor_kind"})  # fmt: skip
PERSON_WIDTHS: Final = {
    verb: Widths(_STAGE, _POST) for verb in ("add_person", *(move.log_verb for move in PERSON.moves))
}
_UNIT: Final = frozenset(
    {
        "move", "unit", "code", "kind", "level", "functions", "parent", "divisions", "heir", "first", "last", "acting_for",
        "actor_kind",
    }
)  # fmt: skip
UNIT_WIDTHS: Final = {verb: Widths(_STAGE, _UNIT) for verb in ("add_unit", *(move.log_verb for move in UNIT.moves))}
APPOINTMENT_WIDTHS: Final = {
    verb: Widths(_STAGE, _POST) for verb in ("ask_appointment", *(move.log_verb for move in APPOINTMENT.moves))
}


def person_facts(person: Any) -> dict[str, Any]:
    """What the log needs to know of a person; the name stands in the private part."""
    return {
        "stage": person.state,
        "person": person.pk,
        "left_on": person.left_on.isoformat() if person.left_on else None,
        "name": person.name,
        "login": person.login,
    }


def unit_facts(unit: Any) -> dict[str, Any]:
    """What the log needs to know of a unit."""
    return {
        "stage": unit.state,
        "unit": unit.pk,
        "code": unit.code,
        "kind": unit.kind,
        "level": unit.level,
        "functions": list(unit.functions),
        "last": unit.valid_to.isoformat() if unit.valid_to else None,
        "zh": unit.zh,
        "en": unit.en,
    }


def appointment_facts(row: Any) -> dict[str, Any]:
    """What the log needs to know of an appointment that was asked for."""
    return {
        "stage": row.state,
        "person": row.person_id,
        "unit": row.unit_id,
        "role": row.role,
        "first": row.valid_from.isoformat(),
    }
