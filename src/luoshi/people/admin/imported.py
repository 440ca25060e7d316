"""People from a workbook: rows are read and checked before anything is written, and every fault says row, column and rule."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO, Final

from django.core import signing

from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.people.admin import reads
from luoshi.people.admin.actions.person import check_post
from luoshi.people.admin.forms import LOGIN
from luoshi.people.models import Person, Post, Unit
from luoshi.people.roles import ADMINS, ROLES
from luoshi.ports.importer import xlsx

MOST: Final = 1_000  # rows of one file
LARGEST: Final = 5_000_000  # bytes
# our names of the columns → the heads under which they may stand
HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "login": ("登录名", "log-in name", "login", "账号", "用户名"),
    "name": ("姓名", "name"),
    "unit": ("单位", "unit", "单位代码", "unit code", "部门"),
    "role": ("岗位", "role", "角色", "岗位代码"),
    "first": ("从哪天起", "from", "开始日期", "到岗日期"),
}
SHOWN: Final[Mapping[str, T]] = {
    "login": T("登录名", "Log-in name"), "name": T("姓名", "Name"), "unit": T("单位", "Unit"), "role": T("岗位", "Role"),
    "first": T("从哪天起", "From"),
}  # fmt: skip
NEEDED: Final = ("login", "name", "unit", "role")
_SALT: Final = "luoshi.people.import"
_WRITTEN: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S")


@dataclass
class Row:
    """One row: what stood there, what it means, what is wrong with it, and whether nothing is left to do."""

    number: int
    given: dict[str, str]
    unit: str = ""
    role: str = ""
    first: str = ""
    known: bool = False
    done: bool = False
    faults: list[tuple[str, str, list[str]]] = field(default_factory=list)

    def refuse(self, name: str, zh: str, en: str) -> None:
        """Note a fault of a column."""
        self.faults.append((name, self.given.get(name, ""), [zh, en]))

    @property
    def login(self) -> str:
        """The log-in name."""
        return self.given["login"]

    @property
    def good(self) -> bool:
        """Is it to be written?"""
        return not self.faults and not self.done


def read(stream: BinaryIO, today: date) -> list[Row]:
    """The rows of a workbook's first sheet, checked against each other and the city. Raises Invalid for a bad file."""
    try:
        found = list(xlsx.rows(stream))
    except xlsx.Unreadable as refused:
        raise Invalid([Fault("file", "", refused.text)]) from None
    if len(found) > MOST:
        rule = T("最多 {n} 行，请分成几个文件", "at most {n} rows: split the file").fill(n=MOST)
        raise Invalid([Fault("file", str(len(found)), rule)])
    rows = [_row(number, cells) for number, cells, _ in found]
    if not rows:
        raise Invalid([Fault("file", "", T("没有一行数据", "holds no rows"))])
    check(rows, today)
    return rows


def _columns(cells: Mapping[str, Any]) -> dict[str, str]:
    """Our names → the file's own heads. Raises Invalid where one is missing."""
    heads = {str(head).strip().lower(): head for head in cells}
    found = {}
    for name, words in HEADS.items():
        head = next((heads[word] for word in words if word in heads), None)
        if head is not None:
            found[name] = head
    lacking = [SHOWN[name] for name in NEEDED if name not in found]
    if lacking:
        names = T("、".join(text.zh for text in lacking), ", ".join(text.en for text in lacking))
        raise Invalid(
            [Fault("file", "", T("第一行缺这些列：{names}", "the first row lacks: {names}").fill(names=names))]
        )
    return found


def _row(number: int, cells: Mapping[str, Any] | None) -> Row:
    if cells is None:
        row = Row(number, dict.fromkeys(HEADS, ""))
        row.refuse("login", "这一行的列比第一行多", "the row has more columns than the first one")
        return row
    columns = _columns(cells)
    return Row(number, {name: str(cells.get(columns.get(name, ""), "")).strip()[:200] for name in HEADS})


