"""`hotline.toml`: where the desk hands a call on, and which words of a caller speak for which category. Optional."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from luoshi.packs.faults import Faults
from luoshi.packs.model import Desk
from luoshi.packs.tables import Toml, read_toml

FILE = "hotline.toml"
LONGEST = 20


class Hotline(NamedTuple):
    """What the file holds: the desks in its order, and words by the code of a leaf category."""

    desks: tuple[Desk, ...] = ()
    words: Mapping[str, tuple[str, ...]] = {}


def load_hotline(folder: Path, leaves: Collection[str], faults: Faults) -> Hotline:
    """The file's content; nothing where a pack has no such file. `leaves` are the codes of the third level."""
    if not (folder / FILE).exists():
        return Hotline()
    toml = read_toml(folder, FILE, faults)
    if toml is None:
        return Hotline()
    for key in toml.data.keys() - {"desks", "words"}:
        toml.fault((key,), "未知的键", "unknown key")
    desks = tuple(_desk(toml, code) for code in _table(toml, "desks"))
    return Hotline(desks, {code: _words(toml, code, leaves) for code in _table(toml, "words")})


def _table(toml: Toml, name: str) -> Mapping[str, object]:
    value = toml.value(name) or {}
    if not isinstance(value, dict):
        toml.fault((name,), "应为表", "must be a table")
        return {}
    return value


def _desk(toml: Toml, code: str) -> Desk:
    path = ("desks", code)
    number = toml.string(*path, "number")
    if number and not re.fullmatch(r"[\d-]{3,16}", number):
        toml.fault((*path, "number"), "「{n}」应为电话号码", "'{n}' must be a telephone number", n=number)
    return Desk(code, number, toml.both(*path, "name"), toml.both(*path, "when"))


def _words(toml: Toml, code: str, leaves: Collection[str]) -> tuple[str, ...]:
    path = ("words", code)
    if code not in leaves:
        toml.fault(path, "没有这个三级类别", "is no category of the third level")
    words = tuple(toml.list(*path))
    bad = [word for word in words if not isinstance(word, str) or not 1 <= len(word.strip()) <= LONGEST]
    if bad:
        toml.fault(path, "「{w}」应为 1 到 {n} 个字", "'{w}' must be 1 to {n} characters", w=bad[0], n=LONGEST)
        return ()
    if len(set(words)) < len(words):
        toml.fault(path, "有重复的词", "holds a word twice")
    return words
