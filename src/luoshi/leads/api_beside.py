"""The API of what stands beside a lead: its money, documents and promises; and the promises that a unit owes."""

from typing import Any, Final

from luoshi.api.endpoint import Answer, Asked, Endpoint
from luoshi.api.schema import TEXT, TIME, WHOLE, YES, Schema, one_of, or_null, record, rows
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.leads import gates, money, reads
from luoshi.leads.actions.money import PROOFS
from luoshi.leads.api_given import DAY, ID
from luoshi.leads.models import Agreement, Document, Lead, Promise, Receipt
from luoshi.leads.staff.deals.record import stored
from luoshi.leads.staff.deals.tables import PROMISE, RECEIPT
from luoshi.leads.stages import OWED, SEE
from luoshi.people.models import Person
from luoshi.ports import papers

STAGE: Final[Schema] = {"type": "array", "items": {"anyOf": [TEXT, WHOLE]}, "minItems": 2, "maxItems": 2}
"""A name and an amount."""
_RECEIPT: Final[dict[str, Schema]] = {
    "id": WHOLE, "day": DAY, "currency": TEXT, "amount": WHOLE, "fen": WHOLE, "proof": one_of([*PROOFS]), "state": one_of([*RECEIPT]),
}  # fmt: skip
_DOCUMENT: Final[dict[str, Schema]] = {
    "id": ID, "kind": one_of([*gates.DOCUMENTS]), "version": WHOLE, "name": TEXT, "sha256": TEXT, "size": WHOLE,
}  # fmt: skip
_AGREEMENT: Final[dict[str, Schema]] = {
    "version": WHOLE, "day": DAY, "currency": TEXT, "amount": or_null(WHOLE), "fen": or_null(WHOLE), "stages": rows(STAGE),
}  # fmt: skip
_PROMISE: Final[dict[str, Schema]] = {
    "id": WHOLE, "what": TEXT, "owner": TEXT, "until": DAY, "state": one_of([*PROMISE]), "grade": or_null(WHOLE),
}  # fmt: skip
PROPOSAL: Final = record({"id": WHOLE, "event": ID, "void": YES, "changes": {"type": "object"}, "reason": TEXT})
BESIDE: Final[dict[str, Schema]] = {
    "receipts": rows(record(_RECEIPT)), "promises": rows(record(_PROMISE)), "documents": rows(record(_DOCUMENT)),
    "agreements": rows(record(_AGREEMENT)), "proposals": rows(PROPOSAL),
}  # fmt: skip
"""What one lead is given with."""
_RATE: Final[dict[str, Schema]] = {"rate": or_null(TEXT), "rate_day": or_null(DAY)}
AGREEMENT: Final = record(
    {**_AGREEMENT, "fixed": or_null(WHOLE), **_RATE, "reason": TEXT, "gap": or_null(record({"total": WHOLE, "stages": WHOLE}))}
)  # fmt: skip
RECEIVED: Final = record(
    {**_RECEIPT, **_RATE, "document": or_null(ID), "note": TEXT, "reason": TEXT, "by": or_null(TEXT), "at": TIME,
     "verified_by": or_null(TEXT), "verified_at": or_null(TIME)}
)  # fmt: skip
MONEY: Final = record(
    {"agreed_fen": or_null(WHOLE), "in_place_fen": WHOLE, "agreements": rows(AGREEMENT), "receipts": rows(RECEIVED),
     "credits": rows(record({"county": TEXT, "share": WHOLE}))}
)  # fmt: skip
DOCUMENT: Final = record({**_DOCUMENT, "type": TEXT, "note": TEXT, "at": TIME, "by": or_null(TEXT)})
PROMISED: Final = record({**_PROMISE, "at": TIME, "kept_at": or_null(TIME), "answered_at": or_null(TIME)})
OWING: Final = record({**PROMISED["properties"], "lead": ID, "number": TEXT})


def seen(call: Asked) -> Lead:
    """The lead of the address, as on its page. Raises Denied or Absent."""
    demand(call.viewer, SEE)
    return reads.get_lead(call.viewer, call.path["id"])


def _login(person: Person | None) -> str | None:
    return person.login if person else None


