"""`luoshi seal`: seal what waits, until nothing does."""

import json
from base64 import b64encode
from pathlib import Path

import click

from luoshi.cli.said import said
from luoshi.cli.session import connected
from luoshi.kernel.text import T


@click.command()
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。As JSON.")
@click.option(
    "--tail",
    type=click.Path(path_type=Path, exists=True),
    help="恢复备份后补回缺少的部分：镜像目录，或其中的 checkpoint。After a restore, the missing tail: a mirror's folder.",
)
def seal(as_json: bool, tail: Path | None) -> None:
    """封存等待的事件，打印日志的大小和根。Seal what waits; prints the log's size and root."""
    with connected():
        from luoshi.kernel.ledger import place
        from luoshi.kernel.ledger.seal import seal_all
        from luoshi.kernel.ledger.tree import EMPTY

        if tail is not None:
            _supply(tail if tail.is_dir() else tail.parent)
        head = seal_all(place.current())
    size, root = (head.size, head.root) if head else (0, EMPTY)
    shown = b64encode(root).decode()
    click.echo(json.dumps({"size": size, "root": shown}) if as_json else f"{size} {shown}")
    if head is None:
        said(T("日志还是空的。", "The log is empty."))


def _supply(folder: Path) -> None:
    """Take the missing tail from another copy of the public files."""
    from luoshi.kernel.ledger import place
    from luoshi.kernel.ledger.folder import Folder
    from luoshi.kernel.ledger.tail import supply

    found = supply(place.current(), Folder(folder))
    if found.end == found.start:
        return said(
            T("{n} 条，没有缺少的部分，接着封存。", "{n} entries, nothing is missing: sealing goes on.").fill(
                n=found.end
            )
        )
    said(
        T(
            "补回第 {start} 到 {end} 条；其中 {lost} 条数据库里已没有，只剩公开的部分。哪些案件停在更早：luoshi verify log",
            "Supplied entries {start} to {end}; {lost} of them were in the database no more and hold only what is public. "
            "Which records stand behind them: luoshi verify log",
        ).fill(start=found.start, end=found.end - 1, lost=found.lost)
    )
