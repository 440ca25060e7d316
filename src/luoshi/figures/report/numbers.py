"""Numbers in a text that no figure backs: digits of every script, numerals, words in Chinese and English. Pure.

What could be a number is one, unless its author marks it; what cannot be read with certainty (invisible characters, other
scripts, pictures of signs) is refused too. The words stand in `numbers.toml`.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from luoshi.kernel.text import T

CALL: Final = "\ufdd0"
"""Where a figure stands in the text that is looked through; nobody can type it: it is no character."""
MARK: Final = "\ufdd1"
"""Where something marked as no number stands."""
DIGITS: Final = "\ufdd2"
"""Where something marked ends with a digit: a measure word behind it would make a number of it."""
NUMBER: Final = T(
    "没有指标作依据的数：写成 {{ figure(\"…\") }}；不是数的写成 [[date: …]]、[[name: …]] 或 [[word: …]]",
    "a number that no figure backs: write {{ figure(\"…\") }}, or [[date: …]], [[name: …]], [[word: …]] where it is none",
)  # fmt: skip
PERCENT: Final = T("百分号由指标自己印", "a figure prints its per cent sign itself")
HIDDEN: Final = T("看不见或不能认定的字符", "a character that cannot be seen or told for certain")
SCRIPT: Final = T("中文和拉丁文以外的字符要标记 [[name: …]]", "letters other than Chinese and Latin need [[name: …]]")
TOUCHED: Final = T(
    "指标和标记不能紧接会改变读数的字符", "a figure or a mark must not touch a sign that would make it another number"
)
MEASURED: Final = "件个次家户项条处座亩吨种类台辆套批宗起例份笔棵株元成折倍番%％"
_ROMAN: Final = re.compile(
    r"(?<![A-Za-z])(?=[IVXLCDM]{2})M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})(?![A-Za-z])"
)
_TOUCHING: Final = re.compile(
    rf"(?:[-+−–±~^*/×=<>≤≥.,．]|[负正][\s]*|\b(?:minus|plus|negative)\s+)(?={CALL})|(?<={CALL})(?:[-−–^*/×]|[.,．](?=\S)|{CALL})"
    rf"|(?<=[{MARK}{DIGITS}])[A-Za-z]|[A-Za-z](?=[{MARK}{DIGITS}])|{DIGITS}\s*[{MEASURED}]|第\s*{DIGITS}"
)
_JOINING: Final = frozenset(".,．，:：/点分之又")
_COUNTED_BEFORE: Final = frozenset("第数几每上")


class Found(NamedTuple):
    """Something that must not stand there: where in the text, what, and by which rule."""

    at: int
    what: str
    rule: T


class Words(NamedTuple):
    """The lists of `numbers.toml`, ready to look for."""

    signs: frozenset[str]
    plain: re.Pattern[str]
    han: re.Pattern[str]
    latin: re.Pattern[str]
    phrases: re.Pattern[str]


@lru_cache(maxsize=1)
def data() -> dict[str, Any]:
    """`numbers.toml`."""
    return tomllib.loads((files(__package__) / "numbers.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def _words() -> Words:
    han, latin = data()["han"], data()["latin"]
    one = "(?:" + "|".join(sorted(latin["words"], key=len, reverse=True)) + ")"
    return Words(
        frozenset(han["signs"]),
        re.compile("|".join(han["plain"])),
        re.compile("|".join(r"\s*".join(word) for word in han["words"])),
        re.compile(rf"{one}+s?(?:fold)?"),
        re.compile("|".join(r"\b" + re.sub(" ", r"[\\s-]+", phrase) + r"\b" for phrase in latin["phrases"])),
    )


def found(text: str) -> list[Found]:
    """All that says a number, in the order of the text; CALL and MARK stand for figures and for what is marked."""
    some = [*_numerals(text), *_of_words(text), *_of_signs(text)]
    some += [
        Found(one.start(), one[0].replace(CALL, "{{…}}").replace(DIGITS, "[[…]]"), TOUCHED)
        for one in _TOUCHING.finditer(text)
    ]
    return sorted(some)


def unseen(text: str) -> list[Found]:
    """Characters that nobody sees, or that are none."""
    return [
        Found(at, f"U+{ord(one):04X}", HIDDEN)
        for at, one in enumerate(text)
        if unicodedata.category(one) in ("Cf", "Cc", "Co", "Cn", "Cs") and one != "\n"
    ]


def only_a_number(text: str) -> bool:
    """Is it nothing but a number, so that calling it a name would not make it one?"""
    covered = {at for one in found(text) for at in range(one.at, one.at + len(one.what))}
    rest = [char for at, char in enumerate(text) if at not in covered and char.isalpha()]
    return all(char in data()["han"]["counters"] for char in rest)


def is_date(text: str) -> bool:
    """May it stand in [[date: …]]?"""
    return any(one.fullmatch(text) for one in _dates())


@lru_cache(maxsize=1)
def _dates() -> list[re.Pattern[str]]:
    parts = {
        "MM": "(0[1-9]|1[0-2])", "DD": "([0-2][0-9]|3[01])", "Y": "(19|20|21)[0-9]{2}", "M": "(1[0-2]|[1-9])",
        "D": "(3[01]|[12][0-9]|[1-9])", "Q": "([一二三四1-4]|first|second|third|fourth|last)",
        "N": "(January|February|March|April|May|June|July|August|September|October|November|December)",
    }  # fmt: skip
    return [
        re.compile(re.sub("MM|DD|[YMDQN]", lambda one: parts[one[0]], pattern)) for pattern in data()["marks"]["dates"]
    ]


def _is_numeral(char: str) -> bool:
    """By Unicode's own property, also of what the character is made of (①, Ⅳ, ½, ⼗), or by our list."""
    parts = unicodedata.normalize("NFKD", char)
    return any(unicodedata.numeric(one, None) is not None or one in _words().signs for one in (char, *parts))


