"""`luoshi restore FILE`."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from luoshi import conf as settings
from luoshi import home as homes
from luoshi.cli import make
from luoshi.cli.said import said
from luoshi.cli.session import alone
from luoshi.kernel.text import T
from luoshi.serve.database import Database, Own, of

if TYPE_CHECKING:
    from luoshi.db.backup import Summary
    from luoshi.privacy.erasures import Erased


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--erased",
    "lists",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="备份之后的删除名单（erased.jsonl 或旧目录）。The list of deletions since then (erased.jsonl, or the old home).",
)
def restore(file: Path, lists: tuple[Path, ...]) -> None:
    """把 FILE 恢复到空目录。Bring FILE back into an empty home (and an empty database).

    删除过的个人信息再删一遍。What was deleted since the backup is deleted again.
    """
    from luoshi.privacy import erasures

    conf = settings.load()
    database = of(conf)
    erased = [one for place in (conf.home, *lists) for one in erasures.load(place)]
    with alone(conf.home):
        if homes.half_made(conf.home):
            said(T("上次没有恢复完，重新开始。", "The last run was cut short; starting over."))
            _clear(conf.home, database)
        make.require_new(conf.home)
        try:
            summary, again = _bring_back(file, conf.home, database, erased)
        except BaseException:
            if homes.half_made(conf.home):
                _clear(conf.home, database)
            erasures.merge(conf.home, erased)
            raise
    said(
        T("已恢复 {rows} 行（备份于 {when}）。", "Restored {rows} rows (backed up {when}).").fill(
            rows=f"{sum(summary.rows.values()):,}", when=summary.created
        )
    )
    _ask_for_key(conf)
    said(T("又删除了 {n} 件的个人信息。", "Deleted again: personal data of {n} records.").fill(n=again))
    if not lists:
        said(
            T(
                "没有给出删除名单：备份之后删除过的个人信息可能又回来了。旧目录里的 erased.jsonl 用 --erased 给出，再恢复一次。",
                "No list of deletions was given: personal data deleted since the backup may be back. The old home has "
                "erased.jsonl: name it with --erased and restore once more.",
            )
        )


def _bring_back(file: Path, home: Path, database: Database, erased: "Sequence[Erased]") -> "tuple[Summary, int]":
    """Files, tables, and the deletions since; the home stays marked as half made until all is there."""
    from luoshi.db import backup as backups
    from luoshi.privacy import erasures

    with ExitStack() as stack:

        def connect() -> str:
            homes.begin(home)
            stack.enter_context(database.hold())  # only now: the home must be empty until the files are in place
            database.prepare()
            return database.url("owner")

        summary = backups.restore(file, home, connect)
        make.migrate(database)
        erasures.merge(home, erased)
        again = _erase_again(database, home)
        backups.analyze(database.url("owner"))
        homes.finish(home)
    return summary, again


def _clear(home: Path, database: Database) -> None:
    """Nothing of a restore that did not end stays, so that it can be begun again."""
    if not database.external:
        from luoshi.db.embedded import Embedded

        Embedded(home).remove()
    homes.remove(home)


def _ask_for_key(conf: settings.Conf) -> None:
    """The log's key is in no backup; without it nothing is sealed."""
    from luoshi.kernel.ledger import keys

    file = keys.file_of(conf)
    if not file.exists():
        said(
            T(
                "日志密钥不在备份里：把它和 {name}.last 放回 {file}，否则不封存。",
                "The log's key is in no backup: put it and {name}.last back at {file}, or nothing is sealed.",
            ).fill(file=file, name=file.name)
        )


def _erase_again(database: Database, home: Path) -> int:
    """Do the deletions that the backup does not know, and leave nothing of them in the database's files."""
    from luoshi.privacy import keep, scrub

    done = keep.replay(home)
    if done:
        scrub.rewrite()
        if isinstance(database, Own):
            scrub.forget_journal(database.server.url("super"))
    return done
