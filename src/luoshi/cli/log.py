"""`luoshi log`: what is rarely done to the log as a whole."""

from base64 import b64encode

import click

from luoshi.cli.said import said
from luoshi.cli.session import connected, made
from luoshi.kernel.text import T
from luoshi.serve.supervisor import only_one


@click.group()
def log() -> None:
    """公开日志。The public log."""


@log.command()
@click.option("--reason", required=True, help="为什么另起；公开。Why; it is public.")
@click.option("--origin", default="", help="新日志的名称，默认在原名后加序号。The new name; the old one with a number.")
@click.confirmation_option(prompt="另起新日志，原日志到此为止 Begin a new log; the old one ends here")
def new(reason: str, origin: str) -> None:
    """另起新日志：新名称、新密钥，第一条写明原日志的大小和根。Begin a new log; first stop the server."""
    conf, _ = made()
    # as long as this takes, nothing serves: what was sealed meanwhile would be in neither log
    with connected("owner"), only_one(conf.home):
        from luoshi.figures import lake
        from luoshi.kernel.ledger import anew, keys, place

        anew.check(place.current(), reason, origin)
        lake.forget(conf.home)
        ours, head = anew.begin(place.current(), reason, origin)
        verifier = keys.load(ours.key_file, ours.origin).verifier
    assert head is not None  # the first entry is sealed
    click.echo(f"{head.size} {b64encode(head.root).decode()}")
    click.echo(str(verifier))
    said(
        T(
            "新日志 {origin}。请公布上面的验证公钥和另起的理由，密钥另存一份，再启动服务。",
            "The new log is {origin}. Publish the verifier key above and the reason, keep a copy of the key apart, then serve.",
        ).fill(origin=ours.origin)
    )
