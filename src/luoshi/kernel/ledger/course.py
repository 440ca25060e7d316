"""The course of the checkpoints: each row carries a signed text over itself and all rows before it, its time included.

A checkpoint that is published holds no time. So that no row can be moved in time, taken out or put in by whoever has
the database and not the key, the row's `seal` is a note like a checkpoint's, of the origin `ORIGIN sealing`, whose root is
SHA-256(the one before ‖ size ‖ root ‖ sealed_at), all zeros before the first. The newest one's signature covers them all.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final

from luoshi.kernel.canonical import moment
from luoshi.kernel.ledger import checkpoint, rows
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.note import NoteError, Signer, Verifier
from luoshi.kernel.ledger.problem import LogProblem
from luoshi.kernel.ledger.rows import Sealed
from luoshi.kernel.text import T

BEGIN: Final = bytes(32)
_NAMED: Final = " sealing"


def follow(before: bytes, row: Sealed) -> bytes:
    """The digest of a row and of all before it; `before` is that of the one before."""
    return sha256(before + f"{row.size}\n{row.root.hex()}\n{moment(row.sealed_at)}\n".encode()).digest()


def keep(origin: str, signers: Sequence[Signer], trusted: Sequence[Verifier], sealed: Sequence[Sealed]) -> None:
    """Write checkpoints down, each with its `seal`. Raises LogProblem where the last row's is not what was signed."""
    digest = _last(origin, trusted)
    found = []
    for one in sealed:
        digest = follow(digest, one)
        found.append(one._replace(seal=checkpoint.sign(Head(origin + _NAMED, one.size, digest), signers)))
    rows.keep(found)


def _last(origin: str, trusted: Sequence[Verifier]) -> bytes:
    """The digest that the last row was signed with; rows from before there were any are taken together."""
    newest = rows.newest(2)
    if not newest:
        return BEGIN
    if newest[0].seal is None:
        digest = BEGIN
        for one in rows.checkpoints():
            digest = follow(digest, one)
        return digest
    try:
        found = _read(origin, newest[0], trusted)
        before = newest[1].seal if len(newest) > 1 else None
        if before is None and len(newest) > 1:
            return found
        if follow(checkpoint.unsigned(before).root if before else BEGIN, newest[0]) != found:
            raise NoteError("another size, root or time")
    except NoteError as error:
        raise _changed(newest[0].size, error) from None
    return found


def _read(origin: str, row: Sealed, trusted: Sequence[Verifier]) -> bytes:
    head = checkpoint.verify(row.seal or b"", trusted, origin + _NAMED)
    if head.size != row.size:
        raise NoteError("the seal of another row")
    return head.root


def _changed(size: int, why: object) -> LogProblem:
    return LogProblem(
        T(
            "检查点（{n} 条）的时间或内容被改过（{why}）；停止封存：luoshi verify log",
            "The row of the checkpoint of {n} entries was changed ({why}); sealing stops: luoshi verify log",
        ).fill(n=size, why=why)
    )


class Course:
    """Holds the rows against their seals, in the order of their sizes; what is wrong comes in words."""

    def __init__(self, origin: str, trusted: Sequence[Verifier]) -> None:
        self.origin, self.trusted = origin, trusted
        self.digest, self.begun = BEGIN, False
        self.last: Sealed | None = None

    def fault(self, row: Sealed) -> str:
        """Why this row does not follow the one before."""
        self.digest, self.last = follow(self.digest, row), row
        if row.seal is None:
            return "its seal is gone" if self.begun else ""
        self.begun = True
        try:
            head = checkpoint.unsigned(row.seal)
        except NoteError:
            return "its seal is not readable"
        same = (head.origin, head.size, head.root) == (self.origin + _NAMED, row.size, self.digest)
        self.digest = head.root  # so that the next one is held against what was signed and not blamed for this
        return "" if same else "its time is not what was sealed, or a checkpoint before it is gone or added"

    def end(self) -> Iterator[tuple[Sealed, str]]:
        """Whether the last seal, which covers all others, is signed."""
        if self.last is None:
            return
        if self.last.seal is None:
            yield self.last, "no seal covers the times of the checkpoints; the next sealing gives one"
            return
        try:
            checkpoint.verify(self.last.seal, self.trusted, self.origin + _NAMED)
        except NoteError as error:
            yield self.last, f"its seal: {error}"
