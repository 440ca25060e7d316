"""Which names and words with number characters a text may hold: names that the city declares, words that the language has. Pure.

`names.toml` beside the texts says of each name what it is the name of. What states a quantity is no name, whoever declares
it; the words stand in `numbers.toml`. What is read here is printed in the report, so that its readers see it too.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from luoshi.figures.report import numbers
from luoshi.kernel.text import T
from luoshi.packs.faults import Fault, Faults
from luoshi.packs.tables import Toml, read_toml

FILE: Final = "names.toml"
LONGEST: Final = 40
_TABLE: Final = "names"
_SHARES: Final = "成折倍番%％"
_QUOTES: Final = {"“": "”", "「": "」", "《": "》"}
NONE: Final = T("其中没有数，不必标记", "there is no number in it to be marked")
ONLY: Final = T("只是一个数，不是名称", "is nothing but a number, and no name")
QUANTITY: Final = T(
    "说的是数量、份额、增减或名次，不是名称（数词加量词的专名要连引号或书名号一起写：“四个全面”）",
    "states a quantity, a share, a change or a rank, and is no name (a term of a numeral and a measure word stands in its quotation marks: “四个全面”)",
)
CAPITALS: Final = T(
    "英文专名里的数词和后面的词首字母大写",
    "in an English name the number word and the word after it begin with a capital",
)
UNDECLARED: Final = T(
    "不是声明过的名称：写进报告旁边的 names.toml，说明它是什么的名称",
    "is no declared name: put it into names.toml beside the report, and say there what it is the name of",
)
NO_WORD: Final = T(
    "不是数表里的词（numbers.toml）；专名写成 [[name: …]]", "is no word of the list (numbers.toml); a name is written [[name: …]]"
)  # fmt: skip


class _Signs(NamedTuple):
    """The lists of `numbers.toml`, ready to look for."""

    measures: re.Pattern[str]
    changes: re.Pattern[str]
    before: re.Pattern[str]
    words: frozenset[str]


@lru_cache(maxsize=1)
def _signs() -> _Signs:
    said = numbers.data()["quantity"]
    units = "|".join(rf"{one}\b" for one in said["units"])
    return _Signs(
        re.compile(f"(?:[多余来几]?[{said['measures']}])|[\\s-]*(?:{units})", re.IGNORECASE),
        re.compile("|".join([*said["changes"], *(rf"\b{one}\b" for one in said["english"])]), re.IGNORECASE),
        re.compile(f"[{said['before']}][了至到为]?$"),
        frozenset(numbers.data()["marks"]["words"]),
    )


def read(folder: Path, faults: Faults) -> Mapping[str, str]:
    """What each name is the name of, from `names.toml` in the folder; none where there is no file. Faults are noted."""
    toml = read_toml(folder, FILE, faults) if (folder / FILE).exists() else None
    if toml is None:
        return {}
    for key in toml.data.keys() - {_TABLE}:
        _fault(toml, key, T("未知的表，应为 [names]", "is no table of it, must be [names]"))
    given = toml.value(_TABLE)
    return (
        {name: str(what) for name, what in given.items() if _good(toml, name, what)} if isinstance(given, dict) else {}
    )


def _good(toml: Toml, name: str, what: object) -> bool:
    said = isinstance(what, str) and what.strip()
    rule = _name_rule(name) if said else T("要说明它是什么的名称", "must say what it is the name of")
    if said and (bad := numbers.found(str(what)) or numbers.unseen(str(what))):
        rule = T("说明里有数：{what}", "there is a number in what is said of it: {what}").fill(what=bad[0].what)
    if rule is not None:
        _fault(toml, name, rule)
    return rule is None


def _fault(toml: Toml, key: str, rule: T) -> None:
    lines = toml.text.splitlines()
    line = next((at for at, one in enumerate(lines, 1) if key in one.partition("#")[0]), 0)
    said = T("「{what}」：{rule}", "'{what}': {rule}").fill(what=key, rule=rule)
    toml.faults.found.append(Fault(f"{toml.file}", line, said))


def _name_rule(name: str) -> T | None:
    """The rule that a name breaks by itself."""
    if len(name) > LONGEST:
        return T("太长", "too long")
    if name != name.strip() or numbers.unseen(name):
        return numbers.HIDDEN
    found = numbers.found(name)
    if not found:
        return NONE
    if numbers.only_a_number(name):
        return ONLY
    if any(_states(name, one) for one in found) or _signs().changes.search(name):
        return QUANTITY
    return CAPITALS if any(_small(name, one) for one in found) else None


def _states(name: str, one: numbers.Found) -> bool:
    """Does a number in a name state something: by itself, or by what stands before or after it?"""
    before, after, signs = name[: one.at].rstrip(), name[one.at + len(one.what) :].lstrip(), _signs()
    if one.rule == numbers.PERCENT or one.what[-1] in _SHARES or after[:1] in tuple(_SHARES):
        return True
    if signs.before.search(before) or (before.endswith("第") and not after):
        return True
    quoted = before in _QUOTES and name.endswith(_QUOTES[before]) and len(one.what) == 1
    large = len(one.what) > 1 and set(one.what) & set("百千万亿") and not set(one.what) <= set("百千万亿")
    title = name[:1] + name[-1:] == "《》"
    measured = signs.measures.match(after)
    return bool((measured and not (quoted and after[measured.end() : -1])) or (large and not title))


def _small(name: str, one: numbers.Found) -> bool:
    """Is it a number word of English, in small letters or before a word in small letters: five thousand firms?"""
    if not one.what[0].isascii() or not one.what[0].isalpha():
        return False
    word = re.match(r"[\s-]*([A-Za-z]?)", name[one.at + len(one.what) :])
    return one.what[0].islower() or bool(word and word[1].islower())


def rule_of(kind: str, text: str, known: Mapping[str, str]) -> T | None:
    """The rule that what is marked as a `name` or a `word` breaks."""
    if numbers.unseen(text):
        return numbers.HIDDEN
    if kind == "word":
        return None if " ".join(text.casefold().split()) in _signs().words else _word_rule(text)
    return None if text in known else _name_rule(text) or UNDECLARED


def _word_rule(text: str) -> T:
    if not numbers.found(text):
        return NONE
    return ONLY if numbers.only_a_number(text) else NO_WORD
