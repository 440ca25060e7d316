"""Names and codes of companies as the register keeps them, and what they are found by when typed."""

import re
import unicodedata
from functools import cache
from typing import Final

from luoshi.kernel.problems import Invalid
from luoshi.kernel.text import T
from luoshi.leads import names
from luoshi.leads.places import Places, china
from luoshi.people import tree

_GAPS: Final = re.compile(r"\s+")
_BESIDE: Final = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")


def name(text: str) -> str:
    """A name as it is kept: NFKC, no spaces beside Han; brackets full width where it is not Latin."""
    plain = _GAPS.sub(" ", unicodedata.normalize("NFKC", text).replace("\0", "")).strip()
    return plain if plain.isascii() else _BESIDE.sub("", plain).replace("(", "（").replace(")", "）")


def code(text: str) -> str:
    """A unified social credit code as it is kept, right or not: half-width capitals without gaps."""
    return names.typed_code(text)


def code_rule(text: str) -> T | None:
    """What is wrong with a unified social credit code; None if nothing is."""
    try:
        names.credit_code(text)
    except Invalid as refused:
        return refused.faults[0].rule
    return None


@cache
def places() -> Places:
    """The divisions of China with those of the city itself, as names hold them."""
    return Places([*china(), *((one.code, one.zh) for one in tree.today().divisions.values())])


def initials(text: str) -> tuple[str, str]:
    """The first letters of a name in Pinyin for typing, with its place and without: 包头市金源铜业有限公司 → btjyty, jyty."""
    found = names.initials(names.parts(text, places()))
    return (found[0][:60], found[-1][:60]) if found else ("", "")
