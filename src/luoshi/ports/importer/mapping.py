"""A mapping: which column of a file is what, and what a status of the source means. One TOML file each.

source = "boston"               under which name the cases are kept
zone = "America/New_York"       of times that name none
[fields]                        our field = its column, or several: of texts all that are filled, else the first
[statuses]                      the source's word = { state = our state, verb = the event that turning to it leaves }
                                division: a district, street or community by name or code, several columns from the
                                larger to the smaller; unit: kept in the text; name, phone, email: the reporter's, private
                                without a column of its own, a status is "closed" where the column of the closing holds a
                                time; "answered" where no column is of the closing and there is an answer; else "open"
[constants]                     optional: service_code, service_name of records that say none
times = ["%d/%m/%Y %H:%M"]      optional: how times are written that do not begin with the year
[services]                      optional: the source's code = our category (others stand under "imported")
"""

import json
import re
import tomllib
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from luoshi.cases.flow import FLOW
from luoshi.cases.imported import MOVES
from luoshi.kernel.text import T

REQUIRED: Final = ("id", "requested")
CONSTANTS: Final = ("service_code", "service_name")
ENTRIES: Final = ("source", "zone", "fields", "statuses", "services", "constants", "times")
OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
FIELDS: Final = (
    *REQUIRED, "status", "service_code", "service_name", "updated", "closed", "text", "answer", "place", "lat", "long", "media",
    "division", "unit", "name", "phone", "email",
)  # fmt: skip
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
_SHIPPED: Final = files("luoshi.ports.importer") / "mappings"


class MappingError(ValueError):
    """A mapping that is not there or contradicts itself; `text` names the entry and the rule."""

    def __init__(self, where: str, rule: T) -> None:
        self.text = T(f"映射 {where}：{rule.zh}", f"mapping {where}: {rule.en}")
        super().__init__(self.text.en)


@dataclass(frozen=True)
class Status:
    """What a status of the source means: our state, and the event that turning to it leaves."""

    state: str
    verb: str


@dataclass(frozen=True)
class Mapping:
    """A mapping that was read and checked; statuses are in lower case."""

    source: str
    zone: ZoneInfo
    fields: Map[str, tuple[str, ...]]
    statuses: Map[str, Status]
    services: Map[str, str]
    constants: Map[str, str] = field(default_factory=dict)
    times: tuple[str, ...] = ()

    def identity(self, row: Map[str, Any]) -> str:
        """The id in a row as text; empty where it has none."""
        found = (str(row[column]) for column in self.fields["id"] if row.get(column) not in (None, ""))
        return next(found, "").strip()


def shipped() -> list[str]:
    """The names of the mappings that come with the program."""
    return sorted(entry.name.removesuffix(".toml") for entry in _SHIPPED.iterdir() if entry.name.endswith(".toml"))


