"""The arguments of a request, read by the standard's rules: an empty one equals none, times carry a zone.

Faults are collected, so that an answer can list them all.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError

from luoshi.cases import photos
from luoshi.kernel.text import T
from luoshi.web import uploads

SHOWN: Final = 60  # characters of a bad value that an error repeats
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_W3C: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
# control characters but tab and line ends, what turns the direction of text, what is no character, bytes not in UTF-8
_BAD: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffd-\uffff]")
_MISSING: Final = T("缺少 {name}", "{name} was not provided")


class Refused(Exception):
    """An answer with the standard's error document: an HTTP status (400, 403 or 404) and one description or several."""

    def __init__(self, status: int, *texts: T) -> None:
        self.status, self.texts = status, texts
        super().__init__(texts[0].en)


class Arguments:
    """The query of a GET or the form of a POST, with the faults found in it so far."""

    def __init__(self, values: QueryDict) -> None:
        self._values = values
        self._faults: list[tuple[int, T]] = []
        for name, given in values.lists():
            if any(_BAD.search(text) for text in (name, *given)):
                self.fault(name, T("含有控制字符，或不是 UTF-8", "holds control characters, or is not UTF-8"))

    def fault(self, name: str, rule: T, value: str | None = None, status: int = 400) -> None:
        """Note a bad argument; a control character in its name or value is not repeated."""
        shown = _BAD.sub("?", name[:SHOWN] if value is None else f"{name[:SHOWN]}={value[:SHOWN]!r}")
        self._faults.append((status, T(f"{shown}：{rule.zh}", f"{shown}: {rule.en}")))

    def missing(self, name: str) -> None:
        """Note an argument that is not there."""
        self._faults.append((400, _MISSING.fill(name=name)))

    def settle(self) -> None:
        """Raise Refused with all faults; 404 where anything named does not exist, else 400."""
        if self._faults:
            raise Refused(max(status for status, _ in self._faults), *(text for _, text in self._faults))

    def get(self, name: str) -> str:
        """The text of an argument; empty where it is empty or not there."""
        return str(self._values.get(name) or "").strip()

    def all(self, name: str) -> list[str]:
        """Every text of an argument that may be given several times."""
        return [text.strip() for text in self._values.getlist(name) if text.strip()]

    def words(self, name: str) -> list[str]:
        """The parts of a list that is given by commas, several times, or both."""
        return [word.strip() for text in self._values.getlist(name) for word in text.split(",") if word.strip()]

    def matching(self, pattern: re.Pattern[str]) -> Iterator[tuple[str, list[str]]]:
        """The first group of each argument's name that matches, with the argument's texts that are not empty."""
        for name in self._values:
            if found := pattern.fullmatch(name):
                yield found[1], self.all(name)

    def moment(self, name: str) -> datetime | None:
        """A time with zone; an unescaped plus, which arrives as a space, is forgiven."""
        text = self.get(name)
        found = w3c(text) if text else None
        if text and found is None:
            self.fault(name, T("应如 2021-12-29T09:00:00+08:00", "write it as in 2021-12-29T09:00:00+08:00"), text)
        return found

    def number(self, name: str, low: int, high: int, default: int) -> int:
        """A whole number."""
        text = self.get(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 19 and low <= int(text) <= high):
            self.fault(name, T("{low} 到 {high}", "from {low} to {high}").fill(low=low, high=high), text)
            return default
        return int(text)

    def degrees(self, name: str, most: int) -> float | None:
        """A coordinate in degrees, WGS-84."""
        text = self.get(name)
        if not text:
            return None
        try:
            found = float(text) if text.isascii() and "_" not in text else most + 1.0
        except ValueError:
            found = most + 1.0
        if not -most <= found <= most:  # also what is no number
            self.fault(
                name, T("{low} 到 {high} 的度数", "degrees from {low} to {high}").fill(low=-most, high=most), text
            )
            return None
        return found


def w3c(text: str) -> datetime | None:
    """A time with zone as in the W3C note; None where it is none, or beyond what a calendar holds."""
    text = text.replace(" ", "+")
    if not _W3C.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2200 else None


def _largest() -> int:
    return photos.MOST * settings.CONF.number("upload_max_mb") * 1_000_000 + 1_000_000


def form(request: HttpRequest) -> tuple[QueryDict, Mapping[str, Any]]:
    """The posted form and its files. Raises Refused for what is too large, no form, or broken."""
    if request.content_type not in _FORMS:
        rule = T("Content-Type 须为 {forms} 之一", "Content-Type must be one of {forms}")
        raise Refused(400, rule.fill(forms=", ".join(_FORMS)))
    if uploads.longer(request, _largest()):
        raise Refused(400, T("整个请求最大 {n} 字节", "A request is at most {n} bytes").fill(n=_largest()))
    request.encoding = "utf-8"  # whatever the client says: the standard knows no other
    try:
        if request.content_type == _FORMS[0]:
            request.body.decode("utf-8")  # Django would take other bytes for Latin-1
        return request.POST, request.FILES
    except UnicodeDecodeError:
        raise Refused(400, T("表单不是 UTF-8", "The form is not in UTF-8")) from None
    except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError, ValueError):
        raise Refused(400, T("表单读不了，或字段太多、太长", "The form cannot be read, or holds too much")) from None
