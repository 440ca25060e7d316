"""The OpenAPI 3.1 document, made from the endpoints themselves. Pure."""

import re
from collections.abc import Sequence
from typing import Any, Final

from luoshi.api.endpoint import JSON, Endpoint
from luoshi.api.schema import TEXT, WHOLE, Schema, record, rows

PROBLEM: Final = record(
    {
        "type": TEXT, "title": TEXT, "status": WHOLE, "detail": TEXT, "instance": TEXT,
        "errors": rows(record({"field": TEXT, "value": TEXT, "rule": TEXT})),
    },
    ("type", "title", "status"),
)  # fmt: skip
WORDS: Final = {
    400: "The body is not JSON", 401: "No token, or one that is not good", 403: "The caller may not do this",
    404: "There is no such record, or the caller may not know of it",
    409: "Not in the record's present state, or somebody changed it meanwhile",
    413: "The body is too large", 422: "Fields are missing or bad; each is named with its rule",
    429: "Too many tries", 503: "The database is away for the moment",
}  # fmt: skip
TOKEN: Final[list[dict[str, list[str]]]] = [{"token": []}, {"session": []}]


def _refusals(one: Endpoint) -> dict[str, Any]:
    codes = {401, 422, 503, *one.refusals}
    codes |= {400, 413} if one.takes is not None else set()
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(code): {"description": WORDS[code], "content": problem} for code in sorted(codes)}


def _parameters(one: Endpoint) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", one.path)
    found = [{"name": n, "in": "path", "required": True, "schema": one.params.get(n, TEXT)} for n in names]
    found += [{"name": n, "in": "query", "required": False, "schema": schema} for n, schema in one.query.items()]
    if one.method == "POST":
        key = {"type": "string", "maxLength": 200}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    return found


def _schema(one: Endpoint, media: str) -> Schema:
    """Of an answer in JSON what it gives; files are bytes where JSON stands beside them."""
    return one.gives if media == JSON or JSON not in one.media else {"type": "string", "format": "binary"}


def _operation(one: Endpoint) -> dict[str, Any]:
    given = {"description": "Done", "content": {media: {"schema": _schema(one, media)} for media in one.media}}
    done = {str(one.status): given}
    if one.marked:
        done["304"] = {"description": "As the caller holds it (If-None-Match)"}
    operation: dict[str, Any] = {
        "operationId": one.name, "summary": one.text.en, "description": one.text.zh, "parameters": _parameters(one),
        "responses": {**done, **_refusals(one)}, "security": [{}, *TOKEN] if one.public else TOKEN,
    }  # fmt: skip
    if one.takes is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": one.takes}}}
    return operation


def document(endpoints: Sequence[Endpoint], title: str, version: str) -> dict[str, Any]:
    """The document of these endpoints."""
    paths: dict[str, dict[str, Any]] = {}
    for one in endpoints:
        paths.setdefault(f"/api{one.path}", {})[one.method.lower()] = _operation(one)
    schemes = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "luoshi_session"},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {"schemas": {"Problem": PROBLEM}, "securitySchemes": schemes},
    }
