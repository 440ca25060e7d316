"""Texts cut into search tokens, the same way when stored and when asked.

A record keeps `tokens(text)` in an array under a GIN index; it is found when that array contains all of
`query(typed)`. Chinese has no spaces, so runs of Han are kept as their characters and their pairs.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator

CAP = 600
"""Tokens kept of one text: the first ones, so that a pasted novel does not swell the index."""

LONGEST_WORD = 32

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# A run of Han, or of other letters and digits of any script; all else, NUL too, separates.
_RUN = re.compile(rf"([{_HAN}]+)|([^\W_{_HAN}]+)")
_ALL_HAN = re.compile(f"[{_HAN}]*")
# ASCII in lower case, what separates as a space
_ASCII = bytes(ord(chr(at).lower()) if at < 128 and chr(at).isalnum() else 32 for at in range(256))


def tokens(text: str) -> list[str]:
    """What a text is found by: words of two letters or more, each Han character, each pair of neighbours.

    Distinct, sorted, at most `CAP`. A word is cut at 32 characters.
    """
    if text.isascii():  # the same, several times as fast
        words = text.encode().translate(_ASCII).decode().split()
        return sorted(list(dict.fromkeys([word[:LONGEST_WORD] for word in words if len(word) > 1]))[:CAP])
    kept: dict[str, None] = {}
    for han, word in _runs(text):
        kept.update(dict.fromkeys([*han, *_pairs(han), *_word(word)]))
        if len(kept) >= CAP:
            break
    return sorted(list(kept)[:CAP])


def query(text: str) -> list[str]:
    """The tokens that a record must all have to be found by what was typed; empty if nothing can be found by it.

    A single Han character stands for itself, more of them for their pairs. Distinct, sorted.
    """
    asked: set[str] = set()
    for han, word in _runs(text):
        asked.update(_pairs(han) or han, _word(word))
    return sorted(asked)


def shared(asked: Collection[str], text: str) -> set[str]:
    """Those tokens of a `query` that are among a text's; quicker than to cut the text up, where they are Han."""
    plain = unicodedata.normalize("NFKC", text).lower()
    found = {token for token in asked if token in plain}
    return found if _ALL_HAN.fullmatch("".join(found)) else found.intersection(tokens(text))


def pieces(text: str, kept: Collection[str]) -> list[str]:
    """What of a text its tokens in `kept` spell, as it is read: neighbouring pairs of Han as one. Distinct, in order."""
    found: dict[str, None] = {}
    for han, word in _runs(text):
        spelt = [*_spelt(han, kept), *(one for one in _word(word) if one in kept)]
        found.update(dict.fromkeys(spelt))
    return list(found)


def _spelt(han: str, kept: Collection[str]) -> Iterator[str]:
    start = 0
    for end in range(1, len(han) + 1):
        if end < len(han) and han[end - 1 : end + 1] in kept:
            continue
        if end - start > 1 or han in kept:
            yield han[start:end]
        start = end


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Runs in order, each as (Han, "") or ("", word)."""
    for match in _RUN.finditer(unicodedata.normalize("NFKC", text).lower()):
        yield match[1] or "", match[2] or ""


def _pairs(han: str) -> list[str]:
    return [han[i : i + 2] for i in range(len(han) - 1)]


def _word(word: str) -> list[str]:
    return [word[:LONGEST_WORD]] if len(word) > 1 else []
