"""What sealing, proving and verifying cost (README.md beside this file).

.venv/bin/python bench/ledger/run.py [--events N]
"""

import argparse
import logging
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).parents[2]
PACK = ROOT / "src" / "luoshi" / "packs" / "baotou"
BATCH = 20_000
BEGIN = datetime(2021, 1, 1, tzinfo=UTC)
ORIGIN = "bench.example/log"
LIMITS = {"seal": 20_000.0, "hundred": 25.0, "verify": 30.0, "proof": 100.0, "append": 0.2, "receipt": 3.0}
SLACK = 1.3
REQUESTS = 400
failed: list[str] = []
postmaster = 0
owner = ""


def main() -> None:
    """Make a city in a folder of its own, measure, throw it away."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    events = parser.parse_args().events
    home = Path(tempfile.mkdtemp(prefix="luoshi-bench-"))
    os.environ |= {"LUOSHI_HOME": str(home / "home"), "DJANGO_SETTINGS_MODULE": "luoshi.settings"}
    from luoshi.db.embedded import Embedded

    server = Embedded(home / "home")
    try:
        with server.hold():
            measure(server, events)
    finally:
        server.remove()
        shutil.rmtree(home)
    sys.exit(1 if failed else 0)


def city(server: Any) -> None:
    """Tables and the mark of a city; Django works as the application's role afterwards."""
    from luoshi.db import roles
    from luoshi.serve.database import use

    roles.prepare(server.url("super"), server.passwords())
    use(server.url("owner"))
    from django.core.management import call_command
    from django.db import connection

    from luoshi.cli import grants
    from luoshi.kernel import clock, installation
    from luoshi.packs.read import read
    from luoshi.people import load

    call_command("migrate", verbosity=0)
    grants.give(connection)
    pack = read(PACK)
    facts = load.facts(pack)
    installation.create(demo=False, origin=ORIGIN, city="150200", name=pack.city.name, pack=facts, at=clock.real())
    use(server.url("app"))


def swept() -> None:
    """What autovacuum does within a minute after much was sealed at once: the rows that waited are gone for good."""
    import psycopg

    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE event_pending")


def events_from(number: int, count: int) -> Iterator[Any]:
    """Events as a closed case leaves them: nine open fields, thirteen restricted, a private text."""
    from luoshi.cases.facts import WIDTHS
    from luoshi.kernel.ids import uuid7
    from luoshi.kernel.ledger import event

    for at in range(number, number + count):
        when = BEGIN + timedelta(seconds=at)
        head = event.Head("150200", False, "bench", uuid7(when), at % 400, at % 90, when)
        body = {
            "county": "150203000000", "top": "02", "stage": "closed", "status": "done", "due_at": when, "clock": "work",
            "reported_at": when, "source": "", "by_staff": False, "street": "150203001000", "community": "",
            "category": "0201", "channel": "web", "unit": at % 90, "move": "dispatch", "returns": 0, "note": "已处理",
        }  # fmt: skip
        yield event.build(head, WIDTHS["dispatch"], subject=uuid4(), verb="dispatch", body=body)


def written(number: int, count: int) -> None:
    """Write events that wait."""
    from django.db import transaction

    from luoshi.kernel.ledger import record

    for at in range(number, number + count, BATCH):
        with transaction.atomic():
            record.write_many(list(events_from(at, min(BATCH, number + count - at))))


def cpu() -> float:
    """Seconds of CPU of this process, its children and PostgreSQL, reaped processes too."""
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time() + own.ru_utime + own.ru_stime + _postgres()


