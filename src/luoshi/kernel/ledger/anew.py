"""A new log, where the old one cannot go on: another name and key, its first entry names the old one's size and root.

All events of the database follow after it. The old public files are kept beside; the first entry names the old key too.
Run as the owner of the database, while nothing serves.
"""

import os
from base64 import b64encode
from pathlib import Path
from typing import Final

from django.db import connection, transaction

from luoshi.kernel import clock, installation
from luoshi.kernel.ids import uuid7
from luoshi.kernel.ledger import checkpoint, course, event, keys, record, rotate, rows
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.fields import Widths
from luoshi.kernel.ledger.note import Key, NoteError, Verifier
from luoshi.kernel.ledger.origin import name_rule
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.problem import LogProblem
from luoshi.kernel.ledger.rows import Sealed
from luoshi.kernel.ledger.seal import seal_all
from luoshi.kernel.ledger.tree import Frontier
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T

VERB: Final = "new_log"
WIDTHS: Final = Widths(open=frozenset({"old_origin", "old_size", "old_root", "old_key", "reason"}))
LONGEST: Final = 500
_WAITING: Final = ".new"
# what only the owner can do, and what the triggers otherwise refuse: the event that tells of it goes with it
_WIPE: Final = (
    "ALTER TABLE log_leaf DISABLE TRIGGER USER",
    "ALTER TABLE checkpoint DISABLE TRIGGER USER",
    "ALTER TABLE installation DISABLE TRIGGER USER",
    "DELETE FROM log_leaf",
    "DELETE FROM checkpoint",
    "UPDATE installation SET origin = %s",
    "ALTER TABLE installation ENABLE TRIGGER USER",
    "ALTER TABLE checkpoint ENABLE TRIGGER USER",
    "ALTER TABLE log_leaf ENABLE TRIGGER USER",
)


def next_origin(origin: str) -> str:
    """`log.city/2` after `log.city`, `log.city/3` after that."""
    stem, _, number = origin.rpartition("/")
    return f"{stem}/{int(number) + 1}" if stem and number.isdigit() else f"{origin}/2"


def check(place: Place, reason: str, origin: str) -> None:
    """Raises Invalid for a reason that says nothing, and a name that cannot be or that a log of this city had already."""
    faults = []
    if not reason.strip() or len(reason) > LONGEST:
        faults.append(
            Fault(
                "--reason",
                reason[:20],
                T("写明理由，最长 {n} 字", "say why, in at most {n} characters").fill(n=LONGEST),
            )
        )
    if origin and (rule := name_rule(origin, installation.current().demo)) is not None:
        faults.append(Fault("--origin", origin[:60], rule))
    elif origin in _names(place):
        rule = T("这个城市的日志用过这个名称", "a log of this city has or had this name")
        faults.append(Fault("--origin", origin, rule))
    if faults:
        raise Invalid(faults)


def _names(place: Place) -> set[str]:
    """The names of this city's logs so far; without the one that was begun and cut short."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT body->>'old_origin' FROM event WHERE line = %s AND verb = %s", [rotate.LINE, VERB])
        found = {row[0] for row in cursor.fetchall()}
    return found | ({place.origin} - {_unfinished(place)})


def begin(place: Place, reason: str, origin: str = "") -> tuple[Place, Head | None]:
    """Begin a new log; gives its place and what is published of it. Cut short, the next call goes on.

    Raises Invalid or LogProblem, and then the old log is as it was.
    """
    check(place, reason, origin)
    fresh = Place(origin or _unfinished(place) or next_origin(place.origin), place.folder, place.key_file)
    waiting = place.key_file.with_name(place.key_file.name + _WAITING)
    key = keys.load(waiting, fresh.origin) if waiting.exists() else keys.create(waiting, fresh.origin)
    with place.folder.alone():
        if installation.current().origin != fresh.origin:
            with transaction.atomic():
                _turn(place, fresh.origin, key, reason)
            installation.current.cache_clear()
        _put_aside(place)
        keys.next_of(place.key_file).unlink(missing_ok=True)  # of a rotation of the old log that was cut short
        os.replace(waiting, place.key_file)
        keys.sync_folder(place.key_file.parent)
    return fresh, seal_all(fresh)


def _unfinished(place: Place) -> str:
    """The name of a new log that was begun and cut short after the database had turned to it."""
    try:
        return "" if _key_name(place.key_file) == place.origin else place.origin
    except (OSError, NoteError):
        return ""


def _key_name(file: Path) -> str:
    return Key.read(file.read_text("utf-8")).name


def _turn(place: Place, origin: str, key: Key, reason: str) -> None:
    """In one transaction: the old places and checkpoints go, the first entry stands, all else waits."""
    rows.lock()
    body = _told(place, reason)
    with connection.cursor() as cursor:
        for command in _WIPE:
            cursor.execute(command, [origin] if "%s" in command else None)
    city, now = installation.current(), clock.now()
    head = event.Head(city.code, city.demo, rotate.LINE, uuid7(now), None, None, now)
    first = event.build(head, WIDTHS, subject=rotate.subject_of(origin), verb=VERB, body=body)
    record.write([first])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM event_pending")
        cursor.execute("INSERT INTO log_leaf (idx, event_id) VALUES (0, %s)", [first.id])
        cursor.execute("INSERT INTO event_pending (event_id) SELECT id FROM event WHERE id <> %s", [first.id])
    edge = Frontier()
    edge.add(first.leaf)
    root = edge.root()
    opening = Sealed(1, root, now, checkpoint.sign(Head(origin, 1, root), [key]))
    course.keep(origin, [key], [], [opening])


def _told(place: Place, reason: str) -> dict[str, object]:
    """The old log as it was published last: by its files, by what was remembered, or else by the database."""
    last = rows.last()
    known = [place.folder.head(), keys.remembered(place.key_file)]
    known += [Head(place.origin, last.size, last.root)] if last else []
    heads = [head for head in known if head is not None]
    if not heads:
        raise LogProblem(T("日志还是空的，不用另起", "The log is empty: there is nothing to begin anew"))
    head = max(heads, key=lambda one: one.size)
    try:
        old: Verifier | None = keys.load(place.key_file, place.origin).verifier
    except LogProblem:
        old = None  # the key may be what was lost
    return {
        "old_origin": place.origin, "old_size": head.size, "old_root": b64encode(head.root).decode(),
        "old_key": str(old) if old else None, "reason": reason,
    }  # fmt: skip


def _put_aside(place: Place) -> None:
    """The old public files, beside what is served, so that whoever followed the old log can still read it."""
    root, number = place.folder.root, 1
    while (aside := root.with_name(f"{root.name}.{number}")).exists():
        number += 1
    if place.folder.checkpoint() is not None:
        os.replace(root, aside)
    place.key_file.with_name(place.key_file.name + ".last").unlink(missing_ok=True)
