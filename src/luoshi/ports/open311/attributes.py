"""What a service asks beside its description: read from a file of the city, and the rules its answers must keep.

The file is `open311.toml` in the home, else `attributes/<city>.toml` beside this module, else there are none.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from luoshi.conf import SettingError
from luoshi.kernel import installation
from luoshi.kernel.text import T
from luoshi.ports.open311.arguments import Arguments, w3c

STRING, TEXT = 250, 1000  # characters
LISTS: Final = ("singlevaluelist", "multivaluelist")
DATATYPES: Final = ("string", "number", "datetime", "text", *LISTS)
_HERE: Final = Path(__file__).parent / "attributes"
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
_GIVEN: Final = re.compile(r"attribute\[([^\]]*)\](?:\[\d*\])?")
EMPTY: Final = T("", "")


@dataclass(frozen=True)
class Attribute:
    """One question of a service; `variable` False only tells something. `values` are (key, name) of a list."""

    code: str
    datatype: str
    description: T
    required: bool = False
    variable: bool = True
    hint: T = EMPTY
    values: tuple[tuple[str, T], ...] = ()


Questions = Mapping[str, tuple[Attribute, ...]]


def of(service: str) -> tuple[Attribute, ...]:
    """The questions of a service, in their order."""
    return load(file()).get(service, ())


def file() -> Path:
    """Where the questions of this installation stand."""
    own: Path = settings.CONF.home / "open311.toml"
    return own if own.is_file() else _HERE / f"{installation.current().code}.toml"


@lru_cache(maxsize=4)
def load(path: Path) -> Questions:
    """The questions by service code; read once a process. Raises SettingError that names file, service and rule."""
    if not path.is_file():
        return {}
    try:
        services = tomllib.loads(path.read_text("utf-8")).get("service", {})
        return {code: tuple(_attribute(one) for one in asked) for code, asked in services.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingError(T(f"{path}：{error}", f"{path}: {error}")) from None


def _attribute(given: Mapping[str, Any]) -> Attribute:
    if not _CODE.fullmatch(given["code"]) or given["datatype"] not in DATATYPES:
        raise ValueError(f"code {given['code']!r}, datatype {given['datatype']!r}: one of {', '.join(DATATYPES)}")
    values = tuple((str(one["key"]), T(one["zh"], one["en"])) for one in given.get("values", ()))
    if bool(values) != (given["datatype"] in LISTS):
        raise ValueError(f"{given['code']}: values belong to a list, and only to a list")
    return Attribute(
        code=given["code"],
        datatype=given["datatype"],
        description=T(**given["description"]),
        required=given.get("required", False) is True,
        variable=given.get("variable", True) is not False,
        hint=T(**given.get("hint", {"zh": "", "en": ""})),
        values=values,
    )


def answers(service: str, arguments: Arguments) -> list[str]:
    """`室内温度：15` for each answer, in the order of the questions; faults go to the arguments."""
    given: dict[str, list[str]] = {}
    for code, texts in arguments.matching(_GIVEN):
        given[code] = [*given.get(code, []), *texts]
    asked = {one.code: one for one in of(service) if one.variable}
    for code in given:
        if code not in asked and given[code]:
            rule = T("服务 {service} 没有这一项", "service {service} has no such attribute").fill(service=service)
            arguments.fault(f"attribute[{code}]", rule)
    told = [(one, _answer(one, given.get(one.code, []), arguments)) for one in asked.values()]
    return [f"{one.description.zh}：{answer}" for one, answer in told if answer]


def _answer(one: Attribute, texts: list[str], arguments: Arguments) -> str:
    name = f"attribute[{one.code}]"
    if not texts:
        if one.required:
            arguments.missing(name)
        return ""
    if len(texts) > 1 and one.datatype != "multivaluelist":
        arguments.fault(name, T("只能有一个值", "takes one value only"))
        return ""
    known = dict(one.values)
    for text in texts:
        rule = _rule(one, text, known)
        if rule is not None:
            arguments.fault(name, rule, text)
    return "、".join(known.get(text, T(text, text)).zh for text in dict.fromkeys(texts))


def _rule(one: Attribute, text: str, known: Mapping[str, T]) -> T | None:
    """The rule that an answer breaks."""
    if known:
        return None if text in known else T("其中之一：{keys}", "one of: {keys}").fill(keys=", ".join(known))
    if one.datatype == "number":
        return None if _is_number(text) else T("须为数字", "must be a number")
    if one.datatype == "datetime":
        return None if w3c(text) else T("须为带时区的时间", "must be a time with its zone")
    most = TEXT if one.datatype == "text" else STRING
    if len(text) > most or (one.datatype == "string" and ("\n" in text or "\r" in text)):
        line = T("", "") if one.datatype == "text" else T("，不能换行", ", on one line")
        return T("最长 {n} 字{line}", "at most {n} characters{line}").fill(n=most, line=line)
    return None


def _is_number(text: str) -> bool:
    try:
        return len(text) <= 40 and text.isascii() and "_" not in text and Decimal(text).is_finite()
    except InvalidOperation:
        return False
