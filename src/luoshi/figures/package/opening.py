"""Which sealed fields a figure reads: found out by answering its questions as the package's verifier will."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import orjson

from luoshi.figures.package import verify
from luoshi.figures.period import micros
from luoshi.kernel.canonical import dumps
from luoshi.kernel.ledger import rows

_COLUMNS: Final = (
    "l.idx, e.line, e.payload, e.body::text, (SELECT s.secret FROM event_salt s WHERE s.event_id = e.id), e.recorded_at"
)


class Opening(NamedTuple):
    """A field of an entry with the salt of its hash (base64url) and its value as canonical JSON."""

    place: int
    field: str
    salt: str
    value: str


class Gone(ValueError):
    """A field whose salt is not there any more: nobody can open it."""


class Read(verify.Facts):
    """A line's facts as the verifier has them. What figures read of sealed fields is noted, and `kept`, by place and field."""

    def __init__(self, declared: Mapping[str, Any]) -> None:
        super().__init__(declared)
        self.kept: dict[tuple[int, str], Any] = {}
        self._noted: dict[tuple[int, str], Any] = {}
        self._held: dict[int, tuple[bytes | None, dict[str, Any]]] = {}
        self._names: set[str] = set()
        self._bound = False
        self.last = 0

    def hold(self, place: int, payload: Any, body: Any, secret: bytes | None) -> None:
        """One more entry with its sealed fields."""
        self._names |= payload["restricted"].keys()
        values = {name: body.get(name) for name in payload["restricted"] if name in self.declared["columns"]}
        self._held[place] = secret, values
        self.take(place, payload)

    def sealed_names(self) -> set[str]:
        """The fields that are sealed in some entry."""
        return self._names

    def end_of(self, question: Mapping[str, Any]) -> int:
        """The end of a question's period, or the moment after the last entry where that is earlier."""
        first, starts = self.declared["months"]
        end: int = min(starts[question["last_month"] - first], self.last + 1)
        return end

    def opened(self, event: verify.Event, column: str) -> Any:
        """The field's value, noted. Raises Gone, and ValueError for what is not kept, once nothing more may be opened."""
        place = event.said["place"]
        if self._bound:
            return self.kept[place, column] if (place, column) in self.kept else super().opened(event, column)
        secret, values = self._held[place]
        if secret is None:
            raise Gone(f"entry {place}: the salt of {column} is gone")
        self._noted[place, column] = values[column]
        return values[column]

    def keep_noted(self, keep: bool = True) -> None:
        """Keep what was noted, or drop it; rows of subjects are rolled up anew, so that the next figure notes its own."""
        self.kept |= self._noted if keep else {}
        self._noted, self.lives, self.followed = {}, {}, {}

    def bound(self) -> None:
        """From now on no more can be opened than what is kept."""
        self.keep_noted(False)
        self._bound = True

    def openings(self) -> Iterator[Opening]:
        """The openings of what is kept."""
        for (place, field), value in self.kept.items():
            secret, _ = self._held[place]
            assert secret is not None, "what has no salt is not noted"
            salt = urlsafe_b64encode(hmac.digest(secret, field.encode(), "sha256")).rstrip(b"=").decode()
            yield Opening(place, field, salt, dumps(value).decode())


def read(declared: Mapping[str, Mapping[str, Any]], size: int) -> dict[str, Read]:
    """The facts of the lines that are declared, as of a size of the log."""
    found = {line: Read(one) for line, one in declared.items()}
    for place, line, payload, body, secret, recorded_at in rows.stream(_COLUMNS, 0, size):
        last = recorded_at
        if line in found:
            found[line].hold(place, orjson.loads(payload), orjson.loads(body), secret)
    for one in found.values():
        one.settle()
        one.last = micros(last) if size else 0
    return found
