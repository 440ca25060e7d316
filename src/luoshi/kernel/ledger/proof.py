"""One file that proves that an entry is in the log (C2SP tlog-proof): index, path and checkpoint. Pure.

Ours carries the entry itself as `extra`, so that the file verifies offline with the log's verifier key alone.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from luoshi.kernel.ledger import checkpoint
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.note import NoteError, Verifier
from luoshi.kernel.ledger.tree import leaf_hash, verify_inclusion

FIRST: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"index (0|[1-9]\d{0,18})")


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof as its file says it; `extra` is our entry's payload, None where there is none."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    @property
    def text(self) -> bytes:
        """The file."""
        extra = [] if self.extra is None else [f"extra {b64encode(self.extra).decode()}"]
        hashes = [b64encode(digest).decode() for digest in self.path]
        lines = [FIRST, *extra, f"index {self.index}", *hashes, ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.checkpoint


def parse(text: bytes) -> Proof:
    """A proof from its file. Raises NoteError."""
    head, _, signed = text.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
        extra = None
        if lines[:1] != [FIRST]:
            raise NoteError("not a c2sp.org/tlog-proof@v1")
        if len(lines) > 1 and lines[1].startswith("extra "):
            extra = b64decode(lines.pop(1)[6:], validate=True)
        found = _INDEX.fullmatch(lines[1]) if len(lines) > 1 else None
        path = tuple(b64decode(line, validate=True) for line in lines[2:])
    except ValueError as error:
        raise NoteError(str(error)) from None
    if found is None or any(len(digest) != 32 for digest in path):
        raise NoteError("a malformed proof")
    proof = Proof(int(found[1]), path, signed, extra)
    if proof.text != text:  # base64 has several spellings of the same bytes; a proof has one
        raise NoteError("a malformed proof")
    return proof


def verify(proof: Proof, trusted: Sequence[Verifier], entry: bytes | None = None) -> Head:
    """Hold entry, path and checkpoint against each other; gives what the checkpoint says.

    The entry defaults to the proof's own `extra`. Raises NoteError (signature) or ProofError (path).
    """
    data = proof.extra if entry is None else entry
    if data is None:
        raise NoteError("the proof carries no entry: give the entry as well")
    head = checkpoint.verify(proof.checkpoint, trusted)
    verify_inclusion(proof.index, head.size, leaf_hash(data), proof.path, head.root)
    return head
