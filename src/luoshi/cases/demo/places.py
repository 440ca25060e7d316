"""Where the demo's cases happen: a division of the tree and a point inside its county's outline."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from luoshi.cases.demo.profile import Sampler, Wheel
from luoshi.kernel import installation
from luoshi.packs.geo import inside
from luoshi.people import tree
from luoshi.people.models import Division

Point = tuple[float, float]  # latitude, longitude
# How far communities lie from the middle of their street or town, and cases from that of their community, in degrees.
_TOWN: Final = {"街道": 0.012, "other": 0.05}
_SPREAD: Final = {"街道": 0.003, "other": 0.01}
_SPOTS: Final = 3  # places of a community where the same trouble comes again and again


@dataclass(frozen=True)
class Place:
    """A place in codes and words; `point` is None where the county has no outline, `trouble` what recurs there."""

    county: str
    street: str
    community: str
    words: str
    rural: bool
    point: Point | None
    trouble: str = ""


@dataclass(frozen=True)
class _Community:
    place: Place
    outline: Any
    spread: float
    spots: tuple[tuple[Point, str], ...]


class Places:
    """All communities of the city by street and county. The same seed gives the same middles and spots."""

    def __init__(self, seed: int, sampler: Sampler) -> None:
        self._sampler, self._random = sampler, Random(f"{seed}:spots")
        self._outlines = {b["code"]: b["polygons"] for b in installation.current().pack["boundaries"]}
        self._streets: dict[str, Wheel] = {}
        self._communities: dict[str, list[_Community]] = {}
        city = tree.today()
        below: dict[str, list[Division]] = defaultdict(list)
        for code, division in city.divisions.items():
            above = city.places.parent.get(code)
            if above is not None:
                below[above].append(division)
        for county in (division for division in city.divisions.values() if division.level == "county"):
            self._county(county, below)

    def _county(self, county: Division, below: Mapping[str, Sequence[Division]]) -> None:
        weights = self._sampler.profile.shares("street_weight")
        outline = self._outlines.get(county.code)
        streets = {}
        for street in below.get(county.code, ()):
            kind = _kind(street.zh)
            streets[street.code] = weights.get(kind, weights["other"])
            middle = _anywhere(outline, self._random.random) if outline else None
            inner = below.get(street.code) or [street]
            self._communities[street.code] = [
                self._community(county, street, community, outline, middle) for community in inner
            ]
        self._streets[county.code] = Wheel.of(streets)

    def _community(
        self, county: Division, street: Division, community: Division, outline: Any, middle: Point | None
    ) -> _Community:
        kind = "街道" if _kind(street.zh) == "街道" else "other"
        own = community.code if community.code != street.code else ""
        words = street.zh + (short(community.zh) if own else "")
        point = near(outline, middle, _TOWN[kind], self._random.random) if middle else None
        place = Place(county.code, street.code, own, words, kind != "街道", point)
        spots = []
        for _ in range(_SPOTS if point else 0):
            assert point is not None
            spot = near(outline, point, _SPREAD[kind], self._random.random)
            spots.append((spot, self._sampler.category(6, "patrol", place.rural)))
        return _Community(place, outline, _SPREAD[kind], tuple(spots))

    def draw(self, sampler: Sampler, random: Random) -> Place:
        """A place by the assumed weights of counties and kinds of streets."""
        county = f"{sampler.pick('district')}000000"
        return self.within(self._streets[county].at(random.random()), sampler, random)

    def within(self, street: str, sampler: Sampler, random: Random) -> Place:
        """A place in a street or town: sometimes one where the same trouble stood before."""
        community = sampler.among(self._communities[street])
        place = community.place
        if place.point is None:
            return place
        if sampler.chance("repeat_place"):
            point, trouble = sampler.among(community.spots)
            return moved(place, point, trouble)
        return moved(place, near(community.outline, place.point, community.spread, random.random))

    def streets(self, county: str) -> tuple[str, ...]:
        """Codes of the streets and towns of a county."""
        return self._streets[county].names


def moved(place: Place, point: Point, trouble: str = "") -> Place:
    """The same place at another point."""
    return Place(place.county, place.street, place.community, place.words, place.rural, point, trouble)


def short(name: str) -> str:
    """A community as people say it: without its committee."""
    for tail in ("居民委员会", "居委会", "民委员会", "委会"):
        if name.endswith(tail):
            return name.removesuffix(tail)
    return name


def _kind(street: str) -> str:
    return next((kind for kind in ("街道", "镇") if street.endswith(kind)), "other")


def _anywhere(outline: Any, draw: Any) -> Point:
    """A point inside an outline."""
    corners = [corner for polygon in outline for corner in polygon[0]]
    west, east = min(c[0] for c in corners), max(c[0] for c in corners)
    south, north = min(c[1] for c in corners), max(c[1] for c in corners)
    while True:
        lat, lon = south + (north - south) * draw(), west + (east - west) * draw()
        if inside(outline, lon, lat):
            return rounded(lat, lon)


def near(outline: Any, middle: Point, spread: float, draw: Any) -> Point:
    """A point about `spread` degrees from the middle, inside the outline; at last the middle itself."""
    for _ in range(3):
        # the sum of three draws is bell-shaped enough, and `random()` alone is the same in every Python
        lat = middle[0] + (draw() + draw() + draw() - 1.5) * 2 * spread
        lon = middle[1] + (draw() + draw() + draw() - 1.5) * 2 * spread
        if inside(outline, lon, lat):
            return rounded(lat, lon)
    return middle


def rounded(lat: float, lon: float) -> Point:
    """To about a metre."""
    return round(lat, 5), round(lon, 5)
