"""The shell's own addresses: switching the language, the icon."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme

from luoshi.kernel.problems import Absent
from luoshi.kernel.text import LANGUAGES, T
from luoshi.web.middleware import remember


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """The path in `next`, if it is one of this site; else `default`."""
    wanted = request.GET.get("next") or request.POST.get("next") or default
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if ours and not urlsplit(wanted).netloc else default


def language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language and go back to the page; 404 for an unknown language."""
    if code not in LANGUAGES:
        raise Absent(T("没有这种语言：{code}", "No such language: {code}").fill(code=code))
    response = HttpResponseRedirect(safe_next(request))
    remember(response, code)
    return response


def favicon(request: HttpRequest) -> HttpResponse:
    """Where browsers look for an icon by themselves, as for pictures and files opened alone."""
    return HttpResponseRedirect(static("mark.svg"))
