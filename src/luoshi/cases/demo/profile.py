"""The demo's year in numbers: what was measured, what is assumed (`profile.json`), and a sampler that draws from both.

Everything drawn here is simulated (模拟). Only `random()` of `random.Random` is used, because it alone promises the
same sequence in every version of Python; so a seed gives the same year everywhere.
"""

import json
from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import accumulate
from math import sqrt
from random import Random
from typing import Any, Final, NamedTuple, TypeVar

from luoshi.cases.demo.errors import ProfileError
from luoshi.cases.demo.texts import Texts, load_texts

HOUR: Final = timedelta(hours=1)
_SECONDS: Final = 3600
Item = TypeVar("Item")


class Quantiles(NamedTuple):
    """A distribution by quantiles at even steps from 0 to 100 %; between them it runs straight."""

    points: tuple[float, ...]

    def at(self, u: float) -> float:
        """The value below which the share `u` (0 to 1) lies."""
        place = u * (len(self.points) - 1)
        low = min(int(place), len(self.points) - 2)
        return self.points[low] + (self.points[low + 1] - self.points[low]) * (place - low)

    def share_below(self, value: float) -> float:
        """The share of values below `value`: the inverse of `at`."""
        last = len(self.points) - 1
        if value >= self.points[last]:
            return 1.0
        high = bisect(self.points, value)
        if high == 0:
            return 0.0
        step = self.points[high] - self.points[high - 1]
        return (high - 1 + (value - self.points[high - 1]) / step) / last


class Wheel(NamedTuple):
    """Names with weights, ready to be drawn."""

    names: tuple[str, ...]
    edges: tuple[float, ...]

    @classmethod
    def of(cls, weights: Mapping[str, float]) -> "Wheel":
        """A wheel of weights that need not sum to one; at least one must be above zero."""
        kept = {name: weight for name, weight in weights.items() if weight > 0}
        if not kept:
            raise ProfileError(f"no weight above zero among {', '.join(weights) or 'no names'}")
        return cls(tuple(kept), tuple(accumulate(kept.values())))

    def at(self, u: float) -> str:
        """The name at the share `u` (0 to 1)."""
        return self.names[min(bisect(self.edges, u * self.edges[-1]), len(self.names) - 1)]


@dataclass(frozen=True)
class Profile:
    """`profile.json`: what was measured and what is assumed, by name, each with its source or reason."""

    measured: Mapping[str, Mapping[str, Any]]
    assumed: Mapping[str, Mapping[str, Any]]

    def value(self, name: str) -> Any:
        """The value of a measured or assumed entry; an unknown name raises ProfileError."""
        found = self.measured.get(name) or self.assumed.get(name)
        if found is None:
            raise ProfileError(f"profile.json has no entry {name!r}")
        return found["value"]

    def number(self, name: str) -> float:
        """A rate or a size."""
        return float(self.value(name))

    def moment(self, name: str) -> datetime:
        """A moment with its offset."""
        return datetime.fromisoformat(self.value(name))

    def shares(self, name: str) -> dict[str, float]:
        """Weights by name."""
        return {key: float(weight) for key, weight in self.value(name).items()}

    def quantiles(self, name: str) -> Quantiles:
        """A distribution at even steps."""
        return Quantiles(tuple(map(float, self.value(name))))

    def week(self) -> list[list[float]]:
        """Share of arrivals by weekday (Monday first) and hour: the cities' own, mixed as assumed."""
        mix = self.shares("week_mix")
        tables = [(self.value(f"week.{city}"), weight) for city, weight in mix.items()]
        return [[sum(table[day][hour] * weight for table, weight in tables) for hour in range(24)] for day in range(7)]

    def months(self) -> list[float]:
        """Arrivals a day in each month, as multiples of the year's mean."""
        return [float(factor) for factor in self.value(f"month.{self.value('month_city')}")]

    def topic_weights(self, month: int, channel: str) -> dict[str, float]:
        """Weight of each topic in a month (1 to 12): a patrol's own, or measured classes cut into topics; by season."""
        if channel == "patrol":
            plain = self.shares("patrol_topic")
        else:
            kept, cut = self.shares("class_kept"), self.value("topic_in_class")
            plain = {
                topic: share * kept[name] * part
                for name, share in self.shares("class_share").items()
                for topic, part in cut[name].items()
            }
        season = self.value("season")
        return {name: weight * (season[name][month - 1] if name in season else 1) for name, weight in plain.items()}


@cache
def load_profile() -> Profile:
    """The profile that ships with the product."""
    read = json.loads((files(__package__) / "profile.json").read_text(encoding="utf-8"))
    return Profile(read["measured"], read["assumed"])


class Reporter(NamedTuple):
    """A made-up reporter: `key` stays the same when he reports again."""

    key: int
    name: str
    phone: str


