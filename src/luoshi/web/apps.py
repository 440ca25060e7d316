"""The shell as a Django application."""

import logging
import re
from typing import Final

from django.apps import AppConfig

_CODE: Final = re.compile(r"/track/[^\s'\"]+")
# Django's own loggers that write the path of a request.
_LOGGERS: Final = ("django.request", "django.security.csrf", "django.security.DisallowedHost", "django.server")


def mask(record: logging.LogRecord) -> bool:
    """Take tracking codes out of a log line; always lets it pass."""
    if "/track/" in (line := record.getMessage()):
        record.msg, record.args = _CODE.sub("/track/…", line), ()
    return True


class WebConfig(AppConfig):
    """Frame, parts, forms and the layers round every page."""

    name = "luoshi.web"
    label = "web"

    def ready(self) -> None:
        """Keep tracking codes out of Django's own log lines."""
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(mask)
