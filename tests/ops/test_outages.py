"""A served city whose database goes away, whose disk is full, whose merges are killed, and which is sent bad HTTP."""

import fcntl
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psycopg
import pytest
from PIL import Image
from test_city import City, kill_database, opens, until
from test_demo import YEAR
from test_kills import BusyCity, strike

from luoshi.db import place
from luoshi.db.embedded import Embedded
from luoshi.serve import port

pytestmark = [pytest.mark.faults, pytest.mark.slow]
ROOT = os.geteuid() == 0
MB = 1_000_000


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A demo city without a year: with its people, who can be given tokens."""
    made = BusyCity(tmp_path_factory.mktemp("an outage") / "var")
    environ = made.environ | {"VERSION": "1", "WAIT": "0"}
    command = [sys.executable, "-c", YEAR, "demo", "--no-serve"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    yield made
    Embedded(made.home).remove()


@contextmanager
def served(city: City) -> Iterator[str]:
    """The city on a port; gives its address."""
    server = city.start("serve", "--port", str(port.next_free(18500 + os.getpid() % 100)))
    try:
        assert server.stdout
        yield server.stdout.readline().split()[1]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


@pytest.fixture(scope="module")
def base(city: City) -> Iterator[str]:
    """The address of the served city."""
    with served(city) as address:
        yield address


@pytest.fixture(scope="module")
def key(city: City, base: str) -> str:
    """An Open311 key."""
    return city.run("open311", "key", "new", "outage").stdout.splitlines()[-1]


def ask(address: str, body: bytes | None = None, **headers: str) -> tuple[int, Message, bytes]:
    """Status, headers and body of an answer, whatever it is; status 0 where there was none."""
    request = Request(address, body, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except HTTPError as refused:
        return refused.code, refused.headers, refused.read()
    except (URLError, OSError, ValueError):
        return 0, Message(), b""


def report(base: str, key: str, name: str, photo: bytes = b"") -> tuple[int, Any]:
    """Report through Open311 under a key of its own, with a photograph perhaps."""
    fields = {"api_key": key, "service_code": "010101", "lat": "40.6573", "long": "109.8404", "description": name}
    body, headers = urlencode(fields).encode(), {}
    if photo:
        lines = [
            f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()
        ]
        head = (
            b'--x\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        )
        body = b"".join(lines) + head + photo + b"\r\n--x--\r\n"
        headers = {"Content_Type": "multipart/form-data; boundary=x"}
    status, _, content = ask(f"{base}open311/v2/requests.json", body, Idempotency_Key=name, **headers)
    return status, json.loads(content) if status == 200 else content


def number_of(answer: tuple[int, Any]) -> str:
    """The number that was acknowledged."""
    assert answer[0] == 200, answer
    return str(answer[1][0]["service_request_id"])


def known(city: City) -> set[str]:
    """The numbers of all cases, each with exactly one event that reports it."""
    with psycopg.connect(Embedded(city.home).url("owner")) as look:
        rows = look.execute(
            'SELECT c.number, count(e.id) FROM "case" c LEFT JOIN event e ON e.subject = c.log_id '
            "AND e.verb = 'report' GROUP BY c.number"
        ).fetchall()
    assert {count for _, count in rows} <= {1}
    return {number for number, _ in rows}


@contextmanager
def small(folder: Path, size: str) -> Iterator[Callable[[str], object]]:
    """A small file system over a folder, with what was in it; gives a function that changes its size."""
    folder.mkdir(exist_ok=True)
    aside = folder.with_name(folder.name + ".aside")
    subprocess.run(["cp", "-a", str(folder), str(aside)], check=True)
    own = folder.stat()
    options = f"size={size},mode={own.st_mode & 0o777:o},uid={own.st_uid},gid={own.st_gid}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "small", str(folder)], check=True)
    try:
        subprocess.run(["cp", "-a", f"{aside}/.", str(folder)], check=True)
        yield lambda room: subprocess.run(["mount", "-o", f"remount,size={room}", str(folder)], check=True)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        shutil.rmtree(aside)


needs_root = pytest.mark.skipif(not ROOT, reason="!!!!!! NOT ROOT: A FULL DISK IS NOT TRIED !!!!!!")


@needs_root
def test_no_room_for_the_database_is_told_and_what_was_acknowledged_stands(city: City) -> None:
    """The first test of the module: the others share one served city."""
    found = place.locate(city.home.resolve())
    assert found is not None
    with small(found.data, "600m"), served(city) as base:
        key = city.run("open311", "key", "new", str(uuid.uuid4())).stdout.splitlines()[-1]
        kept, refused = [number_of(report(base, key, "room"))], set()
        filler = found.data / "filler"
        with filler.open("wb") as file:
            try:
                while True:
                    file.write(b"\0" * MB)
                    file.flush()
            except OSError:
                pass
        for n in range(400):
            status, content = report(base, key, f"no room {n} " + "很长" * 1500)
            if status == 200:
                kept.append(number_of((status, content)))
            else:
                refused.add(status)
                if len(refused) and n > 30:
                    break
        assert refused and refused <= {0, 503, 507}
        filler.unlink()
        until(lambda: report(base, key, "room again")[0] == 200, 90)
        assert set(kept) <= known(city)


@contextmanager
def no_database(city: City) -> Iterator[None]:
    """Killed, and nobody can start it: its lock is held."""
    with (city.home / "run" / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kill_database(city)
        yield


def test_a_database_gone_for_a_minute_is_told_and_nothing_acknowledged_is_lost(city: City, base: str, key: str) -> None:
    before = number_of(report(base, key, "before"))
    seen: dict[str, set[int]] = {}
    with no_database(city):
        end = time.monotonic() + float(os.environ.get("OUTAGE_SECONDS", "8"))
        while time.monotonic() < end:
            for path in ("", "cases/", "login/", "work/", f"cases/{before}/", "track/7K2M9QX4ABCD"):
                status, headers, page = ask(base + path, Accept="text/html")
                if status == 503:
                    assert headers["Retry-After"] == "30" and "数据库暂时连不上" in page.decode()
                seen.setdefault(path, set()).add(status)
            status, headers, page = ask(f"{base}api/cases", Authorization="Bearer x")
            assert (status, headers["Content-Type"], headers["Retry-After"]) == (503, "application/problem+json", "30")
            status, _ = report(base, key, "meanwhile")
            assert status == 503
            time.sleep(1)
    assert seen["cases/"] == seen["track/7K2M9QX4ABCD"] == {503}
    assert set().union(*seen.values()) <= {200, 302, 503}
    until(lambda: report(base, key, "meanwhile")[0] == 200, 60)
    after = number_of(report(base, key, "meanwhile"))
    assert number_of(report(base, key, "before")) == before != after
    assert {before, after} <= known(city)


def noise(edge: int) -> bytes:
    """A photograph that does not shrink."""
    out = BytesIO()
    Image.frombytes("RGB", (edge, edge), random.Random(edge).randbytes(3 * edge * edge)).save(out, "JPEG", quality=90)
    return out.getvalue()


@needs_root
def test_no_room_for_photographs_is_told_and_what_was_acknowledged_stands(city: City, base: str, key: str) -> None:
    picture, kept, refused = noise(400), [], 0
    with small(city.home / "uploads", "256k") as resize:
        for n in range(6):
            answer = report(base, key, f"photo {n}", picture)
            if answer[0] == 200:
                kept.append(number_of(answer))
            else:
                assert answer[0] == 507 and "存储空间已满" in answer[1].decode()
                refused += 1
        assert kept and refused
        assert not list((city.home / "uploads").rglob(".new.*"))
        assert report(base, key, "without a photograph")[0] == 200
        resize("20m")
        assert report(base, key, "photo 5", picture)[0] == 200
        assert set(kept) <= known(city)


class Merger(threading.Thread):
    """Merges pairs through the API, each under a key, and asks again until it is answered."""

    def __init__(self, base: str, token: str, pairs: list[tuple[str, str]]) -> None:
        super().__init__(daemon=True)
        self.base, self.token, self.pairs = base, token, pairs
        self.answered: list[tuple[str, str]] = []
        self.strange: list[str] = []
        self.retried = 0

    def run(self) -> None:
        for one, into in self.pairs:
            for _ in range(600):
                status, _, content = ask(
                    f"{self.base}api/cases/{one}/moves/merge", json.dumps({"into": into}).encode(),
                    Authorization=f"Bearer {self.token}", Content_Type="application/json", Idempotency_Key=f"merge-{one}",
                )  # fmt: skip
                if 200 <= status < 500:
                    (self.answered.append((one, into)) if status == 200 else self.strange.append(f"{one} {content!r}"))
                    break
                self.retried += 1
                time.sleep(0.1)


def test_kills_while_merging_leave_every_merge_whole_and_once(city: City, base: str, key: str) -> None:
    token = city.run("api", "token", "new", "desk", "merger").stdout.splitlines()[-1]
    numbers = [number_of(report(base, key, f"merge {n}")) for n in range(90)]
    into, chance = numbers[:10], random.Random(2021)
    groups = [[(one, chance.choice(into)) for one in numbers[10 + n :: 2]] for n in range(2)]
    mergers = [Merger(base, token, pairs) for pairs in groups]
    for merger in mergers:
        merger.start()
    for _ in range(8):
        time.sleep(chance.uniform(0.1, 0.8))
        strike(city, chance)
    for merger in mergers:
        merger.join(120)
    until(lambda: opens(base), 60)
    assert [line for merger in mergers for line in merger.strange] == []
    assert sum(merger.retried for merger in mergers) > 0
    pairs = sorted(pair for merger in mergers for pair in merger.answered)
    assert pairs == sorted(pair for group in groups for pair in group)
    with psycopg.connect(Embedded(city.home).url("owner")) as look:
        merged = look.execute(
            'SELECT c.number, i.number FROM "case" c JOIN "case" i ON i.id = c.merged_into_id '
            "WHERE c.state = 'merged' AND (SELECT count(*) FROM event e WHERE e.subject = c.log_id AND e.verb = 'merge') = 1"
        ).fetchall()
        absorbed = look.execute("SELECT count(*) FROM event WHERE verb = 'absorb'").fetchone()
    assert sorted(merged) == pairs and absorbed == (len(pairs),)


def raw(base: str, *parts: bytes, wait: float = 0.0) -> bytes:
    """Send bytes as they are, waiting between them; gives the first line of the answer, empty where there is none."""
    host, _, number = base.removeprefix("http://").rstrip("/").partition(":")
    with socket.create_connection((host, int(number)), timeout=20) as line:
        try:
            for part in parts:
                line.sendall(part)
                time.sleep(wait)
            return line.recv(200).split(b"\r\n")[0]
        except OSError:
            return b""


HEAD = b"Host: 127.0.0.1\r\nConnection: close\r\n"
BAD = [
    (b"GARBAGE\r\n\r\n", 400), (b"GET / HTTP/9.9\r\n\r\n", 400), (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", 0),
    (b"GET / HTTP/1.1\r\n" + HEAD + b"A: " + b"x" * 600_000 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\n" + HEAD + b"A: b\r\n" * 5000 + b"\r\n", 431),
    (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n", 414),
    (b"POST /track/ HTTP/1.1\r\n" + HEAD + b"Content-Length: -5\r\n\r\n", 400),
    (b"POST /track/ HTTP/1.1\r\n" + HEAD + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nabcde", 400),
    (b"POST /track/ HTTP/1.1\r\n" + HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400), (b"GET / HTTP/1.1\r\n" + HEAD + b"A\0b: c\r\n\r\n", 400),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "status"), BAD, ids=[str(n) for n in range(len(BAD))])
def test_bad_http_is_refused(base: str, sent: bytes, status: int) -> None:
    line = raw(base, sent)
    found = int(line.split()[1]) if line.startswith(b"HTTP/") else 0
    assert found in (status, 0) or 400 <= found < 500, line
    assert opens(base)


def test_a_hundred_megabytes_are_refused_and_the_site_goes_on(city: City, base: str) -> None:
    head = b"POST /track/lost HTTP/1.1\r\n" + HEAD + b"Content-Type: multipart/form-data; boundary=x\r\n"
    whole = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' + b"x" * MB
    line = raw(base, head + b"Content-Length: 150000000\r\n\r\n", whole, *[b"x" * MB] * 149)
    assert line == b"" or re.match(rb"HTTP/1.1 4(03|13)", line)
    assert opens(base)


def test_a_slow_client_holds_nobody_up(base: str) -> None:
    head = (
        b"POST /open311/v2/requests.json HTTP/1.1\r\n" + HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"
    )
    sent = (base, head + b"Content-Length: 100\r\n\r\n", *[b"a"] * 8)
    for _ in range(20):
        threading.Thread(target=raw, args=sent, kwargs={"wait": 1.0}, daemon=True).start()
    time.sleep(1)
    begun = time.monotonic()
    assert opens(f"{base}track/")
    assert time.monotonic() - begun < 3
