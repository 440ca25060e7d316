"""Keeps tracking codes out of every log: whoever has the code has the case."""

import logging
import re

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
