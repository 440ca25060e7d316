"""A mapping by pressing columns: what each column is, what each word of the status means; guessed, chosen, checked. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from luoshi.kernel.text import T
from luoshi.ports.importer import mapping as mappings
from luoshi.ports.importer.mapping import ANSWERED, CLOSED, FIELDS, OPEN

LABELS: Final[Mapping[str, T]] = {
    "": T("不用", "Not used"),
    "id": T("编号（必须）", "Id (required)"),
    "requested": T("上报时间（必须）", "Time of the report (required)"),
    "status": T("状态", "Status"),
    "service_code": T("类别代码", "Code of the kind"),
    "service_name": T("类别", "Kind"),
    "updated": T("更新时间", "Time of the last change"),
    "closed": T("办结时间", "Time of the closing"),
    "text": T("内容", "Text"),
    "answer": T("答复", "Answer"),
    "place": T("地点", "Place"),
    "division": T("区、街道、社区（名称或代码）", "District, street or community (name or code)"),
    "unit": T("承办单位（留在内容里）", "Unit (kept in the text)"),
    "name": T("姓名（保密）", "Reporter's name (private)"),
    "phone": T("电话（保密）", "Telephone (private)"),
    "email": T("邮箱（保密）", "E-mail (private)"),
    "lat": T("纬度", "Latitude"),
    "long": T("经度", "Longitude"),
    "media": T("照片链接", "Link to a picture"),
}
MEANINGS: Final[Mapping[str, tuple[T, str, str]]] = {
    "open": (T("待受理", "Reported"), "reported", "reopen"),
    "accepted": (T("已受理", "Accepted"), "accepted", "accept"),
    "dispatched": (T("已派遣", "Dispatched"), "dispatched", "dispatch"),
    "handling": (T("办理中", "Being handled"), "handling", "sign"),
    "handled": (T("已处理，待核查", "Handled"), "handled", "finish"),
    "closed": (T("已办结", "Closed"), "closed", "close"),
    "refused": (T("不予受理", "Not accepted"), "refused", "refuse"),
    "withdrawn": (T("已撤回", "Withdrawn"), "withdrawn", "withdraw"),
}
"""What a word of the source's status may mean: words, our state, the event that turning to it leaves."""
_NAMES: Final[Mapping[str, str]] = {
    "id": "编号|工单编?号|受理编?号|案件编?号|诉求编?号|流水号|id|unique_key|message_id|service_request_id|number",
    "requested": "(上报|受理|来电|登记|提交|留言|诉求|创建|发布)(时间|日期)|sent_at|requested_datetime|created(_date|_at)?|时间|日期",
    "status": "(办理|工单|案件|处理)?状态|status|state",
    "service_code": "类别代码|service_code",
    "service_name": "类别|分类|类型|(诉求|问题|案件|事项)(类别|分类|类型)|一级分类|service_name|category|label",
    "updated": "(更新|答复|回复)(时间|日期)|updated(_datetime|_at)?|replied_at",
    "closed": "(办结|结案|完成)(时间|日期)|closed(_date|_at)?",
    "text": "(诉求|问题|留言|来电)?(内容|描述|详情)|标题|主题|(留言|诉求)(标题|主题)|description|subject|text|title",
    "answer": "(答复|回复)(内容|意见)?|(办理|处理)(结果|意见|情况)|reply|answer|status_notes",
    "place": "(事发|详细|案发)?(地址|地点|位置)|address|place",
    "lat": "纬度|lat(itude)?",
    "long": "经度|lng|long?(itude)?",
    "media": "(照片|图片)(链接|地址)?|media_url",
}
# what part of a name says, where no name above is met whole; the first that fits
_HINTS: Final = (
    ("phone", "电话|手机|号码|phone|mobile"),
    ("email", "邮箱|邮件地址|e-?mail"),
    ("name", "姓名|联系人$|(诉求|来电|上报|反映|投诉|举报|报告)人$|reporter"),
    ("unit", "(单位|部门|科室)(名称)?$|agency|department"),
    ("division", "所在区|所属区|区县|辖区|行政区|旗县|街道|乡镇|社区|嘎查|district|county$"),
    ("closed", "(办结|结案|完成|关闭|closed).*(时间|日期|date|time|_at)"),
    ("updated", "(更新|答复|回复|修改|updated|modified).*(时间|日期|date|time|_at)"),
    ("requested", "(上报|受理|来电|登记|提交|创建|发布|opened|created|requested|reported).*(时间|日期|date|time|_at)"),
    ("status", "状态|status$"),
    ("id", "编号$|单号$|[ _]id$"),
    ("service_name", "类别|分类|类型|category"),
    ("answer", "答复|回复|(办理|处理)(结果|情况|意见)|reply"),
    ("text", "内容|描述|详情|标题|主题|description"),
    ("place", "地址|地点|位置|address"),
    ("lat", "纬度|latitude"),
    ("long", "经度|longitude"),
)
_WORDS: Final = (
    ("open", "^尚?未|^un"),
    ("refused", "不予|不受理|退件|拒"),
    ("withdrawn", "撤"),
    ("closed", "办结|结案|已完成|已解决|完结|关闭|closed|resolved|done"),
    ("handled", "待核|已处理|已办|办毕|处理完|已答复|已回复|handled|answered"),
    ("handling", "办理|处理中|在办|progress"),
    ("dispatched", "派|交办|转办"),
    ("accepted", "已受理|已接|accepted"),
    ("open", "待受理|待办|未办|未处理|新|open|new|pending"),
)
_BOTH: Final = frozenset({"text", "place", "answer", "division", "unit"})  # several columns may be one of these


