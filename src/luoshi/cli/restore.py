"""`luoshi restore FILE`."""

from contextlib import ExitStack
from pathlib import Path

import click

from luoshi import conf as settings
from luoshi.cli import make
from luoshi.cli.said import said
from luoshi.cli.session import alone
from luoshi.kernel.text import T
from luoshi.serve.database import of


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(file: Path) -> None:
    """把 FILE 恢复到空目录。Bring FILE back into an empty home (and an empty database)."""
    from luoshi.db import backup as backups

    conf = settings.load()
    database = of(conf)
    with alone(conf.home), ExitStack() as stack:
        make.require_new(conf.home)

        def connect() -> str:
            stack.enter_context(database.hold())  # only now: the home must be empty until the files are in place
            database.prepare()
            return database.url("owner")

        summary = backups.restore(file, conf.home, connect)
        make.migrate(database)
    said(
        T("已恢复 {rows} 行（备份于 {when}）。", "Restored {rows} rows (backed up {when}).").fill(
            rows=f"{sum(summary.rows.values()):,}", when=summary.created
        )
    )
