"""What lists and board of the investment line cost on a large register, as `run.py` beside this measures the street line.

.venv/bin/python bench/web/invest.py --home DIR [--companies 300000] [--leads 100000] [--seconds 5]

Companies and leads of the demo are copied until there are as many as asked for; the home is changed.
"""

import argparse
import os
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from run import LUOSHI, Load, columns, cookie, drive, filled_in, free, line, postmaster, process, run, tree

COMPANIES = """
INSERT INTO company (id, log_id, name, code, {columns})
  SELECT nextval('company_id_seq'), gen_random_uuid(), c.name || '·' || g.n, '', {columns}
  FROM generate_series(1, {rounds}) AS g(n) CROSS JOIN company c WHERE c.name !~ '·' AND c.state = 'listed' ORDER BY g.n LIMIT {more}
"""
LEADS = """
INSERT INTO lead (id, log_id, number, {columns})
  SELECT nextval('lead_id_seq'), gen_random_uuid(), l.number || 'B' || g.n, {columns}
  FROM generate_series(1, {rounds}) AS g(n) CROSS JOIN lead l WHERE l.number !~ 'B' AND l.state <> 'merged' ORDER BY g.n LIMIT {more}
"""


def enlarge(table: str, insert: str, wanted: int, *without: str) -> None:
    """More rows of a table, copied from those that are there."""
    with psycopg.connect(
        run(["db", "url", "--role", "owner"]), autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as db:
        have = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # type: ignore[index]
        if have < wanted:
            db.execute(
                insert.format(
                    columns=columns(db, table, "id", *without), rounds=2 + wanted // (have - 500), more=wanted - have
                )
            )
        db.execute(f"VACUUM ANALYZE {table}")
        print(f"{table} {max(have, wanted):,}", flush=True)


def loads() -> list[Load]:
    """The calls; the budgets are those of the street line."""
    with psycopg.connect(run(["db", "url", "--role", "owner"])) as db:
        lead = db.execute(
            "SELECT log_id FROM lead WHERE state = 'landed' AND number !~ 'B' ORDER BY id LIMIT 1"
        ).fetchone()[0]  # type: ignore[index]
    bearer = {"Authorization": f"Bearer {run(['api', 'token', 'new', 'officer', f'officer {time.time_ns()}'])}"}
    page = {"Cookie": "{cookie}", "Accept": "text/html", "Accept-Encoding": "gzip"}
    county, word = "150203000000", quote("磁材")
    return [
        Load("companies, list of 50, JSON", "GET", "/api/companies", bearer, web=4, db=2),
        Load("companies, search, JSON", "GET", f"/api/companies?q={word}", bearer, web=4, db=2),
        Load("companies, page", "GET", "/work/companies/", page, web=10, db=2),
        Load("leads, list of 50, JSON", "GET", "/api/leads", bearer, web=4, db=2),
        Load("leads, by district, JSON", "GET", f"/api/leads?county={county}", bearer, web=4, db=2),
        Load("leads, search, JSON", "GET", f"/api/leads?q={word}", bearer, web=4, db=2),
        Load("leads, page", "GET", "/work/leads/", page, web=10, db=2),
        Load("leads, by stage, page", "GET", "/work/leads/?state=landed&order=signed", page, web=10, db=2),
        Load("leads, board", "GET", "/work/leads/board/", page, web=10, db=2),
        Load("one lead, page", "GET", f"/work/leads/{lead}/", page, web=12, db=1.2),
        Load("one lead, JSON", "GET", f"/api/leads/{lead}", bearer, web=3, db=0.6),
    ]  # fmt: skip


def main() -> None:
    """Set up, measure each, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True, help="a demo's home that may be changed")
    parser.add_argument("--companies", type=int, default=300_000)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    os.environ["LUOSHI_HOME"] = str(asked.home)
    run(["db", "up"])
    try:
        enlarge("company", COMPANIES, asked.companies, "log_id", "name", "code")
        enlarge("lead", LEADS, asked.leads, "log_id", "number")
        port = free()
        with process([*LUOSHI, "serve", "--web-only", "--port", str(port)], port) as product:
            session, database = cookie(port, "promoter"), postmaster()
            for load in (one for one in loads() if asked.only in one.name):
                full = filled_in(load, session, "", "")
                print(
                    line(full, drive(port, full, load.path, tree(product), database, asked.seconds), None), flush=True
                )
    finally:
        run(["db", "down"])


if __name__ == "__main__":
    main()
