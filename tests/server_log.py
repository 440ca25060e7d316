"""What the server would write into its log: the settings' own handler, caught."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from luoshi.serve.codes import WithoutCodes


@contextmanager
def server_log() -> Iterator[StringIO]:
    """Catch what the handler of `settings.LOGGING` writes."""
    (handler,) = [
        one
        for one in logging.getLogger().handlers
        if isinstance(one, logging.StreamHandler) and any(isinstance(f, WithoutCodes) for f in one.filters)
    ]
    log = StringIO()
    before = handler.setStream(log)
    try:
        yield log
    finally:
        handler.setStream(before)
