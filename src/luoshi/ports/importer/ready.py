"""The mappings that come with the program, offered for a table whose columns they fit."""

from collections.abc import Mapping as Map
from collections.abc import Sequence
from typing import Final

from luoshi.kernel.text import T
from luoshi.ports.importer.choice import MEANINGS, Choice
from luoshi.ports.importer.mapping import REQUIRED, Mapping, load, shipped

NAMES: Final[Map[str, T]] = {
    "georeport": T("Open311 工单", "Open311 requests"),
    "messages": T("网上留言", "Messages to an office"),
    "sf311": T("旧金山 311", "San Francisco 311"),
}


def fitting(columns: Sequence[str]) -> list[str]:
    """The names of those that find id, time and half of their columns in a table, the best first."""
    found = []
    for name in shipped():
        fields = load(name).fields
        wanted = {column for held in fields.values() for column in held}
        needed = all(set(fields[field]) & set(columns) for field in REQUIRED)
        share = len(wanted & set(columns)) / len(wanted)
        if needed and share >= 0.5:
            found.append((-share, name))
    return [name for _, name in sorted(found)]


def choice(name: str, columns: Sequence[str]) -> Choice:
    """A shipped mapping as if it had been pressed for these columns."""
    mapping = load(name)
    columns_of: dict[str, str] = {}
    for field, held in mapping.fields.items():
        columns_of |= dict.fromkeys(held, field)
    kind = next(iter(mapping.constants.values()), "")
    chosen = {column: columns_of.get(column, "") for column in columns}
    return Choice(mapping.source, mapping.zone.key, kind, chosen, _words(mapping))


def _words(mapping: Mapping) -> dict[str, str]:
    if "status" not in mapping.fields:
        return {}
    known = {(state, verb): meaning for meaning, (_, state, verb) in MEANINGS.items()}
    return {word: known[status.state, status.verb] for word, status in mapping.statuses.items()}
