"""Changing the log's key: an event that names both keys, sealed by the old one; from then on the new one signs."""

from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from django.db import connection, transaction

from luoshi.kernel import clock, installation
from luoshi.kernel.ids import uuid7
from luoshi.kernel.ledger import event, keys, record
from luoshi.kernel.ledger.fields import Widths
from luoshi.kernel.ledger.note import Verifier
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.seal import seal_all

LINE: Final = "log"
VERB: Final = "rotate_key"
WIDTHS: Final = Widths(open=frozenset({"old_key", "new_key"}))


def subject_of(origin: str) -> UUID:
    """The subject under which the log speaks about itself."""
    return uuid5(NAMESPACE_URL, origin)


def rotations(origin: str) -> list[tuple[Verifier, Verifier]]:
    """Every change of the key, old and new, oldest first."""
    query = "SELECT body::text FROM event WHERE subject = %s AND line = %s AND verb = %s ORDER BY recorded_at, id"
    with connection.cursor() as cursor:
        cursor.execute(query, [subject_of(origin), LINE, VERB])
        found = [row[0] for row in cursor.fetchall()]
    bodies = [orjson.loads(body) for body in found]
    return [(Verifier.read(body["old_key"]), Verifier.read(body["new_key"])) for body in bodies]


def trusted(place: Place) -> list[Verifier]:
    """All keys that ever signed this log, the present one last. Raises LogProblem without a key."""
    present = keys.load(place.key_file, place.origin).verifier
    former = [old for old, _ in rotations(place.origin)]
    return [*(key for key in former if key != present), present]


def _say(place: Place, old: Verifier, fresh: Verifier) -> None:
    """The event of the change, once."""
    if any(pair == (old, fresh) for pair in rotations(place.origin)):
        return
    city, now = installation.current(), clock.now()
    head = event.Head(city.code, city.demo, LINE, uuid7(now), None, None, now)
    body = {"old_key": str(old), "new_key": str(fresh)}
    with transaction.atomic():
        record.write([event.build(head, WIDTHS, subject=subject_of(place.origin), verb=VERB, body=body)])


def rotate(place: Place) -> tuple[Verifier, Verifier]:
    """Change the key; gives the old and the new verifier. Cut short, the next call goes on with the same new key.

    Raises LogProblem.
    """
    old = keys.load(place.key_file, place.origin)
    waiting = keys.next_of(place.key_file)
    fresh = keys.load(waiting, place.origin) if waiting.exists() else keys.create(waiting, place.origin)
    _say(place, old.verifier, fresh.verifier)
    seal_all(place)
    with place.folder.alone():
        keys.take_next(place.key_file)
    return old.verifier, fresh.verifier
