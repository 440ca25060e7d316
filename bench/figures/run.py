"""What a figure costs, beside plain SQL on the same files (README.md beside this file).

.venv/bin/python bench/figures/run.py --home DIR [--events N] [--keep]
"""

import argparse
import logging
import os
import re
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import enlarge

YEAR = 2021 * 12
ROLLED = """
WITH known AS (SELECT * FROM events WHERE known < $size AND (superseded IS NULL OR superseded >= $size)),
lives AS (SELECT subject, arg_max_null(status, place) AS status, arg_max_null(part, place) AS part,
  arg_max_null(stage, place) AS stage, arg_max_null(unit, place) AS unit,
  arg_max_null(on_time, place) FILTER (verb = 'close' OR (verb IN ('part_done', 'part_off') AND stage = 'closed')) AS on_time,
  max(recorded_at_month) FILTER (verb = 'close' OR (verb IN ('part_done', 'part_off') AND stage = 'closed')) AS closed
  FROM known GROUP BY subject)
SELECT unit, count(*) FILTER (on_time), count(*), count(*) FROM lives WHERE status <> 'imported' AND NOT part
  AND stage = 'closed' AND on_time IS NOT NULL AND closed >= $first AND closed < $last GROUP BY 1
"""
WITHIN = "occurred_at_month >= $first AND occurred_at_month < $last"
SUM = f"""SELECT occurred_at_month, unit, sum(due_at - occurred_at), count(*) FROM events
  WHERE superseded IS NULL AND {WITHIN} AND due_at - occurred_at IS NOT NULL GROUP BY 1, 2"""
SHARE = f"""SELECT unit, count(*) FILTER (status = 'going'), count(*), count(*) FROM events
  WHERE superseded IS NULL AND {WITHIN} GROUP BY 1"""
MEDIAN = f"""SELECT top, quantile_disc(due_at - occurred_at, 0.5), count(*) FROM events
  WHERE superseded IS NULL AND {WITHIN} AND due_at - occurred_at IS NOT NULL GROUP BY 1"""
KNOWN = f"""SELECT county, count(*), count(*) FROM events
  WHERE known < $size AND (superseded IS NULL OR superseded >= $size) AND {WITHIN} GROUP BY 1"""
failed: list[str] = []


