"""The demo's words: sentence patterns of `texts.toml` and, for single categories, `leaves.toml`, put together to reports of a wanted length."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import gcd
from typing import Any, Final

from luoshi.cases.demo.errors import ProfileError

_GROUPS: Final = ("history", "effect", "wish")  # the order in which a report goes on after its details
_SLOT: Final = 4  # characters that a filled slot has more or less: `{since}`, `{when}`

Draw = Callable[[], float]


@dataclass(frozen=True)
class Topic:
    """One kind of trouble: words of categories that it fits, and sentences about it."""

    where: str
    match: tuple[str, ...]
    open: tuple[str, ...]
    detail: tuple[str, ...]
    done: tuple[str, ...]
    patrol: tuple[str, ...]


@dataclass(frozen=True)
class Leaf:
    """One category of the finest level: its topic, its weight within the topic, and sentences of its own."""

    topic: str
    open: tuple[str, ...]
    detail: tuple[str, ...]
    done: tuple[str, ...]
    weight: float = 1.0
    unseen: bool = False
    rural: bool = False


@dataclass(frozen=True)
class Texts:
    """All of `texts.toml` and `leaves.toml`; leaves by the category's Chinese name."""

    slots: Mapping[str, tuple[str, ...]]
    general: Mapping[str, Mapping[str, tuple[str, ...]]]
    names: Mapping[str, Any]
    topics: Mapping[str, Topic]
    leaves: Mapping[str, Leaf]
    steps: Mapping[str, tuple[str, ...]]
    answers: tuple[str, ...]
    refuse: Mapping[str, tuple[str, ...]]
    grade_reason: Mapping[str, tuple[str, ...]]
    _known: dict[tuple[str, ...], str] = field(default_factory=dict)

    def topic_of(self, path: Sequence[str]) -> str:
        """The topic of a category given by its Chinese names, top level first; `other` when no word fits.

        The finest level is looked at first; a category of `leaves.toml` says its topic itself, otherwise of several
        words the longest counts.
        """
        key = tuple(path)
        if key not in self._known:
            self._known[key] = next((topic for name in reversed(key) if (topic := self._match(name))), "other")
        return self._known[key]

    def _match(self, name: str) -> str | None:
        if name in self.leaves:
            return self.leaves[name].topic
        fitting = [(len(word), key) for key, topic in self.topics.items() for word in topic.match if word in name]
        return max(fitting, key=lambda pair: pair[0])[1] if fitting else None

    def step(self, name: str) -> tuple[str, ...]:
        """The notes of a step; an unknown one raises ProfileError."""
        if name not in self.steps:
            raise ProfileError(f"texts.toml has no step {name!r}")
        return self.steps[name]

    def name(self, key: int) -> str:
        """The made-up name of a reporter."""
        surnames, forms = self.names["surname"], self.names["form"]
        return f"{surnames[key % len(surnames)]}{forms[key // len(surnames) % len(forms)]}{self.names['mark']}"

    def about(self, path: Sequence[str]) -> Topic | Leaf:
        """The sentences for a category: its own where there are any, otherwise its topic's."""
        return self.leaves.get(path[-1]) or self.topics[self.topic_of(path)]

    def leaf_weights(self, topic: str, rural: bool, patrol: bool) -> dict[str, float]:
        """Weight of each category of a topic, of those that the place and (for a patrol) the eye allow."""
        return {
            name: leaf.weight
            for name, leaf in self.leaves.items()
            if leaf.topic == topic and (rural or not leaf.rural) and not (patrol and leaf.unseen)
        }

    def report(self, path: Sequence[str], place: str, wanted: float, draw: Draw) -> str:
        """A report of about `wanted` characters (never less than one sentence) on a category at a place in words.

        `draw` gives numbers from 0 to 1; the same numbers give the same report.
        """
        about = self.about(path)
        filled = self._filled(draw)
        first = pick(about.open, draw).format(place=place, **filled)
        pools = (about.detail, *(self._general(self.topics[self.topic_of(path)].where, group) for group in _GROUPS))
        return first + fill_up(pools, wanted - len(first), draw).format_map(filled)

    def patrol(self, path: Sequence[str], place: str, draw: Draw) -> str:
        """The one line of a patrol."""
        about = self.about(path)
        line = f"{{place}}{{spot}}{path[-1]}。" if isinstance(about, Leaf) else pick(about.patrol, draw)
        return line.format(place=place, **self._filled(draw))

    def _filled(self, draw: Draw) -> dict[str, str]:
        """One word for each slot, so that a report keeps to one spot and one time of day."""
        return {name: pick(words, draw) for name, words in self.slots.items()}

    def _general(self, where: str, group: str) -> tuple[str, ...]:
        return self.general["any"][group] + self.general[where][group]


def fill_up(pools: Sequence[Sequence[str]], wanted: float, draw: Draw) -> str:
    """Sentences of about `wanted` characters, taken in turn from each pool and put in the pools' order."""
    if wanted <= 0:
        return ""
    taken: list[list[str]] = [[] for _ in pools]
    for number, sentence in in_turn([shuffled(pool, draw) for pool in pools]):
        length = filled_length(sentence)
        if length > 2 * wanted:  # leaving it out is nearer to the wanted length than taking it
            break
        taken[number].append(sentence)
        wanted -= length
    return "".join(sentence for pool in taken for sentence in pool)


def pick(items: Sequence[str], draw: Draw) -> str:
    """One of some items, all alike."""
    return items[int(draw() * len(items))]


def filled_length(sentence: str) -> int:
    """About how long a sentence is with its slots filled."""
    if "{" not in sentence:
        return len(sentence)
    return len(sentence) - sentence.count("{") * _SLOT + sentence.count("{when}") * 2


def shuffled(items: Sequence[str], draw: Draw) -> Iterator[str]:
    """All items once, in an order that costs two draws: a start and a stride without common divisor."""
    size = len(items)
    start = int(draw() * size)
    stride = 1 + int(draw() * size)
    while gcd(stride, size) != 1:
        stride += 1
    return (items[(start + index * stride) % size] for index in range(size))


def in_turn(pools: Sequence[Iterator[str]]) -> Iterator[tuple[int, str]]:
    """One item of each pool after another, with the pool's number, until all are empty."""
    open_pools = list(enumerate(pools))
    while open_pools:
        for number, pool in list(open_pools):
            item = next(pool, None)
            if item is None:
                open_pools.remove((number, pool))
            else:
                yield number, item


def _tuples(table: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(words) for name, words in table.items()}


def _topic(table: Mapping[str, Any]) -> Topic:
    return Topic(table["where"], *(tuple(table[name]) for name in ("match", "open", "detail", "done", "patrol")))


def _leaf(topic: str, table: Mapping[str, Any]) -> Leaf:
    sentences = {name: tuple(table[name]) for name in ("open", "detail", "done")}
    return Leaf(topic, **{**table, **sentences})


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))


@cache
def load_texts() -> Texts:
    """The texts that ship with the product."""
    read, leaves = _read("texts.toml"), _read("leaves.toml")
    return Texts(
        slots=_tuples(read["slots"]),
        general={where: _tuples(groups) for where, groups in read["general"].items()},
        names=read["names"],
        topics={name: _topic(table) for name, table in read["topic"].items()},
        leaves={name: _leaf(topic, table) for topic, tables in leaves.items() for name, table in tables.items()},
        steps=_tuples(read["steps"]),
        answers=tuple(read["answers"]["done"]),
        refuse=_tuples(read["refuse"]),
        grade_reason=_tuples(read["grade_reason"]),
    )
