"""How near two names are, and why: a score from 0 to 100 with one of a few named reasons. Nothing here decides anything.

A score of `SAME_FROM` or more says that two names may be one company's as they stand; where division, legal form, branch or
a number differ, the score stays well below, however alike the rest is.
"""

import re
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from luoshi.kernel.text import T
from luoshi.leads.forms import COMPANY, GROUP
from luoshi.leads.names import Name
from luoshi.leads.places import COUNTRY, related

SAME_FROM: Final = 85


@dataclass(frozen=True)
class Reason:
    """Why a name is a candidate: a word for programs, words for people, and the most that it can score."""

    id: str
    top: int
    text: T


CODE: Final = Reason("code", 100, T("统一社会信用代码相同", "same unified social credit code"))
NAME: Final = Reason("name", 100, T("名称相同", "same name"))
FORM: Final = Reason("form", 96, T("除组织形式的写法外相同", "same name but for how the legal form is written"))
PLACE: Final = Reason(
    "place", 93, T("除行政区划的写法外相同", "same name but for how the place is written, or left out")
)
SHORT: Final = Reason(
    "short", 90, T("除行政区划和组织形式的写法外相同", "same name but for how place and legal form are written")
)
ONE_SIGN: Final = Reason("one_sign", 89, T("差一个字", "one character differs"))
PART: Final = Reason("part", 82, T("一方名称含在另一方之中", "one name is a part of the other"))
WIDER: Final = Reason(
    "wider_place", 80, T("行政区划一宽一窄：{one} / {other}", "a wider and a narrower place: {one} / {other}")
)
OTHER_FORM: Final = Reason("other_form", 75, T("组织形式不同：{one} / {other}", "another legal form: {one} / {other}"))
BRANCH: Final = Reason("branch", 72, T("分支机构不同：{one} / {other}", "another branch: {one} / {other}"))
BRAND: Final = Reason("brand", 70, T("字号相同", "same brand"))
RARE: Final = Reason("rare", 68, T("都有少见的“{part}”", "both have the rare “{part}”"))
OTHER_PLACE: Final = Reason("other_place", 60, T("行政区划不同：{one} / {other}", "another place: {one} / {other}"))
NUMBER: Final = Reason("number", 60, T("序号不同：{one} / {other}", "another number: {one} / {other}"))
ALIKE: Final = Reason("alike", 60, T("写法相近", "spelled alike"))
REASONS: Final = (
    CODE, NAME, FORM, PLACE, SHORT, ONE_SIGN, PART, WIDER, OTHER_FORM, BRANCH, BRAND, RARE, OTHER_PLACE, NUMBER, ALIKE,
)  # fmt: skip

_NUMBERS: Final = re.compile(r"[0-9零〇一二三四五六七八九十百]+")
_NONE: Final = T("（无）", "(none)")
Verdict = tuple[int, Reason, T]
"""Score, reason, and the reason's text with its places filled."""


def judge(asked: Name, known: Name, rare: str = "") -> Verdict:
    """The verdict on two names; `rare`: what both have and few names of the register do."""
    if asked.cleaned == known.cleaned:
        return _verdict(NAME)
    apart = bool(asked.codes and known.codes) and not related(asked.codes, known.codes)
    if _same_body(asked, known):
        return _same(asked, known, apart)
    apart = apart and COUNTRY not in asked.codes | known.codes
    if _numbers_only(asked.stem, known.stem):
        return _verdict(NUMBER, one=_numbers(asked), other=_numbers(known))
    if not apart and (off := _one_sign(asked, known)) is not None:
        return _verdict(ONE_SIGN, off)
    if not apart and (off := _part(asked, known)) is not None:
        return _verdict(PART, off)
    return _near(asked, known, apart, rare)


def _verdict(reason: Reason, off: float = 0, **values: str | T) -> Verdict:
    return round(reason.top - off), reason, reason.text.fill(**values) if values else reason.text


def _same_body(asked: Name, known: Name) -> bool:
    """Are brand and trade the same, also where what looks like a place is the brand (兴隆 is a county, 福田 a district)?"""
    if asked.bare == known.bare:
        return bool(asked.bare) or asked.stem == known.stem
    if any(
        one.place and other.stem.replace(one.place, "", 1) == one.bare
        for one, other in ((asked, known), (known, asked))
    ):
        return True  # the place in the middle: 东方希望包头稀土铝业
    short, long = sorted((asked, known), key=lambda name: len(name.stem))
    return (
        long.stem.endswith(short.stem)
        and 0 < len(long.stem) - len(short.stem) <= len(long.place)
        and len(short.stem) > 1
    )


