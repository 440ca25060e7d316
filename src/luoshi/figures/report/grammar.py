"""What may stand between `{{` and `}}`: a name, or a name with arguments. Nothing of it is ever executed. Pure.

call = name [ "(" [ argument { "," argument } ] ")" ]
argument = [ key "=" ] ( '"' any text without quotes '"' | "true" | "false" )
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from luoshi.kernel.text import T

_ARGUMENT: Final = r'\s*(?:(?P<key>[a-z_]+)\s*=\s*)?(?:"(?P<text>[^"\\{}]*)"|(?P<flag>true|false))\s*'
_BARE: Final = re.sub(r"\?P<\w+>", "?:", _ARGUMENT)
_CALL: Final = re.compile(rf"\s*([a-z_]+)\s*(?:\(((?:{_BARE}(?:,{_BARE})*)?)\))?\s*")
Kind = Literal["figure", "table", "year", "year_before", "period", "period_before", "as_of"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_TAKES: Final[Mapping[str, frozenset[str]]] = {
    "figure": frozenset({"id", "period", "by", "where", "compare", "part"}),
    "table": frozenset({"id", "period", "by", "where", "rank"}),
}
_FLAGS: Final = frozenset({"rank"})
SHAPE: Final = T(
    '应写作 name 或 name("…", key="…")，引号为直引号',
    'must be written name or name("…", key="…"), with straight quotes',
)


class CallError(ValueError):
    """Braces that hold no call; `rule` says why."""

    def __init__(self, rule: T) -> None:
        self.rule = rule
        super().__init__(rule.en)


@dataclass(frozen=True)
class Call:
    """What is called, and the texts of its arguments by name; `id` is the first, which needs none."""

    kind: Kind
    given: Mapping[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()

    def text(self, name: str) -> str:
        """An argument; empty where it is left out."""
        return self.given.get(name, "")


def parse(text: str) -> Call:
    """The call in a text. Raises CallError."""
    found = _CALL.fullmatch(text)
    if found is None:
        raise CallError(SHAPE)
    kind = next((one for one in KINDS if one == found[1]), None)
    if kind is None:
        raise CallError(_one_of("{{", found[1], KINDS))
    takes = _TAKES.get(kind, frozenset())
    given, flags = _arguments(found[2] or "", takes)
    if takes and "id" not in given:
        raise CallError(T("缺少指标的编号", "the id of the figure is missing"))
    return Call(kind, given, flags)


def _one_of(what: str, value: str, known: tuple[str, ...] | list[str]) -> T:
    rule = T("{what} {value}：应为其一：{all}", "{what} {value}: must be one of: {all}")
    return rule.fill(what=what, value=value, all=", ".join(known) or "—")


def _arguments(text: str, takes: frozenset[str]) -> tuple[dict[str, str], frozenset[str]]:
    given: dict[str, str] = {}
    flags: dict[str, bool] = {}
    for at, one in enumerate(re.finditer(_ARGUMENT, text)):
        name = one["key"] or ("id" if at == 0 and one["flag"] is None else "")
        if name not in takes:
            raise CallError(_one_of("argument", name or one[0].strip(), sorted(takes)))
        if name in given or name in flags:
            raise CallError(T("参数 {name} 出现两次", "argument {name} stands twice").fill(name=name))
        if (one["flag"] is not None) != (name in _FLAGS):
            rule = T("参数 {name} 应为{what}", "argument {name} must be {what}")
            what = T(" true 或 false", "true or false") if name in _FLAGS else T("引号中的文字", "a text in quotes")
            raise CallError(rule.fill(name=name, what=what))
        if one["flag"] is None:
            given[name] = one["text"]
        else:
            flags[name] = one["flag"] == "true"
    return given, frozenset(name for name, on in flags.items() if on)
