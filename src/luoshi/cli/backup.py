"""`luoshi backup FILE`."""

from pathlib import Path

import click

from luoshi.cli.said import Failed, said
from luoshi.cli.session import made
from luoshi.kernel.text import T
from luoshi.serve.database import of


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """备份全部到 FILE。Write everything into FILE; a running server may go on."""
    write(file)


def write(file: Path) -> None:
    """Back up into a file that does not exist yet, and say what it holds."""
    from luoshi.db import backup as backups

    if file.exists():
        raise Failed(T("FILE={file}：已经存在", "FILE={file}: exists already").fill(file=file))
    conf, _ = made()
    database = of(conf)
    said(T("正在备份，演示约一两分钟……", "Backing up; a year takes a minute or two ..."))
    with database.hold():
        summary = backups.backup(conf.home, database.url("owner"), file)
    said(
        T("已备份到 {file}：{rows} 行，{size} MB。", "Backed up into {file}: {rows} rows, {size} MB.").fill(
            file=file, rows=f"{sum(summary.rows.values()):,}", size=f"{file.stat().st_size / 1e6:.1f}"
        )
    )
