"""Which companies of a register a name may stand for: candidates with score and reason, never a decision.

A name is looked up in three ways: by its credit code; by brand and trade as a whole; and by its pairs of characters, the
rarest first, until `BUDGET` entries have been read. The likeliest of these are then judged one by one (judging.py).
"""

import math
from array import array
from collections.abc import Hashable, Iterable, Iterator
from typing import Final, Generic, NamedTuple, TypeVar

from rapidfuzz import fuzz, process

from luoshi.kernel.text import T
from luoshi.leads.judging import CODE, Reason, judge
from luoshi.leads.names import Name, cut_up, parts, typed_code
from luoshi.leads.pairs import PairIndex, bigrams
from luoshi.leads.places import Places

Key = TypeVar("Key", bound=Hashable)
BUDGET: Final = 20_000
"""Entries of the index read for one question; a list that is longer than what is left of it is passed over."""
LONGLIST: Final = 400
"""Names kept by what they share with the question, …"""
SHORTLIST: Final = 25
"""… and of these, by what they share and by their spelling, as many each that are judged."""
BY_BRAND: Final = 150
"""So many by what they share where the question names no trade: a brand alone says little of how the name goes on."""
LEAST: Final = 30
"""A candidate below this score is not worth a look."""
RARE: Final = 500
"""What fewer than one in so many names have is rare; and what fewer than so many … have, in a small register."""
FEW: Final = 5


class Candidate(NamedTuple, Generic[Key]):
    """A company that may be meant: its key, the nearest of its names, how near (0–100) and why."""

    key: Key
    name: str
    score: int
    reason: Reason
    text: T
    """The reason in words, with what differs or is shared."""


class Register(Generic[Key]):
    """Names by which companies can be found; a company may have several, as its name changed."""

    def __init__(self, names: Iterable[tuple[Key, str]], places: Places, codes: Iterable[tuple[Key, str]] = ()) -> None:
        """`names`: key and name, a key as often as it has names; `codes`: key and unified social credit code.

        Nothing is raised: a name without a letter is never found, a code without a name neither.
        """
        self.places = places
        self._keys: list[Key] = []
        self._names: list[str] = []
        self._latest: dict[int, int] = {}  # by hash of brand and trade: the last name that has them
        self._before = array("i")  # by name: the one before it with the same, or -1
        self._pairs = PairIndex(self._take(key, name) for key, name in names)
        wanted = dict(codes)
        self._of_code: dict[str, int] = {}
        for at, key in enumerate(self._keys if wanted else ()):
            if key in wanted:
                self._of_code.setdefault(wanted[key], at)

    def __len__(self) -> int:
        """How many names it holds."""
        return len(self._names)

    def add(self, key: Key, name: str) -> None:
        """One more name of a company."""
        self._pairs.add(len(self._names), self._take(key, name))

    def _take(self, key: Key, name: str) -> set[str]:
        """Keep a name; the pairs that it is to be found by."""
        at, cut = len(self._names), cut_up(name, self.places)
        self._keys.append(key)
        self._names.append(name)
        whole = hash(cut.bare)
        self._before.append(self._latest.get(whole, -1))
        self._latest[whole] = at
        return _pairs(cut.place, cut.bare, cut.branch)

    def candidates(self, query: str, limit: int = 5, code: str = "") -> list[Candidate[Key]]:
        """The companies that `query` may stand for, the likeliest first, at most `limit`; [] for a text without a name.

        `code`, or a query that is itself a code of the register, puts the company that has it first, under its first name.
        """
        best: dict[Key, tuple[float, Candidate[Key]]] = {}
        for like, found in self._judged(parts(query, self.places), self._of_code.get(typed_code(code or query))):
            if found.score >= LEAST and like > best.get(found.key, (0.0, None))[0]:
                best[found.key] = like, found
        ranked = sorted(best.values(), key=lambda pair: (-pair[0], pair[1].name))
        return [found for _, found in ranked[:limit]]

    def _judged(self, asked: Name, of_code: int | None) -> Iterator[tuple[float, Candidate[Key]]]:
        """Every candidate with what it is ranked by: its score, then how alike the whole spelling is."""
        if of_code is not None:
            found = Candidate(self._keys[of_code], self._names[of_code], CODE.top, CODE, CODE.text)
            yield CODE.top + 1.0, found
        for at in self._likely(asked) if asked.cleaned else ():
            known = parts(self._names[at], self.places)
            score, reason, text = judge(asked, known, self._rare(asked.bare, known.bare))
            like = score + fuzz.ratio(asked.cleaned, known.cleaned) / 1000
            yield like, Candidate(self._keys[at], self._names[at], score, reason, text)

    def _likely(self, asked: Name) -> set[int]:
        """The names to judge: with the same brand and trade, with the most rare pairs in common, spelled most alike."""
        shared = self._sharing(asked)
        least = max(shared.values(), default=0.0) * 0.4
        ranked = sorted(((share, at) for at, share in shared.items() if share >= least), reverse=True)
        long = [at for _, at in ranked[:LONGLIST]]
        first = SHORTLIST if asked.trade else BY_BRAND
        return {*self._nearest(asked, self._same(asked)), *long[:first], *self._nearest(asked, long)}

    def _nearest(self, asked: Name, names: Iterable[int]) -> list[int]:
        """Those of some names that are spelled most like the question, at most `SHORTLIST`."""
        texts = {at: self._names[at] for at in names}
        return [at for _, _, at in process.extract(asked.cleaned, texts, scorer=fuzz.ratio, limit=SHORTLIST)]

    def _same(self, asked: Name) -> Iterator[int]:
        """Names whose brand and trade are the question's, or all of the question, at most `LONGLIST` of either."""
        for text in {asked.bare, asked.stem} - {""}:
            at, count = self._latest.get(hash(text), -1), 0
            while at >= 0 and count < LONGLIST:
                yield at
                at, count = self._before[at], count + 1

    def _sharing(self, asked: Name) -> dict[int, float]:
        """How much names share with the question: the sum of the rarities of their common pairs, as far as was read."""
        counts = sorted((self._pairs.count(pair), pair) for pair in _pairs(asked.place, asked.bare, asked.branch))
        shared: dict[int, float] = {}
        left = BUDGET
        for count, pair in counts:
            if count > left and shared:
                break
            if count:
                rarity = math.log(1 + len(self) / count)
                for at in self._pairs.having(pair)[:BUDGET]:
                    shared[at] = shared.get(at, 0.0) + rarity
            left -= count
        return shared

    def _rare(self, one: str, other: str) -> str:
        """The longest part of both texts around the rarest pair that both have; empty if that is not rare."""
        most = max(FEW, len(self) // RARE)
        common = [pair for pair in bigrams(one) if pair in other]
        rarest = min(common, key=self._pairs.count, default="")
        if not rarest or self._pairs.count(rarest) > most:
            return ""
        at, end = one.index(rarest), one.index(rarest) + 2
        while end < len(one) and one[at : end + 1] in other:
            end += 1
        while at and one[at - 1 : end] in other:
            at -= 1
        return one[at:end]


def _pairs(place: str, bare: str, branch: str) -> set[str]:
    """What a name is indexed by: its pairs of characters without the legal form, and the first one and two after the place."""
    return {"^" + bare[:1], "^" + bare[:2], *bigrams(place + bare), *bigrams(branch)}
