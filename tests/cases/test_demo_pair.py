"""Two processes write what one would have written, and the same seed gives the same year."""

import os
from dataclasses import replace

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
    assert Case.objects.count() == TOTAL == said[-1]
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
