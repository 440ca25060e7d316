"""Following another log: a mirror keeps all of its files, a witness only its last checkpoint, cosigned.

Both refuse, and keep what they had, where a checkpoint is not the growth of the last one that they saw. A change of the
log's key is followed where the key that they trust has sealed it (`succession`), and remembered.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from luoshi import home as homes
from luoshi.kernel.ledger import checkpoint, mirrored, succession, tiles, tree
from luoshi.kernel.ledger.audit import Bad
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.note import NoteError, Verifier, Witness
from luoshi.kernel.ledger.problem import LogProblem
from luoshi.kernel.ledger.remote import Remote
from luoshi.kernel.ledger.tiles import WIDTH, TileError
from luoshi.kernel.ledger.tree import ProofError
from luoshi.kernel.text import T

TRUSTED: Final = "trusted"


def _kept(state: Path) -> list[Verifier]:
    """The keys that were trusted here last."""
    file = state / TRUSTED
    return [Verifier.read(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def trusted(state: Path, remote: Remote, given: Sequence[Verifier]) -> list[Verifier]:
    """The keys to trust: those given, and those to which one of them has handed on as far as was seen here; without any,
    those kept since the last visit, else the log's own as it says itself."""
    kept = _kept(state)
    if not given:
        return kept or remote.keys()
    known = kept if any(key in kept for key in given) else []
    return [*known, *(key for key in given if key not in known)]


def remember(state: Path, keys: Sequence[Verifier]) -> None:
    """Keep what is trusted, once a checkpoint was accepted by it."""
    homes.write(state / TRUSTED, "".join(f"{key.line}\n" for key in keys), 0o644)


def _verified(remote: Remote, text: bytes, keys: Sequence[Verifier]) -> tuple[Head, list[Verifier]]:
    """What a checkpoint says, and the keys to trust from now on. Raises LogProblem."""
    with suppress(NoteError):
        return checkpoint.verify(text, keys), list(keys)
    try:
        known = succession.followed(remote, checkpoint.unsigned(text), keys)
        return checkpoint.verify(text, known), known
    except (NoteError, ProofError, TileError) as error:
        raise LogProblem(
            T("检查点不可信：{why}", "The checkpoint is not to be trusted: {why}").fill(why=error)
        ) from None


def require_growth(remote: Remote, old: Head | None, new: Head) -> None:
    """Raises LogProblem that names the fork where the new checkpoint does not begin with the old one."""
    if old is None:
        return
    try:
        if old.origin != new.origin:
            raise ProofError(f"another log: {new.origin}, not {old.origin}")
        if old.size > new.size:
            raise ProofError("the log shrank")
        proof = tree.consistency(old.size, new.size, remote.nodes(new.size))
        tree.verify_consistency(old.size, new.size, proof, old.root, new.root)
    except (ProofError, TileError) as error:
        raise LogProblem(
            T(
                "日志被改写（分叉）：曾见 {old} 条，现在 {new} 条：{why}",
                "The log was rewritten (fork): seen with {old} entries, now {new}: {why}",
            ).fill(old=old.size, new=new.size, why=error)
        ) from None


def _seen(file: Path) -> Head | None:
    try:
        return checkpoint.unsigned(file.read_bytes())
    except FileNotFoundError:
        return None


def witness(remote: Remote, state: Path, key: Witness, keys: Sequence[Verifier]) -> Head:
    """Look once: verify, hold against what was seen, cosign, keep as `state/checkpoint`. Raises LogProblem."""
    file, text = state / "checkpoint", remote.checkpoint()
    (head, known), seen = _verified(remote, text, keys), _seen(file)
    if seen != head:
        require_growth(remote, seen, head)
    homes.write(file, checkpoint.cosign(text, key).decode(), 0o644)
    remember(state, known)
    return head


def mirror(remote: Remote, folder: Folder, keys: Sequence[Verifier]) -> tuple[Head, list[Bad]]:
    """Bring a mirror up to date: fetch what is new, verify all of it, and only then keep the checkpoint.

    Gives what the mirror holds and which files differ (then the old checkpoint stays). Raises LogProblem.
    """
    with folder.alone():
        text, before = remote.checkpoint(), folder.head()
        head, known = _verified(remote, text, keys)
        if before != head:
            require_growth(remote, before, head)
        for tile in tiles.all_of(head.size):
            if not (tile.width == WIDTH and folder.has(tile)):
                folder.put(tile, remote.read(tile))
        folder.settle()
        found, bad = mirrored.check(folder, known, text)
        if not bad:
            folder.publish(text)
            remember(folder.root, known)
        return found or head, bad
