"""What stands beside a lead, in one query, as JSON has it."""

from typing import Any, Final

import orjson
from django.db import connection

from luoshi.leads.models import Lead

_TABLES: Final = {
    "receipts": ("id, day, currency, amount, fen, proof, state", "lead_receipt", "day DESC, id DESC"),
    "documents": ("id, kind, version, name, sha256, size", "lead_document", "kind, version DESC"),
    "agreements": ("version, day, currency, amount, fen, stages", "lead_agreement", "version DESC"),
    "promises": (
        "id, what, (SELECT code FROM unit WHERE unit.id = owner_id) AS owner, until, state, grade", "lead_promise", "until, id",
    ),
    "proposals": ("id, event, void, changes, reason", "lead_proposal", "at"),
}  # fmt: skip
_ONE: Final = "(SELECT json_agg(r) FROM (SELECT {columns} FROM {table} WHERE lead_id = l.id{more} ORDER BY {order}) r)"
_QUERY: Final = "SELECT json_build_object({}) ::text FROM lead l WHERE l.id = %s".format(
    ", ".join(
        f"'{name}', "
        + _ONE.format(
            columns=columns, table=table, order=order, more=" AND state = 'open'" if name == "proposals" else ""
        )
        for name, (columns, table, order) in _TABLES.items()
    )
)


def beside(lead: Lead) -> dict[str, list[dict[str, Any]]]:
    """Receipts, papers, versions of the agreement, promises, corrections that wait, of a lead that was read through its door."""
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, [lead.pk])
        (text,) = cursor.fetchone()
    return {name: rows or [] for name, rows in orjson.loads(text).items()}
