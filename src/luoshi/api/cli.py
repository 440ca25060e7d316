"""`luoshi api token new|list|end`: tokens for machines that act for a person."""

import click

from luoshi.cli.said import said
from luoshi.cli.session import connected
from luoshi.kernel.text import T


@click.group()
def api() -> None:
    """接口。The API under /api/."""


@api.group()
def token() -> None:
    """接口令牌。Tokens, by which a machine acts for a person."""


@token.command("new")
@click.argument("login")
@click.argument("name")
def new(login: str, name: str) -> None:
    """给某人发令牌，只显示这一次。Make a token for a person; it is shown this once, alone on the last line."""
    with connected():
        from luoshi.api import actions

        made = actions.make(login, name)
    said(T("{name} 的令牌，请现在保存：", "The token {name}; keep it now:").fill(name=name))
    click.echo(made)


@token.command("list")
def list_() -> None:
    """列出令牌（不含令牌本身）。List the tokens, without themselves."""
    with connected():
        from luoshi.api import reads

        rows = reads.tokens()
    for row in rows:
        ended = f"{row.ended_at:%Y-%m-%dT%H:%M:%SZ}" if row.ended_at else "-"
        click.echo(f"{row.name}\t{row.person.login}\t{row.at:%Y-%m-%dT%H:%M:%SZ}\t{ended}")


@token.command("end")
@click.argument("name")
def end(name: str) -> None:
    """结束一个令牌，立即生效。End a token at once."""
    with connected():
        from luoshi.api import actions

        actions.end(name)
    said(T("{name} 的令牌已结束。", "The token {name} has ended.").fill(name=name))
