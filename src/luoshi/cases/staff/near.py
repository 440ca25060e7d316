"""`/work/near/`: what a handler has in hand, for a phone: by street or, with a script of ours, by distance; done on the spot.

Where the handler stands never leaves the phone: the script sorts the page that is there.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.cases import clocks, photos, reads
from luoshi.cases.actions.near import handled
from luoshi.cases.flow import FLOW
from luoshi.cases.line import title
from luoshi.cases.models import Case, Photo
from luoshi.cases.reads import listed, routing
from luoshi.cases.reads.listed import Row
from luoshi.cases.routing import texts
from luoshi.cases.staff import record
from luoshi.cases.staff.rows import Now
from luoshi.cases.staff.scene import Scene
from luoshi.cases.staff.times import left_words
from luoshi.kernel import clock
from luoshi.kernel.problems import Fault, Invalid, Problem
from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people.sessions import having
from luoshi.web import said
from luoshi.web.forms import new_key
from luoshi.web.middleware import LOOPBACK
from luoshi.web.tables import Column, Table

RIGHT: Final = "cases.handle"
ADDRESS: Final = "/work/near/"
LONGEST: Final = 2000
DONE: Final = T("现场已处理完毕。", "It has been dealt with on the spot.")
BY_STREET: Final = T("按街道排。", "In order of streets.")
INSECURE: Final = T(
    "按街道排：这个网址没有 HTTPS，浏览器不给位置，排不了远近。",
    "In order of streets: without HTTPS the browser gives no location, so nothing can be sorted by distance.",
)


def _secure(request: HttpRequest) -> bool:
    """Does a browser give its location here? Only over HTTPS, and on the machine itself."""
    host = request.get_host()
    return request.is_secure() or host in LOOPBACK or host.rpartition(":")[0] in LOOPBACK


def _far(row: Row) -> SafeString:
    """Where the distance will stand; the point is for the script alone."""
    if row.lat is None or row.lon is None:
        return SafeString("—")
    return format_html('<span data-at="{},{}">—</span>', row.lat, row.lon)


def _joined(area: str, spot: str) -> str:
    """The area and the words for the spot, which often begin with the area's own name."""
    return spot if area and spot.startswith(area.rpartition(" ")[2]) else f"{area} {spot}".strip()


def _where(now: Now, row: Row) -> str:
    return _joined(now.place_of(row.street or row.county), row.place or "") or "—"


def _what(now: Now, row: Row) -> str:
    first = (row.text or "").split("\n")[0]
    return first if len(first) <= 40 else first[:40] + "…" if first else now.category(row)


def _table(now: Now) -> Table[Row]:
    return Table[Row](
        T("我手上的", "What I have in hand"),
        (
            Column(T("远近", "Distance"), _far, "n nb", label=False),
            Column(T("剩余", "Left"), now.light, "nb", label=False),
            Column(T("地点", "Place"), lambda row: _where(now, row), "b full", label=False, is_header=True),
            Column(T("问题", "Problem"), lambda row: _what(now, row) or now.category(row), "full", label=False),
            Column(T("去办", "Go"), _go, "full nb", label=False),
        ),
    )


def _go(row: Row) -> SafeString:
    return format_html(
        '<a class="btn btn-2 wide" href="{}{}/">{} {}</a>', ADDRESS, row.number, T("去办", "Do it"), row.number
    )


@having(RIGHT)
def index(request: HttpRequest) -> HttpResponse:
    """`/work/near/`: the viewer's own cases in hand, street by street."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = Now(clock.now(), reads.kinds())
    rows = sorted(listed.on_the_way(viewer), key=lambda row: (not row.street, row.county, row.street, row.place or ""))
    secure = _secure(request)
    context = {
        "table": _table(now).render(rows) if rows else "", "n": len(rows), "secure": secure,
        "said": BY_STREET if secure else INSECURE, "sim": any(row.sim for row in rows),
    }  # fmt: skip
    return render(request, "cases/staff/near.html", context)


def _answer(case: Case) -> str:
    """What the reporter will read, to be changed: the first standard text for it, or a plain sentence."""
    known = routing.texts_for("finish", "answer", case.category_id)
    return texts.filled(known[0].text, case) if known else str(DONE)


def _page(request: HttpRequest, viewer: Viewer, case: Case, problem: Problem | None = None) -> HttpResponse:
    scene = Scene(viewer, case)
    typed = request.POST if request.method == "POST" else {}
    ready = FLOW.fits(FLOW.move("finish"), case) and may(viewer, RIGHT, case)
    context: dict[str, Any] = {
        "case": case, "title": title(case), "light": clocks.light(case, scene.now), "left": left_words(scene),
        "where": _joined(" ".join(map(people.division_name, filter(None, (case.county, case.street)))), case.private.place), "text": case.private.text,
        "shots": record.shots(scene), "ready": ready, "accept": photos.ACCEPT, "key": new_key(),
        "answer": typed.get("answer", _answer(case)), "note": typed.get("note", ""), "problem": problem,
        "faults": {fault.field: fault.rule for fault in problem.faults} if problem else {},
    }  # fmt: skip
    return render(request, "cases/staff/near_one.html", context, status=problem.status if problem else 200)


def _pictures(uploads: "Sequence[UploadedFile[Any]]", kind: str, key: str) -> list[Photo]:
    if len(uploads) > photos.MOST:
        rule = T("最多 {n} 张", "at most {n} pictures").fill(n=photos.MOST)
        raise Invalid([Fault(kind, str(len(uploads)), rule)])
    try:
        found = photos.store(uploads, f"{key}/{kind}")
    except Invalid as refused:
        raise Invalid([Fault(kind, fault.value, fault.rule) for fault in refused.faults]) from None
    for one in found:
        one.kind = kind
    return found


def _text(request: HttpRequest, name: str) -> str:
    text = str(request.POST.get(name, "")).replace("\r\n", "\n").strip()
    if len(text) > LONGEST or "\0" in text:
        rule = T("最长 {n} 字，没有看不见的字符", "at most {n} readable characters").fill(n=LONGEST)
        raise Invalid([Fault(name, text[:20], rule)])
    return text


def _perform(request: HttpRequest, viewer: Viewer, case: Case) -> None:
    key, seen = str(request.POST.get("key", ""))[:100] or new_key(), str(request.POST.get("seen", ""))
    if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
        raise Invalid([Fault("seen", seen[:20], T("是一个整数", "is a whole number"))])
    taken = [
        one
        for kind in ("before", "after")
        for one in _pictures(request.FILES.getlist(kind), kind, key)
    ]  # fmt: skip
    note, answer = _text(request, "note"), _text(request, "answer")
    if not taken and not note and not case.evidence:
        rule = T("拍一张，或写一句做了什么", "take a picture, or write a line on what was done")
        raise Invalid([Fault("after", "", rule)])
    door = f"near:{viewer.person}"
    handled(viewer, case.number, seen=int(seen), key=key, door=door, answer=answer, note=note, photos=taken)


@having(RIGHT)
def one(request: HttpRequest, number: str) -> HttpResponse:
    """`/work/near/<number>/`: the picture and the press. Raises Absent where the viewer may not know of it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case = reads.get(viewer, number)
    if request.method != "POST":
        return _page(request, viewer, case)
    try:
        _perform(request, viewer, case)
    except Problem as problem:
        return _page(request, viewer, reads.get(viewer, number), problem)
    response = HttpResponseRedirect(ADDRESS, status=303)
    text = T("{number}：办完，等另一人核查", "{number}: done, somebody else is to verify it").fill(number=number)
    said.say(response, text, f"/work/cases/{number}/")
    return response
