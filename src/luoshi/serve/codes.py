"""Keeps tracking codes and the database's quotations of rows out of every log: whoever has the code has the case."""

import logging
import re
from typing import Any

# what PostgreSQL adds to an error: the key or the whole row it failed on
_ROWS = re.compile(r"(?m)^(DETAIL|CONTEXT|LINE \d+):.*$")
_CODES = re.compile(r"(/track/)[^/\s\"']+")


class WithoutCodes(logging.Filter):
    """A filter for handlers: takes tracking codes out of whatever is logged, by whichever library."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; none is dropped."""
        message = record.getMessage()
        masked = _CODES.sub(r"\1…", message)
        if masked != message:
            record.msg, record.args = masked, None
        return True


class Line(logging.Formatter):
    """A formatter whose tracebacks hold no tracking code and no row of the database."""

    def formatException(self, ei: Any) -> str:
        """The traceback without them."""
        return _CODES.sub(r"\1…", _ROWS.sub(r"\1: …", super().formatException(ei)))