def _parent() -> int:
    """The process id of the database's first process."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def _postgres() -> float:
    tick = os.sysconf("SC_CLK_TCK")
    first = postmaster
    stats = {int(p.name): p for p in Path("/proc").iterdir() if p.name.isdigit()}
    total = 0
    for number, folder in stats.items():
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if number == first:
            total += sum(int(fields[place]) for place in (11, 12, 13, 14))
        elif int(fields[1]) == first:
            total += int(fields[11]) + int(fields[12])
    return total / tick


def say(name: str, value: float, unit: str, limit: str = "", *, less: bool = True) -> None:
    """One line; with `limit` it is held to the aim, with 30 % slack."""
    verdict = ""
    if limit:
        aim = LIMITS[limit]
        well = value <= aim * SLACK if less else value >= aim / SLACK
        verdict = f"   aim {'≤' if less else '≥'} {aim:,.6g}{'' if well else '   MISSED'}"
        if not well:
            failed.append(name)
    print(f"{name:<52} {value:>12,.2f} {unit}{verdict}", flush=True)


def best(times: int, do: Callable[[], float]) -> float:
    """The best of some rounds."""
    return min(do() for _ in range(times))


def built() -> float:
    """Milliseconds of CPU for what an action adds to write an event into the log, rows apart."""
    begun = process_time()
    count = sum(1 for _ in events_from(0, 2000))
    return (process_time() - begun) / count * 1000


def hundred(place: Any, size: int) -> float:
    """Milliseconds of CPU to seal a hundred new events."""
    from luoshi.kernel.ledger import seal

    written(size, 100)
    begun = cpu()
    seal.seal_all(place)
    return (cpu() - begun) * 1000


def served(recent: list[int]) -> float:
    """Milliseconds of CPU, with PostgreSQL, to serve a receipt's file through the whole site, its access line too."""
    from django.db import connection
    from django.test import Client

    from luoshi.cases.public.receipts import address

    with connection.cursor() as cursor:
        cursor.execute("SELECT event_id FROM log_leaf WHERE idx = ANY(%s)", [recent[:REQUESTS]])
        asked = [address(row[0]) for row in cursor.fetchall()]
    client = Client(HTTP_HOST="127.0.0.1")
    with open(os.devnull, "w") as nowhere:
        handler = logging.StreamHandler(nowhere)
        logging.getLogger().handlers[:] = [handler]
        assert client.get(asked[0]).status_code == 200
        begun = cpu()
        for one in asked:
            client.get(one)
        return (cpu() - begun) / len(asked) * 1000


def measure(server: Any, events: int) -> None:
    """All lines."""
    global postmaster, owner
    city(server)
    owner = server.url("owner")
    postmaster = _parent()
    from luoshi.kernel.ledger import keys, place, rotate, seal, tree, verify

    ours = place.current()
    keys.create(ours.key_file, ours.origin)
    print(f"load before: {os.getloadavg()[0]:.1f}")
    say("payload, hashes and leaf of one event, CPU", best(3, built), "ms", "append")
    written(0, 10_000)
    seal.seal_all(ours)
    say("a hundred new on ten thousand, CPU", best(3, lambda: hundred(ours, 10_000)), "ms", "hundred")
    written(11_000, events - 11_000)
    begun, spent = perf_counter(), cpu()
    head = seal.seal_all(ours)
    wall = perf_counter() - begun
    assert head is not None
    say("sealing with tiles synced", (events - 11_000) / wall, "events/s", "seal", less=False)
    say("  CPU an event, with PostgreSQL", (cpu() - spent) / events * 1e6, "µs")
    swept()
    say("a hundred new on all of them, CPU", best(3, lambda: hundred(ours, events)), "ms", "hundred")
    draw, size = Random(1), ours.folder.head().size  # type: ignore[union-attr]
    cold = ours.folder.nodes(size)
    begun = process_time()
    for _ in range(2000):
        tree.inclusion(draw.randrange(size), size, cold)
    say("an inclusion proof, anywhere", (process_time() - begun) / 2000 * 1e6, "µs")
    recent = [draw.randrange(size - 20_000, size) for _ in range(2000)]
    for index in recent:
        tree.inclusion(index, size, cold)
    begun = process_time()
    for index in recent:
        tree.inclusion(index, size, cold)
    say("an inclusion proof, among the last 20,000", (process_time() - begun) / 2000 * 1e6, "µs", "proof")
    say("a receipt's file served, CPU", served(recent), "ms", "receipt")
    begun, spent = perf_counter(), cpu()
    report = verify.verify(ours, rotate.trusted(ours), [])
    assert report.ok and report.size == size, report.first_bad
    say("full verification", perf_counter() - begun, "s", "verify")
    say("  CPU, with PostgreSQL", cpu() - spent, "s")
    say("memory at most (this process)", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")
    say("files", sum(f.stat().st_size for f in ours.folder.root.rglob("*") if f.is_file()) / 1e6, "MB")


if __name__ == "__main__":
    main()
