"""`luoshi db`: hold the database, let it go, say its address."""

import click

from luoshi import conf as settings
from luoshi.cli.said import said
from luoshi.cli.session import made
from luoshi.kernel.text import T
from luoshi.serve.database import Own, Role, of


@click.group()
def db() -> None:
    """数据库：保持、放开、地址。The database: hold it, let it go, its address."""


@db.command()
def up() -> None:
    """保持自带数据库运行，直到 db down。Hold the embedded database until `db down`."""
    made()
    own = _own()
    if own:
        own.server.up()
        said(T("数据库在运行。", "The database is up."))


@db.command()
def down() -> None:
    """放开；没有别的进程使用时停止。Let it go; it stops once nobody else holds it."""
    made()
    own = _own()
    if not own:
        return
    own.server.down()
    if own.server.running():
        said(T("已放开；其他进程还在使用它。", "Let go; other processes still hold it."))
    else:
        said(T("数据库已停止。", "The database is down."))


@db.command()
@click.option(
    "--role", type=click.Choice(["read", "app", "owner"]), default="read", show_default=True, help="角色。Role."
)
def url(role: Role) -> None:
    """打印一个角色的地址。Print the address for a role; valid while the database is held."""
    conf, _ = made()
    click.echo(of(conf).url(role))


def _own() -> Own | None:
    """The embedded server; None, and a word, where DATABASE_URL names another."""
    database = of(settings.load())
    if isinstance(database, Own):
        return database
    said(
        T(
            "使用 DATABASE_URL 的数据库，不由落实启停。",
            "DATABASE_URL names the database; it is not ours to start or stop.",
        )
    )
    return None
