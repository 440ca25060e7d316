"""Another log, read over HTTP as anybody may: checkpoint, key, tiles. Every answer is limited in size and time."""

from typing import Final

import urllib3

from luoshi.kernel.ledger import tiles
from luoshi.kernel.ledger.note import NoteError, Verifier
from luoshi.kernel.ledger.problem import LogProblem
from luoshi.kernel.ledger.tiles import WIDTH, Tile
from luoshi.kernel.ledger.tree import Nodes
from luoshi.kernel.text import T

_MOST: Final = 256 * (2 + 65_535)  # bytes of the largest bundle
_SECONDS: Final = 30.0


class Remote:
    """The log whose checkpoint is at `<url>/checkpoint`. Every method raises LogProblem where it cannot be read."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        again = urllib3.Retry(3, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504))
        self._pool = urllib3.PoolManager(timeout=_SECONDS, retries=again)

    def get(self, path: str) -> bytes | None:
        """A file of the log, None where there is none."""
        try:
            answer = self._pool.request("GET", f"{self.url}/{path}", preload_content=False)
            data: bytes = answer.read(_MOST + 1, decode_content=True)
            answer.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise self._problem(path, str(error)) from None
        if answer.status == 404:
            return None
        if answer.status != 200 or len(data) > _MOST:
            raise self._problem(path, f"HTTP {answer.status}, {len(data)} bytes")
        return data

    def _problem(self, path: str, why: str) -> LogProblem:
        return LogProblem(
            T("读不到 {url}/{path}：{why}", "Cannot read {url}/{path}: {why}").fill(url=self.url, path=path, why=why)
        )

    def checkpoint(self) -> bytes:
        """The signed checkpoint."""
        text = self.get("checkpoint")
        if text is None:
            raise self._problem("checkpoint", "HTTP 404")
        return text

    def keys(self) -> list[Verifier]:
        """The keys that the log says it has: to be trusted on first use only."""
        text = self.get("key")
        if text is None:
            raise self._problem("key", "HTTP 404")
        try:
            return [Verifier.read(line) for line in text.decode().splitlines()]
        except (NoteError, UnicodeDecodeError) as error:
            raise self._problem("key", str(error)) from None

    def read(self, tile: Tile) -> bytes:
        """A tile or bundle; a partial one may be gone where the full one is there."""
        data = self.get(f"tile/{tile.path}")
        if data is None and tile.width < WIDTH:
            full = tile._replace(width=WIDTH)
            whole = self.get(f"tile/{full.path}")
            data = None if whole is None else tiles.cut(full, whole, tile.width)
        if data is None:
            raise self._problem(f"tile/{tile.path}", "HTTP 404")
        return data

    def nodes(self, size: int) -> Nodes:
        """The complete subtrees of the tree of `size` leaves."""
        return tiles.nodes(size, self.read)
