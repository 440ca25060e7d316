"""`luoshi clean-demo`."""

import click

from luoshi import conf as settings
from luoshi import home as homes
from luoshi.cli.demo import throw_away
from luoshi.cli.said import Failed, said
from luoshi.cli.session import alone
from luoshi.kernel.text import T
from luoshi.serve.database import of
from luoshi.serve.supervisor import only_one


@click.command("clean-demo")
def clean_demo() -> None:
    """删除演示。Throw the demo away, with its database."""
    conf = settings.load()
    home = conf.home
    facts = homes.facts(home) if home.exists() else None
    if facts is not None and facts.kind != "demo":
        raise Failed(T("{home} 是真实的城市，不删除。", "{home} is a real city and is not removed.").fill(home=home))
    if facts is None and not (home.exists() and homes.half_made(home)):
        said(T("没有演示。", "There is no demo."))
        return
    with alone(home):
        with only_one(home):
            pass
        throw_away(home, of(conf))
    if not any(home.iterdir()):
        home.rmdir()
    said(T("演示已删除。", "The demo is gone."))
