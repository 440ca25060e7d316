"""Logs hold no tracking code, whichever library writes them."""

import logging

import pytest

from luoshi.serve.codes import WithoutCodes


def logged(message: str, *arguments: object) -> str:
    """A message as it comes out of a handler with the filter."""
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, message, arguments, None)
    assert WithoutCodes().filter(record)
    return record.getMessage()


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/track/7K2M9QX4ABCD", "/track/…"),
        ("/track/7K2M9QX4ABCD/confirm/", "/track/…/confirm/"),
        ("/track/", "/track/"),
        ("/cases/2021-000123/", "/cases/2021-000123/"),
    ],
)
def test_a_tracking_code_is_left_out(path: str, shown: str) -> None:
    assert logged("Not Found: %s", path) == f"Not Found: {shown}"


def test_the_handlers_of_the_product_carry_the_filter() -> None:
    from luoshi import settings

    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["codes"]  # type: ignore[index]
    assert settings.LOGGING["filters"] == {"codes": {"()": "luoshi.serve.codes.WithoutCodes"}}
