"""`luoshi init`: a real city, empty, with its first administrator."""

import re
import secrets
from importlib.metadata import version
from pathlib import Path

import click

from luoshi import conf as settings
from luoshi import home as homes
from luoshi.cli import make
from luoshi.cli.said import Failed, said
from luoshi.cli.session import alone
from luoshi.kernel.ledger.origin import name_rule
from luoshi.kernel.text import T
from luoshi.packs.model import Pack
from luoshi.serve.database import Database, of, use

_LOGIN = re.compile(r"[\w.@-]{2,60}")


@click.command()
@click.option("--pack", type=click.Path(path_type=Path), prompt="城市包 City pack (DIR)", help="城市包目录。The pack.")
@click.option(
    "--origin", prompt="日志名称 Name of the log (for example log.city.gov.cn/luoshi)", help="日志的名称，不能再改。"
)
@click.option("--admin", prompt="首位管理员登录名 First administrator's log-in", help="首位管理员的登录名。")
def init(pack: Path, origin: str, admin: str) -> None:
    """建立真实的空城市。Make a real city: empty, real clock, first administrator."""
    _check(origin, admin)
    from luoshi.packs.read import read

    conf = settings.load()
    city = read(pack)
    database = of(conf)
    with alone(conf.home):
        if homes.half_made(conf.home):
            _start_over(conf.home, database)
        make.require_new(conf.home)
        make.require_blank(database)
        password = _create(conf, database, pack, city, origin, admin)
    click.echo(f"{admin} {password}")
    said(
        T(
            "城市建好了。上面是首位管理员的登录名和一次性密码，首次登录必须更改。下一步：luoshi serve",
            "The city is made. Above: the first administrator's log-in and a password to be changed at the first "
            "log-in. Next: luoshi serve",
        )
    )


def _check(origin: str, admin: str) -> None:
    if (rule := name_rule(origin, demo=False)) is not None:
        raise click.UsageError(f"--origin {origin!r}: {rule.zh}。{rule.en}")
    if not _LOGIN.fullmatch(admin):
        raise click.UsageError(f"--admin {admin!r}: 2–60 个字母、数字或 . @ - _。2–60 letters, digits or . @ - _")


def _start_over(home: Path, database: Database) -> None:
    from luoshi.cli.demo import throw_away

    said(T("上次没有建完，重新开始。", "The last run was cut short; starting over."))
    throw_away(home, database)


def _create(conf: settings.Conf, database: Database, folder: Path, pack: Pack, origin: str, admin: str) -> str:
    """Make the city and give the administrator's password."""
    homes.begin(conf.home)
    make.declare(conf.home, folder)
    with database.hold():
        make.migrate(database)
        make.found_city(pack, demo=False, origin=origin)
        use(database.url("owner"))
        password = secrets.token_urlsafe(12)
        _administrator(pack, admin, password)
        homes.settle(conf.home, "city", version("luoshi"), 0)
    return password


def _administrator(pack: Pack, login: str, password: str) -> None:
    """The first system administrator, at the unit that stands at the top of the tree."""
    top = next((unit for unit in pack.units if unit.parent is None), None)
    if top is None:
        raise Failed(T("城市包里没有部门。", "The pack has no unit."))
    from luoshi.people import load

    load.first_administrator(login=login, password=password, unit=top.code)