@dataclass(frozen=True)
class Choice:
    """What was pressed: under which source, in which zone, each column's field, each status word's meaning, a kind for all."""

    source: str = ""
    zone: str = "UTC"
    kind: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As JSON; pairs in lists, since an object in the database forgets the order of its names."""
        return asdict(self) | {"columns": list(self.columns.items()), "words": list(self.words.items())}

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> "Choice":
        """What `plain` gave."""
        if kept is None:
            return cls()
        return cls(kept["source"], kept["zone"], kept["kind"], dict(kept["columns"]), dict(kept["words"]))

    def column(self, name: str) -> str:
        """The first column that is this field; empty where none is."""
        return next((column for column, ours in self.columns.items() if ours == name), "")

    def mapping(self) -> mappings.Mapping:
        """The mapping that it means. Raises MappingError, which names the entry and the rule."""
        fields: dict[str, list[str]] = {}
        for column, ours in self.columns.items():
            if ours:
                fields.setdefault(ours, []).append(column)
        words = self.words if "status" in fields else {OPEN: "open", ANSWERED: "closed", CLOSED: "closed"}
        data: dict[str, Any] = {
            "source": self.source,
            "zone": self.zone,
            "fields": {ours: columns for ours, columns in fields.items() if ours in FIELDS},
            "statuses": {
                word: {"state": MEANINGS[meaning][1], "verb": MEANINGS[meaning][2]}
                for word, meaning in words.items()
                if meaning in MEANINGS
            },
        }
        if self.kind:
            data["constants"] = {"service_name": self.kind}
        return mappings.checked("", data)


def guess(columns: Sequence[str], source: str, zone: str) -> Choice:
    """What the names of the columns say, whole or in part; each field once, but for those that may be several columns."""
    found = dict.fromkeys(columns, "")
    plain = {column: re.sub(r"\s", "", column).casefold() for column in columns}

    def free(fits: Iterable[str]) -> str:
        return next((ours for ours in fits if ours in _BOTH or ours not in found.values()), "")

    for column, name in plain.items():
        found[column] = free(ours for ours, names in _NAMES.items() if re.fullmatch(names, name))
    for column, name in plain.items():
        found[column] = found[column] or free(ours for ours, part in _HINTS if re.search(part, name))
    kind = "" if {"service_name", "service_code"} & set(found.values()) else str(T("导入", "Imported").zh)
    return Choice(source, zone, kind, found, {})


def guess_word(word: str) -> str:
    """What a word of the status says; a case that is open where it says nothing."""
    return next((meaning for meaning, pattern in _WORDS if re.search(pattern, word.casefold())), "open")


def recognised(word: str) -> bool:
    """Does a word of the status say anything?"""
    return any(re.search(pattern, word.casefold()) for _, pattern in _WORDS)


def meanings(words: Iterable[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Each word of the file with its meaning: the chosen one, else the guess."""
    return {word: chosen.get(word, guess_word(word)) for word in words}
