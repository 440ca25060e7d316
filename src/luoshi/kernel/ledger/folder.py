"""The public files of the log: `checkpoint`, `tile/…`, `tile/entries/…`, each written at once or not at all.

What is served is exactly this folder. All of it can be made again from the database, byte for byte.
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from luoshi import home as homes
from luoshi.kernel.ledger import checkpoint, tiles
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.keys import sync_folder
from luoshi.kernel.ledger.note import NoteError
from luoshi.kernel.ledger.tiles import WIDTH, Tile, TileError
from luoshi.kernel.ledger.tree import Frontier, Nodes

NAME: Final = "log"
_UNFINISHED: Final = ".new-"


class Folder:
    """A folder with the public files of one log."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._tiles = str(root / "tile")
        self._touched: set[Path] = set()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Only one process a time writes here; others wait."""
        with homes.alone(self.root, 0o755):
            yield

    def checkpoint(self) -> bytes | None:
        """The published checkpoint, None before the first."""
        try:
            return (self.root / "checkpoint").read_bytes()
        except FileNotFoundError:
            return None

    def head(self) -> Head | None:
        """What the published checkpoint says, None before the first or where the file is no checkpoint."""
        text = self.checkpoint()
        try:
            return None if text is None else checkpoint.unsigned(text)
        except NoteError:
            return None

    def _place(self, tile: Tile) -> Path:
        return self.root / "tile" / tile.path

    def has(self, tile: Tile) -> bool:
        """Is there a file of exactly this tile?"""
        return self._place(tile).is_file()

    def read(self, tile: Tile) -> bytes:
        """The bytes of a tile or bundle; a partial one whose file is gone is cut from a wider one.

        Raises FileNotFoundError.
        """
        with suppress(FileNotFoundError, NotADirectoryError), open(f"{self._tiles}/{tile.path}", "rb", 0) as file:
            return file.read()
        place = self._place(tile)
        if tile.width == WIDTH:
            raise FileNotFoundError(place)
        for wider in self._wider(tile):
            with suppress(FileNotFoundError):
                return tiles.cut(wider, self._place(wider).read_bytes(), tile.width)
        raise FileNotFoundError(place)

    def _wider(self, tile: Tile) -> list[Tile]:
        """The tiles at the same place that may hold more: the full one, then partial ones."""
        full = tile._replace(width=WIDTH)
        with suppress(FileNotFoundError):
            names = os.listdir(self._place(tile).parent)
            widths = sorted(int(name) for name in names if name.isdigit() and int(name) > tile.width)
            return [full, *(tile._replace(width=width) for width in widths)]
        return [full]

    def put(self, tile: Tile, data: bytes) -> None:
        """Write a tile or bundle; it is safe against a power cut once `publish` or `settle` has returned."""
        place = self._place(tile)
        self._folders(place.parent)
        self._write(place, data)

    def _folders(self, folder: Path) -> None:
        if folder not in self._touched:
            if not folder.exists():
                self._folders(folder.parent)
                folder.mkdir(mode=0o755, exist_ok=True)
            self._touched.add(folder)

    def _write(self, place: Path, data: bytes) -> None:
        unfinished = place.with_name(f"{_UNFINISHED}{os.getpid()}-{secrets.token_hex(4)}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(descriptor)
            os.replace(unfinished, place)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise

    def settle(self) -> None:
        """Make the names of what was put safe as well."""
        for folder in self._touched:
            sync_folder(folder)
        self._touched.clear()

    def publish(self, note: bytes) -> None:
        """Make a checkpoint the published one, after all of its tiles were put."""
        self.settle()
        self._write(self.root / "checkpoint", note)
        sync_folder(self.root)

    def _handed(self, size: int) -> Path:
        return self.root / "handed" / str(size)

    def handed(self, size: int) -> bytes | None:
        """The last checkpoint that a former key signed, of so many entries; None where there is none."""
        try:
            return self._handed(size).read_bytes()
        except FileNotFoundError:
            return None

    def hand(self, size: int, note: bytes) -> None:
        """Keep the last checkpoint of a former key, whose last entry names the next one."""
        place = self._handed(size)
        self._folders(place.parent)
        self._write(place, note)

    def frontier(self, size: int) -> Frontier:
        """The right edge of the tree of `size` leaves, from its partial tiles. Raises OSError or TileError."""
        edge = Frontier()
        for tile in reversed(tiles.edge(size)):
            for digest in tiles.hashes(self.read(tile), tile.width):
                edge.add(digest, tile.level or 0)
        if edge.size != size:
            raise TileError(f"an edge of {edge.size} leaves, not {size}")
        return edge

    def nodes(self, size: int) -> Nodes:
        """The complete subtrees of the tree of `size` leaves; raises FileNotFoundError or TileError when asked."""
        return tiles.nodes(size, self.read)

    def partial(self) -> Iterator[tuple[Path, Tile]]:
        """Every partial tile and bundle that has a file."""
        base = self.root / "tile"
        for here, _, names in os.walk(base):
            if here.endswith(".p"):
                for name in names:
                    path = Path(here) / name
                    tile = tiles.parse(path.relative_to(base).as_posix())
                    if tile is not None:
                        yield path, tile

    def prune(self, sizes: Iterable[int]) -> int:
        """Remove partial tiles that no tree of these sizes needs and that a wider tile can give; gives how many."""
        needed: set[Tile] = set()
        for size in sizes:
            for tile in tiles.edge(size):
                needed.add(tile)
                if tile.level == 0:
                    needed.add(tile._replace(level=None))
        gone = 0
        for path, tile in list(self.partial()):
            if tile not in needed and any(self._place(wider).exists() for wider in self._wider(tile)):
                path.unlink(missing_ok=True)
                with suppress(OSError):  # not empty yet
                    path.parent.rmdir()
                gone += 1
        return gone

    def sweep(self) -> None:
        """Remove what a killed writer left half written; only while `alone`."""
        for here, _, names in os.walk(self.root):
            for name in names:
                if name.startswith(_UNFINISHED):
                    (Path(here) / name).unlink(missing_ok=True)
