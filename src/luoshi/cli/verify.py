"""`luoshi verify`: the log, two checkpoints, a receipt. Exit code 1 with what differs first, 2 for wrong use."""

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from luoshi.cli.answering import Answering, answer, as_json
from luoshi.cli.session import connected
from luoshi.kernel.text import T

keys_given = click.option(
    "--key", "keys", multiple=True, metavar="VKEY", help="所信任的验证公钥。A trusted verifier key."
)


SHOWN = 20
DELETED = T(
    "· {on} 由{by}删除了 {n} 条私人内容（{subject}）", "· {n} private bodies deleted on {on} by {by} ({subject})"
)
UNCHECKED = T(
    "· {n} 件只能部分核对：补回的日志里只有它们的哈希和公开字段",
    "· {n} records could be checked in part only: the supplied tail holds their hashes and open fields",
)
GONE = T(
    "  第 {idx} 条 {line} {verb} {at:%Y-%m-%d %H:%M} UTC {subject}：记录已没有",
    "  entry {idx} {line} {verb} {at:%Y-%m-%d %H:%M} UTC {subject}: its record is gone",
)
BEHIND = T(
    "  第 {idx} 条 {line} {verb} {at:%Y-%m-%d %H:%M} UTC {subject}：记录停在此前",
    "  entry {idx} {line} {verb} {at:%Y-%m-%d %H:%M} UTC {subject}: its record stands before it",
)
COMMITTED = {
    "not opened": T("· 只有承诺、没有打开：{name}", "· committed, not opened: {name}"),
    "not recomputed": T("· 只有承诺、没有重算：{name}", "· committed, not recomputed: {name}"),
    "as published": T("· 照公布的印，日志不能证明：{name}", "· as published, not as the log has it: {name}"),
}
SYSTEM = T("系统", "the system")
WHOM = {
    "holder": T("上报人", "the reporter"),
    "retention": T("系统（保存期满）", "the system (kept long enough)"),
    "again": T("系统（恢复备份后再删）", "the system (again, after a restore)"),
    "supply_tail": T("备份恢复（补回的部分不带私人内容）", "a restore (a supplied tail holds none)"),
}


@click.group()
def verify() -> None:
    """验证日志、检查点、回执。Verify the log, checkpoints, receipts."""


def trusted(keys: Sequence[str]) -> list[Any]:
    """The verifier keys that were named. Raises UsageError for a bad one."""
    from luoshi.kernel.ledger.note import NoteError, Verifier

    try:
        return [Verifier.read(text) for text in keys]
    except NoteError as error:
        raise click.UsageError(f"VKEY: {error}") from None


@verify.command("log", cls=Answering)
@as_json
@keys_given
@click.pass_context
def log(ctx: click.Context, as_json: bool, keys: Sequence[str]) -> None:
    """整个日志，从数据库到公开的文件。The whole log, from the database to the public files."""
    from time import monotonic

    begun, known = monotonic(), trusted(keys)
    with connected():
        from django.conf import settings

        from luoshi.kernel.ledger import nightly, place, rotate

        ours = place.current()
        report = _whole(ours, known or rotate.trusted(ours))
        deletions = deleted(report.deletions)
        bad = [one._asdict() for one in report.bad]
        if not known:  # what the pages and the doctor say is what the installation's own keys say
            nightly.keep(settings.CONF.home, report.size, bad[0] if bad else None)
    found = {
        "first_bad": bad[0] if bad else None,
        "bad": bad,
        "origin": ours.origin,
        "size": report.size,
        "root": b64encode(report.root).decode(),
        "checkpoints": report.checkpoints,
        "pending": report.pending,
        "private_deleted": report.deleted,
        "deletions": deletions,
        "unchecked": len(report.unchecked),
        "unchecked_records": unchecked(report.unchecked),
        "seconds": round(monotonic() - begun, 1),
    }
    well = T(
        "✓ {n} 条，根 {root}，{c} 个检查点，{d} 条私人内容已删除，{p} 条等待封存",
        "✓ {n} entries, root {root}, {c} checkpoints, {d} private bodies deleted, {p} wait to be sealed",
    ).fill(n=report.size, root=found["root"], c=report.checkpoints, d=report.deleted, p=report.pending)
    if not as_json:
        _beside(deletions, report.unchecked)
    answer(ctx, as_json, found, well)


