"""Following another log: a mirror keeps all of its files, a witness only its last checkpoint, cosigned.

Both refuse, and keep what they had, where a checkpoint is not the growth of the last one that they saw. A change of the
log's key is followed where the key that they trust has sealed it (`succession`), and remembered.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from luoshi import home as homes
from luoshi.kernel import clock
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
EVIDENCE: Final = "evidence"


class Distrusted(LogProblem):
    """A checkpoint that is not the growth of what was seen, or that no trusted key signed; `kept` is the file with it."""

    def __init__(self, what: str, text: T, size: int | None = None, kept: Path | None = None) -> None:
        super().__init__(text if kept is None else T(f"{text.zh}；已存 {kept}", f"{text.en}; kept as {kept}"))
        self.what, self.size, self.kept = what, size, kept

    def found(self) -> dict[str, Any]:
        """What commands answer."""
        bad = {"what": self.what, "detail": self.text.en, "size": self.size}
        return {"first_bad": bad, "bad": [bad], "evidence": str(self.kept) if self.kept else None}


class Copy(NamedTuple):
    """What a mirror holds, which files differ, and which were damaged here and fetched again."""

    head: Head
    bad: list[Bad]
    mended: list[str]


def _damaged(file: Path, why: object) -> LogProblem:
    return LogProblem(
        T(
            "{file} 已损坏：{why}；从备份放回，或移走整个目录从头开始",
            "{file} is damaged: {why}; put it back from a backup, or move the folder away and begin anew",
        ).fill(file=file, why=why)
    )


def _kept(state: Path) -> list[Verifier]:
    """The keys that were trusted here last. Raises LogProblem for a damaged file."""
    file = state / TRUSTED
    try:
        found = [Verifier.read(line) for line in file.read_text("utf-8").splitlines()]
    except FileNotFoundError:
        return []
    except (NoteError, UnicodeDecodeError) as error:
        raise _damaged(file, error) from None
    if not found:
        raise _damaged(file, "it is empty")
    return found


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
    """What a checkpoint says, and the keys to trust from now on. Raises Distrusted, or LogProblem for what cannot be read."""
    with suppress(NoteError):
        return checkpoint.verify(text, keys), list(keys)
    try:
        known = succession.followed(remote, checkpoint.unsigned(text), keys)
        return checkpoint.verify(text, known), known
    except (NoteError, ProofError, TileError) as error:
        text_of = T("检查点不可信：{why}", "The checkpoint is not to be trusted: {why}")
        raise Distrusted("checkpoint", text_of.fill(why=error)) from None


def _evidence(state: Path, text: bytes, head: Head) -> Path:
    """Keep a signed checkpoint that contradicts what was seen; the same one once, whenever it is met again."""
    folder = state / EVIDENCE
    folder.mkdir(mode=0o755, exist_ok=True)
    for file in folder.glob(f"{head.size}-*"):
        if file.read_bytes() == text:
            return file
    file = folder / f"{head.size}-{clock.real():%Y%m%dT%H%M%SZ}.checkpoint"
    number = 1
    while file.exists():
        number += 1
        file = folder / f"{head.size}-{clock.real():%Y%m%dT%H%M%SZ}-{number}.checkpoint"
    homes.write(file, text, 0o644)
    return file


def require_growth(remote: Remote, old: Head | None, new: Head, state: Path, text: bytes) -> None:
    """Raises Distrusted that names the fork where the new checkpoint, which is kept then, does not begin with the old one."""
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
        told = T(
            "日志被改写（分叉）：曾见 {old} 条，现在 {new} 条：{why}",
            "The log was rewritten (fork): seen with {old} entries, now {new}: {why}",
        ).fill(old=old.size, new=new.size, why=error)
        what = "shrunken" if old.size > new.size else "fork"
        raise Distrusted(what, told, new.size, _evidence(state, text, new)) from None


def _seen(state: Path) -> Head | None:
    """What a witness saw last. Raises LogProblem where it is damaged, or gone while the keys that it trusted are there."""
    file = state / "checkpoint"
    try:
        return checkpoint.unsigned(file.read_bytes())
    except FileNotFoundError:
        if (state / TRUSTED).exists():
            raise _damaged(file, "it is gone, and with it what was seen of the log") from None
        return None
    except NoteError as error:
        raise _damaged(file, error) from None


def witness(remote: Remote, state: Path, key: Witness, given: Sequence[Verifier]) -> Head:
    """Look once: verify, hold against what was seen, cosign, keep as `state/checkpoint`; one look at a time.

    Without `given` keys those are trusted that were before, at the first look the log's own. Raises LogProblem.
    """
    with homes.alone(state, 0o755):
        seen, text = _seen(state), remote.checkpoint()
        head, known = _verified(remote, text, trusted(state, remote, given))
        if seen != head:
            require_growth(remote, seen, head, state, text)
        homes.write(state / "checkpoint", checkpoint.cosign(text, key).decode(), 0o644)
        remember(state, known)
        return head


def mirror(remote: Remote, folder: Folder, keys: Sequence[Verifier]) -> Copy:
    """Bring a mirror up to date: fetch what is new, verify all of it, and only then keep the checkpoint.

    What was damaged here meanwhile is fetched again. Where files differ still, the old checkpoint stays. Raises LogProblem.
    """
    with folder.alone():
        text, before = remote.checkpoint(), folder.head()
        head, known = _verified(remote, text, keys)
        if before != head:
            require_growth(remote, before, head, folder.root, text)
        for tile in tiles.all_of(head.size):
            if not (tile.width == WIDTH and folder.has(tile)):
                folder.put(tile, remote.read(tile))
        for size in [one.until for one in known if one.until and folder.handed(one.until) is None]:
            handed = remote.get(f"handed/{size}")
            if handed is not None:
                folder.hand(size, handed)
        folder.settle()
        found, bad = mirrored.check(folder, known, text)
        mended = [tile for one in bad for tile in _again(remote, folder, head, one)]
        if mended:
            folder.settle()
            found, bad = mirrored.check(folder, known, text)
        if not bad:
            folder.publish(text)
            remember(folder.root, known)
        return Copy(found or head, bad, mended)


def _again(remote: Remote, folder: Folder, head: Head, bad: Bad) -> Iterator[str]:
    """Fetch anew the files over an entry where the mirror differs; gives the names of those that were others."""
    for tile in tiles.over(bad.idx or 0, head.size):
        data = remote.read(tile)
        try:
            same = folder.read(tile) == data
        except OSError:
            same = False
        if not same:
            folder.put(tile, data)
            yield f"tile/{tile.path}"
