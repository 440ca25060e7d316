"""A receipt: one sealed entry as a tlog-proof file that verifies alone, made from the public files."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from luoshi.kernel.ledger import checkpoint, rows, tree
from luoshi.kernel.ledger.note import NoteError
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.proof import Proof
from luoshi.kernel.ledger.tiles import TileError


def _url64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The file's bytes, the entry's place, the size of the log that it was proved in, and the entry's payload."""

    text: bytes
    index: int
    size: int
    payload: bytes

    @property
    def slip(self) -> str:
        """What a slip of paper needs: place and leaf, so that whoever has them can ask any copy of the log.

        Four characters of the SHA-256 of both follow: who types it wrong is told so.
        """
        said = f"{self.index}.{_url64(tree.leaf_hash(self.payload))}"
        return f"{said}.{_url64(sha256(said.encode()).digest())[:4]}"

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.index}.tlog-proof"


def at(place: Place, index: int) -> Receipt | None:
    """The receipt of the entry at a place of the log; None while it is not published."""
    note = place.folder.checkpoint()
    try:
        head = None if note is None else checkpoint.unsigned(note)
        if note is None or head is None or not 0 <= index < head.size:
            return None
        path = tree.inclusion(index, head.size, place.folder.nodes(head.size))
    except (NoteError, TileError, FileNotFoundError):  # files that are being made again
        return None
    for (payload,) in rows.stream("e.payload", index, index + 1):
        return Receipt(Proof(index, tuple(path), note, payload).text, index, head.size, payload)
    return None


def of(place: Place, identity: UUID) -> Receipt | None:
    """The receipt of an event; None while it waits to be sealed and published."""
    index = rows.place_of(identity)
    return None if index is None else at(place, index)
