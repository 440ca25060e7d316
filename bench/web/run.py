"""What a page and a call cost: CPU of the web processes and of the database, calls a second, p95 (README.md beside this).

.venv/bin/python bench/web/run.py [--home DIR] [--cases 280000] [--seconds 6] [--only NAME]
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg

ROOT = Path(__file__).parents[2]
LUOSHI = [sys.executable, "-m", "luoshi"]
CLIENTS = 8
TICK = os.sysconf("SC_CLK_TCK")
MORE = """
INSERT INTO "case" (id, number, log_id, {columns})
  SELECT nextval('case_id_seq'), c.number || 'B' || g.n, gen_random_uuid(), {columns}
  FROM generate_series(1, {rounds}) AS g(n) CROSS JOIN "case" c
  WHERE c.number !~ 'B' AND c.part_of_id IS NULL AND c.merged_into_id IS NULL ORDER BY g.n, c.id LIMIT {more};
INSERT INTO case_private (case_id, {private})
  SELECT n.n_id, {private} FROM (SELECT id AS n_id, split_part(number, 'B', 1) AS first_number FROM "case" WHERE number ~ 'B') n
  JOIN (SELECT id AS c_id, number AS c_number FROM "case") c ON c_number = first_number
  JOIN case_private ON case_id = c_id
"""

FOLD = """
WITH gone AS (DELETE FROM case_tally RETURNING unit_id, state, ours, n)
INSERT INTO case_tally (unit_id, state, ours, n) SELECT unit_id, state, ours, sum(n) FROM gone GROUP BY 1, 2, 3
"""
RARE = """
SELECT w FROM (SELECT unnest(tokens) AS w FROM case_private TABLESAMPLE SYSTEM (20)) t
GROUP BY w HAVING count(*) BETWEEN 2 AND 8 AND length(w) = 2 ORDER BY count(*), w LIMIT 1
"""


@dataclass(frozen=True)
class Load:
    """One kind of call: how it is made, the floor's call beside it, what is to be reached, what the peer needs (ms)."""

    name: str
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    floor: str = ""
    web: float = 0.0
    db: float = 0.0
    peer: float = 0.0


@dataclass
class Cost:
    """What was measured: ms of CPU a call (web, database), calls a second, the 95th percentile in ms."""

    web: float
    db: float
    rate: float
    p95: float


def main() -> None:
    """Set up, measure each load and its floor, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--home", type=Path, help="a demo's home that may be changed; without it one is made and removed"
    )
    parser.add_argument("--cases", type=int, default=280_000)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="luoshi-bench-"))
    os.environ["LUOSHI_HOME"] = str(asked.home or folder / "home")
    try:
        subprocess.run([*LUOSHI, "demo", "--no-serve"], check=True, stdout=subprocess.DEVNULL)
        run(["db", "up"])
        enlarge(asked.cases)
        measure(asked.seconds, asked.only)
    finally:
        run(["db", "down"])
        if asked.home is None:
            run(["clean-demo"], check=False)
            shutil.rmtree(folder, ignore_errors=True)


def run(arguments: list[str], check: bool = True) -> str:
    """A command of the product; gives its last line."""
    done = subprocess.run([*LUOSHI, *arguments], capture_output=True, text=True, check=check)
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def enlarge(cases: int) -> None:
    """More cases, copied from those that are there, so that tables and indexes have their size."""
    with psycopg.connect(
        run(["db", "url", "--role", "owner"]), autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as db:
        have = db.execute('SELECT count(*) FROM "case"').fetchone()[0]  # type: ignore[index]
        if have < cases:
            names = {
                "columns": columns(db, "case", "id", "number", "log_id"),
                "private": columns(db, "case_private", "case_id"),
            }
            db.execute(MORE.format(rounds=-(-cases // have), more=cases - have, **names))
        db.execute(FOLD)  # as the worker does every ten minutes
        db.execute("VACUUM ANALYZE")
        print(f"cases {max(have, cases):,}", flush=True)


def columns(db: "psycopg.Connection[Any]", table: str, *without: str) -> str:
    """The names of a table's columns that can be written, but for some."""
    found = db.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'", [table]
    )
    return ", ".join(f'"{name}"' for (name,) in found if name not in without)


