"""Which keys a log had, and how far each may speak: a change is an event that names both, the last that the old one seals.

Whoever trusts the new key reads from that entry's place which checkpoints the old one may have signed: those of no more
than PLACE + 1 entries. So a key that was put away, and is found or stolen later, proves nothing about what came after.
"""

from contextlib import suppress
from typing import Final, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from django.db import connection

from luoshi.kernel.ledger import checkpoint, keys
from luoshi.kernel.ledger.fields import Widths
from luoshi.kernel.ledger.note import NoteError, Verifier
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.problem import LogProblem
from luoshi.kernel.ledger.rows import Sealed
from luoshi.kernel.text import T

LINE: Final = "log"
VERB: Final = "rotate_key"
FOREIGN: Final = T(
    "密钥 {file} 不是这份日志的：{n} 条的检查点由另一把签署。停止封存；请放回原来的密钥",
    "The key {file} is not this log's: its checkpoint of {n} entries was signed by another. Sealing stops; put the old key back",
)
WIDTHS: Final = Widths(open=frozenset({"old_key", "new_key"}))


class Rotation(NamedTuple):
    """A change of the key; `size` is that of the log whose last entry it is, None while it waits to be sealed."""

    old: Verifier
    new: Verifier
    size: int | None


def subject_of(origin: str) -> UUID:
    """The subject under which the log speaks about itself."""
    return uuid5(NAMESPACE_URL, origin)


def rotations(origin: str) -> list[Rotation]:
    """Every change of the key, oldest first, one that waits last; the old key stands with how far it may speak."""
    query = (
        "SELECT e.body::text, l.idx + 1 FROM event e LEFT JOIN log_leaf l ON l.event_id = e.id "
        "WHERE e.subject = %s AND e.line = %s AND e.verb = %s ORDER BY l.idx"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [subject_of(origin), LINE, VERB])
        found = cursor.fetchall()
    return [_rotation(orjson.loads(body), size) for body, size in found]


def _rotation(body: dict[str, str], size: int | None) -> Rotation:
    bound = "" if size is None else f" until {size}"
    return Rotation(Verifier.read(body["old_key"] + bound), Verifier.read(body["new_key"]), size)


def trusted(place: Place) -> list[Verifier]:
    """All keys that ever signed this log, the present one last, the former ones with how far they may speak.

    Raises LogProblem without a key.
    """
    present = keys.load(place.key_file, place.origin).verifier
    former = [one.old for one in rotations(place.origin) if one.size is not None]
    return [*(key for key in former if key != present), present]


def require_own(place: Place, last: Sealed | None) -> None:
    """Raises LogProblem where the present key neither signed the last checkpoint nor is the one to which it hands on."""
    present = keys.load(place.key_file, place.origin).verifier
    if last is None:
        return
    with suppress(NoteError):
        checkpoint.verify(last.note, [present], place.origin)
        return
    if not any((one.size, one.new) == (last.size, present) for one in rotations(place.origin)):
        raise LogProblem(FOREIGN.fill(file=place.key_file, n=last.size))


_ROOM: Final = """
SELECT count(*) FROM event_pending p JOIN event e ON e.id = p.event_id JOIN (
  SELECT r.recorded_at, r.id FROM event_pending w JOIN event r ON r.id = w.event_id
  WHERE r.subject = %s AND r.line = %s AND r.verb = %s ORDER BY r.recorded_at, r.id LIMIT 1
) change ON (e.recorded_at, e.id) <= (change.recorded_at, change.id)
"""


def room(origin: str, limit: int) -> int:
    """How many of the next `limit` events one checkpoint may take: none after a change of the key."""
    with connection.cursor() as cursor:
        cursor.execute(_ROOM, [subject_of(origin), LINE, VERB])
        return min(limit, cursor.fetchone()[0] or limit)


def take_over(place: Place) -> bool:
    """Put the waiting key in the old one's place once their change is sealed; did it? Only while the folder is held.

    Raises LogProblem.
    """
    waiting = keys.next_of(place.key_file)
    if not waiting.exists():
        return False
    old, new = (keys.load(file, place.origin).verifier for file in (place.key_file, waiting))
    if not any((one.old, one.new) == (old, new) and one.size is not None for one in rotations(place.origin)):
        return False
    keys.take_next(place.key_file)
    return True