def _numerals(text: str) -> Iterator[Found]:
    """Runs of digits and numerals, with what joins them and one sign after them that belongs to the number."""
    marks = [_is_numeral(char) for char in text]
    for word in _words().plain.finditer(text):
        before = word.start() - 1
        if before < 0 or not (marks[before] or text[before] in _COUNTED_BEFORE):
            marks[word.start() : word.end()] = [False] * len(word[0])
    at = 0
    while at < len(text):
        if not marks[at]:
            at += 1
            continue
        end = _end(text, marks, at)
        yield Found(at, text[at:end], NUMBER)
        at = end


def _end(text: str, marks: list[bool], at: int) -> int:
    end = at + 1
    while end < len(text):
        ahead = next((step for step in range(3) if end + step < len(text) and marks[end + step]), None)
        if ahead is None or not all(char in _JOINING for char in text[end : end + ahead]):
            break
        end += ahead + 1
    return end + 1 if text[end : end + 1] in ("成", "折") else end


def _of_words(text: str) -> Iterator[Found]:
    """Words of both languages, Roman numerals in capitals."""
    known, (bare, places) = _words(), _bare(text)
    for one in (*known.han.finditer(text), *_ROMAN.finditer(text)):
        yield Found(one.start(), one[0], NUMBER)
    numbers = (one for one in re.finditer("[a-z]+", bare) if known.latin.fullmatch(one[0]))
    for one in (*numbers, *known.phrases.finditer(bare)):
        at, end = places[one.start()], places[one.end() - 1] + 1
        yield Found(at, text[at:end], NUMBER)


def _bare(text: str) -> tuple[str, list[int]]:
    """The text without case, accents, ligatures and widths; and for each of its letters the place in the text."""
    parts = [(part, at) for at, char in enumerate(text) for part in unicodedata.normalize("NFKD", char).casefold()]
    kept = [(part, at) for part, at in parts if not unicodedata.category(part).startswith("M")]
    return "".join(part for part, _ in kept), [at for _, at in kept]


def _of_signs(text: str) -> Iterator[Found]:
    """Per cent signs; letters of other scripts and pictures, which may look like numbers."""
    for at, char in enumerate(text):
        if unicodedata.normalize("NFKC", char) in ("%", "‰", "‱", "٪"):
            yield Found(at, char, PERCENT)
        elif char not in (CALL, MARK, DIGITS) and not _is_numeral(char) and _foreign(char):
            yield Found(at, char, SCRIPT)


def _foreign(char: str) -> bool:
    if unicodedata.category(char) == "So":
        return True
    letters = [one for one in unicodedata.normalize("NFKD", char) if unicodedata.category(one).startswith("L")]
    return not all(unicodedata.name(one, "").startswith(("LATIN ", "CJK UNIFIED")) for one in letters)
