"""Clients that we did not write, as they are, against a running server; and the command that makes their keys."""

import itertools
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from click.testing import CliRunner
from django.core.wsgi import get_wsgi_application

from luoshi.ports.open311 import actions as keys
from luoshi.ports.open311 import cli


class Quiet(WSGIRequestHandler):
    """Says nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        logging.getLogger("test").debug(format, *args)


class OneThread(WSGIServer):
    """Ends the connection to the database that its thread has opened, so that the database can be dropped."""

    def serve_forever(self, poll_interval: float = 0.05) -> None:
        from django.db import connection

        super().serve_forever(poll_interval)
        connection.close()


@pytest.fixture
def running(committed: str) -> Iterator[str]:
    """The address of the interface on a server that runs."""
    with make_server("127.0.0.1", 0, get_wsgi_application(), OneThread, Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/open311/v2"
        server.shutdown()
        thread.join()


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> Any:
    """PyPI `three`, which is from Python 2's days: it wants `itertools.ifilter`, and that is all it is given."""
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    return pytest.importorskip("three")


def test_three_discovers_posts_and_reads(running: str, three: Any) -> None:
    client = three.Three(running, api_key=keys.make("three"))
    assert client.discovery()["endpoints"][0]["url"] == running
    assert three.Three(discovery=f"{running}/discovery.json", api_key="").discovery()["endpoints"]
    services = client.services()
    code = services[0]["service_code"]
    assert client.services(code)["service_code"] == code
    (posted,) = client.post(code, address="幸福路 1 号", name="小明 王", phone="555-5555", description="路上有坑")
    number = posted["service_request_id"]
    assert client.token(number) == [{"service_request_id": number, "token": number}]
    assert [one["service_request_id"] for one in client.request(number)] == [number]
    assert [one["service_request_id"] for one in client.requests(code)] == [number]
    (error,) = three.Three(running, api_key="wrong").post(code, address="x", description="x")
    assert error["code"] == 403


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_reads_lists_definitions_and_requests(running: str, three: Any, form: str) -> None:
    georeport = pytest.importorskip("georeport")
    poster = three.Three(running, api_key=keys.make("poster"))
    numbers = [poster.post("010101", address="x", description="坑")[0]["service_request_id"] for _ in range(2)]
    client = georeport.GeoReport(running, jurisdiction="150200", output_format=form)
    services = client.get_service_list()
    assert len(services) >= 10 and services[0]["service_code"] == "010101"
    assert client.get_service_definition("030101")["service_code"] == "030101"
    found = client.get_service_requests(status="open")
    assert [one["service_request_id"] for one in found] == numbers[::-1]
    assert client.get_service_request(numbers[0])["service_code"] == "010101"
    asked = client.get_service_requests(service_request_id=",".join(numbers), service_code="020101")
    assert len(asked) == 2


@pytest.fixture
def run(db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `luoshi open311 …` within the test's database."""
    monkeypatch.setattr(cli, "connected", nullcontext)
    return lambda *arguments: CliRunner().invoke(cli.open311, arguments)


def test_a_new_key_stands_alone_on_the_last_line(run: Any) -> None:
    from luoshi.ports.open311 import reads

    done = run("key", "new", "市民 App", "--limit", "5")
    key = done.output.rstrip("\n").split("\n")[-1]
    assert done.exit_code == 0 and len(key) == 40 and key.isalnum()
    client = reads.spend(key)
    assert client is not None and (client.name, client.used, client.most) == ("市民 App", 1, 5)


def test_keys_are_listed_without_themselves_and_ended_by_name(run: Any) -> None:
    key = run("key", "new", "app").output.split("\n")[-2]
    listed = run("key", "list").output
    assert listed.startswith("app\t") and key not in listed and listed.count("\t-") == 2
    assert run("key", "end", "app").exit_code == 0
    assert run("key", "list").output.count("\t-") == 1
    again = run("key", "end", "app")
    assert again.exit_code == 1 and "app" in str(again.exception)


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\nb"])
def test_a_name_that_cannot_be_one_is_refused(run: Any, name: str) -> None:
    from luoshi.kernel.problems import Invalid

    assert isinstance(run("key", "new", name).exception, Invalid)


def test_two_good_keys_never_have_the_same_name(run: Any) -> None:
    assert run("key", "new", "app").exit_code == 0
    assert run("key", "new", "app").exit_code == 1


def test_the_command_is_one_of_luoshi() -> None:
    from luoshi.cli import COMMANDS

    assert COMMANDS["open311"] == f"{cli.__name__}:open311" and cli.__name__ in sys.modules
