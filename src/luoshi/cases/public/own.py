"""A reporter's own data, from the tracking page: taken away as a file, or deleted."""

import zipfile
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from luoshi.cases import photos, reads
from luoshi.cases.actions.erase import RIGHT, erase
from luoshi.cases.models import Case, Photo
from luoshi.cases.public import story
from luoshi.kernel import clock
from luoshi.kernel.ids import normalise_code
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Reach
from luoshi.people import viewer as viewers
from luoshi.people.place import full_name
from luoshi.ports.notify import reads as messages
from luoshi.web import said

DEEDS: Final = ("export", "erase")
FORMATS: Final = ("zip", "json")


def left(case: Case) -> bool:
    """Does the case still hold what its reporter said?"""
    return not case.private._state.adding


def do(request: HttpRequest, code: str, case: Case, own: Iterable[Photo]) -> HttpResponse:
    """What the reporter asked for; `own` are the photographs they may see. Raises Invalid or NotNow."""
    if request.POST.get("do") == "export":
        return _export(case, list(own), request.POST.get("format", "zip"))
    if request.POST.get("sure") != "yes":
        rule = T("请勾上“确定删除”", "Tick “Delete it for good”")
        raise Invalid([Fault("sure", "", rule)])
    if left(case):  # pressed twice it is done once
        holder = viewers.holder(str(case.log_id))
        erase(replace(holder, grants={**holder.grants, RIGHT: Reach(own=True)}), case.number, "holder")
    response = HttpResponseRedirect(f"/track/{normalise_code(code)}", status=303)
    said.say(response, T("已删除", "Deleted"))
    return response


def _export(case: Case, own: list[Photo], form: str) -> HttpResponse:
    if form not in FORMATS:
        raise Invalid([Fault("format", form[:20], T("zip 或 json", "zip or json"))])
    plain = orjson.dumps(data(case, own), option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)
    kind = "application/json" if form == "json" else "application/zip"
    response = HttpResponse(plain if form == "json" else _zip(plain, own), content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{case.number}.{form}"'
    return response


def _zip(plain: bytes, own: list[Photo]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", plain)
        for photo in own:
            file = photos.path(photo.pk)
            if file.exists():
                archive.write(file, f"{photo.pk}.jpg", zipfile.ZIP_STORED)
    return out.getvalue()


def data(case: Case, own: list[Photo]) -> dict[str, Any]:
    """All that is held of the reporter, and what they may read of their case; nothing of others."""
    private = case.private
    return {
        "exported_at": clock.now(),
        "case": {
            "number": case.number, "category": [case.category.code, case.category.zh, case.category.en],
            "area": full_name(case.community or case.street or case.county), "channel": case.channel,
            "state": case.state, "reported_at": case.reported_at, "closed_at": case.closed_at,
            "solved": case.solved, "grade": case.grade, "public": case.public, "released": case.released,
        },
        "reporter": {"name": private.name, "phone": private.phone, "email": private.email},
        "report": {
            "text": private.text, "place": private.place, "latitude": private.lat, "longitude": private.lon,
            "media_url": private.media_url, "released_text": private.public_text,
        },
        "answer": private.answer if case.handled_at or case.state == "refused" else "",
        "question": private.question,
        "steps": [_step(entry) for entry in _told(case)],
        "messages": [
            {"at": one.at, "sent_at": one.sent_at, "to": one.address, "by": one.channel, "text": one.text}
            for one in messages.about(case.log_id)
        ],
        "photographs": [
            {"file": f"{photo.pk}.jpg", "kind": photo.kind, "at": photo.at, "sha256": photo.sha256} for photo in own
        ],
    }  # fmt: skip


def _told(case: Case) -> list[reads.Entry]:
    entries = reads.timeline(viewers.holder(str(case.log_id)), case)
    return [entry for entry in entries if story.move_of(entry) in story.MOVES]


def _step(entry: reads.Entry) -> dict[str, Any]:
    line = story.MOVES[story.move_of(entry)]
    return {
        "at": entry.at, "step": entry.verb, "unit": entry.unit, "said": entry.private.get(line.said, ""),
        "grade": entry.body.get("grade"),
    }  # fmt: skip
