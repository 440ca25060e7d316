"""Reported figures as they are declared: numbers that a city takes over from a document. Pure.

`[reported.<line>.<name>]` in the files of the figures says what the number is; `[members.<name>]` lists the places among
which it is ranked, `city` the one that is the city itself. What is reported is never computed, nor the other way round.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from luoshi.figures.declare import BETTER, FREQUENCY, FigureError, maybe, one_of
from luoshi.figures.period import Period
from luoshi.kernel.text import T
from luoshi.packs.faults import Faults
from luoshi.packs.tables import Toml, read_toml

OWN: Final = "city"
_KEYS: Final = frozenset(
    {
        "name",
        "define",
        "unit",
        "decimals",
        "better",
        "owner",
        "source",
        "frequency",
        "pending",
        "note",
        "members",
        "growth",
        "home",
    }
)
_LENGTHS: Final[Mapping[str, frozenset[int]]] = {
    "A": frozenset({12}), "Q": frozenset({12, 3}), "M": frozenset({12, 3, 1}),
}  # fmt: skip


@dataclass(frozen=True)
class Members:
    """Places by code; `city` is the code of the one that is the city itself, under which no value is kept."""

    names: Mapping[str, T] = field(default_factory=dict)
    city: str = ""

    def kept(self, code: str) -> str | None:
        """The code under which values of a member are kept, empty for the city; None for a place that is no member."""
        if code in ("", self.city):
            return ""
        return code if code in self.names else None

    def shown(self, kept: str) -> str:
        """The code of a member as it is written outside."""
        return kept or self.city


@dataclass(frozen=True)
class Reported:
    """A number with a name that somebody else computes. `pending`: records will give it one day (待由记录计算).

    `growth` is the figure that reports the real growth of this one, which is never recomputed from two of its values.
    `home`: it stands on the first page.
    """

    id: str
    line: str
    name: T
    define: T
    unit: T
    decimals: int
    better: str
    owner: str
    source: T
    frequency: str
    pending: bool
    home: bool
    note: T
    members: Members
    growth: str

    @property
    def by(self) -> tuple[str, ...]:
        """The dimensions that it can be shown by."""
        return ("member",) if self.members.names else ()

    def fits(self, period: Period) -> bool:
        """Is it a period for which the number is published?"""
        return period.last - period.first in _LENGTHS[self.frequency]


def reported(sources: Iterable[Path], computed: Collection[str]) -> dict[str, Reported]:
    """The reported figures of some files by id, in their order. Raises FigureError with all that is wrong."""
    faults, found = Faults(), dict[str, Reported]()
    files = [toml for path in sources if (toml := read_toml(path.parent, path.name, faults)) is not None]
    places = {name: one for toml in files for name, one in _places(toml).items()}
    for toml in files:
        for path in _paths(toml):
            one = _reported(toml, path, places)
            if one is None:
                continue
            if one.id in found or one.id in computed:
                toml.fault(path, "重复的指标", "this figure stands already")
            found.setdefault(one.id, one)
    _check_growth(files, found)
    if faults.found:
        raise FigureError(faults.found)
    return found


def _paths(toml: Toml) -> list[tuple[str, ...]]:
    """Where the entries stand: `reported`, line, name."""
    lines = toml.value("reported")
    found = lines.items() if isinstance(lines, dict) else ()
    return [("reported", line, name) for line, entries in found if isinstance(entries, dict) for name in entries]


def _yes(toml: Toml, path: tuple[str, ...], key: str) -> bool:
    """A key that is true or false, and false where it is left out."""
    found = toml.value(*path, key)
    if found is not None and not isinstance(found, bool):
        toml.fault((*path, key), "应为 true 或 false", "must be true or false")
    return found is True


def _reported(toml: Toml, path: tuple[str, ...], places: Mapping[str, Members]) -> Reported | None:
    before = len(toml.faults.found)
    entry = toml.value(*path)
    if not isinstance(entry, dict):
        toml.fault(path, "应为一个指标的表", "must be the table of a figure")
        return None
    for key in entry.keys() - _KEYS:
        toml.fault((*path, key), "未知的项", "is no key of a reported figure")
    pending, home = (_yes(toml, path, key) for key in ("pending", "home"))
    found = Reported(
        id=".".join(path[1:]), line=path[1], name=toml.both(*path, "name"), define=toml.both(*path, "define"),
        unit=toml.both(*path, "unit"), better=one_of(toml, (*path, "better"), BETTER, "neither"),
        decimals=toml.whole(*path, "decimals", low=0, high=6) if "decimals" in entry else 0,
        owner=toml.string(*path, "owner"), source=toml.both(*path, "source"), pending=pending, home=home,
        frequency=one_of(toml, (*path, "frequency"), FREQUENCY, "A"), note=maybe(toml, path, "note"),
        members=places.get(one_of(toml, (*path, "members"), places, ""), Members()),
        growth=toml.string(*path, "growth") if "growth" in entry else "",
    )  # fmt: skip
    return found if len(toml.faults.found) == before else None


def _places(toml: Toml) -> dict[str, Members]:
    lists = toml.value("members")
    return {name: _members(toml, ("members", name), lists[name]) for name in lists} if isinstance(lists, dict) else {}


def _members(toml: Toml, path: tuple[str, ...], entry: Any) -> Members:
    given = entry if isinstance(entry, dict) else {}
    names = {code: toml.both(*path, code) for code in given if code != OWN}
    city = toml.string(*path, OWN)
    if city not in names:
        toml.fault((*path, OWN), "应为表中的一个代码", "must be one of the codes of the table")
    return Members(names, city)


def _check_growth(files: Iterable[Toml], found: Mapping[str, Reported]) -> None:
    for toml in files:
        for path in _paths(toml):
            named = toml.value(*path, "growth")
            if isinstance(named, str) and named not in found:
                toml.fault(
                    (*path, "growth"), "没有报送指标「{name}」", "there is no reported figure '{name}'", name=named
                )
            elif isinstance(named, str) and found[named].growth:
                toml.fault(
                    (*path, "growth"), "「{name}」自己又指向别的增速：不能成圈、成链",
                    "'{name}' names a growth of its own: these form no chain and no cycle", name=named,
                )  # fmt: skip
