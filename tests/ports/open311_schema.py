"""What the standard's text (GeoReport v2, Service Discovery) says of each answer, as structural checks."""

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

Check = Callable[[str], bool]
W3C = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


def some(text: str) -> bool:
    return bool(text)


def free(text: str) -> bool:
    return True


def one_of(*values: str) -> Check:
    return lambda text: text in values


def number(low: float, high: float) -> Check:
    return lambda text: text == "" or low <= float(text) <= high


def time(text: str) -> bool:
    return bool(W3C.fullmatch(text))


def maybe_time(text: str) -> bool:
    return text == "" or time(text)


TRUTH = one_of("true", "false")
SERVICE: dict[str, Any] = {
    "service_code": some, "service_name": some, "description": free, "metadata": TRUTH,
    "type": one_of("realtime", "batch", "blackbox"), "keywords": free, "group": free,
}  # fmt: skip
ATTRIBUTE: dict[str, Any] = {
    "variable": TRUTH, "code": some,
    "datatype": one_of("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"),
    "required": TRUTH, "datatype_description": free, "order": lambda text: int(text) > 0, "description": some,
    "values?": [("value", {"key": some, "name": some})],
}  # fmt: skip
REQUEST: dict[str, Any] = {
    "service_request_id": some, "status": one_of("open", "closed"), "status_notes": free, "service_name": some,
    "service_code": some, "description": free, "agency_responsible": free, "service_notice": free,
    "requested_datetime": time, "updated_datetime": time, "expected_datetime": maybe_time, "address": free,
    "address_id": free, "zipcode": free, "lat": number(-90, 90), "long": number(-180, 180), "media_url": free,
}  # fmt: skip
PHOTO: dict[str, Any] = {"media_url": some, "title": some, "width": some, "height": some, "created_at": time}
EXTENSIONS: dict[str, Any] = {
    "extended_attributes": {"status": some, "photos": [("photo", PHOTO)]},
    "notes": [("note", {"datetime": time, "description": some, "type": some})],
}
ENDPOINT: dict[str, Any] = {
    "specification": one_of("http://wiki.open311.org/GeoReport_v2"), "url": some, "changeset": some,
    "type": one_of("production", "test"), "formats": [("format", one_of("text/xml", "application/json"))],
}  # fmt: skip
# document → name of its root, and what stands in it: a mapping, or a list of one kind of item
DOCUMENTS: dict[str, tuple[str, Any]] = {
    "discovery": (
        "discovery",
        {"changeset": some, "contact": some, "key_service": some, "endpoints": [("endpoint", ENDPOINT)]},
    ),
    "services": ("services", [("service", SERVICE)]),
    "definition": ("service_definition", {"service_code": some, "attributes": [("attribute", ATTRIBUTE)]}),
    "posted": (
        "service_requests",
        [("request", {"service_request_id": some, "service_notice": free, "account_id": free})],
    ),
    "token": ("service_requests", [("request", {"service_request_id": some, "token": some})]),
    "requests": ("service_requests", [("request", REQUEST)]),
    "extended": ("service_requests", [("request", REQUEST | EXTENSIONS)]),
    "updates": (
        "service_request_updates",
        [("request_update", {
            "update_id": some, "service_request_id": some, "status": some, "updated_datetime": time,
            "description": free, "media_url": free,
        })],
    ),
    "updated": ("service_request_updates", [("request_update", {"update_id": some, "account_id": free})]),
    "errors": ("errors", [("error", {"code": one_of("400", "403", "404"), "description": some})]),
}  # fmt: skip
LISTS = {"attributes", "values", "endpoints", "formats", "photos", "notes"}


def check(document: str, xml: bytes) -> ElementTree.Element:
    """An XML answer against the schema; gives its root."""
    assert xml.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    root = ElementTree.fromstring(xml)
    name, shape = DOCUMENTS[document]
    assert root.tag == name
    _check(root, shape)
    return root


def _check(element: ElementTree.Element, shape: Any) -> None:
    assert element.attrib == {}
    if isinstance(shape, list):
        ((tag, item),) = shape
        for child in element:
            assert child.tag == tag
            _check(child, item)
    elif isinstance(shape, dict):
        known = [name.rstrip("?") for name in shape]
        names = [child.tag for child in element]
        assert [name for name in known if name in names] == names, (names, known)
        assert {name for name in shape if not name.endswith("?")} <= set(names)
        for child in element:
            _check(child, shape.get(child.tag, shape.get(f"{child.tag}?")))
    else:
        assert len(element) == 0
        assert shape(element.text or ""), (element.tag, element.text)


def spark(element: ElementTree.Element) -> Any:
    """The JSON that belongs to an XML by the Spark convention; every leaf as a text, an empty one as None."""
    if element.tag in LISTS or element.tag in {root for root, shape in DOCUMENTS.values() if isinstance(shape, list)}:
        return [spark(child) for child in element]
    return {child.tag: spark(child) for child in element} if len(element) else element.text


def plain(value: Any) -> Any:
    """JSON with every leaf as the text that the XML has."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else value if value is None else str(value)