def loads() -> list[Load]:
    """The calls, with tokens made for them."""
    with psycopg.connect(run(["db", "url", "--role", "owner"]), cursor_factory=psycopg.ClientCursor) as db:
        number, key = db.execute(
            """SELECT number, id FROM "case" WHERE state = 'handling' AND public AND number !~ 'B' ORDER BY id DESC LIMIT 1"""
        ).fetchone()  # type: ignore[misc]
        rare = quote(db.execute(RARE).fetchone()[0])  # type: ignore[index]
        common = quote("路")
    stamp = str(time.time_ns())
    bearer = {
        who: {"Authorization": f"Bearer {run(['api', 'token', 'new', who, f'{who} {stamp}'])}"}
        for who in ("desk", "head", "handler")
    }
    apikey = run(["open311", "key", "new", f"bench {stamp}", "--limit", "1000000"])
    service = {
        "service_code": "{service}",
        "description": "幸福南路人行道井盖松动，夜里有人绊倒",
        "lat": "40.6573",
        "long": "109.8404",
    }
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    plain = {"Accept": "text/html", "Accept-Encoding": "gzip"}
    page = {"Cookie": "{cookie}", **plain}
    post = urlencode({**service, "api_key": apikey})
    return [
        Load("one record, JSON", "GET", f"/api/cases/{number}", bearer["desk"], "", f"/one?number={number}", 3, 0.6, 20),
        Load("one record, Open311", "GET", f"/open311/v2/requests/{number}.json", {}, "", f"/one?number={number}", 3, 0.6, 20),
        Load("record page", "GET", f"/work/cases/{number}/", page, "", "", 12, 1.2, 74),
        Load("list of 50, JSON, whole city", "GET", "/api/cases", bearer["desk"], "", "/list", 4, 2, 675),
        Load("list of 50, JSON, one unit", "GET", "/api/cases", bearer["handler"], "", "/list", 4, 2, 675),
        Load("list of 50 by state, JSON", "GET", "/api/cases?state=handling", bearer["desk"], "", "/list", 4, 2, 624),
        Load("list page of 50", "GET", "/work/cases/", page, "", "", 10, 2, 675),
        Load("counts, whole city", "GET", "/api/cases/counts", bearer["desk"], "", "/counts", 1, 2, 805),
        Load("counts, scoped", "GET", "/api/cases/counts", bearer["head"], "", "/counts", 1, 2, 805),
        Load("search, rare word", "GET", f"/api/cases?q={rare}", bearer["desk"], "", f"/search?t={rare}", 3, 3, 0),
        Load("search, common word", "GET", f"/api/cases?q={common}", bearer["desk"], "", f"/search?t={common}", 60, 60, 0),
        Load("public home", "GET", "/", plain, "", "", 15, 2, 0),
        Load("public home, unchanged", "GET", "/", {**plain, "If-None-Match": "{mark}"}, "", "", 1, 2, 0),
        Load("records behind a number", "GET", "/figure/cases.closed/records?period=2021", page, "", "", 10, 10, 0),
        # last: it adds reports to the city that the others are asked of
        Load("create, Open311", "POST", "/open311/v2/requests.json", form, post, f"/create?id={key}", 6, 1.5, 94),
    ]  # fmt: skip


