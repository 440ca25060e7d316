"""Changing the log's key: an event that names both keys, sealed by the old one; from then on the new one signs."""

from django.db import transaction

from luoshi.kernel import clock, installation
from luoshi.kernel.ids import uuid7
from luoshi.kernel.ledger import event, keys, record, rows
from luoshi.kernel.ledger.note import Verifier
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.publish import check_unforked
from luoshi.kernel.ledger.rotate import LINE, VERB, WIDTHS, require_own, rotations, subject_of
from luoshi.kernel.ledger.seal import seal_all


def _say(place: Place, old: Verifier, fresh: Verifier) -> None:
    """The event of the change, once."""
    if any((one.old, one.new) == (old, fresh) for one in rotations(place.origin)):
        return
    city, now = installation.current(), clock.now()
    head = event.Head(city.code, city.demo, LINE, uuid7(now), None, None, now)
    body = {"old_key": str(old), "new_key": str(fresh)}
    with transaction.atomic():
        record.write([event.build(head, WIDTHS, subject=subject_of(place.origin), verb=VERB, body=body)])


def rotate(place: Place) -> tuple[Verifier, Verifier]:
    """Change the key; gives the old and the new verifier. Cut short, the next sealing goes on with the same new key.

    What is published is signed by the new key as well when this returns. Raises LogProblem.
    """
    old = keys.load(place.key_file, place.origin)
    check_unforked(place, rows.last())
    require_own(place, rows.last())
    waiting = keys.next_of(place.key_file)
    fresh = keys.load(waiting, place.origin) if waiting.exists() else keys.create(waiting, place.origin)
    _say(place, old.verifier, fresh.verifier)
    seal_all(place)
    return old.verifier, fresh.verifier
