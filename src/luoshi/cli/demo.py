"""`luoshi demo`: a city with a year of records, from nothing, in minutes.

1. a home that was cut short is thrown away; one of an older version is kept aside;
2. a new one: database, tables, the mark, the pack, people with random passwords, the year;
3. say what there is; serve.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Protocol, cast

import click

from luoshi import conf as settings
from luoshi import home as homes
from luoshi.cli import make, serving
from luoshi.cli.said import Failed, both, said
from luoshi.cli.session import alone, made
from luoshi.cli.steps import Steps, steps
from luoshi.db import place
from luoshi.installed import LINES
from luoshi.kernel.text import T
from luoshi.packs.model import Pack
from luoshi.serve.database import Database, of, use

SUMMARY = "demo-summary.json"
ORIGIN = "demo.luoshi"
ROOM = 6_000_000_000  # bytes: tables, journal and log of the year


@click.group(invoke_without_command=True)
@click.option("--no-serve", is_flag=True, help="只建立，不服务。Set up and exit.")
@click.option("--port", type=click.IntRange(1, 65535), help="端口；被占用时取下一个。Port; the next free one if taken.")
@click.option("--public-demo", is_flag=True, help="可给陌生人看：关闭全部登录。For strangers: all log-ins off.")
@click.pass_context
def demo(ctx: click.Context, no_serve: bool, port: int | None, public_demo: bool) -> None:
    """建立并运行演示城市。Make the demo city and serve it."""
    if ctx.invoked_subcommand:
        return
    if public_demo:
        os.environ["LUOSHI_PUBLIC_DEMO"] = "true"
    conf = settings.load()
    facts = ensure(conf)
    show(conf.home, hide_passwords=conf.flag("public_demo"))
    if not no_serve:
        serving.run(conf, facts, web=True, worker=True, port=port, strict=False)


@demo.command("logins")
def logins() -> None:
    """列出演示登录名和密码。Print the demo's log-ins."""
    conf, facts = made()
    if facts.kind != "demo":
        raise Failed(T("这里不是演示。", "This is not a demo."))
    show_logins(homes.logins(conf.home))


def ensure(conf: settings.Conf) -> homes.Facts:
    """A finished demo of this version in the home, whatever was there. Raises Failed where a real city is."""
    home = conf.home
    database = of(conf)
    with alone(home):
        facts = homes.facts(home)
        if facts is not None and facts.kind != "demo":
            raise Failed(T("{home} 是真实的城市，不是演示。", "{home} is a real city, not a demo.").fill(home=home))
        if homes.half_made(home):
            said(T("上次没有建完，重新开始。", "The last run was cut short; starting over."))
            throw_away(home, database)
        elif facts is not None and facts.data_version != data_version():
            _set_aside(conf, facts)
            return ensure(conf)
        elif facts is not None:
            _go_on(database)
            return facts
        make.require_new(home)
        return _create(home, database)


class Generator(Protocol):
    """What a line's demo offers; `told` only that of the street line, which the first page is about."""

    def run(self, *, progress: Steps) -> Sequence[tuple[T, str]]:
        """Write the year as the owner of the tables and set the demo's clock; gives what to say about it."""

    def told(self) -> Sequence[tuple[T, str]]:
        """The year's numbers as the first page prints them."""


def _generator(line: str = "cases") -> Generator:
    return cast(Generator, import_module(f"luoshi.{line}.demo.generate"))


def data_version() -> int:
    """The version of the demo's data; it changes when another year would be generated."""
    from luoshi.cases import demo

    return demo.DATA_VERSION


def throw_away(home: Path, database: Database) -> None:
    """Remove a demo with its database; settings that somebody wrote stay."""
    if database.external:
        make.require_blank(database)
    else:
        from luoshi.db.embedded import Embedded

        Embedded(home).remove()
    homes.remove(home)


def _set_aside(conf: settings.Conf, facts: homes.Facts) -> None:
    """Keep a demo of another version beside the new one."""
    if conf.text("database_url"):
        raise Failed(
            T(
                "演示数据已换版本：请给一个空的 DATABASE_URL 和新的 LUOSHI_HOME。",
                "The demo's data changed: name an empty DATABASE_URL and a new LUOSHI_HOME.",
            )
        )
    from luoshi.db.embedded import Embedded

    Embedded(conf.home).stop()
    aside = homes.set_aside(conf.home)
    Embedded(aside).running()  # root's database learns where its home went
    said(
        T(
            "演示数据从第 {old} 版换到第 {new} 版；原来的保存在 {aside}，现在重建。",
            "The demo's data went from version {old} to {new}; the old home is kept in {aside}; building anew.",
        ).fill(old=facts.data_version, new=data_version(), aside=aside)
    )


def _go_on(database: Database) -> None:
    """The same data: only tables may be behind the program."""
    with database.hold():
        use(database.url("app"))
        if make.pending():
            make.migrate(database)


