"""What a call of the API says, read by the schemas of its fields: types, choices, lengths, days, files, places in a list."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, cast

from luoshi.api.endpoint import Asked
from luoshi.api.schema import Schema
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.web import pager

MOST: Final = 200
"""Rows of one answer."""
USUAL: Final = 50
LIMIT: Final[Schema] = {"type": "integer", "minimum": 1, "maximum": MOST}
ID: Final[Schema] = {"type": "string", "format": "uuid"}
DAY: Final[Schema] = {"type": "string", "format": "date"}
_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
}  # fmt: skip
_READ: Final = {"date": date.fromisoformat, "date-time": datetime.fromisoformat}
NOT_THE_TYPE: Final = T("不是这里要的类型", "is not of the type wanted here")
NEEDED: Final = T("必须填写", "is required")
NO_CHOICE: Final = T("不在可选的里面", "is not one of the choices")


WORDED: Final = {"stages": T("写成 [[名称, 金额], …]", "write it like [[name, amount], …]")}
"""Rules of fields in words of their own."""


def checked(body: Mapping[str, Any], names: Mapping[str, Schema]) -> dict[str, Any]:
    """The values as actions take them: days and times read. Raises Invalid, naming each field that does not fit its schema."""
    faults = [
        Fault(name, str(value)[:60], WORDED.get(name, rule))
        for name, value in body.items()
        if (rule := fault(value, names[name])) is not None
    ]
    if faults:
        raise Invalid(faults)
    return {name: _read(value, names[name]) for name, value in body.items()}


def entry(body: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The same of a new record: all that its schema requires must be there. Raises Invalid."""
    if lacks := [name for name in schema["required"] if name not in body]:
        raise Invalid([Fault(name, "", NEEDED) for name in lacks])
    return checked(body, schema["properties"])


def _read(value: Any, schema: Schema) -> Any:
    reader = _READ.get(schema.get("format", ""))
    return reader(value.replace("Z", "+00:00")) if reader else value


def fault(value: Any, schema: Schema) -> T | None:
    """The rule of a schema that a value breaks; None where it fits."""
    kind: Any = _TYPES.get(str(schema.get("type")))
    if "anyOf" in schema:
        rules = [fault(value, one) for one in schema["anyOf"] if one != {"type": "null"}]
        return None if value is None or None in rules else rules[0]
    if kind is not None and (not isinstance(value, kind) or (kind is not bool and isinstance(value, bool))):
        return NOT_THE_TYPE
    if "enum" in schema and value not in schema["enum"]:
        return NO_CHOICE
    if kind is str:
        return _text_fault(value, schema)
    if kind is int and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        low, high = schema.get("minimum", "…"), schema.get("maximum", "…")
        return T("应在 {a} 到 {b} 之间", "must be from {a} to {b}").fill(a=low, b=high)
    if kind is list:
        return _list_fault(value, schema)
    return _record_fault(value, schema) if kind is dict else None


def _text_fault(value: str, schema: Schema) -> T | None:
    if len(value) > schema.get("maxLength", len(value)):
        return T("最长 {n} 字", "at most {n} characters").fill(n=schema["maxLength"])
    if len(value.strip()) < schema.get("minLength", 0):
        return NEEDED
    try:
        found = _read(value, schema)
    except ValueError:
        return T(
            "写成 2021-11-23（时刻写成 2021-11-23T15:30:00+08:00）的样子",
            "write it like 2021-11-23, a time like 2021-11-23T15:30:00+08:00",
        )
    if isinstance(found, datetime) and found.tzinfo is None:
        return T("要带时区", "needs a time zone")
    return None


def _list_fault(value: list[Any], schema: Schema) -> T | None:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        low, high = schema.get("minItems", 0), schema.get("maxItems", "…")
        return T("应有 {a} 到 {b} 项", "must have from {a} to {b} items").fill(a=low, b=high)
    return next((rule for one in value if (rule := fault(one, schema.get("items", {}))) is not None), None)


def _record_fault(value: dict[str, Any], schema: Schema) -> T | None:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, one in value.items():
        if name not in known and others is False:
            return T("没有这一项：{name}", "there is no such field: {name}").fill(name=name[:40])
        inner = known.get(name, others)
        rule = fault(one, inner) if isinstance(inner, dict) else None
        if rule is not None:
            return T("{name}：{rule}", "{name}: {rule}").fill(name=name[:40], rule=rule)
    lacks = [name for name in schema.get("required", ()) if name not in value]
    return T("缺少：{names}", "missing: {names}").fill(names=", ".join(lacks)) if lacks else None


def content(given: Mapping[str, Any]) -> bytes:
    """The bytes of a file that came as base64 in `content`. Raises Invalid."""
    try:
        return b64decode(str(given.get("content", "")), validate=True)
    except (NotBase64, ValueError):
        raise Invalid([Fault("file", "", T("content 应为 base64", "content must be base64"))]) from None


def size(call: Asked) -> int:
    """How many rows are asked for. Raises Invalid."""
    given = call.query.get("limit", "")
    if given and not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= MOST):
        raise Invalid([Fault("limit", given[:20], T("1 到 {n}", "1 to {n}").fill(n=MOST))])
    return int(given or USUAL)


def after(call: Asked, order: str) -> tuple[datetime, int] | None:
    """After which row of a list the page begins. Raises Problem."""
    given = call.query.get(pager.NAME, "")
    return cast("tuple[datetime, int]", pager.decode(given, order)) if given else None
