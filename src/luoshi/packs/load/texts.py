"""`texts.toml`: the standard texts of the steps, each in both languages with the same places to fill."""

from pathlib import Path
from string import Formatter

from luoshi.kernel.text import T
from luoshi.packs.faults import Faults
from luoshi.packs.tables import Toml, read_toml

FILE = "texts.toml"
PLACES = frozenset({"unit", "due", "reason", "number", "city", "hotline", "place", "category", "days"})


def load_texts(folder: Path, faults: Faults) -> dict[str, T]:
    """Texts by name; places to fill are `{unit}` and others of PLACES."""
    toml = read_toml(folder, FILE, faults)
    if toml is None:
        return {}
    if not toml.data:
        faults.add(FILE, 0, "没有任何文本", "has no texts")
    return {name: _text(toml, name) for name in toml.data}


def _text(toml: Toml, name: str) -> T:
    text = toml.both(name)
    places = {key: _places(toml, (name, key), value) for key, value in text._asdict().items() if value}
    if len(set(places.values())) > 1:
        toml.fault((name, "en"), "两种语言的填空不同", "the two languages have different places to fill")
    return text


def _places(toml: Toml, path: tuple[str, str], text: str) -> frozenset[str]:
    """The places to fill in one text; what cannot be filled is a fault on its line."""
    try:
        found = frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
    except ValueError as error:
        toml.fault(path, "花括号有误：{error}", "bad braces: {error}", error=error)
        return frozenset()
    if unknown := ", ".join(sorted(found - PLACES)):
        toml.fault(path, "未知的填空：{unknown}", "unknown place to fill: {unknown}", unknown=unknown)
    return found