def parse(name: str, text: str, source: str | None = None) -> Mapping:
    """The mapping that a TOML text holds; `name` is what a fault calls it. Raises MappingError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(name, T(f"不是 TOML：{error}", f"not TOML: {error}")) from None
    return checked(name, data | ({"source": source} if source else {}))


def load(name: str, source: str | None = None) -> Mapping:
    """The shipped mapping of that name, or that of a TOML file; `source` replaces its own. Raises MappingError."""
    if name in shipped():
        text = (_SHIPPED / f"{name}.toml").read_text("utf-8")
    elif not name.endswith(".toml"):
        known = ", ".join(shipped())
        raise MappingError(
            name, T(f"没有这个映射；有 {known}，或给一个 .toml 文件", f"unknown; there are {known}, or a .toml file")
        )
    else:
        text = _text_of(name)
    return parse(name, text, source)


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(file, T(f"读不了：{error}", f"cannot be read: {error}")) from None


def checked(name: str, data: Map[str, Any]) -> Mapping:
    """The mapping that the entries of a TOML file make; `name` is what a fault calls it. Raises MappingError."""
    for key in data:
        if key not in ENTRIES:
            raise MappingError(f"{name}: {key}", T("没有这一项", "there is no such entry"))
    source = data.get("source")
    if not isinstance(source, str) or not _NAME.fullmatch(source):
        raise MappingError(
            f"{name}: source", T("1–40 个小写字母、数字或 . _ -", "1–40 lower-case letters, digits or . _ -")
        )
    constants = _constants(name, _table(name, data, "constants", needed=False))
    statuses = _table(name, data, "statuses")
    mapping = Mapping(
        source,
        _zone(name, data.get("zone", "UTC")),
        _fields(name, _table(name, data, "fields"), constants),
        {word.strip().casefold(): _status(name, word, entry) for word, entry in statuses.items()},
        {str(code): str(ours) for code, ours in _table(name, data, "services", needed=False).items()},
        constants,
        _times(name, data.get("times", [])),
    )
    _check_status(name, mapping)
    return mapping


def _check_status(name: str, mapping: Mapping) -> None:
    """Without a column, the words are our own."""
    if "status" in mapping.fields:
        return
    ended = CLOSED if "closed" in mapping.fields else ANSWERED if "answer" in mapping.fields else OPEN
    for word in (OPEN, ended):
        if word not in mapping.statuses:
            rule = T("没有状态列时必须有这一项", "is needed where no column holds the status")
            raise MappingError(f"{name}: [statuses] {word}", rule)


def _constants(name: str, table: Map[str, Any]) -> dict[str, str]:
    for key, value in table.items():
        if key not in CONSTANTS or not isinstance(value, str) or not value.strip():
            rule = T("只能写 {names}，值是文字", "only {names}, as text").fill(names=", ".join(CONSTANTS))
            raise MappingError(f"{name}: [constants] {key}", rule)
    return {key: value.strip() for key, value in table.items()}


def _times(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and "%" in one for one in value):
        raise MappingError(f"{name}: times", T('写成 ["%d/%m/%Y %H:%M"]', 'like ["%d/%m/%Y %H:%M"]'))
    return tuple(value)


def _table(name: str, data: Map[str, Any], key: str, needed: bool = True) -> dict[str, Any]:
    found = data.get(key, {})
    if not isinstance(found, dict) or (needed and not found):
        raise MappingError(f"{name}: [{key}]", T("缺少这张表", "this table is missing"))
    return found


def _zone(name: str, value: Any) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, TypeError, OSError):
        raise MappingError(f"{name}: zone = {value!r}", T("没有这个时区", "there is no such time zone")) from None


def _fields(name: str, table: Map[str, Any], constants: Map[str, str]) -> dict[str, tuple[str, ...]]:
    for ours in (*table, *REQUIRED):
        if ours not in FIELDS:
            raise MappingError(f"{name}: [fields] {ours}", T("没有这个字段", "there is no such field"))
        columns = table.get(ours)
        if not (isinstance(columns, str) or (isinstance(columns, list) and all(isinstance(c, str) for c in columns))):
            raise MappingError(f"{name}: [fields] {ours}", T("要写列名", "must name a column"))
    if not set(CONSTANTS) & (set(table) | set(constants)):
        raise MappingError(f"{name}: [fields] service_code", T("要写列名", "must name a column"))
    return {ours: (value,) if isinstance(value, str) else tuple(value) for ours, value in table.items()}


def _status(name: str, word: str, entry: Any) -> Status:
    where = f"{name}: [statuses] {word}"
    if not isinstance(entry, dict) or set(entry) != {"state", "verb"}:
        raise MappingError(where, T("要写 state 和 verb", "must give state and verb"))
    if entry["state"] not in [state.name for state in FLOW.states]:
        raise MappingError(f"{where}: state = {entry['state']!r}", T("没有这个状态", "there is no such state"))
    if entry["verb"] not in MOVES:
        raise MappingError(
            f"{where}: verb = {entry['verb']!r}", T(f"可用 {', '.join(MOVES)}", f"one of {', '.join(MOVES)}")
        )
    return Status(entry["state"], entry["verb"])


def dump(mapping: Mapping) -> str:
    """The mapping as the TOML text that `load` reads."""
    lines = [f"source = {_quoted(mapping.source)}", f"zone = {_quoted(mapping.zone.key)}"]
    if mapping.times:
        lines.append(f"times = [{', '.join(map(_quoted, mapping.times))}]")
    columns = {name: [*held] if len(held) > 1 else held[0] for name, held in mapping.fields.items()}
    lines += ["", "[fields]"]
    for name, value in columns.items():
        text = _quoted(value) if isinstance(value, str) else f"[{', '.join(map(_quoted, value))}]"
        lines.append(f"{name} = {text}")
    lines += ["", "[statuses]"]
    for word, status in mapping.statuses.items():
        lines.append(f"{_quoted(word)} = {{ state = {_quoted(status.state)}, verb = {_quoted(status.verb)} }}")
    for name, table in (("services", mapping.services), ("constants", mapping.constants)):
        if table:
            lines += ["", f"[{name}]", *(f"{_quoted(key)} = {_quoted(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON; DEL must be escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
