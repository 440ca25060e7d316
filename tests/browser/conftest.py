"""A browser beside the site on a real port, for tests that commit."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from given import NOW
from live import serving

from luoshi.kernel.ledger import keys
from luoshi.kernel.ledger import place as places
from luoshi.kernel.ledger.folder import Folder

CHROMIUM = shutil.which("chromium")


@pytest.fixture
def address(committed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The site at the fixed moment, on a database where commits are real, with a log of its own."""
    log = places.Place("test.example/log", Folder(tmp_path / "log"), tmp_path / "keys" / "log")
    keys.create(log.key_file, log.origin)
    monkeypatch.setattr(places, "current", lambda: log)
    with serving(NOW) as running:
        yield running


@pytest.fixture
def browser(committed: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Chromium. Playwright runs an event loop in this thread; the database is asked from it all the same."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as play:
        # while the loop runs, Django holds another connection than outside of it, perhaps still to a dropped database
        connections.close_all()
        yield play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        connections.close_all()
