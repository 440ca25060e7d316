"""The thread beside the worker: seals what comes, goes on after a fault, and says each fault once."""

import logging
from collections.abc import Iterator
from threading import Event
from time import monotonic, sleep

import pytest
from sealing import holds, write

from luoshi.figures import board, lake
from luoshi.kernel.ledger import place as places
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.lines import Face
from luoshi.serve.sealer import Bringer, Sealer


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


def test_what_is_sealed_goes_out_beside_sealing_and_is_tried_again_where_it_failed(
    place: Place, sealer: Sealer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    brought, slow = list[str](), Event()

    def bring(home: object, face: Face) -> None:
        brought.append(face.name)
        if len(brought) == 1:
            raise OSError("disk full")
        slow.wait(20)

    monkeypatch.setattr(lake, "bring", bring)
    monkeypatch.setattr(board, "is_due", lambda: False)
    bringer = Bringer(0.05, sealer.sealed)
    bringer.start()
    with caplog.at_level(logging.ERROR, "luoshi.sealing"):
        write(2)
        assert until(place, 2)
        end = monotonic() + 20
        while len(brought) < 2 and monotonic() < end:
            sleep(0.05)
    assert [one.getMessage() for one in caplog.records] == ["figures not brought: OSError: disk full"]
    write(3)
    assert until(place, 5) and len(brought) == 2, "sealing does not wait for it"
    slow.set()
    bringer.ended.set()
    bringer.join(10)
    assert not bringer.is_alive()
