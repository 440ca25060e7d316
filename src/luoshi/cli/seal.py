"""`luoshi seal`: seal what waits, until nothing does."""

import json
from base64 import b64encode

import click

from luoshi.cli.said import said
from luoshi.cli.session import connected
from luoshi.kernel.text import T


@click.command()
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。As JSON.")
def seal(as_json: bool) -> None:
    """封存等待的事件，打印日志的大小和根。Seal what waits; prints the log's size and root."""
    with connected():
        from luoshi.kernel.ledger import place
        from luoshi.kernel.ledger.seal import seal_all
        from luoshi.kernel.ledger.tree import EMPTY

        head = seal_all(place.current())
    size, root = (head.size, head.root) if head else (0, EMPTY)
    shown = b64encode(root).decode()
    click.echo(json.dumps({"size": size, "root": shown}) if as_json else f"{size} {shown}")
    if head is None:
        said(T("日志还是空的。", "The log is empty."))
