"""Counting what is asked of the database, whatever the time that a slow machine takes."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from django.db import connection
from django.test.utils import CaptureQueriesContext


@contextmanager
def questions() -> Iterator[CaptureQueriesContext]:
    """What is asked meanwhile. What a process remembers for some seconds does not grow old in it: a test that is about rows
    does not count that settings were due to be read again.
    """
    with ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            if name.startswith("luoshi.") and getattr(module, "monotonic", None) is time.monotonic:
                stack.enter_context(patch.object(module, "monotonic", lambda: 0.0))
        yield stack.enter_context(CaptureQueriesContext(connection))