def _rate(one: Agreement | Receipt) -> dict[str, Any]:
    return {"rate": f"{one.rate:f}" if one.rate is not None else None, "rate_day": one.rate_day}


def _agreement(one: Agreement) -> dict[str, Any]:
    gap = money.gap(one.amount, [minor for _, minor in one.stages])
    return {
        "version": one.version, "day": one.day, "currency": one.currency, "amount": one.amount, "fen": one.fen, "stages": one.stages,
        "fixed": one.fixed, **_rate(one), "reason": one.reason, "gap": {"total": gap.total, "stages": gap.stages} if gap else None,
    }  # fmt: skip


def _receipt(one: Receipt) -> dict[str, Any]:
    return {
        "id": one.pk, "day": one.day, "currency": one.currency, "amount": one.amount, "fen": one.fen, "proof": one.proof,
        "state": one.state, **_rate(one), "document": str(one.document.pk) if one.document else None, "note": one.note,
        "reason": one.reason, "by": _login(one.by), "at": one.at, "verified_by": _login(one.verified_by), "verified_at": one.verified_at,
    }  # fmt: skip


def _document(one: Document) -> dict[str, Any]:
    return {
        "id": str(one.pk), "kind": one.kind, "version": one.version, "name": one.name, "sha256": one.sha256, "size": one.size,
        "type": one.type, "note": one.note, "at": one.at, "by": _login(one.by),
    }  # fmt: skip


def _promise(one: Promise) -> dict[str, Any]:
    return {
        "id": one.pk, "what": one.what, "owner": one.owner.code, "until": one.until, "state": one.state, "grade": one.grade,
        "at": one.at, "kept_at": one.kept_at, "answered_at": one.answered_at,
    }  # fmt: skip


def of_money(call: Asked) -> Answer:
    """The versions of the agreement, each with what its stages miss, the receipts, and how the credit is split."""
    lead = seen(call)
    return Answer(
        {"agreed_fen": lead.agreed, "in_place_fen": lead.in_place, "agreements": [_agreement(one) for one in reads.agreements(lead)],
         "receipts": [_receipt(one) for one in reads.receipts(lead)],
         "credits": [{"county": one.county, "share": one.share} for one in reads.credits(lead)]}
    )  # fmt: skip


def of_documents(call: Asked) -> Answer:
    """All versions of its documents."""
    return Answer({"documents": [_document(one) for one in reads.documents(seen(call))]})


def document(call: Asked) -> Answer:
    """One document, as it is kept."""
    file, kind, name = stored(seen(call), call.path["document"])
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Answer(file.read_bytes(), media=kind, headers=headers)


def of_promises(call: Asked) -> Answer:
    """What the city promised to its investor."""
    return Answer({"promises": [_promise(one) for one in reads.promises(seen(call))]})


def owed(call: Asked) -> Answer:
    """What the caller's unit owes to investors, the first due first."""
    demand(call.viewer, OWED)
    rows_ = reads.owed(call.viewer)[:200]
    return Answer(
        {"promises": [_promise(one) | {"lead": str(one.lead.log_id), "number": one.lead.number} for one in rows_]}
    )


BINARY: Final[Schema] = {"type": "string", "format": "binary"}
ENDPOINTS: Final = (
    Endpoint("GET", "/leads/{id}/money", "leads.money", T("一个项目的钱", "The money of a lead"), of_money, MONEY, refusals=(403, 404)),
    Endpoint("GET", "/leads/{id}/documents", "leads.documents", T("一个项目的文件", "The documents of a lead"), of_documents,
             record({"documents": rows(DOCUMENT)}), refusals=(403, 404)),
    Endpoint("GET", "/leads/{id}/documents/{document}", "leads.document", T("一份文件", "One document"), document, BINARY,
             refusals=(403, 404), media=[*papers.SUFFIX]),
    Endpoint("GET", "/leads/{id}/promises", "leads.promises", T("对企业的承诺", "The promises to its investor"), of_promises,
             record({"promises": rows(PROMISED)}), refusals=(403, 404)),
    Endpoint("GET", "/promises", "leads.owed", T("本单位欠着的承诺", "What one's unit owes to investors"), owed,
             record({"promises": rows(OWING)}), refusals=(403,)),
)  # fmt: skip