class Sampler:
    """Draws the inputs of the demo's year from a seed.

    `rest(day)` tells statutory rest days from workdays (default: Saturday and Sunday rest). Arrivals, texts, people
    and the course of cases each have a stream of their own, so that drawing more of one leaves the others as they were.
    """

    def __init__(
        self,
        seed: int,
        profile: Profile | None = None,
        texts: Texts | None = None,
        rest: Callable[[date], bool] | None = None,
    ) -> None:
        self.profile = profile or load_profile()
        self.texts = texts or load_texts()
        self._rest = rest or (lambda day: day.weekday() >= 5)
        self._seed = seed
        self._life, self._words, self._people = (self._stream(name) for name in ("life", "words", "people"))
        self._wheels: dict[object, Wheel] = {}
        self._quantiles: dict[str, Quantiles] = {}

    def _stream(self, name: str) -> Random:
        return Random(f"{self._seed}:{name}")

    def arrivals(
        self, count: int | None = None, start: datetime | None = None, until: datetime | None = None
    ) -> list[datetime]:
        """Exactly `count` moments of report, sorted, `start` ≤ moment < `until`, to the second.

        Defaults: the profile's. Start must stand on a full hour; a last hour that is not whole gets nothing. The
        moments keep the offset of `start` (+08:00). The same seed and bounds give the same list at every call.
        """
        start, until = start or self.profile.moment("start"), until or self.profile.moment("until")
        wanted = int(self.profile.number("total")) if count is None else count
        edges = list(accumulate(self._hour_weights(start, until)))
        if not edges:
            raise ValueError(f"no whole hour between {start} and {until}")
        stream = self._stream("arrivals")
        found = []
        for _ in range(wanted):
            hour = min(bisect(edges, stream.random() * edges[-1]), len(edges) - 1)
            found.append(hour * _SECONDS + int(stream.random() * _SECONDS))
        return [start + timedelta(seconds=second) for second in sorted(found)]

    def _hour_weights(self, start: datetime, until: datetime) -> list[float]:
        week, months = self.profile.week(), self.profile.months()
        hours = [start + index * HOUR for index in range((until - start) // HOUR)]
        rows = {day: self._row(day) for day in {hour.date() for hour in hours}}
        return [week[rows[hour.date()]][hour.hour] * months[hour.month - 1] for hour in hours]

    def _row(self, day: date) -> int:
        """Which weekday's volume and hours a day has."""
        weekday, rests = day.weekday(), self._rest(day)
        if rests and weekday < 5:
            return int(self.profile.number("rest_day_row"))
        if not rests and weekday >= 5:
            return int(self.profile.number("make_up_row"))
        return weekday

    def closing_hours(self, limit_hours: float | None = None) -> float:
        """Hours from report to the end of handling, of the cities' mix, up to the cap.

        With `limit_hours` (natural hours that the category allows) the draw is scaled by the root of limit over
        reference, so that what is urgent is done sooner.
        """
        measured = self._quantile(f"closing_hours.{self.pick('closing_mix')}")
        capped = measured.share_below(self.profile.number("closing_cap_hours"))
        hours = measured.at(self._life.random() * capped)
        if limit_hours is None:
            return hours
        return hours * sqrt(limit_hours / self.profile.number("closing_reference_hours"))

    def chance(self, name: str) -> bool:
        """Does the assumed rate `name` strike this time?"""
        return self._life.random() < self.profile.number(name)

    def pick(self, name: str) -> str:
        """One of the assumed or measured shares `name`."""
        return self._wheel(name, lambda: self.profile.shares(name))

    def draw(self, name: str) -> float:
        """A value of the distribution `name`, in the unit that its name says."""
        return self._quantile(name).at(self._life.random())

    def among(self, items: Sequence[Item]) -> Item:
        """One of some items, all alike; they must not be empty."""
        return items[int(self._life.random() * len(items))]

    def topic(self, month: int, channel: str) -> str:
        """What a case of a month (1 to 12) and channel is about: a key of `texts.toml`."""
        return self._wheel(("topic", channel, month), lambda: self.profile.topic_weights(month, channel))

    def category(self, month: int, channel: str, rural: bool = False) -> str:
        """The Chinese name of a category of the Baotou pack's finest level, for a month and channel.

        `rural` says that the place lies outside the streets (街道).
        """
        topic, patrol = self.topic(month, channel), channel == "patrol"
        return self._wheel(("leaf", topic, rural, patrol), lambda: self.texts.leaf_weights(topic, rural, patrol))

    def _wheel(self, key: object, weights: Callable[[], Mapping[str, float]]) -> str:
        if key not in self._wheels:
            self._wheels[key] = Wheel.of(weights())
        return self._wheels[key].at(self._life.random())

    def _quantile(self, name: str) -> Quantiles:
        if name not in self._quantiles:
            self._quantiles[name] = self.profile.quantiles(name)
        return self._quantiles[name]

    def text(self, path: Sequence[str], place: str, channel: str = "web") -> str:
        """What the reporter wrote, on a category (its Chinese names, top level first) at a place in words.

        The length follows the measured messages, scaled by the channel and cut at the cap; a patrol writes one line.
        """
        if channel == "patrol":
            return self.texts.patrol(path, place, self._words.random)
        length = self._quantile("text_length").at(self._words.random()) * self.profile.value("text_scale")[channel]
        wanted = min(length, self.profile.number("text_cap"))
        return self.texts.report(path, place, wanted, self._words.random)

    def phrase(self, step: str) -> str:
        """A note as an officer would leave it at a step of `texts.toml`."""
        return self.among(self.texts.step(step))

    def done(self, path: Sequence[str]) -> str:
        """What was done about a case of a category: the handler's note."""
        return self.among(self.texts.about(path).done)

    def reporter(self) -> Reporter:
        """One of the made-up people, whose name says 模拟 and whose number belongs to nobody."""
        key = int(self._people.random() * self.profile.number("reporters"))
        return Reporter(key, self.texts.name(key), f"{self.profile.value('phone_prefix')}{key:05d}")
