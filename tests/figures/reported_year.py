"""The small year with what the pack publishes of 2021 sealed after it; all is rolled back in the end."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from given import NOW, connect
from reported_home import PACK, declare, seal

from luoshi.cli.demo import publish
from luoshi.conf import Conf
from luoshi.figures import ask
from luoshi.figures.ask import AsOf
from luoshi.kernel import clock, installation


@contextmanager
def told_year(world: Any, server: Any, folder: Path) -> Iterator[tuple[Path, AsOf]]:
    """A copy of the year's home that declares the pack's figures, and the size of the log with their values in it."""
    connect(world.url)
    patch = pytest.MonkeyPatch()
    shutil.copytree(world.home, folder / "home")
    patch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": folder / "home"}))
    declare(folder / "home")
    city = replace(installation.current(), demo=True)
    patch.setattr(installation, "current", lambda: city)
    try:
        with clock.at(NOW), transaction.atomic():
            publish(PACK / "reported.csv")
            seal(folder / "home")
            yield folder / "home", ask.as_of()
            transaction.set_rollback(True)
    finally:
        patch.undo()
        connect(server.url("app"))