def _same(asked: Name, known: Name, apart: bool) -> Verdict:
    """What is left to differ where brand and trade are the same."""
    if apart and asked.bare == known.bare:
        return _verdict(OTHER_PLACE, one=asked.place, other=known.place)
    if asked.branch != known.branch:
        return _verdict(BRANCH, one=asked.branch or _NONE, other=known.branch or _NONE)
    if not _forms_agree(asked.form, known.form):
        return _verdict(OTHER_FORM, one=asked.form, other=known.form)
    if asked.codes and known.codes and asked.codes != known.codes and asked.bare == known.bare:
        return _verdict(WIDER, one=asked.place, other=known.place)
    moved = sorted(asked.cleaned) == sorted(known.cleaned)  # 包头… in front, or （包头） behind
    if asked.place == known.place and not moved:
        return _verdict(FORM)
    return _verdict(PLACE if asked.form == known.form else SHORT)


def _forms_agree(one: str, other: str) -> bool:
    """May both be the same form: one not given, or 公司 for either kind of company, 集团 for either kind of group?"""
    if not one or not other or one == other:
        return True
    if one.startswith(GROUP) != other.startswith(GROUP):
        return False
    return {one, other} & {COMPANY, GROUP} != set() and all(form.endswith((COMPANY, GROUP)) for form in (one, other))


def _numbers_only(one: str, other: str) -> bool:
    if not _NUMBERS.search(one) or not _NUMBERS.search(other):
        return False
    return one != other and _NUMBERS.sub("#", one) == _NUMBERS.sub("#", other)


def _numbers(name: Name) -> str:
    return "、".join(_NUMBERS.findall(name.stem))


def _one_sign(asked: Name, known: Name) -> int | None:
    """Points off where one character is wrong, missing or too many; None where it is not so.

    More off in a brand, which may so be another firm's, the more so the shorter it is; and where the place, or the trade,
    is left out too.
    """
    whole, body = _off_by_one(asked.cleaned, known.cleaned), _off_by_one(asked.bare, known.bare)
    if not whole and not (body and _forms_agree(asked.form, known.form) and asked.branch == known.branch):
        return None
    brand = 0 if asked.core == known.core else 24 // max(2, min(len(asked.core), len(known.core)))
    alone = 0 if (asked.trade and known.trade) or whole else 8
    return brand + (0 if whole else 7) + alone


def _off_by_one(one: str, other: str) -> bool:
    return min(len(one), len(other)) > 2 and Levenshtein.distance(one, other, score_cutoff=1) <= 1


def _part(asked: Name, known: Name) -> int | None:
    """Points off where one name of four characters or more stands in the other, with or without its place; None if not."""
    for one, other in ((asked.bare, known.bare), (asked.stem, known.stem)):
        short, long = sorted((one, other), key=len)
        if len(short) >= 4 and short in long and len(long) <= 3 * len(short):
            return 2 * (len(long) - len(short))
    return None


def _near(asked: Name, known: Name, apart: bool, rare: str) -> Verdict:
    """Names that only share something: by how alike the brands are, then the rest; or by all, where a form is misspelled."""
    one, other = asked.core or asked.bare, known.core or known.bare
    brand, body = fuzz.ratio(one, other) / 100, fuzz.ratio(asked.stem, known.stem) / 100
    if min(len(one), len(other)) > 1 and (one in other or other in one):
        brand = max(brand, 0.75)
    if not (asked.form and known.form):
        body = max(body, fuzz.ratio(asked.cleaned, known.cleaned) / 100)
    reason = BRAND if one == other and len(one) > 1 else RARE if rare else ALIKE
    if reason is BRAND and not (asked.trade and known.trade):
        body = 1.0  # asked by the brand alone
    points = reason.top * max(0.6 * brand + 0.4 * body, 0.9 * body) * (0.7 if apart else 1)
    return round(points), reason, reason.text.fill(part=rare) if reason is RARE else reason.text
