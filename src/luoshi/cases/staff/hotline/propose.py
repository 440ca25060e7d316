"""Which categories a caller's words speak for. Pure.

Every category stands for some terms: the words that the pack gives it, the pairs of characters of its own name, and,
weaker, those of the names above it. A term that few categories have says more (its weight falls with the logarithm of
how many have it). In a text the longest of the pack's words counts where several overlap, each once; a pair of a name
counts where no word of the pack stands. The sum is the category's score.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from luoshi.kernel.search_tokens import tokens

WORD: Final = 1.0
OWN: Final = 0.35
ABOVE: Final = 0.15
LATIN: Final = 2.0  # a whole word says more than two characters
LEAST: Final = 0.8  # a lower score is chance
FIRST: Final = 40  # characters in which people say what it is about
EARLY: Final = 1.6  # how much more their words count
MOST: Final = 5


class Kind(NamedTuple):
    """A category as it is asked about: its code, its own names, the names above it, the pack's words for it."""

    code: str
    names: Sequence[str]
    above: Sequence[str]
    words: Sequence[str]


@dataclass(frozen=True)
class Proposal:
    """A category that the text speaks for, how strongly, and by which of its words."""

    code: str
    score: float
    because: tuple[str, ...]


@dataclass(frozen=True)
class Index:
    """Terms and the categories that they speak for, each with its weight; `pattern` finds the pack's words."""

    words: Mapping[str, Mapping[str, float]]
    pairs: Mapping[str, Mapping[str, float]]
    pattern: re.Pattern[str]


def index(kinds: Iterable[Kind]) -> Index:
    """Make the index once; asking it is cheap."""
    words: dict[str, dict[str, float]] = defaultdict(dict)
    pairs: dict[str, dict[str, float]] = defaultdict(dict)
    count = 0
    for kind in kinds:
        count += 1
        for word in kind.words:
            words[word.lower()][kind.code] = WORD * _length(word)
        for names, weight in ((kind.above, ABOVE), (kind.names, OWN)):
            for term in _terms(" ".join(names)):
                pairs[term][kind.code] = weight * (LATIN if term.isascii() else 1)
    longest = sorted(words, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest)) or r"(?!)")
    return Index(_rare(words, count), _rare(pairs, count), pattern)


def _length(word: str) -> float:
    """A longer word is less often meant otherwise."""
    return math.sqrt(len(word) / 2)


def _terms(text: str) -> set[str]:
    """Pairs of Han characters, and words of Latin letters without the mark of the plural."""
    found = {term for term in tokens(text) if len(term) > 1}
    return {term[:-1] if term.isascii() and len(term) > 3 and term.endswith("s") else term for term in found}


def _rare(terms: Mapping[str, Mapping[str, float]], count: int) -> dict[str, dict[str, float]]:
    return {
        term: {code: weight * math.log(1 + count / len(codes)) / math.log(1 + count) for code, weight in codes.items()}
        for term, codes in terms.items()
    }


def propose(known: Index, text: str, most: int = MOST) -> list[Proposal]:
    """The categories that a text speaks for, the strongest first; none where its words say nothing."""
    plain = text.lower()
    scores: dict[str, float] = defaultdict(float)
    because: dict[str, list[str]] = defaultdict(list)
    said = _said(known, plain)
    for word, early in said.items():
        for code, weight in known.words[word].items():
            scores[code] += weight * early
            because[code].append(word)
    for text_part, share in ((known.pattern.sub(" ", plain), 1.0), (" ".join(said), 0.5)):
        for term in _terms(text_part):
            for code, weight in known.pairs.get(term, {}).items():
                scores[code] += weight * share
    ranked = sorted((code for code in scores if scores[code] >= LEAST), key=lambda code: (-scores[code], code))
    return [Proposal(code, scores[code], tuple(because[code])) for code in ranked[:most]]


def _said(known: Index, plain: str) -> dict[str, float]:
    """The pack's words in a text, each once, with how much more an early one counts."""
    found: dict[str, float] = {}
    for match in known.pattern.finditer(plain):
        found.setdefault(match[0], EARLY if match.start() < FIRST else 1.0)
    return found
