"""The search of the header: every installed line is asked, each shows what the viewer may see."""

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from luoshi.kernel.lines import installed
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people.sessions import staff

SHOWN: Final = 30
LONGEST: Final = 100


@staff
def find(request: HttpRequest) -> HttpResponse:
    """Records that match `?q=`, line by line; a whole number opens its record at once."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    # one more than is shown tells whether there are more
    hits = [(face.title, face.find(viewer, text, SHOWN + 1)) for face in installed()] if text else []
    hits = [(title, found) for title, found in hits if found]
    count = sum(len(found) for _, found in hits)
    if count == 1 and hits[0][1][0].number == text.upper():
        return HttpResponseRedirect(hits[0][1][0].address)
    shown = [(title, found[:SHOWN], _count(len(found))) for title, found in hits]
    more = any(len(found) > SHOWN for _, found in hits)
    said = T("{n} 件以上", "more than {n}").fill(n=SHOWN) if more else T("{n} 件", "{n}").fill(n=count)
    return render(request, "find.html", {"text": text, "hits": shown, "count": said, "cap": SHOWN})


def _count(found: int) -> str:
    """How many were found in a line; with a plus where not all are listed."""
    return f"{SHOWN}+" if found > SHOWN else str(found)
