"""The columns that a list of cases can have: one table for the page, for what is chosen, and for exports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from luoshi.cases import masked
from luoshi.cases.reads.listed import Row
from luoshi.cases.staff import rows
from luoshi.cases.staff.rows import Now
from luoshi.kernel.text import T
from luoshi.web import words
from luoshi.web.tables import Column, Table

Value = str | int | datetime | None
NAME: Final = "cols"
LONGEST: Final = 400  # characters of an address that name columns


@dataclass(frozen=True, slots=True)
class Choice:
    """One column. `value` is what an export gets; `cell` what a page shows, where that is not the value as text."""

    name: str
    head: T
    value: Callable[[Now, Row], Value]
    kind: str = ""
    label: bool = True
    usual: bool = True
    private: bool = False
    cell: Callable[[Now, Row], str] | None = None


def _choice(name: str, zh: str, en: str, value: Callable[[Now, Row], Value], kind: str = "", **more: bool) -> Choice:
    return Choice(name, T(zh, en), value, kind, cell=None, **more)


CHOICES: Final = (
    Choice("left", T("剩余", "Left"), Now.gap, "nb", label=False, cell=Now.light),
    _choice("due", "到期", "Due", lambda now, row: row.next_due_at, "n nb"),
    Choice("number", T("编号", "Number"), lambda now, row: row.number, "nb", label=False, cell=lambda now, row: rows.number(row)),
    _choice("category", "类别", "Category", Now.category, "b", label=False),
    _choice("where", "地点", "Place", Now.where),
    _choice("unit", "单位", "Unit", lambda now, row: now.unit(row.unit_id)),
    _choice("handler", "承办人", "Handler", lambda now, row: row.handler or "—", "nb m-no l-no"),
    _choice("stage", "阶段", "Stage", Now.state, "nb"),
    _choice("channel", "渠道", "Channel", Now.channel, "nb m-no l-no"),
    _choice("returns", "退回", "Returns", lambda now, row: row.returns, "r m-no"),
    _choice("reported", "上报", "Reported", lambda now, row: row.reported_at, "n nb m-no l-no"),
    _choice("light", "灯", "Light", Now.light_word, "nb", usual=False),
    _choice("top", "大类", "Main kind", Now.top, usual=False),
    _choice("county", "旗县区", "District", lambda now, row: now.place_of(row.county), usual=False),
    _choice("street", "街道", "Street", lambda now, row: now.place_of(row.street), usual=False),
    _choice("community", "社区", "Community", lambda now, row: now.place_of(row.community), usual=False),
    _choice("first", "首接单位", "First unit", lambda now, row: now.unit(row.first_unit_id), usual=False),
    _choice("whole", "办理期限", "To be handled by", lambda now, row: row.due_at, "n nb", usual=False),
    _choice("contacted", "联系市民", "Contacted", lambda now, row: row.contacted_at, "n nb", usual=False),
    _choice("handled", "办完", "Handled", lambda now, row: row.handled_at, "n nb", usual=False),
    _choice("closed", "办结", "Closed", lambda now, row: row.closed_at, "n nb", usual=False),
    _choice("solved", "解决", "Solved", lambda now, row: str(rows.SOLVED[row.solved]), usual=False),
    _choice("grade", "评分", "Grade", lambda now, row: row.grade, "r", usual=False),
    _choice("reopened", "重办", "Reopened", lambda now, row: row.reopened, "r", usual=False),
    _choice("source", "来源", "Source", lambda now, row: f"{row.source} {row.source_id}".strip(), usual=False),
    _choice("text", "内容", "Text", lambda now, row: masked.free(row.text or "", row.name or ""), usual=False, private=True),
    _choice("spot", "详细地点", "Exact place", lambda now, row: masked.free(row.place or "", row.name or ""), usual=False, private=True),
    _choice("answer", "答复", "Answer", lambda now, row: masked.free(row.answer or "", row.name or ""), usual=False, private=True),
    _choice("who", "上报人（遮盖）", "Reporter (masked)", lambda now, row: masked.name(row.name or ""), "nb", usual=False,
            private=True),
    _choice("phone", "电话（遮盖）", "Telephone (masked)", lambda now, row: masked.phone(row.phone or ""), "n nb", usual=False,
            private=True),
)  # fmt: skip
BY_NAME: Final = {one.name: one for one in CHOICES}
USUAL: Final = tuple(one for one in CHOICES if one.usual)


def chosen(given: str) -> tuple[list[Choice], list[str]]:
    """The columns that an address names (`due.number.unit`), the usual ones for none; and the names that do not exist.

    The number is always among them: it is the way to the record.
    """
    names = [name for name in given[:LONGEST].split(".") if name]
    unknown = [name for name in names if name not in BY_NAME]
    wanted = {name for name in names if name in BY_NAME} | {"number"}
    found = [one for one in CHOICES if one.name in wanted] if len(wanted) > 1 or "number" in names else list(USUAL)
    return found, unknown


def address(names: Sequence[str]) -> str:
    """The columns of those names as an address writes them; empty for the usual ones."""
    wanted = [one.name for one in CHOICES if one.name in names or one.name == "number"]
    return "" if not names or wanted == [one.name for one in USUAL] else ".".join(wanted)


def _shown(one: Choice, now: Now) -> Callable[[Row], str]:
    """The cell of a column on a page."""
    cell, value = one.cell, one.value
    if cell is not None:
        return lambda row: cell(now, row)

    def plain(row: Row) -> str:
        found = value(now, row)
        if isinstance(found, str):
            return found
        return words.when(found) if isinstance(found, datetime) else "" if found is None else str(found)

    return plain


def table(now: Now, caption: T, some: Sequence[Choice] = USUAL, first: Sequence[Column[Row]] = ()) -> Table[Row]:
    """The table of a list with these columns, after `first`."""
    return Table[Row](
        caption,
        (
            *first,
            *(
                Column(one.head, _shown(one, now), one.kind, one.label, is_header=one.name == "number")
                for one in some
            ),
        ),
    )  # fmt: skip
