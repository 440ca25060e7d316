"""What the pages and forms about one case need, each read once and only when asked for."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from luoshi.cases import reads
from luoshi.cases.channels import CHANNELS
from luoshi.cases.models import Case, Photo
from luoshi.cases.reads import routing
from luoshi.kernel import calendar, clock
from luoshi.kernel.viewer import Viewer
from luoshi.kernel.workdays import Calendar
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.models import Division, Person, Unit


class Scene:
    """A case before a viewer, now."""

    def __init__(self, viewer: Viewer, case: Case) -> None:
        self.viewer, self.case = viewer, case
        self.now: datetime = clock.now()
        self.calendar: Calendar = calendar.current()

    @cached_property
    def kinds(self) -> reads.Kinds:
        """All categories."""
        return reads.kinds()

    @cached_property
    def photos(self) -> list[Photo]:
        """The photographs of the case."""
        return reads.photos(self.case)

    @cached_property
    def handlers(self) -> list[Person]:
        """Who of the case's unit handles cases."""
        return people.handlers(self.case.unit_id) if self.case.unit_id else []

    @cached_property
    def place(self) -> str:
        """The finest division of the case that is known; empty where none is."""
        return self.case.community or self.case.street or self.case.county

    @cached_property
    def route(self) -> routing.Route:
        """Whose work it is, by the routing rules or else by the city's own order."""
        return routing.of_case(self.case)

    @property
    def proposed(self) -> Unit | None:
        """The unit that is proposed."""
        return self.route.unit

    def units(self, verb: str, right: str) -> Mapping[int, Unit]:
        """The units to which the viewer may send the case by a move, by key."""
        city = tree.today()
        if verb == "pass_on":
            below = city.offices.down(self.case.unit_id) if self.case.unit_id else []
            return {key: city.units[key] for key in below if key in city.units and key != self.case.unit_id}
        reach = self.viewer.reach(right)
        if reach is None or reach.everything:
            return city.units
        return {key: unit for key, unit in city.units.items() if key in reach.units}

    @cached_property
    def divisions(self) -> list[Division]:
        """Where the case may be moved to: counties, streets, and the communities of its own street."""
        city = tree.today()
        near = city.places.children.get(self.case.street, ())
        return [row for row in city.divisions.values() if row.level in ("county", "street") or row.code in near]


def place_name(case: Case) -> str:
    """`青山区 幸福路街道 …社区`; empty where it is unknown."""
    codes = (case.county, case.street, case.community)
    return " ".join(people.division_name(code) for code in codes if code)


def channel(case: Case) -> str:
    """The channel in words; as it stands where it is not one of ours."""
    return str(CHANNELS.get(case.channel, case.channel))