def _create(home: Path, database: Database) -> homes.Facts:
    """Make the demo. Whatever stops it leaves the mark `building`, and the next run starts over."""
    from luoshi.packs.read import BAOTOU, read

    make.require_blank(database)
    _require_room(home, database)
    homes.begin(home)
    with steps() as show_step, database.hold():
        with show_step.step(T("数据库和表", "Database and tables")):
            make.migrate(database)
        with show_step.step(T("城市包：包头", "City pack: Baotou")):
            pack = read(BAOTOU)
            make.found_city(pack, demo=True, origin=ORIGIN)
            make.declare(home, BAOTOU)
        with show_step.step(T("人员", "People")):
            _people(home, pack)
        _year(home, show_step)
        with show_step.step(T("报送指标", "Reported figures")):
            publish(BAOTOU / "reported.csv")
        with show_step.step(T("封存日志", "Sealing the log")):
            _seal()
        use(database.url("app"))
        with show_step.step(T("事实表", "The tables that figures count")):
            make.lakes(home)
        with show_step.step(T("目标的灯", "Lights of targets")):
            make.lights(home)
        _keep(home, [*_kept(home), *_generator().told()])
        return homes.settle(home, "demo", version("luoshi"), data_version())


def _require_room(home: Path, database: Database) -> None:
    """Raises Failed where the disk would be full before the year is over."""
    where = home if database.external or os.geteuid() != 0 else place.ROOT
    while not where.exists():
        where = where.parent
    free = shutil.disk_usage(where).free
    if free < ROOM:
        raise Failed(
            T(
                "演示约需 {need} GB，{where} 只剩 {free} GB。",
                "The demo needs about {need} GB; {where} has {free} GB left.",
            ).fill(need=f"{ROOM / 1e9:.0f}", where=where, free=f"{free / 1e9:.1f}")
        )


def _people(home: Path, pack: Pack) -> None:
    """The pack's people; those that are shown get a random password, kept in a file of mode 0600."""
    from luoshi.people import load
    from luoshi.people.roles import ROLES

    shown = [person for person in pack.people if person.shown]
    passwords = {person.login: secrets.token_urlsafe(9) for person in shown}
    load.load_people(pack, passwords)
    homes.keep_logins(
        home,
        [
            homes.Login(
                username=person.login,
                password=passwords[person.login],
                name=person.name.zh,
                roles_zh=ROLES[person.role].zh,
                roles_en=ROLES[person.role].en,
                unit=pack.unit_by_code[person.unit].name.zh,
            )
            for person in shown
        ],
    )


def _year(home: Path, show_step: Steps) -> None:
    """Generate the year of each line; what was generated is kept, so that later runs can say it too."""
    # the street line comes last: with its year over the demo's clock begins to run
    years = [_generator(line).run(progress=show_step) for line in reversed(LINES)]
    _keep(home, [said for some in reversed(years) for said in some])


def _keep(home: Path, lines: Iterable[tuple[T, str]]) -> None:
    homes.write(home / SUMMARY, json.dumps([[*label, value] for label, value in lines], ensure_ascii=False) + "\n")


def _kept(home: Path) -> list[tuple[T, str]]:
    """What there is to say of the demo."""
    return [(T(zh, en), value) for zh, en, value in json.loads((home / SUMMARY).read_text("utf-8"))]


def publish(file: Path) -> None:
    """Enter the reported values of a pack as the statistician, and approve them as the supervisor."""
    from luoshi.figures.reported import actions, reads
    from luoshi.people.viewer import of_login
    from luoshi.ports.importer import reported

    first, second = of_login("statistician"), of_login("supervisor")
    report = reported.take(file, first)
    if report.refused:
        raise Failed(next(reported.lines(report)))
    for row in reads.listed(second, "proposed", report.proposed):
        actions.approve(viewer=second, on=row.pk)


def _seal() -> None:
    """One checkpoint for each day of the year, the last at the demo's present; all lines have written by now."""
    from django.db import connection

    from luoshi.kernel import clock
    from luoshi.kernel.ledger import place
    from luoshi.kernel.ledger.seal import seal_past

    seal_past(place.current(), clock.now())
    with connection.cursor() as cursor:
        for table in ("log_leaf", "event_pending"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def show(home: Path, *, hide_passwords: bool) -> None:
    """Say what the demo holds and who can log in."""
    click.echo(both(T("演示：包头，模拟的一年（建成时）", "Demo: Baotou, a simulated year (when it was made)")))
    for label, value in _kept(home):
        click.echo(f"  {both(label)}: {value}")
    click.echo(both(T("页面", "Pages")) + ": /  /report/  /track/…  /cases/  /login/")
    if hide_passwords:
        click.echo(both(T("公开演示：登录已关闭", "Public demo: log-ins are off")))
    else:
        show_logins(homes.logins(home))


def show_logins(logins: Sequence[homes.Login]) -> None:
    """The log-ins, one a line."""
    click.echo(both(T("演示登录", "Demo log-ins")) + ":")
    for login in logins:
        click.echo(
            f"  {login.username:<14} {login.password:<14} {login.roles_zh} {login.roles_en} · {login.name} · {login.unit}"
        )
