"""How large a form with files may be, wherever it is sent: looked at before anything is read or written."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest


class Bounded(FileUploadHandler):
    """The first handler of every upload; refuses a body above `settings.BODY_MOST` bytes, and leaves files alone."""

    def handle_raw_input(
        self, input_data: Any, META: dict[str, Any], content_length: int, boundary: str, encoding: str | None = None
    ) -> None:
        """Raises RequestDataTooBig, which becomes a page with 413."""
        if content_length > settings.BODY_MOST:
            raise RequestDataTooBig(f"a body of {content_length} bytes")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """On to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """On to the next handler."""


def longer(request: HttpRequest, most: int) -> bool:
    """Does a request say that its body is above `most` bytes, or say nothing that can be believed? Reads nothing of it."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return not (said.isascii() and said.isdigit() and len(said) < 16 and int(said) <= most)
