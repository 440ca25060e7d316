"""Who acts in the demo's year: the pack's people as viewers with their real rights, and a few more where it is short."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from luoshi.cases.demo.profile import Sampler
from luoshi.kernel.viewer import Viewer
from luoshi.people import tree
from luoshi.people.models import Person, Post, Unit
from luoshi.people.viewer import of_person

_GIVEN: Final = ("志远", "玉兰", "海龙", "春梅", "建平", "晓东", "秀荣", "文博", "丽娟", "占军")
_WORKERS: Final = ("handler", "street")


@dataclass
class Staff:
    """Viewers by what they do; `workers` and `heads` by unit, `dispatchers` by the units below theirs."""

    persons: dict[int, Person] = field(default_factory=dict)
    by_role: dict[str, list[Viewer]] = field(default_factory=lambda: defaultdict(list))
    workers: dict[int, list[Viewer]] = field(default_factory=lambda: defaultdict(list))
    heads: dict[int, list[Viewer]] = field(default_factory=lambda: defaultdict(list))
    dispatchers: dict[int, list[Viewer]] = field(default_factory=lambda: defaultdict(list))
    verifiers: dict[str, list[Viewer]] = field(default_factory=lambda: defaultdict(list))
    streets: dict[str, list[Viewer]] = field(default_factory=lambda: defaultdict(list))
    # units that handle cases, by the first part of their code: a district's, or the city's
    units: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))

    def handlers(self, unit: int) -> list[Viewer]:
        """Those who work at a unit; its heads where nobody else does."""
        return self.workers[unit] or self.heads[unit]

    def granters(self, unit: int) -> list[Viewer]:
        """Who decides on more time: the dispatcher above the unit, else the supervisors."""
        return self.dispatchers[unit] or self.by_role["supervisor"]

    def checkers(self, county: str) -> list[Viewer]:
        """The verifiers of a county, else the city's."""
        return self.verifiers[county] or self.by_role["verifier"]


def load(sampler: Sampler) -> Staff:
    """Everybody with a post today, after adding simulated people, who cannot log in, where the pack has too few."""
    _fill(sampler)
    staff = Staff()
    posts = tree.on(Post, tree.today().day).select_related("person", "unit").order_by("id")
    for post in posts:
        _place(staff, post)
    for unit in tree.today().units.values():
        if staff.handlers(unit.pk):
            staff.units[unit.code[:6]].append(unit)
    return staff


def _place(staff: Staff, post: Post) -> None:
    viewer = of_person(post.person)
    staff.persons[post.person_id] = post.person
    staff.by_role[post.role].append(viewer)
    if post.role in _WORKERS:
        staff.workers[post.unit_id].append(viewer)
        if post.role == "street":
            _cover(staff.streets, post.unit_id, viewer)
    elif post.role == "head":
        staff.heads[post.unit_id].append(viewer)
    elif post.role == "dispatcher":
        for unit in viewer.grants["cases.grant"].units:
            staff.dispatchers[unit].append(viewer)
    elif post.role == "verifier":
        _cover(staff.verifiers, post.unit_id, viewer)


def _cover(by_place: dict[str, list[Viewer]], unit: int, viewer: Viewer) -> None:
    for code, units in tree.today().covers.items():
        if unit in units:
            by_place[code].append(viewer)


def _fill(sampler: Sampler) -> None:
    """More desk clerks and verifiers, and a head and two handlers for each unit that handles and has nobody."""
    taken = set(Post.objects.values_list("unit_id", "role"))
    wanted: list[tuple[Unit, str]] = []
    for unit in tree.today().units.values():
        roles = {role for key, role in taken if key == unit.pk}
        if unit.functions and not roles & {"head", *_WORKERS}:
            wanted += [(unit, "head"), (unit, "handler"), (unit, "handler")]
        if unit.level == "city" and "desk" in roles:
            wanted += [(unit, "desk")] * int(sampler.profile.number("more_desk"))
        if unit.level == "city" and "verifier" in roles:
            wanted += [(unit, "verifier")] * int(sampler.profile.number("more_verifiers"))
    _hire(wanted, _names(sampler.texts.names["surname"]))


def _hire(wanted: Iterable[tuple[Unit, str]], names: Iterator[str]) -> None:
    for number, (unit, role) in enumerate(wanted, 1):
        login = f"sim.{number}.{unit.code}"
        person = Person.objects.create(login=login, name=next(names), sim=True, must_change=False)
        Post.objects.create(person=person, unit_id=unit.pk, role=role, valid_from=unit.valid_from)


def _names(surnames: list[str]) -> Iterator[str]:
    """Made-up names, each once as long as they last."""
    for number in count():
        yield surnames[number * 7 % len(surnames)] + _GIVEN[number % len(_GIVEN)]
