"""The line's settings that differ from place to place, as data: clocks, gates, kinds of documents and proofs, what landed means.

What is shipped stands in `rules.toml`; a city says otherwise in `leads.toml` of the home, with the same keys, read once a
process. Free of Django.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from luoshi import conf
from luoshi.kernel.deadlines import KINDS
from luoshi.kernel.text import T
from luoshi.packs.faults import Fault, Faults
from luoshi.packs.tables import Toml, read_toml

FILE: Final = "leads.toml"
"""The city's own rules, in the home."""
SHIPPED: Final[Mapping[str, Any]] = tomllib.loads((Path(__file__).parent / "rules.toml").read_text(encoding="utf-8"))
FIELDS: Final[Mapping[str, T]] = {
    "company": T("企业", "company"),
    "county": T("落地旗县区", "county"),
    "industry": T("行业门类", "industry"),
    "officer": T("负责人", "officer"),
    "code": T("企业的统一社会信用代码", "the company's credit code"),
    "money": T("一笔已核实的到位资金", "one verified receipt of money"),
}
"""Fields that a gate may ask for."""
MOST_DAYS: Final = 90
"""The longest time for which a link for the company is good."""
LONGEST: Final = 60
_DAYS: Final[Mapping[str, int]] = {"link": MOST_DAYS}
_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,29}")
V = TypeVar("V")
Rules = dict[str, dict[str, Any]]


class RulesError(ValueError):
    """A city's rules that cannot be used; `faults` lists everything that is wrong, each with file, line, key and rule."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        where = [f"{one.file}:{one.line}: " if one.line else f"{one.file}: " for one in faults]
        pairs = list(zip(where, faults, strict=True))
        self.text = T(
            "\n".join(at + one.rule.zh for at, one in pairs), "\n".join(at + one.rule.en for at, one in pairs)
        )
        super().__init__(self.text.en)


@lru_cache(maxsize=1)
def current() -> Rules:
    """The rules of this installation, read once a process. Raises RulesError."""
    return read(conf.load().home)


def read(home: Path) -> Rules:
    """What is shipped, with what a home's file says otherwise. Raises RulesError with all that is wrong."""
    found: Rules = {name: dict(table) for name, table in SHIPPED.items()}
    if not (home / FILE).exists():
        return found
    faults = Faults()
    toml = read_toml(home, FILE, faults)
    if toml is not None:
        for name, table in toml.data.items():
            _merge(toml, name, table, found)
        _check_gates(toml, found["documents"])
    if faults.found:
        raise RulesError(sorted(faults.found))
    return found


def _merge(toml: Toml, name: str, table: Any, found: Rules) -> None:
    """One table of the file over the shipped one; what cannot be is noted and left out."""
    if name not in _TABLES:
        _unknown(toml, (name,), SHIPPED)
    elif not isinstance(table, dict):
        toml.fault((name,), "应为表 [{name}]", "must be a table [{name}]", name=name)
    else:
        for key in table:
            before = len(toml.faults.found)
            value = _TABLES[name](toml, (name, key))
            if len(toml.faults.found) == before:
                found[name][key] = value


def _unknown(toml: Toml, path: tuple[str, ...], known: Mapping[str, Any]) -> None:
    toml.fault(path, "未知的项；有：{known}", "is no key of it; there are: {known}", known=", ".join(known))


def _known(toml: Toml, path: tuple[str, str]) -> bool:
    """Is it a key that the shipped rules have?"""
    if path[1] not in SHIPPED[path[0]]:
        _unknown(toml, path, SHIPPED[path[0]])
    return path[1] in SHIPPED[path[0]]


def _table(toml: Toml, path: tuple[str, str], keys: Sequence[str]) -> bool:
    """Is it a table with no other keys than these?"""
    value = toml.value(*path)
    if not isinstance(value, dict):
        toml.fault(path, "应为表：{keys}", "must be a table: {keys}", keys=", ".join(keys))
        return False
    for key in value.keys() - set(keys):
        _unknown(toml, (*path, key), dict.fromkeys(keys))
    return True


