"""The parts of making and keeping an installation that several commands share. All need the database held."""

import shutil
from pathlib import Path

from luoshi import home as homes
from luoshi.cli import grants
from luoshi.cli.said import Failed
from luoshi.kernel.text import T
from luoshi.packs.model import Pack
from luoshi.serve.database import Database, use


def migrate(database: Database) -> None:
    """Bring roles and tables up to this version, and give the roles their rights. Django works as owner afterwards."""
    database.prepare()
    use(database.url("owner"))
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", interactive=False, verbosity=0)
    grants.give(connection)


def pending() -> list[str]:
    """Migrations of this version that the database does not have yet, and views that are declared otherwise now."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from luoshi.figures import views_of_events

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan] or views_of_events.stale()


def found_city(pack: Pack, *, demo: bool, origin: str) -> None:
    """Write the mark of the installation and take the pack's places over; Django works as owner."""
    from luoshi.kernel import clock, installation
    from luoshi.people import load

    installation.create(
        demo=demo,
        origin=origin,
        city=pack.city.code,
        name=pack.city.name,
        pack=load.facts(pack),
        at=clock.real(),
    )
    load.load_places(pack)
    make_key()


def declare(home: Path, folder: Path) -> None:
    """Copy a pack's figures, what it knows to be printed wrongly, and its reports into the home, where the city keeps them."""
    from luoshi.figures.reported.corrections import FILE

    for name, place in (("figures.toml", "figures/pack.toml"), (FILE, FILE)):
        if (folder / name).is_file():
            (home / place).parent.mkdir(mode=0o700, exist_ok=True)
            shutil.copyfile(folder / name, home / place)
    texts = folder / "reports"
    for text in sorted([*texts.glob("*.md"), *texts.glob("names.toml")]):
        (home / "reports").mkdir(mode=0o700, exist_ok=True)
        shutil.copyfile(text, home / "reports" / text.name)


def lakes(home: Path) -> None:
    """Bring each line's columnar files, and what pages show of them, to the last checkpoint."""
    from luoshi.figures import board

    board.refresh(home)


def lights(home: Path) -> None:
    """Write down how the targets' lights turned, seal that, and bring files and pages to the new checkpoint."""
    from luoshi.figures.targets.watch import watch
    from luoshi.kernel.ledger import place, seal

    if watch():
        seal.seal_all(place.current())
        lakes(home)


def make_key() -> None:
    """A key for the log of the installation, unless one lies there already. Raises LogProblem for one that cannot be."""
    from luoshi.kernel.ledger import keys, place

    ours = place.current()
    if ours.key_file.exists():
        keys.load(ours.key_file, ours.origin)
    else:
        keys.create(ours.key_file, ours.origin)


def require_new(home: Path) -> None:
    """Raises Failed unless an installation can be made in this home."""
    if homes.facts(home) is not None:
        raise Failed(T("{home} 里已有一座城市。", "There is a city in {home} already.").fill(home=home))
    if not homes.empty(home):
        raise Failed(
            T(
                "{home} 不是空目录，也不是落实的目录；请用 LUOSHI_HOME 指定另一个。",
                "{home} is not empty and not a home of Luoshi; name another one in LUOSHI_HOME.",
            ).fill(home=home)
        )


def require_blank(database: Database) -> None:
    """Raises Failed where an external database already holds an installation."""
    if not database.external:
        return
    import psycopg

    with psycopg.connect(database.url("owner")) as connection:
        found = connection.execute("SELECT to_regclass('public.installation')").fetchone()
    if found and found[0] is not None:
        raise Failed(
            T(
                "DATABASE_URL 指定的数据库里已有安装；请另建一个空库。",
                "The database of DATABASE_URL holds an installation already; make an empty one.",
            )
        )
