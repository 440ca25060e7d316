"""The public files of the log as a backup takes them: those of the database's own snapshot, however far they have grown.

Sealing goes on while a backup is written. Files that are newer than the dump would name entries that the restored
database does not have, and it would rightly stop sealing.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from luoshi.kernel.ledger import tiles
from luoshi.kernel.ledger.folder import NAME, Folder
from luoshi.kernel.ledger.tiles import Tile


class LogFiles:
    """Which files of `home/log` belong to a log of `size` entries, and what stands in those that have grown since."""

    def __init__(self, folder: Folder, size: int, note: bytes | None) -> None:
        self.folder, self.size, self.note = folder, size, note

    @classmethod
    def of(cls, home: Path, dump: psycopg.Connection[Any]) -> "LogFiles | None":
        """As a snapshot has it; None where the database holds no log.

        Whichever is smaller, what is published now or what the snapshot knows: of that all files are there already.
        """
        ((there,),) = dump.execute("SELECT to_regclass('public.checkpoint') IS NOT NULL").fetchall()
        if not there:
            return None
        folder = Folder(home / NAME)
        note, head = folder.checkpoint(), folder.head()
        found = dump.execute("SELECT size, note FROM public.checkpoint ORDER BY size DESC LIMIT 1").fetchall()
        size, own = found[0] if found else (0, None)
        return cls(folder, head.size, note) if head is not None and head.size <= size else cls(folder, size, own)

    def takes(self, path: Path) -> bool:
        """Is a file of the home to be copied as it is? All but the checkpoint and what came to the log since."""
        with suppress(ValueError):
            inside = path.relative_to(self.folder.root).as_posix()
            if inside.startswith("handed/") and path.name.isdigit():
                return int(path.name) <= self.size
            tile = tiles.parse(inside.removeprefix("tile/")) if inside.startswith("tile/") else None
            return inside != "checkpoint" and (tile is None or self._holds(tile))
        return True

    def beside(self) -> Iterator[tuple[Path, bytes]]:
        """The checkpoint, and the tiles at its edge, some of which may have no file of their own any more."""
        if self.note is None or self.folder.checkpoint() is None:
            return
        yield self.folder.root / "checkpoint", self.note
        for tile in tiles.edge(self.size):
            for one in (tile, tile._replace(level=None)) if tile.level == 0 else (tile,):
                yield self.folder.root / "tile" / one.path, self.folder.read(one)

    def _holds(self, tile: Tile) -> bool:
        return (tile.number * tiles.WIDTH + tile.width) << 8 * (tile.level or 0) <= self.size
