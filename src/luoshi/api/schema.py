"""JSON Schema in few words, for the OpenAPI document. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Schema = dict[str, Any]
TEXT: Final[Schema] = {"type": "string"}
TIME: Final[Schema] = {"type": "string", "format": "date-time"}
WHOLE: Final[Schema] = {"type": "integer"}
YES: Final[Schema] = {"type": "boolean"}


def text(most: int, least: int = 0) -> Schema:
    """A string of so many characters."""
    return {"type": "string", "maxLength": most} | ({"minLength": least} if least else {})


def one_of(values: Sequence[str]) -> Schema:
    """One of some words."""
    return {"type": "string", "enum": list(values)}


def number(least: float, most: float) -> Schema:
    """A number within a range."""
    return {"type": "number", "minimum": least, "maximum": most}


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def rows(schema: Schema, most: int = 0) -> Schema:
    """A list."""
    return {"type": "array", "items": schema} | ({"maxItems": most} if most else {})


def record(fields: Mapping[str, Schema], needs: Sequence[str] | None = None) -> Schema:
    """An object with these fields and no others; `needs` (all, where None) must be there."""
    must = list(fields) if needs is None else list(needs)
    return {
        "type": "object", "properties": dict(fields), "additionalProperties": False,
        **({"required": must} if must else {}),
    }  # fmt: skip
