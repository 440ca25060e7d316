"""The part of a full verification that is done entry by entry, on two cores: rows, their payloads, their tiles."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

import orjson

from luoshi.kernel.aside import together
from luoshi.kernel.ledger import audit, tiles
from luoshi.kernel.ledger import rows as log_rows
from luoshi.kernel.ledger.audit import Bad, Row
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.forgotten import Gone
from luoshi.kernel.ledger.tiles import WIDTH, Tile
from luoshi.kernel.ledger.tree import leaf_hash
from luoshi.kernel.ledger.upper import Older

LENGTH: Final = 16 * WIDTH
_NO_TIME: Final = datetime.min
_FEW: Final = 8 * LENGTH
"""With fewer entries two processes are not worth their start."""


class Chunk(NamedTuple):
    """What came of some entries: their leaves, the first that differs of each kind, those of which a body is gone."""

    start: int
    leaves: list[bytes]
    bad: list[Bad]
    gone: list[Gone]


def rows(query: str, values: Sequence[Any] = ()) -> list[Row]:
    """Events by a query of `audit.COLUMNS` after their place."""
    return [Row(*row) for row in log_rows.binary(query, values)]


def _read(start: int, end: int) -> list[Row]:
    query = (
        f"SELECT l.idx, {audit.COLUMNS} FROM log_leaf l JOIN ({audit.TABLES}) ON e.id = l.event_id "
        "WHERE l.idx >= %s AND l.idx < %s ORDER BY l.idx"
    )
    return rows(query, [start, end])


def told(row: Row, what: str, detail: str) -> Bad:
    """A finding about an event."""
    return Bad(what, row.idx, row.id, row.line, row.subject, detail)


def check_rows(found: Sequence[Row]) -> list[Bad]:
    """The first row that differs of each kind."""
    bad: dict[str, Bad] = {}
    for row in found:
        wrong = audit.check(row)
        if wrong is not None and wrong[0] not in bad:
            bad[wrong[0]] = told(row, *wrong)
    return list(bad.values())


def check(start: int, end: int, folder: Folder, published: int, older: Older) -> Chunk:
    """Check the entries from `start` (a multiple of 256) to below `end`, and those tiles that are published."""
    found = _read(start, end)
    bad = check_rows(found)
    whole = {row.idx: row for row in found} | _missing(found, start, end, folder, published)
    if len(whole) > len(found):
        holes = [row for row in whole.values() if not row.verb]
        bad += [_hole(row) for row in holes]
    named = {one.idx for one in bad}
    whole_rows = [whole[index] for index in range(start, end)]
    bad += [one for one in _files(whole_rows, start, min(end, published), folder, older) if one.idx not in named]
    return Chunk(start, [row.leaf for row in whole_rows], bad, gone(found))


def _missing(found: Sequence[Row], start: int, end: int, folder: Folder, published: int) -> dict[int | None, Row]:
    """The places without an event, as far as its place and the public files still tell of it; such a row has no verb."""
    held = {row.idx for row in found}
    holes = [index for index in range(start, end) if index not in held]
    if not holes:
        return {}
    ids = {place: str(event) for place, event in log_rows.events_at(start, end)}
    made: dict[int | None, Row] = {}
    for index in holes:
        payload = _public(index, folder, published)
        said = orjson.loads(payload) if payload else {}
        key, line, subject = ids.get(index) or said.get("id", ""), said.get("line", ""), said.get("subject", "")
        made[index] = Row(
            index, key, line, subject, "", "", None, None, _NO_TIME, _NO_TIME, "", payload, leaf_hash(payload),
            None, None, None,
        )  # fmt: skip
    return made


def _public(index: int, folder: Folder, published: int) -> bytes:
    """The payload that the public files have at a place, nothing where they have none."""
    bundle = tiles.wide(None, index // WIDTH, published)
    try:
        entries = tiles.entries(folder.read(bundle), bundle.width) if bundle else []
    except (OSError, tiles.TileError):
        return b""
    return entries[index % WIDTH] if index % WIDTH < len(entries) else b""


def _hole(row: Row) -> Bad:
    detail = "no event at this place of the log"
    if row.line:
        detail += f"; the public files still have it: {orjson.loads(row.payload)['verb']}"
    return Bad("place", row.idx, row.id or None, row.line or None, row.subject or None, detail)


def gone(found: Sequence[Row]) -> list[Gone]:
    """The events of which the private body or the secret is not there."""
    return [
        Gone(row.idx, row.id, row.line, row.subject, row.recorded_at, what)
        for row in found
        if (what := audit.gone(row))
    ]


def _files(found: Sequence[Row], start: int, end: int, folder: Folder, older: Older) -> Iterator[Bad]:
    """The tiles of level 0 and the bundles that are not made of these rows, partial ones of older checkpoints as well."""
    for at in range(start, end, WIDTH):
        part = found[at - start : min(at + WIDTH, end) - start]
        for level in (0, None):
            newest = Tile(level, at // WIDTH, len(part))
            want = [row.leaf if level == 0 else row.payload for row in part]
            for tile in (newest, *(one for one in older.get((level, newest.number), ()) if one.width < newest.width)):
                wrong = _differs(folder, tile, want[: tile.width])
                if wrong is not None:
                    yield told(part[wrong], "tile", f"tile/{tile.path}")


def _differs(folder: Folder, tile: Tile, want: Sequence[bytes]) -> int | None:
    """Which entry of a tile's file is the first that differs, None where the file is right."""
    try:
        data = folder.read(tile)
        whole = b"".join(want) if tile.level == 0 else tiles.bundle(want)
        if data == whole:
            return None
        have = tiles.hashes(data, tile.width) if tile.level == 0 else tiles.entries(data, tile.width)
    except (OSError, tiles.TileError):
        return 0
    return next((place for place, pair in enumerate(zip(have, want, strict=True)) if pair[0] != pair[1]), 0)


def all_of(size: int, published: int, folder: Folder, older: Older) -> Iterator[Chunk]:
    """Every chunk of a log of `size` entries, in order."""
    questions = []
    for start in range(0, size, LENGTH):
        end = min(start + LENGTH, size)
        keys = ((level, number) for number in range(start // WIDTH, -(-end // WIDTH)) for level in (0, None))
        questions.append(
            partial(check, start, end, folder, published, {key: older[key] for key in keys if key in older})
        )
    yield from together(questions) if size >= _FEW else (question() for question in questions)
