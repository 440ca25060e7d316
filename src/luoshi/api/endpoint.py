"""An endpoint of the API as data: what it takes and gives, and the function that answers. A line lists its own in `api.py`."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse

from luoshi.api.schema import Schema
from luoshi.kernel.problems import Fault, Invalid, Problem
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.web.http import holds

JSON: Final = "application/json"
MOST: Final = 200_000  # bytes of a request's body
# what bytes that are no UTF-8 are read as, and what no column holds
_UNREADABLE: Final = re.compile("[\0\ufffd\ud800-\udfff]")


class BadBody(Problem):
    """The body is no JSON object, or too large."""

    status = 400


@dataclass(frozen=True)
class Asked:
    """A request after its token was looked at: who asks, what stands in the address, its query and its body."""

    request: HttpRequest
    viewer: Viewer
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def key(self) -> str | None:
        """The idempotency key of the header."""
        return self.request.headers.get("Idempotency-Key", "").strip() or None

    def has(self, mark: str) -> bool:
        """Does the caller hold the answer of this mark already? Then it is 304 without a body."""
        return holds(self.request, mark)


@dataclass(frozen=True)
class Answer:
    """What is given: a JSON value, or bytes of a media type, and the status; `mark` is its ETag, `headers` come along."""

    value: Any
    status: int = 200
    mark: str = ""
    media: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Endpoint:
    """One method of one address, such as `/cases/{number}`, below `/api/`.

    `media` are the types of what it gives; `marked`: its answers carry an ETag, unchanged they are 304; `most`: bytes of its body.
    """

    method: str
    path: str
    name: str
    text: T
    answer: Callable[[Asked], Answer]
    gives: Schema
    query: Mapping[str, Schema] = field(default_factory=dict)
    takes: Schema | None = None
    status: int = 200
    refusals: Sequence[int] = ()
    public: bool = False
    params: Mapping[str, Schema] = field(default_factory=dict)
    media: Sequence[str] = (JSON,)
    marked: bool = False
    most: int = MOST


def body_of(request: HttpRequest, takes: Schema | None, most: int = MOST) -> dict[str, Any]:
    """The JSON object of the body; only fields that the schema names. Raises BadBody or Invalid."""
    if takes is None:
        return {}
    if not request.headers.get("Content-Type", "application/json").lower().startswith("application/json"):
        raise BadBody(T("请交 JSON（Content-Type: application/json）", "Send JSON (Content-Type: application/json)"))
    raw = request.body if most <= MOST else request.read(most + 1)  # which the setting for forms does not stop
    if len(raw) > most:
        raise BadBody(T("最多 {n} 字节", "At most {n} bytes").fill(n=most))
    try:
        found = orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError:
        raise BadBody(T("不是 JSON", "This is not JSON")) from None
    if not isinstance(found, dict):
        raise BadBody(T("要一个 JSON 对象", "A JSON object is wanted"))
    unknown = [name for name in found if name not in takes["properties"]]
    if unknown:
        raise Invalid([Fault(name[:60], "", T("没有这一项", "there is no such field")) for name in unknown])
    return found


def query_of(request: HttpRequest, known: Mapping[str, Schema]) -> dict[str, str]:
    """The arguments of the address, empty ones left out.

    Raises Invalid for one that is unknown, given twice, not Unicode, or longer than its schema allows.
    """
    faults = []
    for name in request.GET:
        if name not in known and name != "lang":
            faults.append(Fault(name[:60], request.GET[name][:60], T("没有这个参数", "there is no such argument")))
        elif len(request.GET.getlist(name)) > 1:
            faults.append(Fault(name, "", T("只能写一次", "may stand once")))
        elif _UNREADABLE.search(request.GET[name]):
            faults.append(Fault(name, "", T("有看不见的字符", "holds unreadable characters")))
        elif len(request.GET[name]) > (most := known.get(name, {}).get("maxLength", MOST)):
            rule = T("最长 {n} 字", "at most {n} characters").fill(n=most)
            faults.append(Fault(name, request.GET[name][:20] + "…", rule))
    if faults:
        raise Invalid(faults)
    return {name: request.GET[name].strip() for name in known if request.GET.get(name, "").strip()}


def respond(answer: Answer) -> HttpResponse:
    """The answer as JSON, or as the bytes that it is."""
    body = answer.value if isinstance(answer.value, bytes) else orjson.dumps(answer.value)
    empty = answer.status == HTTPStatus.NOT_MODIFIED
    response = HttpResponse(b"" if empty else body, status=answer.status, content_type=answer.media)
    for name, text in answer.headers.items():
        response.headers[name] = text
    response.headers["Cache-Control"] = "private, no-cache" if answer.mark else "private, no-store"
    if answer.mark:
        response.headers["ETag"] = answer.mark
        response.headers["Vary"] = "Authorization, Cookie, Accept-Language"
    return response
