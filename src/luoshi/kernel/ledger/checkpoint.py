"""Checkpoints (C2SP tlog-checkpoint): a log's name, size and root as a signed note. Pure."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from luoshi.kernel.ledger import note
from luoshi.kernel.ledger.note import NoteError, Signer, Verifier

_SIZE: Final = re.compile(r"0|[1-9]\d{0,18}")


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says: the log's origin, its size and the root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> bytes:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n".encode()


def parse(text: bytes) -> Head:
    """A head from the text of a note; further lines are ignored. Raises NoteError."""
    try:
        lines = text.decode().split("\n")
        origin, size, root = lines[:3]
        digest = b64decode(root, validate=True)
    except ValueError:
        raise NoteError("not a checkpoint") from None
    plain = b64encode(digest).decode() == root
    if not origin or not _SIZE.fullmatch(size) or len(digest) != 32 or not plain or not all(lines[3:-1]) or lines[-1]:
        raise NoteError("not a checkpoint")
    return Head(origin, int(size), digest)


def unsigned(checkpoint: bytes) -> Head:
    """What a checkpoint says, whoever signed it. Raises NoteError."""
    return parse(note.split(checkpoint)[0])


def sign(head: Head, signers: Iterable[Signer]) -> bytes:
    """A checkpoint, signed."""
    return note.sign(head.text, signers)


def verify(checkpoint: bytes, trusted: Sequence[Verifier], origin: str | None = None) -> Head:
    """What a checkpoint says that one of the trusted keys signed, of a size that it may speak of.

    With `origin`, of that log. Raises NoteError.
    """
    text, signed = note.open_note(checkpoint, trusted)
    head = parse(text)
    if not any(key.may_speak_of(head.size) for key in signed):
        raise NoteError(f"signed for {head.size} entries by a former key, which may speak of {signed[0].until} at most")
    if origin is not None and head.origin != origin:
        raise NoteError(f"a checkpoint of {head.origin}, not of {origin}")
    return head


def cosign(checkpoint: bytes, witness: note.Witness) -> bytes:
    """The checkpoint with one more line, a witness's. The caller has verified it and its consistency."""
    return checkpoint + note.line(witness, note.split(checkpoint)[0])
