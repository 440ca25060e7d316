"""`luoshi open311 key new|list|end`: keys for those who post."""

import click

from luoshi.cli.said import said
from luoshi.cli.session import connected
from luoshi.kernel.text import T


@click.group()
def open311() -> None:
    """开放接口 GeoReport v2。The Open311 server."""


@open311.group()
def key() -> None:
    """上报所需的密钥。Keys, which posting needs."""


@key.command("new")
@click.argument("name")
@click.option(
    "--limit", type=click.IntRange(1, 1_000_000), help="每分钟上限，代替设置。Posts a minute instead of the setting's."
)
def new(name: str, limit: int | None) -> None:
    """新密钥，只显示这一次。Make a key; it is shown this once, alone on the last line."""
    with connected():
        from luoshi.ports.open311 import actions

        made = actions.make(name, limit)
    said(T("{name} 的密钥，请现在保存：", "The key of {name}; keep it now:").fill(name=name))
    click.echo(made)


@key.command("list")
def list_() -> None:
    """列出密钥（不含密钥本身）。List the keys, without themselves."""
    with connected():
        from luoshi.ports.open311 import reads

        rows = reads.keys()
    for row in rows:
        ended = f"{row.ended_at:%Y-%m-%dT%H:%M:%SZ}" if row.ended_at else "-"
        click.echo(f"{row.name}\t{row.at:%Y-%m-%dT%H:%M:%SZ}\t{ended}\t{row.most or '-'}")


@key.command("end")
@click.argument("name")
def end(name: str) -> None:
    """结束一个密钥，立即生效。End a key at once."""
    with connected():
        from luoshi.ports.open311 import actions

        actions.end(name)
    said(T("{name} 的密钥已结束。", "The key of {name} has ended.").fill(name=name))
