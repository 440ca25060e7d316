"""The thread beside the worker: seals what comes, goes on after a fault, and says each fault once."""

import logging
from collections.abc import Iterator
from time import monotonic, sleep

import pytest
from sealing import holds, write

from luoshi.kernel.ledger import place as places
from luoshi.kernel.ledger.place import Place
from luoshi.serve.sealer import Sealer


@pytest.fixture
def sealer(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sealer]:
    monkeypatch.setattr(places, "current", lambda: place)
    thread = Sealer(0.05)
    thread.start()
    yield thread
    thread.ended.set()
    thread.join(10)


def until(place: Place, size: int) -> bool:
    end = monotonic() + 20
    while monotonic() < end:
        head = place.folder.head()
        if head is not None and head.size == size:
            return True
        sleep(0.05)
    return False


def test_what_is_written_is_sealed_soon(place: Place, sealer: Sealer) -> None:
    write(3)
    assert until(place, 3)
    write(4)
    assert until(place, 7) and holds(place) == 7


def test_a_fault_is_said_once_and_sealing_goes_on_when_it_is_mended(
    place: Place, sealer: Sealer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "luoshi.sealing"):
        place.key_file.chmod(0o644)
        write(2)
        end = monotonic() + 20
        while not caplog.records and monotonic() < end:
            sleep(0.05)
        sleep(0.5)  # some more rounds
        assert place.folder.head() is None
        said = [one for one in caplog.records if one.name == "luoshi.sealing"]
        assert len(said) == 1 and "chmod 600" in said[0].getMessage()
    place.key_file.chmod(0o600)
    assert until(place, 2)