def free() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(command: list[str], port: int, cwd: Path | None = None, **environ: str) -> Iterator[int]:
    """A server that answers on the port; gives its process number."""
    server = subprocess.Popen(
        command, env=os.environ | environ, cwd=cwd, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield server.pid
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def cookie(port: int, who: str = "desk") -> str:
    """The session of a person of the demo."""
    words = next(line.split() for line in logins() if line.split() and line.split()[0] == who)
    web = HTTPConnection("127.0.0.1", port)
    web.request("GET", "/login/")
    answer = web.getresponse()
    token = answer.read().decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    csrf = (answer.headers.get("Set-Cookie") or "").partition(";")[0]
    body = urlencode({"csrfmiddlewaretoken": token, "username": words[0], "password": words[1]})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": csrf,
        "Origin": f"http://127.0.0.1:{port}",
    }
    web.request("POST", "/login/", body, headers)
    answer = web.getresponse()
    answer.read()
    got = [value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    assert answer.status == 302 and got, f"log-in refused: {answer.status}"
    return "; ".join(got)


def logins() -> list[str]:
    """The demo's log-ins as they are printed."""
    return subprocess.run([*LUOSHI, "demo", "logins"], capture_output=True, text=True, check=True).stdout.splitlines()


def service(port: int) -> str:
    """The first service of the Open311 door."""
    web = HTTPConnection("127.0.0.1", port)
    web.request("GET", "/open311/v2/services.json")
    import json

    return str(json.loads(web.getresponse().read())[0]["service_code"])


def tree(root: int) -> set[int]:
    """A process and all below it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents.setdefault(int((entry / "stat").read_text().rpartition(")")[2].split()[1]), []).append(
                    int(entry.name)
                )
            except OSError:
                continue
    found, edge = {root}, [root]
    while edge:
        below = parents.get(edge.pop(), [])
        found.update(below)
        edge += below
    return found


def cpu(pids: set[int]) -> float:
    """Seconds of CPU that these processes, and those that they have waited for, have used."""
    total = 0
    for pid in pids:
        try:
            total += sum(int(n) for n in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15])
        except OSError:
            continue
    return total / TICK


def postmaster() -> int:
    """The database's first process, by its lock file."""
    with psycopg.connect(run(["db", "url", "--role", "owner"])) as db:
        return int(Path(f"/proc/{db.info.backend_pid}/stat").read_text().rpartition(")")[2].split()[1])


def call(port: int, load: Load, path: str, until: float, took: list[float], bad: list[str]) -> None:
    """Calls on one connection until the end."""
    web = HTTPConnection("127.0.0.1", port)
    while time.perf_counter() < until:
        begun = time.perf_counter()
        web.request(load.method, path, load.body or None, load.headers)
        answer = web.getresponse()
        content = answer.read()
        took.append(time.perf_counter() - begun)
        if answer.status not in (200, 201) and (answer.status, "If-None-Match" in load.headers) != (304, True):
            bad.append(f"{answer.status} {content[:200]!r}")
            return


def drive(port: int, load: Load, path: str, pids: set[int], database: int, seconds: float) -> Cost:
    """Eight connections at once for some seconds; the first second warms up and is not counted."""
    for part in (1.0, seconds):
        took: list[float] = []
        bad: list[str] = []
        before, db_before, begun = cpu(pids), cpu(tree(database)), time.perf_counter()
        threads = [
            threading.Thread(target=call, args=(port, load, path, begun + part, took, bad)) for _ in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if bad:
            raise SystemExit(f"{load.name}: {bad[0]}")
    span, n = time.perf_counter() - begun, len(took)
    took.sort()
    return Cost(
        (cpu(pids) - before) / n * 1000,
        (cpu(tree(database)) - db_before) / n * 1000,
        n / span,
        took[int(n * 0.95)] * 1000,
    )


def measure(seconds: float, only: str) -> None:
    """Each load against the product, then its floor; prints a line each."""
    chosen = [load for load in loads() if only in load.name]
    database, port, bare = postmaster(), free(), free()
    url = run(["db", "url", "--role", "app"])
    with process(
        [*LUOSHI, "serve", "--web-only", "--port", str(port)], port, LUOSHI_OPEN311_PER_MINUTE="1000000"
    ) as product:
        session, code = cookie(port), service(port)
        filled, costs = [], []
        for load in chosen:
            # a page's mark changes with the minute that the demo's clock shows
            filled.append(filled_in(load, session, code, mark(port, load)))
            costs.append(drive(port, filled[-1], load.path, tree(product), database, seconds))
    command = [sys.executable, "app.py", str(bare)]
    owner = run(["db", "url", "--role", "owner"])
    with process(command, bare, ROOT / "bench" / "floor", FLOOR_DB=url, FLOOR_OWNER=owner) as floor:
        time.sleep(1)
        floors = [
            drive(bare, load, load.floor, tree(floor), database, seconds / 2) if load.floor else None for load in filled
        ]
    head = f"{'':30}{'web ms':>8}{'db ms':>8}{'per s':>8}{'p95 ms':>8}   {'floor':>11}   {'x floor':>8}{'to reach':>12}{'peer':>7}{'x less':>8}"
    print(head)
    for load, cost, under in zip(filled, costs, floors, strict=True):
        print(line(load, cost, under))


def mark(port: int, load: Load) -> str:
    """The ETag of a page that is asked for again; "" where none is wanted."""
    if "If-None-Match" not in load.headers:
        return ""
    web = HTTPConnection("127.0.0.1", port)
    web.request(
        "GET", load.path, headers={name: text for name, text in load.headers.items() if name != "If-None-Match"}
    )
    answer = web.getresponse()
    answer.read()
    return answer.headers["ETag"] or ""


def filled_in(load: Load, session: str, code: str, etag: str) -> Load:
    """With the session, the service and the mark that the running server gave."""
    given = {"{cookie}": session, "{mark}": etag}
    headers = {name: given.get(value, value) for name, value in load.headers.items()}
    body = load.body.replace(quote("{service}", safe=""), quote(code))
    return Load(load.name, load.method, load.path, headers, body, load.floor, load.web, load.db, load.peer)


def line(load: Load, cost: Cost, under: Cost | None) -> str:
    """One row of the table."""
    both = cost.web + cost.db
    floor = f"{under.web:5.2f}/{under.db:5.2f}" if under else ""
    times = f"{both / (under.web + under.db):.1f}" if under else ""
    goal = f"{load.web:g}/{load.db:g}"
    good = "" if cost.web <= load.web and cost.db <= load.db else " !"
    peer = f"{load.peer:g}" if load.peer else ""
    less = f"{load.peer / both:.0f}" if load.peer else ""
    return f"{load.name:30}{cost.web:8.2f}{cost.db:8.2f}{cost.rate:8.0f}{cost.p95:8.1f}   {floor:>11}   {times:>8}{goal:>12}{peer:>7}{less:>8}{good}"


if __name__ == "__main__":
    main()
