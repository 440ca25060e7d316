"""A report in the making, carried from page to page in a signed hidden field: no session, no cookie, nothing stored.

The idempotency key is in it from the first page on, so that one report is made however often it is sent.
"""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final
from uuid import UUID

from django.core import signing

from luoshi.cases.photos import Kept
from luoshi.kernel.problems import Problem
from luoshi.kernel.text import T
from luoshi.web.forms import new_key

LIFE: Final = 24 * 3600  # seconds: as long as an idempotency key is kept
_SALT: Final = "luoshi.report"


@dataclass(frozen=True)
class Draft:
    """What was given so far; empty where it was not. `view` is the district that the map shows, `photos` are `Kept`."""

    key: str
    place: str = ""
    asked: str = ""
    area: str = ""
    county: str = ""
    view: str = ""
    lat: float | None = None
    lon: float | None = None
    top: str = ""
    category: str = ""
    text: str = ""
    photos: tuple[tuple[str, str, int, int, int], ...] = ()
    name: str = ""
    phone: str = ""
    email: str = ""

    def but(self, **changes: Any) -> "Draft":
        """The same with changes."""
        return replace(self, **changes)

    def kept(self) -> list[Kept]:
        """The pictures, as stored."""
        return [Kept(UUID(one[0]), *one[1:]) for one in self.photos]


def fresh() -> Draft:
    """A new one with a key of its own."""
    return Draft(new_key())


def seal(draft: Draft) -> str:
    """The draft as a hidden field's value."""
    plain = {name: value for name, value in asdict(draft).items() if value not in ("", None, ())}
    return signing.dumps(plain, salt=_SALT, compress=True)


def unseal(token: str) -> Draft:
    """The draft of a hidden field. Raises Problem (400) where it is not ours or too old."""
    try:
        plain = signing.loads(token, salt=_SALT, max_age=LIFE)
    except signing.SignatureExpired:
        raise Problem(
            T("这份上报开始后已超过 24 小时，请重新填写", "This report was begun more than 24 hours ago: begin again")
        ) from None
    except (signing.BadSignature, ValueError):
        raise Problem(T("这份上报不完整，请重新填写", "This report is not whole: begin again")) from None
    known = {field.name for field in fields(Draft)}
    plain["photos"] = tuple(tuple(one) for one in plain.get("photos", ()))
    return Draft(**{name: value for name, value in plain.items() if name in known})
