"""The shell alone: a city, a clock and a log size that need no database, and a few pages that go well or wrong."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.test.utils import override_settings

from luoshi.kernel import clock, installation
from luoshi.kernel.lines import Page
from luoshi.kernel.text import T, speaking
from luoshi.web import context, nav, preview

BAOTOU = installation.City(True, "test.example/log", "1502", T("包头市", "Baotou"), {})


class Line:
    """A line of work with a public and a staff page."""

    pages = (Page(T("街面", "Cases"), "/desk/", "cases.see"), Page(T("公开", "Public"), "/cases/", ""))


@pytest.fixture(autouse=True)
def frame(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the frame asks of the installation, answered without a database."""
    monkeypatch.setattr(installation, "current", lambda: BAOTOU)
    monkeypatch.setattr(context, "ledger_size", lambda: 1204912)
    monkeypatch.setattr(nav, "installed", lambda: (Line(),))
    with clock.at(preview.NOW), speaking("zh"):
        yield


class Overrides:
    """Settings for one test: `settings.NAME = value`."""

    def __init__(self) -> None:
        self.__dict__["done"] = []

    def __setattr__(self, name: str, value: Any) -> None:
        override = override_settings(**{name: value})
        override.enable()
        self.done.append(override)


@pytest.fixture
def settings() -> Iterator[Overrides]:
    """Settings that go back to what they were."""
    overrides = Overrides()
    yield overrides
    for override in reversed(overrides.done):
        override.disable()


@pytest.fixture
def site(settings: Any) -> Client:
    """The test pages behind our three layers and the CSRF check."""
    settings.ROOT_URLCONF = "web_pages"
    settings.MIDDLEWARE = [
        "luoshi.web.middleware.Edge",
        "luoshi.web.middleware.Language",
        "django.middleware.csrf.CsrfViewMiddleware",
    ]
    settings.ALLOWED_HOSTS = ["127.0.0.1", "luoshi.example"]
    return Client(raise_request_exception=False, enforce_csrf_checks=True, headers={"host": "127.0.0.1"})
