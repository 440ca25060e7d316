"""`/servicerequestupdates`, as FixMyStreet's clients use it: what happened to requests, and what a client has to say."""

from typing import Any, Final

from django.http import HttpRequest

from luoshi.cases.actions import BY_VERB
from luoshi.cases.actions.report import LONGEST
from luoshi.cases.flow import FLOW
from luoshi.cases.public.story import MOVES
from luoshi.cases.reads import open311 as rows
from luoshi.kernel.ledger.correct import CORRECT, VOID
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.ports.open311.arguments import Arguments
from luoshi.ports.open311.reads import Client
from luoshi.ports.open311.requests import EXTENDED, correction, find, numbers, stamp, told, window

# what the log calls the steps that the public page tells, but the report itself and evidence; and their corrections
VERBS: Final = sorted(
    {move.log_verb for move in FLOW.moves if move.verb in MOVES and move.verb != "add_evidence"} - {"note"}
    | {CORRECT, VOID}
)
STATUSES: Final = (
    "open", "closed", "fixed", "in_progress", "action_scheduled", "investigating", "planned", "duplicate",
    "not_councils_responsibility", "no_further_action", "internal_referral", "reopen",
)  # fmt: skip
_ID: Final = 100  # characters


def many(arguments: Arguments) -> list[dict[str, Any]]:
    """GET: the steps of public cases within a span, oldest first. Raises Refused."""
    span = window(arguments)
    asked = numbers(arguments)
    arguments.settle()
    if arguments.words("service_request_id") and not asked:
        return []
    happened = rows.happened(span.start, span.end, asked, VERBS, span.offset, span.size)
    described = [(one, _described(one)) for one in happened]
    return [
        {
            "update_id": str(one.entry.id),
            "service_request_id": one.number,
            "status": EXTENDED.get(one.stage, "open"),
            "updated_datetime": stamp(one.entry.recorded_at),
            "description": text,
            "media_url": None,
        }
        for one, text in described
        if text or one.original is None
    ]


def _described(one: rows.Happened) -> str:
    """In words; empty for the correction of a step that nobody outside is told of."""
    return told(one.entry) if one.original is None else correction(one.entry, one.original)


def post(request: HttpRequest, arguments: Arguments, client: Client) -> list[dict[str, Any]]:
    """POST: kept as a note for those who work on the case; a status is told in it and moves nothing.

    The same `update_id` twice is one note. Raises Refused, NotNow or Invalid.
    """
    given = {name: arguments.get(name) for name in ("update_id", "service_request_id", "description", "status")}
    for name, text in given.items():
        if not text:
            arguments.missing(name)
    if given["status"] and given["status"].lower() not in STATUSES:
        rule = T("其中之一：{names}", "one of: {names}").fill(names=", ".join(STATUSES).upper())
        arguments.fault("status", rule, given["status"])
    if len(given["update_id"]) > _ID:
        arguments.fault("update_id", T("最长 {n} 字", "at most {n} characters").fill(n=_ID))
    arguments.moment("updated_datetime")
    note = _note(arguments, client, given)
    number = given["service_request_id"]
    if number:
        find(number, arguments)
    arguments.settle()
    BY_VERB["add_note"](
        viewer=Viewer(kind="system", name=client.name), on=number, door=f"open311:{client.id}:updates",
        key=request.headers.get("Idempotency-Key", "").strip() or given["update_id"], note=note,
    )  # fmt: skip
    return [{"update_id": given["update_id"], "account_id": None}]


def _note(arguments: Arguments, client: Client, given: dict[str, str]) -> str:
    head = f"Open311 {client.name}（{given['update_id']}）：{given['status'].upper()}"
    text = "\n".join([head, given["description"].replace("\r\n", "\n"), *arguments.all("media_url")])
    if len(text) > LONGEST:
        arguments.fault("description", T("全部最长 {n} 字", "at most {n} characters in all").fill(n=LONGEST))
    return text
