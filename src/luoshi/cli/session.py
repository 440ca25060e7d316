"""A command's way to the installation: settings, home, database, viewer."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from luoshi import conf as settings
from luoshi import home as homes
from luoshi.cli.said import NOTHING_YET, Failed
from luoshi.kernel.text import T
from luoshi.kernel.viewer import OPERATOR, Viewer
from luoshi.serve.database import Database, Role, of, use


def made() -> tuple[settings.Conf, homes.Facts]:
    """Settings and facts of a finished installation. Raises Failed where there is none."""
    conf = settings.load()
    facts = homes.facts(conf.home)
    if facts is None or homes.half_made(conf.home):
        raise Failed(NOTHING_YET)
    return conf, facts


@contextmanager
def connected(role: Role = "app") -> Iterator[Database]:
    """Django at work in the finished installation, as a role; the database is started if it is down."""
    conf, _ = made()
    database = of(conf)
    with database.hold():
        use(database.url(role))
        yield database


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Only one command a time makes, moves or removes a home. Raises Failed while another does."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Failed(
            T("另一个命令正在处理 {home}。", "Another command is at work on {home}.").fill(home=home)
        ) from None
    finally:
        os.close(descriptor)


def viewer(ctx: click.Context) -> Viewer:
    """Whose eyes a reading command has: the operator's, or those that `--viewer` names. Raises UsageError for nobody.

    Call it within `connected`.
    """
    name = ctx.find_root().obj.get("viewer")
    if name is None:
        return OPERATOR
    from luoshi.people.models import Person
    from luoshi.people.viewer import of_login

    try:
        return of_login(name)
    except Person.DoesNotExist:
        text = T("--viewer {name!r}：没有这个登录名", "--viewer {name!r}: there is no such log-in").fill(name=name)
        raise click.UsageError(str(text)) from None
