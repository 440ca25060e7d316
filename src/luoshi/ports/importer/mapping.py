"""A mapping: which column of a file is what, and what a status of the source means. One TOML file each.

source = "boston"               under which name the cases are kept
zone = "America/New_York"       of times that name none
[fields]                        our field = its column, or several: of texts all that are filled, else the first
[statuses]                      the source's word = { state = our state, verb = the event that turning to it leaves }
[services]                      optional: the source's code = our category (others stand under "imported")
"""

import re
import tomllib
from collections.abc import Mapping as Map
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from luoshi.cases.flow import FLOW
from luoshi.cases.imported import MOVES
from luoshi.kernel.text import T

REQUIRED: Final = ("id", "status", "requested")
FIELDS: Final = (
    *REQUIRED, "service_code", "service_name", "updated", "closed", "text", "answer", "place", "lat", "long", "media",
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


def shipped() -> list[str]:
    """The names of the mappings that come with the program."""
    return sorted(entry.name.removesuffix(".toml") for entry in _SHIPPED.iterdir() if entry.name.endswith(".toml"))


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
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(name, T(f"不是 TOML：{error}", f"not TOML: {error}")) from None
    return _checked(name, data | ({"source": source} if source else {}))


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(file, T(f"读不了：{error}", f"cannot be read: {error}")) from None


def _checked(name: str, data: Map[str, Any]) -> Mapping:
    for key in data:
        if key not in ("source", "zone", "fields", "statuses", "services"):
            raise MappingError(f"{name}: {key}", T("没有这一项", "there is no such entry"))
    source = data.get("source")
    if not isinstance(source, str) or not _NAME.fullmatch(source):
        raise MappingError(
            f"{name}: source", T("1–40 个小写字母、数字或 . _ -", "1–40 lower-case letters, digits or . _ -")
        )
    return Mapping(
        source,
        _zone(name, data.get("zone", "UTC")),
        _fields(name, _table(name, data, "fields")),
        {word.strip().casefold(): _status(name, word, entry) for word, entry in _table(name, data, "statuses").items()},
        {str(code): str(ours) for code, ours in _table(name, data, "services", needed=False).items()},
    )


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


def _fields(name: str, table: Map[str, Any]) -> dict[str, tuple[str, ...]]:
    for field in (*table, *REQUIRED):
        if field not in FIELDS:
            raise MappingError(f"{name}: [fields] {field}", T("没有这个字段", "there is no such field"))
        columns = table.get(field)
        if not (isinstance(columns, str) or (isinstance(columns, list) and all(isinstance(c, str) for c in columns))):
            raise MappingError(f"{name}: [fields] {field}", T("要写列名", "must name a column"))
    if not {"service_code", "service_name"} & set(table):
        raise MappingError(f"{name}: [fields] service_code", T("要写列名", "must name a column"))
    return {field: (value,) if isinstance(value, str) else tuple(value) for field, value in table.items()}


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
