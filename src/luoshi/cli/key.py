"""`luoshi key`: the log's signing key."""

import click

from luoshi.cli.said import said
from luoshi.cli.session import connected
from luoshi.kernel.text import T


@click.group()
def key() -> None:
    """日志的签名密钥。The log's signing key."""


@key.command()
def new() -> None:
    """生成密钥，打印验证公钥。Make the key; prints the verifier key."""
    with connected():
        from luoshi.kernel.ledger import keys, place, rows
        from luoshi.kernel.ledger.problem import LogProblem

        ours, last = place.current(), rows.last()
        if last is not None or ours.folder.head() is not None:
            raise LogProblem(
                T(
                    "日志已用另一把密钥签过：放回原来的密钥，要换用 luoshi key rotate；丢了就用 luoshi log new",
                    "The log is signed by another key: put that one back, change it by luoshi key rotate; if it is lost, "
                    "luoshi log new",
                )
            )
        click.echo(str(keys.create(ours.key_file, ours.origin).verifier))
    said(
        T(
            "密钥在 {file}，不进备份：请另存一份，并公布上面的验证公钥。",
            "The key is in {file} and in no backup: keep a copy apart, and publish the verifier key above.",
        ).fill(file=ours.key_file)
    )


@key.command()
def show() -> None:
    """打印验证公钥。Print the verifier key."""
    with connected():
        from luoshi.kernel.ledger import keys, place

        ours = place.current()
        click.echo(str(keys.load(ours.key_file, ours.origin).verifier))


@key.command()
def rotate() -> None:
    """更换密钥；更换本身由旧密钥封存。Change the key; the old one seals that it is changed."""
    with connected():
        from luoshi.kernel.ledger import place
        from luoshi.kernel.ledger.rekey import rotate as change

        ours = place.current()
        old, fresh = change(ours)
        click.echo(str(fresh))
    said(
        T(
            "旧密钥 {old} 已不再使用并已删除；旧检查点仍可用它的公钥验证。请公布新的验证公钥。",
            "The old key {old} is out of use and gone; old checkpoints still verify with its public half. Publish the new one.",
        ).fill(old=old)
    )
