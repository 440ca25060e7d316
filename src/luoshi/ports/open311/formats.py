"""Answers as XML and JSON. JSON follows the XML by the Spark convention: lists stand bare, without their items' names."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

import orjson
from django.http import HttpResponse

TYPES: Final = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
# what an element of each list is called
ITEMS: Final = {
    "services": "service", "service_requests": "request", "errors": "error", "attributes": "attribute",
    "values": "value", "endpoints": "endpoint", "formats": "format", "photos": "photo", "notes": "note",
    "service_request_updates": "request_update",
}  # fmt: skip
_HEAD: Final = '<?xml version="1.0" encoding="utf-8"?>\n'
# characters that no XML document can hold
_NEVER: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(_NEVER.sub("", value)) if isinstance(value, str) else str(value)


def _element(name: str, value: Any) -> str:
    if value is None or value == "":
        return f"<{name}/>"
    if isinstance(value, Mapping):
        return f"<{name}>{''.join([_element(key, one) for key, one in value.items()])}</{name}>"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"<{name}>{''.join([_element(ITEMS[name], one) for one in value])}</{name}>"
    return f"<{name}>{_text(value)}</{name}>"


def respond(form: str, root: str, value: Any, status: int = 200) -> HttpResponse:
    """An answer in a format; `root` is the XML's outermost element, `value` a list of its items or a mapping."""
    body = orjson.dumps(value) if form == "json" else (_HEAD + _element(root, value)).encode()
    return HttpResponse(body, status=status, content_type=TYPES[form])
