"""`luoshi upgrade`: backup, migrate, check."""

from datetime import UTC, datetime
from pathlib import Path

import click

from luoshi.cli import backup, make
from luoshi.cli.doctor import examine, print_checks
from luoshi.cli.said import said
from luoshi.cli.session import connected, made
from luoshi.kernel.text import T


@click.command()
@click.option("--backup", "file", type=click.Path(path_type=Path, dir_okay=False), help="备份文件。The backup's file.")
@click.pass_context
def upgrade(ctx: click.Context, file: Path | None) -> None:
    """换新版本后：备份、迁移、检查。After a new version: back up, migrate, check."""
    conf, _ = made()
    if file is None:
        folder = conf.home / "backups"
        folder.mkdir(mode=0o700, exist_ok=True)
        file = folder / f"before-upgrade-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip"
    backup.write(file)
    with connected("owner") as database:
        waiting = make.pending()
        make.migrate(database)
    said(T("迁移：{n} 项。", "Migrations: {n}.").fill(n=len(waiting)))
    checks = [check for check in examine() if check.name != "worker"]  # it is started again after an upgrade
    print_checks(checks)
    ctx.exit(0 if all(check.ok for check in checks) else 1)
