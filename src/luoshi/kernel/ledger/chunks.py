"""The part of a full verification that is done entry by entry, on two cores: rows, their payloads, their tiles."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from luoshi.kernel.aside import together
from luoshi.kernel.ledger import audit, tiles
from luoshi.kernel.ledger import rows as log_rows
from luoshi.kernel.ledger.audit import Bad, Row
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.forgotten import Gone
from luoshi.kernel.ledger.tiles import WIDTH, Tile
from luoshi.kernel.ledger.upper import Older

LENGTH: Final = 16 * WIDTH
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
    if [row.idx for row in found] != list(range(start, end)):
        held = {row.idx for row in found}
        gap = next(index for index in range(start, end) if index not in held)
        bad.append(Bad("place", gap, detail="no event at this place of the log"))
    else:
        named = {one.idx for one in bad}
        bad += [one for one in _files(found, start, min(end, published), folder, older) if one.idx not in named]
    return Chunk(start, [row.leaf for row in found], bad, gone(found))


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
