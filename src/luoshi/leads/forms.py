"""Legal forms and words of trade, as words.toml has them."""

import tomllib
from importlib import resources
from typing import Any, Final

GROUP: Final = "集团"
COMPANY: Final = "公司"


def _read() -> dict[str, Any]:
    assert __package__
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))


_FILE: Final = _read()
FORMS: Final[dict[str, str]] = {way: form for form, ways in _FILE["forms"].items() for way in ways} | {
    form: form for form in _FILE["words"]["forms"].split()
}
"""By how it is written at the end of a name: which legal form it is."""
BRANCHES: Final = tuple(_FILE["words"]["branches"].split())
TRADES: Final = frozenset(_FILE["words"]["trades"].split())
"""What a firm does, as names say it."""
LONGEST_TRADE: Final = max(map(len, TRADES))
