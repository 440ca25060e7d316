"""One lead with all that belongs to it, and what stands beside it: as rows, and in one query as JSON has it."""

from datetime import date
from typing import Any, Final

import orjson
from django.db import connection

from luoshi.kernel.table import Joined
from luoshi.leads.models import Agreement, Credit, Document, Lead, Promise, Proposal, Receipt, Waiver

_WHO: Final = ("id", "name")
_LEAD: Final = Joined(
    Lead, "WHERE o.id = %s", without=("tokens",), company=("id", "log_id", "name", "code", "state"), occasion=(),
    officer=("id", "name", "login"),
)  # fmt: skip
_AGREEMENTS: Final = Joined(Agreement, "WHERE o.lead_id = %s ORDER BY o.version DESC")
_DOCUMENTS: Final = Joined(Document, "WHERE o.lead_id = %s ORDER BY o.kind, o.version DESC", by=_WHO)
_RECEIPTS: Final = Joined(Receipt, "WHERE o.lead_id = %s ORDER BY o.day DESC, o.id DESC", by=_WHO, verified_by=_WHO)
_PROMISES: Final = Joined(Promise, "WHERE o.lead_id = %s ORDER BY o.until, o.id", owner=("id", "code", "zh", "en"))
_CREDITS: Final = Joined(Credit, "WHERE o.lead_id = %s ORDER BY o.share DESC, o.county")
_WAIVERS: Final = Joined(Waiver, "WHERE o.lead_id = %s AND o.until >= %s ORDER BY o.at")
_PROPOSALS: Final = Joined(Proposal, "WHERE o.lead_id = %s AND o.state = 'open' ORDER BY o.at", by=_WHO)


def entire(key: int) -> Lead:
    """The lead of a key that was read through its door, with company, occasion and officer."""
    (found,) = _LEAD.read(key)
    return found


def agreements(lead: Lead) -> list[Agreement]:
    """The versions of its agreement, the newest first."""
    return _AGREEMENTS.read(lead.pk)


def documents(lead: Lead) -> list[Document]:
    """The documents of a lead that was read through its door, by kind, the newest version first."""
    return _DOCUMENTS.read(lead.pk)


def receipts(lead: Lead) -> list[Receipt]:
    """Its receipts of money, the latest first."""
    return _RECEIPTS.read(lead.pk)


def promises(lead: Lead) -> list[Promise]:
    """Its promises, the first due first."""
    return _PROMISES.read(lead.pk)


def credits(lead: Lead) -> list[Credit]:
    """How the credit is split, the largest share first."""
    return _CREDITS.read(lead.pk)


def waived(lead: Lead, day: date) -> list[Waiver]:
    """What was waived of it and still holds on a day."""
    return _WAIVERS.read(lead.pk, day)


def proposals(lead: Lead) -> list[Proposal]:
    """Corrections that wait for another person."""
    return _PROPOSALS.read(lead.pk)


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