def _clock(toml: Toml, path: tuple[str, str]) -> Any:
    """`{ kind = "workdays", n = 3 }`; one of the two may be left out."""
    if not _known(toml, path) or not _table(toml, path, ("kind", "n")):
        return None
    value = {**SHIPPED["clocks"][path[1]], **toml.value(*path)}
    if value["kind"] not in KINDS:
        toml.fault((*path, "kind"), "应为其一：{known}", "must be one of: {known}", known=", ".join(KINDS))
    if "n" in toml.value(*path):
        toml.whole(*path, "n", low=1, high=999)
    return value


def _days(toml: Toml, path: tuple[str, str]) -> Any:
    """A whole number of days."""
    return toml.whole(*path, low=1, high=_DAYS.get(path[1], 3650)) if _known(toml, path) else None


def _texts(toml: Toml, path: tuple[str, ...]) -> list[str]:
    """A list of different texts, which may be empty."""
    value = toml.value(*path)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value) or len(set(value)) < len(value):
        toml.fault(path, "应为文本的列表，不重复", "must be a list of different texts")
        return []
    return value


def _gate(toml: Toml, path: tuple[str, str]) -> Any:
    """What a move needs: `field:…` or `document:…`; an empty list asks for nothing."""
    return _texts(toml, path) if _known(toml, path) else None


def _check_gates(toml: Toml, documents: Mapping[str, Any]) -> None:
    """Every field and kind of document that a gate of the file names is there."""
    gates = toml.value("gates")
    for move, keys in gates.items() if isinstance(gates, dict) else ():
        for key in keys if isinstance(keys, list) else ():
            kind, _, name = str(key).partition(":")
            if name not in {"field": FIELDS, "document": documents}.get(kind, {}):
                known = ", ".join([*(f"field:{one}" for one in FIELDS), *(f"document:{one}" for one in documents)])
                toml.fault(
                    ("gates", move),
                    "没有「{need}」；有：{known}",
                    "no '{need}'; there are: {known}",
                    need=key,
                    known=known,
                )


def _words(toml: Toml, path: tuple[str, str]) -> Any:
    """The name of a kind of document or proof, new or not, in both languages."""
    if not _KIND.fullmatch(path[1]):
        toml.fault(path, "应为小写英文字母、数字和下划线", "must be small letters, digits and underscores")
    if not _table(toml, path, ("zh", "en")):
        return None
    text = toml.both(*path)
    for language in ("zh", "en"):
        if len(getattr(text, language)) > LONGEST:
            toml.fault((*path, language), "最长 {n} 字", "at most {n} characters", n=LONGEST)
    return {"zh": text.zh, "en": text.en}


def _landing(toml: Toml, path: tuple[str, str]) -> Any:
    """The stages that count as landed: from one of them on, all."""
    if not _known(toml, path):
        return None
    stages, known = _texts(toml, path), SHIPPED["landing"]["stages"]
    if not stages or stages != known[-len(stages) :]:
        toml.fault(
            path, "应为 {known}，可从后面某一阶段起、到最后一个，不能缺", "must be {known}, from one of them on, up to the last, none left out",
            known=", ".join(known),
        )  # fmt: skip
    return stages


_TABLES: Final[Mapping[str, Callable[[Toml, tuple[str, str]], Any]]] = {
    "clocks": _clock, "days": _days, "gates": _gate, "documents": _words, "proofs": _words, "landing": _landing,
}  # fmt: skip
"""The tables of the file, and what reads an entry of each."""


class Ruled(Mapping[str, V], Generic[V]):
    """A mapping made of the rules as they are when it is first looked into, not when the module is loaded."""

    def __init__(self, made: Callable[[Rules], Mapping[str, V]]) -> None:
        self._made = made
        self._kept: tuple[Rules, Mapping[str, V]] | None = None

    def _now(self) -> Mapping[str, V]:
        rules = current()
        if self._kept is None or self._kept[0] is not rules:
            self._kept = (rules, self._made(rules))
        return self._kept[1]

    def __getitem__(self, key: str) -> V:
        return self._now()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())


RULES: Final[Mapping[str, Mapping[str, Any]]] = Ruled(lambda rules: rules)
"""What the rules say, by table."""


def worded(table: str) -> Mapping[str, T]:
    """A table of words, by key."""
    return Ruled(lambda rules: {code: T(words["zh"], words["en"]) for code, words in rules[table].items()})