def main() -> None:
    """Enlarge the demo's lake in a folder of its own, measure, throw it away."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True, help="a demo's home")
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--keep", type=Path, help="a folder for the enlarged lake, used again if it is there")
    asked = parser.parse_args()
    os.environ |= {"LUOSHI_HOME": str(asked.home), "DJANGO_SETTINGS_MODULE": "luoshi.settings"}
    large = asked.keep or Path(tempfile.mkdtemp(prefix="luoshi-bench-"))
    from luoshi.db.embedded import Embedded
    from luoshi.serve.database import use

    server = Embedded(asked.home)
    with server.hold():
        use(server.url("app"))
        logging.disable(logging.WARNING)
        try:
            measure(asked.home, large, asked.events)
        finally:
            if not asked.keep:
                shutil.rmtree(large)
    sys.exit(1 if failed else 0)


def used() -> float:
    """Seconds of CPU of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def with_database() -> float:
    """Seconds of CPU of this process and of its connection's PostgreSQL process."""
    from django.db import connection

    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return used() + (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def best(do: Callable[[], Any], times: int = 1, clock: Callable[[], float] = used) -> float:
    """Seconds of CPU of one call; the best of three rounds of some calls."""
    rounds = []
    for _ in range(3):
        begun = clock()
        for _ in range(times):
            do()
        rounds.append((clock() - begun) / times)
    return min(rounds)


def say(name: str, value: float, unit: str, aim: float | None = None, beside: str = "") -> None:
    """One line, held to the aim where there is one."""
    late = aim is not None and value > aim
    if late:
        failed.append(name)
    held = "" if aim is None else f"   aim ≤ {aim:g}{'   MISSED' if late else ''}"
    print(f"{name:<48} {value:>8.2f} {unit}{held}   {beside}", flush=True)


class Lake:
    """The enlarged lake, asked by the product's text and by plain SQL."""

    def __init__(self, home: Path, face: Any, there: Any) -> None:
        from luoshi.figures import duck, lake

        self.home, self.facts, self.there = home, face.facts, there
        self.where, self.files = lake.folder(home, face.name), lake.paths(home, face.facts, there)
        self.bare = duck.fresh(self.where)
        duck.show_events(self.bare, self.facts, self.files, "events")

    def ours(self, measure: Any, by: tuple[str, ...], size: int, **shape: Any) -> Callable[[], Any]:
        """Ask the product's text, compiled once."""
        from luoshi.figures import duck, lake, shapes
        from luoshi.figures.shape import Shape

        text = shapes.compiled("duckdb", measure, self.facts, Shape(measure.id, by, **shape))
        values = {"size": size, "end": 1 << 62, "first_month": YEAR, "last_month": YEAR + 12, "after": -1, "limit": 51}
        mine = {name: value for name, value in values.items() if f"${name}" in text}
        life = lake.life_path(self.home, self.facts, self.there)
        return lambda: duck.asked(self.where, self.facts, self.files, text, mine, life).fetchall()

    def plain(self, text: str, size: int) -> Callable[[], Any]:
        """Ask the text written by hand."""
        values = {"size": size, "first": YEAR, "last": YEAR + 12}
        mine = {name: values[name] for name in re.findall(r"\$(\w+)", text)}
        return lambda: self.bare.execute(text, mine).fetchall()


def measure(home: Path, large: Path, events: int) -> None:
    """All lines."""
    import duckdb

    from luoshi.figures.catalogue import all_figures
    from luoshi.kernel import lines

    face = next(one for one in lines.installed() if one.name == "cases")
    begun = used()
    there = enlarge.make(home, large, face, events)
    print(f"events {events:,}, DuckDB {duckdb.__version__}, load {os.getloadavg()[0]:.1f}")
    say("enlarging, with the rows of subjects", used() - begun, "s")
    big = Lake(large, face, there)
    figures = all_figures()
    from_events(big, figures["cases.on_time"].measure)
    for name, by in (("closed", ("month", "unit")), ("on_time", ("unit",)), ("close_median", ("top",))):
        ask = big.ours(figures[f"cases.{name}"].measure, by, there.size, life="kept", now=True)
        say(f"from subjects' rows: {name}", best(ask), "s", 0.4)
    page = big.ours(figures["cases.closed"].measure, (), there.size, life="kept", rows=True, now=True)
    say("page of records: its places, on all events", best(page, 10) * 1000, "ms")
    on_the_demo(home, face)


def from_events(big: Lake, on_time: Any) -> None:
    """Four questions over events and one over rows of subjects, beside plain SQL."""
    from luoshi.kernel.measures import Is, Less, Measure

    late, all_, half = Less("due_at", "occurred_at"), big.there.size, big.there.size // 2
    made = {kind: Measure(f"bench.{kind}", kind, "events", "occurred_at", **more) for kind, more in {
        "sum": {"value": late}, "share": {"part": Is("status", ("going",))}, "quantile": {"value": late}, "count": {},
    }.items()}  # type: ignore[arg-type]  # fmt: skip
    for name, ours, bare in (
        ("sum by month and unit", big.ours(made["sum"], ("month", "unit"), all_, now=True), big.plain(SUM, all_)),
        ("share by unit", big.ours(made["share"], ("unit",), all_, now=True), big.plain(SHARE, all_)),
        ("median by kind", big.ours(made["quantile"], ("top",), all_, now=True), big.plain(MEDIAN, all_)),
        ("as of half the log, by county", big.ours(made["count"], ("county",), half), big.plain(KNOWN, half)),
        ("rolled up as of half the log: on_time", big.ours(on_time, ("unit",), half), big.plain(ROLLED, half)),
    ):
        if sorted(ours(), key=repr) != sorted(bare(), key=repr):
            raise SystemExit(f"{name}: the answers differ")
        mine, floor = best(ours), best(bare)
        say(name, mine / floor, "x bare", 1.6, f"{mine:.2f} s, bare {floor:.2f} s")


def on_the_demo(home: Path, face: Any) -> None:
    """What PostgreSQL and the site do, on the demo itself."""
    from django.test import Client

    from luoshi.figures import ask, board, lake
    from luoshi.figures.period import Period

    as_of, year = ask.as_of(), Period(YEAR, YEAR + 12)
    figure = ask.figure("cases.closed")
    kept = [(("unit",), year), ((), year)]
    if len(board.kept([figure], kept)) != len(kept):
        raise SystemExit("the year by units is not kept: the demo is of another year")
    cost = best(lambda: board.kept([figure], kept), 200, with_database)
    say("kept answer, from PostgreSQL, CPU of both", cost * 1000, "ms", 3)
    client = Client(HTTP_HOST="127.0.0.1")
    address = f"/figure/cases.closed/records?period=2021&as_of={as_of.size}"
    if b"<tbody" not in client.get(address).content:
        raise SystemExit("the page of records shows none")
    say(
        "page of records, whole site, CPU of both",
        best(lambda: client.get(address), 20, with_database) * 1000,
        "ms",
        10,
    )
    with tempfile.TemporaryDirectory(dir=home) as folder:
        begun = time.perf_counter()
        lake._from_log(Path(folder), face.facts, max(as_of.size - 1000, 0), as_of.size)
        say("export of a thousand sealed entries, wall", time.perf_counter() - begun, "s", 5)
    for name, by in (("closed", ("month", "unit")), ("on_time", ("unit",)), ("close_median", ())):
        question = ask.Question(ask.figure(f"cases.{name}"), year, as_of, by, engine="postgres")
        cost = best(lambda question=question: ask.ask(question, total=False) if question.by else ask.ask(question),
                    1, with_database)  # fmt: skip
        say(f"PostgreSQL's own tables, {as_of.size:,} events: {name}", cost, "s")


if __name__ == "__main__":
    main()
