"""The access log keeps query strings and tracking codes out."""

import logging
from typing import Any

import pytest

from luoshi.serve.access import AccessLog, shown


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/cases/", "/cases/"),
        ("/track/7K2M9QX4ABCD/", "/track/…/"),
        ("/track/7K2M9QX4ABCD/confirm/", "/track/…/confirm/"),
        ("/en/track/7K2M9QX4ABCD", "/en/track/…"),
        ("/x\n2026 forged line", "/x\\n2026 forged line"),
    ],
)
def test_a_path_is_shown_without_code_and_on_one_line(path: str, line: str) -> None:
    assert shown(path) == line


def test_a_request_leaves_one_line_without_its_query(caplog: pytest.LogCaptureFixture) -> None:
    def application(environ: Any, start_response: Any) -> list[bytes]:
        start_response("404 Not Found", [])
        return [b""]

    with caplog.at_level(logging.INFO, "luoshi.access"):
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/track/7K2M9QX4ABCD", "QUERY_STRING": "telephone=138"}
        assert list(AccessLog(application)(environ, lambda *_: None)) == [b""]  # type: ignore[arg-type]
    (line,) = caplog.messages
    assert line.startswith("GET /track/… 404 ")
    assert "138" not in line and "7K2M" not in line
