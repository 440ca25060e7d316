"""`luoshi hook new|list|end`: other systems that are told by webhook."""

import click

from luoshi.cli.said import said
from luoshi.cli.session import connected
from luoshi.kernel.text import T


@click.group()
def hook() -> None:
    """webhook：告诉别的系统。Other systems that are told by webhook (docs/notices.md)."""


@hook.command("new")
@click.argument("name")
@click.argument("url")
def new(name: str, url: str) -> None:
    """新建；最后一行是签名密钥，再也不显示。Make one; the last line is its signing secret."""
    with connected():
        from luoshi.ports.notify.actions import make_hook

        _, secret = make_hook(name, url)
    said(T("签名密钥（只显示一次）：", "The signing secret, shown this once:"))
    click.echo(secret)


@hook.command("list")
def show() -> None:
    """列出。List them."""
    with connected():
        from luoshi.ports.notify.reads import hooks

        for one in hooks():
            click.echo(f"{one.name}\t{one.url}\t{one.at:%Y-%m-%d}")


@hook.command("end")
@click.argument("name")
def end(name: str) -> None:
    """结束。End one."""
    with connected():
        from luoshi.ports.notify.actions import end_hook

        end_hook(name)
    said(T("已结束。", "Ended."))
