"""In a demo nothing is sent: what would go to reporters is shown to the desk, without the codes and the contacts."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from luoshi.cases import masked
from luoshi.kernel import installation
from luoshi.kernel.problems import Absent
from luoshi.kernel.rights import demand
from luoshi.kernel.viewer import Viewer
from luoshi.people.sessions import staff
from luoshi.ports.notify import reads
from luoshi.ports.notify.codes import words_without_code
from luoshi.ports.notify.models import MAIL, Message

SHOWN: Final = 50


def _address(one: Message) -> str:
    """Where it would go, masked."""
    return masked.email(one.address) if one.channel == MAIL else masked.phone(one.address)


@staff
def notices(request: HttpRequest) -> HttpResponse:
    """`/work/notices/`: the latest messages, only in a demo and for those who may see reporters of every case."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not installation.current().demo:
        raise Absent
    demand(viewer, "cases.callback")
    # the code opens the case as its reporter: staff never see it
    shown = [(one, _address(one), masked.free(words_without_code(one))) for one in reads.to_reporters(SHOWN)]
    return render(request, "cases/staff/notices.html", {"notices": shown})
