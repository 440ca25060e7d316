"""Two processes write what one would have written, and the same seed gives the same year."""

import os
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.db import connection, transaction

from luoshi.cases.demo import generate, pair
from luoshi.cases.models import Case
from luoshi.kernel import clock, installation
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T

TOTAL = 130


@pytest.fixture
def demo(committed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo in a database where commits are real."""
    city = replace(installation.current(), demo=True)
    monkeypatch.setattr(installation, "current", lambda: city)


def _rolled_back(seed: int) -> generate.Summary:
    with transaction.atomic():
        found = generate.run(total=TOTAL, seed=seed)
        transaction.set_rollback(True)
    clock.forget()
    return found


def test_one_process_or_two_the_year_is_the_same(demo: None) -> None:
    alone, other = _rolled_back(7), _rolled_back(8)
    said: list[int] = []
    both = generate.run(total=TOTAL, seed=7, progress=lambda label, done, total: said.append(done))
    assert (both.states, both.verbs) == (alone.states, alone.verbs)
    assert (other.states, other.verbs) != (alone.states, alone.verbs)
    assert Case.objects.filter(part_of=None).count() == TOTAL == said[-1]
    assert Event.objects.count() == both.events
    clock.forget()


def test_results_come_in_order_from_processes_with_their_own_connections(committed: str) -> None:
    def work(number: int) -> tuple[int, int, int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return number, os.getpid(), cursor.fetchone()[0]

    found = list(pair.each(work, range(8)))
    assert [number for number, _, _ in found] == list(range(8))
    assert os.getpid() not in {process for _, process, _ in found}
    assert len({process for _, process, _ in found}) == len({backend for _, _, backend in found})


def test_an_error_in_a_part_is_told_with_its_place(committed: str) -> None:
    def work(number: int) -> int:
        raise Invalid([Fault("place", "nowhere", T("没有", "does not exist"))])

    with pytest.raises(pair.PartFailed, match="in work"):
        list(pair.each(work, [1]))


def _alive(process: int) -> bool:
    """Does it run? One that waits for its parent to take note of its end does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_children_end_when_their_parent_is_killed(committed: str, tmp_path: Path) -> None:
    def work(number: int) -> None:
        (tmp_path / str(os.getpid())).touch()
        sleep(60)

    parent = get_context("fork").Process(target=lambda: list(pair.each(work, [1, 2])))
    connection.close()
    parent.start()
    until = monotonic() + 20
    while len(list(tmp_path.iterdir())) < 2 and monotonic() < until:
        sleep(0.05)
    children = [int(path.name) for path in tmp_path.iterdir()]
    assert len(children) == 2 and all(map(_alive, children))
    parent.kill()
    parent.join()
    while any(map(_alive, children)) and monotonic() < until:
        sleep(0.05)
    assert not any(map(_alive, children))
