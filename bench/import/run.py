"""How fast records come in: `luoshi import cases` against a bare loader, in one run (README.md beside this file).

.venv/bin/python bench/import/run.py [FILE] [--rows N] [--mapping NAME]
"""

import argparse
import gzip
import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from machine import machine  # noqa: E402

FILE = ROOT.parent / "shared" / "data" / "open311" / "boston_requests_2008_2018.jsonl.gz"
PACK = ROOT / "src" / "luoshi" / "packs" / "baotou"
FLOOR_BATCH = 5000
FLOOR = """
CREATE TABLE floor_case (LIKE "case" INCLUDING ALL);
CREATE TABLE floor_private (LIKE case_private INCLUDING ALL);
CREATE TABLE floor_event (LIKE event INCLUDING ALL);
"""


def main() -> None:
    """Make a city in a folder of its own, measure, throw it away."""
    asked = arguments()
    home = Path(tempfile.mkdtemp(prefix="luoshi-bench-"))
    os.environ["LUOSHI_HOME"] = str(home / "home")
    try:
        file = cut(asked.file, asked.rows, home)
        command = [sys.executable, "-m", "luoshi", "init", "--pack", str(PACK), "--origin", "bench.example/log"]
        subprocess.run([*command, "--admin", "bench"], check=True, capture_output=True)
        measure(file, asked.mapping)
    finally:
        drop(home)


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    parser.add_argument("--rows", type=int, help="only the first N lines of a JSONL file")
    parser.add_argument("--mapping", default="georeport")
    return parser.parse_args()


def cut(file: Path, rows: int | None, folder: Path) -> Path:
    """The file, or its first rows as a file of their own."""
    if rows is None:
        return file
    short = folder / "short.jsonl.gz"
    with gzip.open(file) as source, gzip.open(short, "wb", 1) as out:
        out.writelines(islice(source, rows))
    return short


def drop(home: Path) -> None:
    """Remove the city with its database."""
    from luoshi.db.embedded import Embedded

    Embedded(home / "home").remove()
    shutil.rmtree(home)


def measure(file: Path, mapping: str) -> None:
    """The bare loader, the import, the import again; one line each."""
    from luoshi.cli import session

    logging.disable(logging.INFO)
    with session.connected() as database:
        with cpu() as spent:
            rows, seconds = floor(file, database.url("owner"))
        print(
            f"machine     {machine():.0f} ns for one SHA-256 of 100 bytes, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        print(
            f"bare loader {rows:>8,} rows {seconds:7.1f} s {rows / seconds:8,.0f} rows/s  one process, one event a row, no check; {per(spent, rows)}"
        )
        first = imported(file, mapping, database.url("app"), "import")
        imported(file, mapping, database.url("app"), "again")
        print(f"import / bare loader {first / (rows / seconds):.2f}")


