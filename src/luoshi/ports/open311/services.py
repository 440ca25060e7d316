"""What can be reported: the pack's single kinds that are public and open for reports, in the pack's order."""

from typing import Any

from luoshi.cases import reads
from luoshi.cases.models import Category
from luoshi.kernel.text import T
from luoshi.ports.open311 import attributes
from luoshi.ports.open311.attributes import LISTS, Attribute


def offered() -> list[Category]:
    """The services."""
    return [row for row in reads.kinds().leaves() if row.public]


def find(code: str) -> Category | None:
    """The service of that code."""
    row = reads.kinds().rows.get(code)
    return row if row is not None and row.public and row.reportable and row.level == 3 and not row.source else None


def everyone() -> list[dict[str, Any]]:
    """The service list."""
    return [_service(row) for row in offered()]


def _service(row: Category) -> dict[str, Any]:
    known = reads.kinds()
    other = T(row.en, row.zh)  # so that a search in the other language finds it
    return {
        "service_code": row.code,
        "service_name": str(known.name(row.code)),
        "description": str(known.path(row.code)),
        "metadata": bool(attributes.of(row.code)),
        "type": "realtime",
        "keywords": ", ".join((str(known.name(row.parent_id or "")), str(other).replace(",", " "))),
        "group": str(known.name(row.code[:2])),
    }


def definition(row: Category) -> dict[str, Any]:
    """The definition of a service."""
    asked = attributes.of(row.code)
    return {"service_code": row.code, "attributes": [_attribute(one, n) for n, one in enumerate(asked, 1)]}


def _attribute(one: Attribute, order: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "variable": one.variable,
        "code": one.code,
        "datatype": one.datatype,
        "required": one.required,
        "datatype_description": str(one.hint) or None,
        "order": order,
        "description": str(one.description),
    }
    if one.datatype in LISTS:
        found["values"] = [{"key": key, "name": str(name)} for key, name in one.values]
    return found