def _whole(ours: Any, known: Sequence[Any]) -> Any:
    """The log, the rows of each line and of figures, and the lake."""
    from itertools import chain

    from django.conf import settings

    from luoshi.figures import lake_check, rows_check
    from luoshi.kernel import lines
    from luoshi.kernel.ledger import verify as whole

    faces = lines.installed()
    lakes = (bad for face in faces for bad in lake_check.faults(settings.CONF.home, face))
    return whole.verify(ours, known, faces, chain(rows_check.faults(), lakes))


def unchecked(some: Sequence[Any]) -> list[dict[str, Any]]:
    """Each record that came back with a supplied tail: its first entry there, and whether all of it is gone."""
    return [{**one._asdict(), "subject": str(one.subject), "occurred_at": one.occurred_at.isoformat()} for one in some]


def _beside(deletions: Sequence[dict[str, Any]], some: Sequence[Any]) -> None:
    """What is no fault and is told: deletions, and what could not be checked."""
    for one in deletions[:SHOWN]:
        click.echo(str(DELETED.fill(n=one["bodies"], on=one["on"], by=one["by"], subject=one["subject"])))
    if some:
        click.echo(str(UNCHECKED.fill(n=len(some))))
    for one in some[:SHOWN]:
        values = {"idx": one.idx, "line": one.line, "verb": one.verb, "subject": one.subject, "at": one.occurred_at}
        click.echo(str((GONE if one.whole else BEHIND).fill(**values)))
    if len(some) > SHOWN:
        click.echo(str(T("  … 其余见 --json", "  … the others with --json")))


def deleted(deletions: Sequence[Any]) -> list[dict[str, Any]]:
    """Each deletion: on which day, by whom (a role, no name), of which record of the log, how many bodies."""
    from luoshi.people import reads as people
    from luoshi.people.roles import ROLES
    from luoshi.web import words

    roles = people.roles_of({one.actor for one in deletions if one.actor is not None})
    found = []
    for one in deletions:
        held = [str(ROLES[role]) for role in roles.get(one.actor or 0, ()) if role in ROLES]
        by = ", ".join(held) or str(WHOM.get(one.reason, SYSTEM))
        found.append(
            {"on": words.day(one.at), "by": by, "reason": one.reason, "line": one.line, "subject": one.subject,
             "bodies": one.bodies}
        )  # fmt: skip
    return found