def check(rows: list[Row], today: date) -> None:
    """Give every row its meaning or its faults; a few queries whatever the number of rows."""
    units: dict[str, list[Unit]] = defaultdict(list)
    for unit in reads.units():
        if unit.valid_to is None or unit.valid_to > max(today, unit.valid_from):
            for word in {unit.code, unit.zh, unit.en.lower()}:
                units[word].append(unit)
    roles = {word: role for role, text in ROLES.items() for word in (role, text.zh, text.en.lower())}
    people = reads.known(row.login for row in rows)
    beside: dict[str, list[Post]] = {login: list(person.posts.all()) for login, person in people.items()}
    names: dict[str, str] = {login: person.name for login, person in people.items()}
    for row in rows:
        if row.faults:
            continue
        _check_person(row, people.get(row.login), names)
        _check_post(row, units, roles, today, people.get(row.login), beside.setdefault(row.login, []))


def _check_person(row: Row, person: Person | None, names: dict[str, str]) -> None:
    for name in NEEDED:
        if not row.given[name]:
            row.refuse(name, "必须填写", "is required")
    if row.login and not re.match(LOGIN, row.login):
        row.refuse("login", "2 到 60 个字母、数字、. _ -", "2 to 60 letters, digits, . _ -")
    if len(row.given["name"]) > 60:
        row.refuse("name", "最多 60 个字", "at most 60 characters")
    row.known = person is not None
    if names.setdefault(row.login, row.given["name"]) != row.given["name"] and row.login:
        row.refuse("name", "和这个登录名已有的姓名不同", "is not the name that goes with this log-in name")
    if person is not None and person.state != "here":
        row.refuse("login", "这个人已离任，先恢复在职", "has left: let them come back first")


def _check_post(
    row: Row,
    units: Mapping[str, list[Unit]],
    roles: Mapping[str, str],
    today: date,
    person: Person | None,
    beside: list[Post],
) -> None:
    unit, role, first = _unit(row, units), roles.get(row.given["role"].lower()), _day(row, today)
    if row.given["role"] and role is None:
        row.refuse("role", "没有这种岗位", "there is no such role")
    if role in ADMINS:
        row.refuse("role", "管理员由两人任命，不能导入", "administrators are appointed by two and not imported")
    if unit is None or role is None or first is None or row.faults:
        return
    row.unit, row.role, row.first = unit.code, role, first.isoformat()
    now = [post for post in beside if post.valid_to is None or post.valid_to > first]
    if any(post.unit_id == unit.pk and post.role == role for post in now):
        row.done = True
        return
    try:
        check_post(person or Person(login=row.login), unit, role, first, beside)
    except Invalid as refused:
        for fault in refused.faults:
            row.refuse(fault.field if fault.field in HEADS else "role", fault.rule.zh, fault.rule.en)
        return
    beside.append(Post(unit=unit, role=role, valid_from=first))


def _unit(row: Row, units: Mapping[str, list[Unit]]) -> Unit | None:
    text = row.given["unit"]
    found = units.get(text) or units.get(text.lower()) or []
    if text and not found:
        row.refuse("unit", "没有这个单位（写代码或全名）", "no such unit (give its code or full name)")
    if len(found) > 1:
        row.refuse("unit", "有几个单位叫这个名，请写代码", "several units have this name: give the code")
    return found[0] if len(found) == 1 else None


def _day(row: Row, today: date) -> date | None:
    text = row.given["first"]
    if not text:
        return today
    for written in _WRITTEN:
        try:
            day = datetime.strptime(text, written).date()
        except ValueError:
            continue
        if abs((day - today).days) > 366:
            row.refuse("first", "离今天不超过一年", "within a year of today")
            return None
        return day
    row.refuse("first", "写成 2021-11-23 的样子", "write it like 2021-11-23")
    return None


def carried(rows: Iterable[Row]) -> str:
    """The good rows as a signed text that travels in the page, so that nothing is kept before it is confirmed."""
    return signing.dumps(
        [asdict(row)["given"] | {"n": row.number} for row in rows if row.good], salt=_SALT, compress=True
    )


def opened(text: str, today: date) -> list[Row]:
    """The rows that `carried` gave, checked anew. Raises Invalid for anything else, or after an hour."""
    try:
        plain = signing.loads(text, salt=_SALT, max_age=3600)
    except signing.BadSignature:
        raise Invalid(
            [Fault("file", "", T("预览已过期，请再选一次文件", "the preview has expired: choose the file again"))]
        ) from None
    rows = [Row(int(one.pop("n")), one) for one in plain]
    check(rows, today)
    return rows
