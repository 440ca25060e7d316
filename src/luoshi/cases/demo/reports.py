"""How a case of the demo begins: by which channel, where, about what, in which words."""

from datetime import datetime
from random import Random
from typing import Any

from luoshi.cases.actions import report_case
from luoshi.cases.demo.course import Course
from luoshi.cases.demo.life import World
from luoshi.cases.demo.places import Place
from luoshi.cases.models import Category
from luoshi.kernel.action import Act
from luoshi.kernel.bulk import Batch
from luoshi.kernel.viewer import Viewer
from luoshi.people.viewer import public

PATROL = "patrol"
PUBLIC = public()


def drawn(world: World, batch: Batch, at: datetime, key: int, number: str) -> tuple[Course, bool]:
    """A report as the profile has it; gives the case and whether its reporter can be called."""
    channel = world.sampler.pick("channel")
    place = world.places.draw(world.sampler, world.random)
    month = world.cal.city_time(at).month
    kind = place.trouble or world.sampler.category(month, channel, place.rural)
    return begin(world, batch, at, key, number, channel=channel, place=place, kind=world.kinds[kind])


def begin(
    world: World, batch: Batch, at: datetime, key: int, number: str, *, channel: str, place: Place, kind: Category
) -> tuple[Course, bool]:
    """A report of one kind at one place."""
    reachable = world.random.random() < world.sampler.profile.value("contact_left")[channel]
    data: dict[str, Any] = {}
    if reachable:
        reporter = world.sampler.reporter()
        data = {"name": reporter.name, "phone": reporter.phone}
    if place.point is not None:
        data["lat"], data["lon"] = place.point
    text = world.sampler.text(world.paths[kind.zh], place.words, channel)
    case, _ = batch.create(
        report_case, Act.of(_viewer(world, channel, place), at), key=key, number=number, category=kind, text=text,
        channel=channel, place=place.words, county=place.county, street=place.street, community=place.community,
        by_staff=channel == PATROL, **data,
    )  # fmt: skip
    return Course(batch, case, world.until, Random(f"{world.seed}:worker:{number}")), reachable


def _viewer(world: World, channel: str, place: Place) -> Viewer:
    """Who takes it down: the citizen himself, the desk, or the street office."""
    if channel == "web":
        return PUBLIC
    crowd = world.staff.streets[place.street] if channel in (PATROL, "counter") else []
    return world.sampler.among(crowd or world.staff.by_role["desk"])