@verify.command("consistency", cls=Answering)
@click.argument("old", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("new", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@as_json
@keys_given
@click.option(
    "--log", "source", metavar="URL|DIR", help="日志的网址或镜像目录，证明取自其中。Where the log's tiles are."
)
@click.pass_context
def consistency(
    ctx: click.Context, old: Path, new: Path, as_json: bool, keys: Sequence[str], source: str | None
) -> None:
    """两个检查点（文件）：新的只是旧的增长。Two checkpoint files: the newer only grew from the older.

    给出 --key 时不需要数据库；证明取自 --log，或检查点所在的镜像目录，或本机的日志。With --key no database is needed; the
    proof is made from --log, else from the mirror in which a checkpoint lies, else from this installation's log.
    """
    from luoshi.kernel.ledger import compare

    known, logs = trusted(keys), _tiles(source, old, new)
    if not known:
        known, ours = _own()
        logs = logs or ours
    heads, fault = compare.grown(logs, old.read_bytes(), new.read_bytes(), known)
    found: dict[str, Any] = {
        "first_bad": {"what": "consistency", "detail": fault} if fault else None,
        "old": heads[0].size if heads else None,
        "new": heads[1].size if heads else None,
    }
    well = T("✓ 从 {old} 条只增长到 {new} 条", "✓ only grew, from {old} to {new} entries").fill(
        **{k: found[k] for k in ("old", "new")}
    )
    answer(ctx, as_json, found, well)


def _tiles(source: str | None, *checkpoints: Path) -> Any:
    """Where a log's tiles can be read without a database: what was named, a mirror around a checkpoint, this home's."""
    from luoshi import conf
    from luoshi.kernel.ledger.folder import NAME, Folder
    from luoshi.kernel.ledger.remote import Remote

    if source is not None and source.startswith(("http://", "https://")):
        return Remote(source)
    if source is not None and not Path(source).is_dir():
        raise click.UsageError(f"--log {source}: no folder and no URL")
    around = [Path(source)] if source is not None else [*(file.parent for file in checkpoints), conf.load().home / NAME]
    return next((Folder(folder) for folder in around if (folder / "tile").is_dir()), None)


@verify.command("receipt", cls=Answering)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@as_json
@keys_given
@click.pass_context
def receipt(ctx: click.Context, file: Path, as_json: bool, keys: Sequence[str]) -> None:
    """一份回执（tlog-proof 文件）；给出 --key 时不需要数据库。A receipt; with --key no database is needed."""
    from luoshi.kernel.ledger import compare

    known, folder = trusted(keys), None
    if not known:
        known, folder = _own()
    index, head, fault = compare.receipt(file.read_bytes(), known)
    if folder is not None and head is not None and not fault:
        fault = compare.contained(folder, head)
    found: dict[str, Any] = {
        "first_bad": {"what": "receipt", "idx": index, "detail": fault} if fault else None,
        "index": index,
        "size": head.size if head else None,
        "origin": head.origin if head else None,
    }
    well = T("✓ 在日志 {log} 的第 {n} 条，日志共 {size} 条", "✓ entry {n} of the log {log}, which has {size}").fill(
        n=index, size=found["size"], log=found["origin"]
    )
    answer(ctx, as_json, found, well)


def _own() -> tuple[list[Any], Any]:
    """The keys of this installation's log, and its public files."""
    with connected():
        from luoshi.kernel.ledger import place, rotate

        ours = place.current()
        return list(rotate.trusted(ours)), ours.folder


@verify.command("mirror", cls=Answering)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@as_json
@keys_given
@click.pass_context
def mirror(ctx: click.Context, folder: Path, as_json: bool, keys: Sequence[str]) -> None:
    """镜像下来的日志，只凭它的文件。A mirrored log, from its files alone; keys from --key or DIR/trusted."""
    from luoshi.kernel.ledger import mirrored
    from luoshi.kernel.ledger.folder import Folder

    known = trusted(keys)
    file = folder / "trusted"
    if not known and not file.exists():
        raise click.UsageError("--key VKEY, or DIR/trusted")
    head, bad = mirrored.check(Folder(folder), known or trusted(file.read_text("utf-8").splitlines()))
    named = [one._asdict() for one in bad]
    found: dict[str, Any] = {
        "first_bad": named[0] if named else None,
        "bad": named,
        "origin": head.origin if head else None,
        "size": head.size if head else None,
        "root": b64encode(head.root).decode() if head else None,
    }
    well = T("✓ {n} 条，根 {root}", "✓ {n} entries, root {root}").fill(n=found["size"], root=found["root"])
    answer(ctx, as_json, found, well)


@verify.command("package", cls=Answering)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@as_json
@click.option("--key", metavar="VKEY", default="", help="所信任的验证公钥。A trusted verifier key.")
@click.pass_context
def package(ctx: click.Context, folder: Path, as_json: bool, key: str) -> None:
    """一份报告的开放数据包：从日志到每个数字。A report's open package: from the log to each number; no database needed."""
    from luoshi.figures.package.verify import Package

    trusted([key] if key else [])
    opened, wrong, found, committed = None, list[str](), dict[str, Any](), dict[str, str]()
    try:
        opened = Package(folder, key)
        wrong = opened.check()
        found = {
            "origin": opened.log.origin, "size": opened.said["size"], "key": key or opened.manifest["key"],
            "numbers": len(opened.said["numbers"]), "committed": sorted(opened.committed),
        }  # fmt: skip
        committed = opened.committed
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        wrong = [*(opened.wrong if opened else ()), f"{type(error).__name__}: {error}"]
    bad = [{"what": "package", "detail": rule} for rule in wrong]
    if not as_json:
        for name, how in sorted(committed.items()):
            click.echo(str(COMMITTED[how].fill(name=name)))
    well = T(
        "✓ {n} 个数字都出自日志 {log} 的前 {size} 条；公钥 {key}",
        "✓ {n} numbers follow from the first {size} entries of the log {log}; key {key}",
    ).fill(n=found.get("numbers"), log=found.get("origin"), size=found.get("size"), key=found.get("key"))
    answer(ctx, as_json, {"first_bad": bad[0] if bad else None, "bad": bad[:SHOWN], **found}, well)