def floor(file: Path, url: str) -> tuple[int, float]:
    """A bare loader: parse, one case, one private row and one hashed event each, COPY; then its tables go."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(FLOOR)
        for table in ("floor_case", "floor_private", "floor_event"):
            loosen(connection, table)
        begun, count = time.perf_counter(), 0
        with gzip.open(file) as lines:
            while batch := list(islice(lines, FLOOR_BATCH)):
                load(connection, batch, count)
                count += len(batch)
        seconds = time.perf_counter() - begun
        connection.execute("DROP TABLE floor_case, floor_private, floor_event")
    return count, seconds


def loosen(connection: Any, table: str) -> None:
    """Columns that came after this loader may stay empty in its tables."""
    keys = "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey) WHERE indisprimary"
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attnotnull AND NOT atthasdef "
        f"AND attidentity = '' AND attname NOT IN ({keys} AND indrelid = %s::regclass)",
        [table, table],
    ).fetchall()
    for (column,) in found:
        connection.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" DROP NOT NULL')


def load(connection: Any, batch: list[bytes], before: int) -> None:
    """One batch of the bare loader in one transaction."""
    cases, private, events = [], [], []
    for number, line in enumerate(batch, before + 1):
        case, hidden, event = bare(number, line)
        cases.append(case)
        private.append(hidden)
        events.append(event)
    with connection.transaction():
        copy(connection, "floor_case", CASE, cases)
        copy(connection, "floor_private", PRIVATE, private)
        copy(connection, "floor_event", EVENT, events)


CASE = (
    "id", "number", "log_id", "sim", "source", "source_id", "flags", "channel", "by_staff", "category_id", "top", "public",
    "county", "street", "community", "lat", "lon", "state", "status", "version", "worked_by", "evidence", "returns",
    "rejects", "reopened", "calls", "reported_at", "closed_at", "updated_at", "due_kind", "step", "step_kind", "extended",
    "reason", "followup", "released",
)  # fmt: skip
PRIVATE = (
    "tokens", "case_id", "name", "phone", "email", "text", "place", "lat", "lon", "question", "answer", "public_text",
    "media_url",
)  # fmt: skip
EVENT = ("id", "line", "subject", "verb", "act", "occurred_at", "recorded_at", "body", "payload", "leaf")


def bare(number: int, line: bytes) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:
    """The three rows of a record, nothing checked."""
    import orjson

    row = orjson.loads(line)
    at, subject = datetime.fromisoformat(row["requested_datetime"]), uuid.uuid4()
    changed = datetime.fromisoformat(row["updated_datetime"])
    text, place, lat, lon = row.get("description", ""), row.get("address", ""), row["lat"], row["long"]
    words = sorted({*text.lower().split(), *place.lower().split()})
    case = (
        number, f"J-{number}", subject, False, "bench", row["service_request_id"], [], "import", False, row["service_code"],
        "imported", True, "", "", "", lat, lon, row["status"], "imported", 1, [], 0, 0, 0, 0, 0, at, changed, at, "", "", "",
        False, "", "", False,
    )  # fmt: skip
    private = (words, number, "", "", "", text, place, lat, lon, "", row.get("status_notes", ""), "", "")
    payload = hashlib.sha256(line).digest()
    event = (uuid.uuid4(), "cases", subject, "import", subject, at, at, "{}", line, payload)
    return case, private, event


def copy(connection: Any, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """COPY rows into a table."""
    with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as out:
        for row in rows:
            out.write_row(row)


def imported(file: Path, mapping: str, url: str, name: str) -> float:
    """One import, measured; gives rows a second."""
    from luoshi.kernel.viewer import OPERATOR
    from luoshi.ports.importer import run
    from luoshi.ports.importer.mapping import load as load_mapping

    with memory() as seen, cpu() as spent:
        report = run.run(
            file, load_mapping(mapping), viewer=OPERATOR, url=url, refused=file.parent / "refused.csv",
            progress=lambda done, total: None,
        )  # fmt: skip
    counts, rate = report.counts, report.read / report.seconds
    early, late = max(seen[: len(seen) // 4 or 1], default=0), max(seen, default=0)
    print(
        f"{name:<11} {report.read:>8,} rows {report.seconds:7.1f} s {rate:8,.0f} rows/s  "
        f"{counts.created:,} created, {counts.unchanged:,} unchanged, {report.refused:,} refused, {counts.events:,} events; {per(spent, report.read)}; "
        f"memory of all processes {early} MB in the first quarter, {late} MB at most"
    )
    return rate


@contextmanager
def cpu() -> Iterator[list[float]]:
    """CPU seconds of this process with its children, and of PostgreSQL."""
    spent: list[float] = []
    ours, theirs = sum(os.times()[:4]), postgres()
    yield spent
    spent += [sum(os.times()[:4]) - ours, postgres() - theirs]


def postgres() -> float:
    """CPU seconds of the server with its processes, those that ended included."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = int(stat(cursor.fetchone()[0])[1])
    alive = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    ticks = sum(map(int, stat(server)[11:15])) + sum(int(t) for pid in alive for t in stat(int(pid))[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name: state, parent, …; all zero for who has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 50


def per(spent: list[float], rows: int) -> str:
    """CPU time a row, in words."""
    ours, theirs = (seconds / rows * 1e6 for seconds in spent)
    return f"CPU a row {ours:.0f} µs + PostgreSQL {theirs:.0f} µs"


@contextmanager
def memory() -> Iterator[list[int]]:
    """Megabytes that this process and its children hold, twice a second."""
    seen: list[int] = []
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.5):
            seen.append(sum(map(held, family())) // 1024)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


def family() -> list[int]:
    """This process and the writers that it began."""
    me = os.getpid()
    children = Path(f"/proc/{me}/task/{me}/children").read_text().split()
    return [me, *map(int, children)]


def held(pid: int) -> int:
    """Kilobytes of memory that a process holds (without what it shares with others)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon"))


if __name__ == "__main__":
    main()
