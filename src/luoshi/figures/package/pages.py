"""`/reports/`: the published reports, each to read, to print, and to compute again."""

import re
from base64 import b64encode
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from luoshi.figures.models import Report
from luoshi.figures.package import kept, reads
from luoshi.kernel import limits
from luoshi.kernel.problems import Absent
from luoshi.kernel.text import T
from luoshi.web import words
from luoshi.web.http import Request
from luoshi.web.tables import Column, Table

DOOR: Final = "packages"
PER_HOUR: Final = 20
"""Packages that an address may fetch in an hour: they are large."""
LANGUAGES: Final = {"zh": T("中文", "Chinese"), "en": T("英文", "English")}
WORDS: Final = {
    "report.html": T("网页", "Page"), "report.pdf": T("PDF", "PDF"), "package.zip": T("开放数据包", "Open package"),
}  # fmt: skip
_STYLE: Final = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_POLICY: Final = "default-src 'none'; style-src {}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def _size(bytes_: int) -> str:
    """How large a file is, for a person."""
    return f"{bytes_ / 1_000_000:.1f} MB" if bytes_ >= 1_000_000 else f"{max(1, round(bytes_ / 1000))} kB"


def _files(row: Report) -> SafeString:
    where = kept.folder(settings.CONF.home, row.log_id)
    there = [(name, where / name) for name in kept.FILES if (where / name).is_file()]
    if not there:
        return format_html('<span class="dim">{}</span>', T("这台机器上没有副本", "no copy on this machine"))
    each = ((row.log_id, name, WORDS[name], _size(path.stat().st_size)) for name, path in there)
    return format_html_join(" ", '<a class="nb" href="/reports/{}/{}">{} <span class="dim">{}</span></a>', each)


def _entry(row: Report) -> SafeString:
    place = reads.entry_of(row.log_id)
    if place is None:
        return format_html("{}", T("待封存", "to be sealed"))
    return format_html('<a href="/log/proof?index={}">{}</a>', place, f"{place:,}")


TABLE: Final[Table[Report]] = Table(
    T("已发布的报告", "Published reports"),
    (
        Column(T("报告", "Report"), lambda row: row.title, "b", is_header=True),
        Column(T("时期", "Period"), lambda row: row.period, "nb"),
        Column(T("语言", "Language"), lambda row: str(LANGUAGES[row.language])),
        Column(T("发布", "Published"), lambda row: words.when(row.published_at), "nb"),
        Column(T("数据截至（日志条数）", "As of (entries)"), lambda row: f"{row.size:,}", "r n"),
        Column(T("在日志的位置", "Place in the log"), _entry, "r n"),
        Column(T("打开", "Open"), _files),
    ),
)


@require_safe
def index(request: Request) -> HttpResponse:
    """All published reports, and how anybody computes their numbers again."""
    rows = reads.listed(request.viewer)
    found: dict[str, Any] = {"table": TABLE.render(rows) if rows else None}
    return render(request, "figures/reports.html", found)


@require_safe
def file(request: Request, ref: UUID, name: str) -> HttpResponseBase:
    """A file of a report. Raises Absent, and TooMany for packages."""
    row = reads.one(request.viewer, ref)
    path = kept.folder(settings.CONF.home, row.log_id) / name
    if name not in kept.FILES or not path.is_file():
        raise Absent
    if name == "report.html":
        return _html(path.read_bytes())
    if name == "package.zip" and not request.viewer.is_staff:
        limits.spend(DOOR, request.client, PER_HOUR)
    title = f"{row.report}-{row.period}-{row.language}.{name.rpartition('.')[2]}"
    return FileResponse(
        path.open("rb"), content_type=kept.FILES[name], filename=title, as_attachment=name == "package.zip"
    )


def _html(text: bytes) -> HttpResponse:
    """The report as it was published: it holds its own style, and nothing else may run or load."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(one).digest()).decode()}'" for one in _STYLE.findall(text))
    response = HttpResponse(text, content_type=kept.FILES["report.html"])
    response.headers["Content-Security-Policy"] = _POLICY.format(hashes or "'none'")
    return response
