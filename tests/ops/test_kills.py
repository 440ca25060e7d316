"""Thirty kills -9 of web, worker and database under concurrent load: nothing that was acknowledged is lost, nothing is
there twice. Clients report through Open311 with an idempotency key and ask again until they are answered."""

import json
import os
import random
import re
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psycopg
import pytest
from test_city import City, kill, kill_database, opens, until

from luoshi.db.embedded import Embedded
from luoshi.db.problem import DatabaseProblem
from luoshi.packs.read import BAOTOU
from luoshi.serve import port

pytestmark = [pytest.mark.faults, pytest.mark.slow]
KILLS, CLIENTS = 30, 3


class BusyCity(City):
    """A city whose limit is above what three clients send."""

    @property
    def environ(self) -> dict[str, str]:
        return super().environ | {"LUOSHI_OPEN311_PER_MINUTE": "100000"}


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = BusyCity(tmp_path / "var")
    done = made.run("init", "--pack", str(BAOTOU), "--origin", "log.test/kills", "--admin", "zhang")
    assert done.returncode == 0, done.stderr
    yield made
    Embedded(made.home).remove()


class Reporter(threading.Thread):
    """Reports one problem after another; keeps what was acknowledged: key → (number, tracking code)."""

    def __init__(self, base: str, api_key: str, name: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.base, self.api_key, self.prefix, self.stop = base, api_key, name, stop
        self.answered: dict[str, tuple[str, str]] = {}
        self.retried = 0
        self.strange: list[str] = []

    def run(self) -> None:
        count = 0
        while not self.stop.is_set():
            count += 1
            self.report(f"{self.prefix}-{count}")

    def report(self, key: str) -> None:
        fields = {"api_key": self.api_key, "service_code": "010101", "lat": "40.6573", "long": "109.8404",
                  "description": f"井盖松动 {key}"}  # fmt: skip
        body = urlencode(fields).encode()
        for _ in range(300):
            request = Request(f"{self.base}open311/v2/requests.json", body, {"Idempotency-Key": key})
            try:
                with urlopen(request, timeout=10) as answer:
                    self.keep(key, json.load(answer))
                return
            except HTTPError as refused:
                if refused.code < 500:
                    self.strange.append(f"{key}: {refused.code} {refused.read()[:200]!r}")
                    return
            except (URLError, OSError, ValueError):
                pass
            self.retried += 1
            time.sleep(0.1)

    def keep(self, key: str, answer: list[dict[str, str]]) -> None:
        found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}|[0-9A-Z]{12}", answer[0]["service_notice"])
        assert found
        self.answered[key] = (answer[0]["service_request_id"], found[0])


def strike(city: City, chance: random.Random) -> None:
    """Kill one part; one that is just being restarted is left alone."""
    part = chance.choice(("luoshi.serve.web", "luoshi.serve.web", "luoshi.serve.worker", "database"))
    try:
        kill_database(city) if part == "database" else kill(city, part)
    except (psycopg.Error, ProcessLookupError, ValueError, DatabaseProblem):
        return


def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(city: City) -> None:
    key = city.run("open311", "key", "new", "load").stdout.splitlines()[-1]
    number = port.next_free(18300 + os.getpid() % 100)
    server = city.start("serve", "--port", str(number))
    chance, stop = random.Random(2021), threading.Event()
    try:
        assert server.stdout
        base = server.stdout.readline().split()[1]
        reporters = [Reporter(base, key, f"client{n}", stop) for n in range(CLIENTS)]
        for reporter in reporters:
            reporter.start()
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.1, 1.2))
            strike(city, chance)
        until(lambda: opens(base), 60)
        stop.set()
        for reporter in reporters:
            reporter.join(60)
        answered = {k: v for reporter in reporters for k, v in reporter.answered.items()}
        assert [line for reporter in reporters for line in reporter.strange] == []
        assert len(answered) > KILLS and sum(reporter.retried for reporter in reporters) > 0
        for case, code in list(answered.values()):
            with urlopen(f"{base}track/{code}", timeout=10) as page:
                assert case in page.read().decode()
        with psycopg.connect(Embedded(city.home).url("owner")) as look:
            rows = look.execute(
                'SELECT c.number, count(e.id) FROM "case" c LEFT JOIN event e ON e.subject = c.log_id '
                "AND e.verb = 'report' GROUP BY c.number"
            ).fetchall()
            lost = look.execute(
                "SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM event_salt s WHERE s.event_id = e.id) "
                "OR (SELECT count(*) FROM event_pending p WHERE p.event_id = e.id) "
                "+ (SELECT count(*) FROM log_leaf l WHERE l.event_id = e.id) <> 1"
            ).fetchone()
        assert {number for number, _ in rows} == {case for case, _ in answered.values()}
        assert {count for _, count in rows} == {1}
        assert lost == (0,)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
