"""The dated trees as they stand on a day, held in memory: a city has about a thousand places and a few hundred units."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from typing import Any, Final, Generic, TypeVar

from django.db.models import F, Model, Q

from luoshi.kernel import calendar, clock
from luoshi.people.models import Division, DivisionParent, Succession, Unit, UnitCovers, UnitParent

K = TypeVar("K", str, int)
FRESH: Final = 10.0  # seconds for which a process trusts what it read


@dataclass(frozen=True)
class Tree(Generic[K]):
    """Parents and children by key."""

    parent: Mapping[K, K]
    children: Mapping[K, list[K]] = field(default_factory=dict)

    @classmethod
    def of(cls, pairs: Iterable[tuple[K, K]]) -> "Tree[K]":
        """From (child, parent) pairs."""
        parent = dict(pairs)
        children: dict[K, list[K]] = defaultdict(list)
        for low, high in parent.items():
            children[high].append(low)
        return cls(parent, children)

    def up(self, key: K) -> list[K]:
        """The key and everything above it, nearest first."""
        chain = [key]
        while (above := self.parent.get(chain[-1])) is not None and above not in chain:
            chain.append(above)
        return chain

    def down(self, key: K) -> list[K]:
        """The key and everything below it."""
        found = [key]
        for known in found:
            found.extend(child for child in self.children.get(known, ()) if child not in found)
        return found


@dataclass(frozen=True)
class City:
    """Both trees, the rows by key, who covers what, and what went on as what, on one day."""

    day: date
    divisions: Mapping[str, Division]
    units: Mapping[int, Unit]
    places: Tree[str]
    offices: Tree[int]
    covers: Mapping[str, tuple[int, ...]]
    former: Mapping[int, Unit] = field(default_factory=dict)
    heirs: Tree[int] = field(default_factory=lambda: Tree({}))

    def heir(self, unit: int) -> int:
        """The unit that goes on today for a unit that was renamed or merged; any other unit itself."""
        return self.heirs.up(unit)[-1]

    def past(self, unit: int) -> list[int]:
        """The unit and those that were merged into it or renamed: whose open work and history are its own."""
        return self.heirs.down(unit)

    def in_order(self, units: Iterable[int]) -> list[int]:
        """Those units as the tree has them: each before what is below it, beside each other by code; former ones last."""
        named = {**self.former, **self.units}

        def place(key: int) -> tuple[bool, list[str]]:
            return key not in self.units, [
                named[up].code if up in named else "" for up in reversed(self.offices.up(key))
            ]

        return sorted(units, key=place)

    def by_code(self) -> dict[str, Unit]:
        """The units of today by their codes, and by the codes of those that they go on for."""
        old = {
            unit.code: self.units[self.heir(key)] for key, unit in self.former.items() if self.heir(key) in self.units
        }
        return old | {unit.code: unit for unit in self.units.values()}


def on(model: type[Model], day: date) -> Any:
    """The rows of a dated table that hold on a day."""
    return model._default_manager.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


def read(day: date) -> City:
    """Both trees on a day, in seven queries."""
    covers: dict[str, list[int]] = defaultdict(list)
    for unit, division in on(UnitCovers, day).order_by("unit_id").values_list("unit_id", "division_id"):
        covers[division].append(unit)
    units = {row.pk: row for row in on(Unit, day).order_by("id")}
    former = {
        row.pk: row for row in Unit.objects.filter(valid_to__lte=day, valid_to__gt=F("valid_from")).order_by("id")
    }
    heirs = Tree.of(Succession.objects.filter(valid_from__lte=day).values_list("unit_id", "heir_id"))
    for key, unit in units.items():
        # what a merged unit was responsible for, its heir is from that day on
        taken = {function for old in heirs.down(key) if old in former for function in former[old].functions}
        unit.functions = [*unit.functions, *sorted(taken - set(unit.functions))]
    return City(
        day,
        {row.code: row for row in on(Division, day).order_by("code")},
        units,
        Tree.of(on(DivisionParent, day).values_list("division_id", "parent_id")),
        Tree.of(on(UnitParent, day).values_list("unit_id", "parent_id")),
        {code: tuple(found) for code, found in covers.items()},
        former,
        heirs,
    )


_kept: tuple[float, City] | None = None


def today() -> City:
    """The trees as of the city's today."""
    global _kept
    day = calendar.current().city_date(clock.now())
    if _kept is None or _kept[1].day != day or monotonic() - _kept[0] > FRESH:
        _kept = (monotonic(), read(day))
    return _kept[1]


def forget() -> None:
    """Forget what this process read, as after a change."""
    global _kept
    _kept = None
