"""`luoshi restore FILE`."""

from contextlib import ExitStack
from pathlib import Path

import click

from luoshi import conf as settings
from luoshi.cli import make
from luoshi.cli.said import said
from luoshi.cli.session import alone
from luoshi.kernel.text import T
from luoshi.serve.database import Database, Own, of


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
    from luoshi.db import backup as backups
    from luoshi.privacy import erasures

    conf = settings.load()
    database = of(conf)
    erased = [one for place in (conf.home, *lists) for one in erasures.load(place)]
    with alone(conf.home), ExitStack() as stack:
        make.require_new(conf.home)

        def connect() -> str:
            stack.enter_context(database.hold())  # only now: the home must be empty until the files are in place
            database.prepare()
            return database.url("owner")

        try:
            summary = backups.restore(file, conf.home, connect)
        finally:
            erasures.merge(conf.home, erased)
        make.migrate(database)
        again = _erase_again(database, conf.home)
    said(
        T("已恢复 {rows} 行（备份于 {when}）。", "Restored {rows} rows (backed up {when}).").fill(
            rows=f"{sum(summary.rows.values()):,}", when=summary.created
        )
    )
    _ask_for_key(conf)
    said(T("又删除了 {n} 件的个人信息。", "Deleted again: personal data of {n} records.").fill(n=again))


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
