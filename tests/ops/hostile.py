"""Two hundred hostile requests by door: who, method, address, what is sent, and the answer that is due.

`{number}` is a case that is public and dispatched, `{code}` its tracking code, `{photo}` its photograph, `{key}` an
Open311 key; `LONG` and the like are spelled out below. Bodies are forms (a dict), JSON (`J(...)`) or raw (`Raw(...)`).
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple
from zlib import compress, crc32

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

LONG, HUGE, DIGITS = "长" * 5_000, "x" * 10_000_000, "9" * 5_000
FORMULA, RTL, INJECT = "=cmd|' /C calc'!A0", "井盖\u202e松动\u2066", "a\r\nSet-Cookie: evil=1"
UP = "../../../../etc/passwd"
FORM, JSON, PARTS = "application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x"


class Raw(NamedTuple):
    """A body as it is, with its type and further headers."""

    body: bytes
    kind: str = FORM
    headers: dict[str, str] = {}


class Ask(NamedTuple):
    """One request and the status it must get."""

    who: str
    method: str
    path: str
    sent: Any
    status: int


def J(text: str) -> Raw:
    """A JSON body."""
    return Raw(text.encode("utf-8", "surrogatepass"), JSON)


def gets(who: str, path: str, *rows: tuple[str, int]) -> list[Ask]:
    """GETs of one address with several queries."""
    return [Ask(who, "GET", path + query, None, status) for query, status in rows]


def posts(who: str, path: str, *rows: tuple[Any, int]) -> list[Ask]:
    """POSTs to one address with several bodies."""
    return [Ask(who, "POST", path, sent, status) for sent, status in rows]


def png(width: int, height: int) -> bytes:
    """A PNG whose head promises a size and whose body is nearly nothing: a decompression bomb."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + crc32(kind + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 2, 0, 0, 0))
    body = compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def polyglot() -> bytes:
    """A good JPEG with a page behind it: taken, and what is kept of it is the picture alone."""
    out = BytesIO()
    Image.new("RGB", (20, 20), "red").save(out, "JPEG")
    return out.getvalue() + b"<html><script>alert(1)</script></html>"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PAGE = b"<html><script>alert(1)</script></html>"


@dataclass(frozen=True)
class Shot:
    """A file to send; made anew for each request."""

    data: bytes
    name: str = "a.jpg"
    kind: str = "image/jpeg"

    def file(self) -> SimpleUploadedFile:
        """As a form sends it."""
        return SimpleUploadedFile(self.name, self.data, self.kind)


SHOTS = (
    Shot(SVG), Shot(SVG, "a.svg", "image/svg+xml"), Shot(PAGE), Shot(b""), Shot(b"\xff\xd8\xff"), Shot(b"GIF89a;" + PAGE),
    Shot(png(30_000, 30_000), "bomb.png"), Shot(png(2**31 - 1, 2**31 - 1), "bomb.png"),
    Shot(b"x" * 11_000_000), Shot(b"%PDF-1.4", UP),
)  # fmt: skip
ENTRY = '"category":"010102","channel":"hotline"'
O311 = {"service_code": "010101", "lat": "40.6573", "long": "109.8404", "description": "井盖松动", "api_key": "{key}"}

DOORS: dict[str, list[Ask]] = {
    "every address": [
        *gets("nobody", "/", ("?lang=%00", 200), ("?lang=zh&lang=xx", 200), ("?%FF%FE=%ED%A0%80", 200), ("%2e%2e%2f" + UP, 404)),
        *gets("nobody", "/", ("static/" + UP, 404), ("static/%00", 404), ("%00", 404), ("%FF", 404), ("x" * 60_000, 404)),
        Ask("nobody", "DELETE", "/", None, 405), Ask("nobody", "PUT", "/track/", J("{}"), 405),
        Ask("nobody", "TRACE", "/cases/", None, 405), Ask("nobody", "GET", "/lang/%0d%0aX:1", None, 404),
        *gets("nobody", "/lang/zh", ("?next=//evil.example", 302), ("?next=%0d%0aX: 1", 302), ("?next=javascript:alert(1)", 302)),
        Ask("nobody", "GET", "/work/", Raw(b"", headers={"Cookie": "luoshi_session=" + "x" * 5000}), 302),
        Ask("nobody", "GET", "/work/", Raw(b"", headers={"Cookie": "luoshi_session=\x00; ;=;lang=\xff"}), 302),
        Ask("nobody", "GET", "/", Raw(b"", headers={"Host": "evil.example"}), 400),
        Ask("nobody", "GET", "/", Raw(b"", headers={"Accept-Language": "\xff" * 9000, "X-Forwarded-For": "\0,;"}), 200),
    ],
    "log-in": [
        *posts("nobody", "/login/", ({}, 200), ({"username": "a\0", "password": "x"}, 422), ({"username": LONG, "password": LONG}, 422),
               ({"username": ["a", "b"], "password": ["c", "d"]}, 422), ({"username": INJECT, "password": "x", "next": "//evil"}, 422),
               (Raw(b"%FF%FE=&&&==", FORM), 422), (Raw(b"not a form", PARTS), 200), ({"username": HUGE}, 413),
               (Raw(b"a=1&" * 5000), 400)),
        *posts("nobody", "/login/second/", ({"code": "٣" * 6}, 302), ({"code": "\0"}, 302)),
        *posts("desk", "/password/", ({"old_password": "\0", "new_password1": LONG, "new_password2": LONG}, 422), ({}, 200)),
    ],
    "report": [
        *gets("nobody", "/report/map.svg", ("?view=" + UP, 404), ("?view=%00", 404), ("?x=1e9&y=-1", 200), ("?x=" + DIGITS, 200)),
        *posts("nobody", "/report/", ({"draft": "\0", "step": "\0", "go": "\0"}, 400), ({"draft": LONG, "go": "send"}, 400),
               ({"step": "check", "go": "send"}, 400), ({"step": "where", "place": "\0"}, 400), ({"text": HUGE}, 413),
               ({"at.x": DIGITS, "at.y": "-1"}, 400), (Raw(b"\x1f\x8b" + b"\0" * 99, "application/gzip"), 400),
               (Raw(b"--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\r\n", PARTS), 400),
               (Raw(b"", "multipart/form-data"), 400), (Raw(b"--x", PARTS, {"CONTENT_LENGTH": "-5"}), 413),
               (Raw(b"--x", PARTS, {"CONTENT_LENGTH": DIGITS}), 413), (Raw(b"--x", PARTS, {"CONTENT_LENGTH": "²"}), 413)),
    ],
    "tracking": [
        *gets("nobody", "/track/", ("%00", 404), ("%FF%FE", 404), ("x" * 20_000, 404), (UP, 404), ("7K2M9QX4ABCD%0d%0aX:1", 404)),
        *posts("nobody", "/track/", ({"code": "\0"}, 422), ({"code": LONG}, 422), ({"code": RTL}, 404), ({}, 422)),
        *posts("nobody", "/track/lost", ({"number": "\0", "contact": "\0"}, 422), ({"number": LONG, "contact": LONG}, 422), ({}, 422)),
        *posts("nobody", "/track/{code}", ({"do": "\0"}, 400), ({"do": "rate", "grade": "9" * 99}, 422), ({"do": "reply", "note": LONG}, 422),
               ({"do": "rate", "grade": "²"}, 422), ({"do": "withdraw", "seen": "-1"}, 303), ({"do": UP}, 400), ({"do": "sign"}, 400)),
    ],
    "public cases": [
        *gets("nobody", "/cases/", ("?state=%00", 422), ("?after=%00", 400), ("?after=" + "x" * 9000, 400), ("?source=" + LONG, 422),
              ("?county=%27;--", 422), ("?page_size=1000000000", 200), ("?category=%ED%A0%80", 200), ("?q=a&q=b&q[]=c", 422)),
        *gets("nobody", "/cases/", ("%00/", 404), ("J-2021-" + DIGITS + "/", 404), (UP + "/", 404), ("%F0%9F%92%A9/", 404)),
        *gets("nobody", "/cases/feed.atom", ("?division=" + DIGITS, 422), ("?category=%FF", 200), ("?x=1&x=2", 200)),
        *posts("nobody", "/cases/{number}/follow/", ({"do": "follow", "email": INJECT}, 422), ({"email": "\0", "phone": "\0", "key": "k"}, 422),
               ({"email": LONG, "key": LONG}, 422)),
        *gets("nobody", "/photo/", ("{photo}/?p=%00", 404), ("{photo}/?p=" + "x" * 9000, 404), ("-1/", 404), (UP, 404)),
    ],
    "Open311 read": [
        *gets("nobody", "/open311/v2/requests.json", ("?page_size=1000000000", 400), ("?page=-1", 400), ("?page=" + DIGITS, 400),
              ("?status=%00", 400), ("?start_date=0001-01-01T00:00:00Z", 400), ("?start_date=99999-01-01", 400),
              ("?service_request_id=" + ",".join("12345678"), 200), ("?service_request_id=%00", 400), ("?lat=1e999&long=nan", 200),
              ("?jurisdiction_id=%FF", 404), ("?service_code=" + LONG, 200), ("?page=1&page=2", 200)),
        *gets("nobody", "/open311/v2/", ("requests/%00.json", 404), ("requests/" + UP + ".xml", 400), ("tokens/%FF.json", 404),
              ("services/" + DIGITS + ".json", 404), ("nothing.xml", 404), ("requests.exe", 400), ("servicerequestupdates.json?start_date=x", 400)),
    ],
    "Open311 write": [
        *posts("nobody", "/open311/v2/requests.json", ({}, 403), ({"api_key": "\0"}, 403), ({"api_key": LONG}, 403),
               (O311 | {"description": "x" * 4001}, 400), (O311 | {"description": "a\0b"}, 400), (O311 | {"lat": "nan"}, 400),
               (O311 | {"lat": "1e999"}, 400), (O311 | {"lat": "-91", "long": "1_0"}, 400), (O311 | {"service_code": "\0"}, 404),
               (O311 | {"email": INJECT}, 400), (O311 | {"media_url": "javascript:alert(1)"}, 400), (O311 | {"media_url": "\0"}, 400),
               (O311 | {"phone": "9" * 5000}, 400), (O311 | {"description": FORMULA}, 200), (O311 | {"description": RTL}, 400),
               (O311 | {"attribute[" + "x" * 999 + "]": "y"}, 400), (O311 | {"lat": ["91", "40.66"]}, 200), (O311 | {"description": HUGE}, 400),
               (J('{"api_key":"{key}"}'), 400), (Raw(b"description=%FF", FORM), 403), (Raw(b"\xff", FORM), 400), (Raw(b"--x\r\n", PARTS), 403),
               (Raw(b"a", PARTS, {"CONTENT_LENGTH": DIGITS}), 400), *[(O311 | {"media": shot}, 400) for shot in SHOTS],
               (O311 | {"media": Shot(polyglot())}, 200)),
        *posts("nobody", "/open311/v2/servicerequestupdates.json", ({"api_key": "{key}"}, 400),
               ({"api_key": "{key}", "service_request_id": "\0", "update_id": "1", "status": "OPEN", "description": "x"}, 404),
               ({"api_key": "{key}", "service_request_id": "{number}", "update_id": LONG, "status": "\0", "description": LONG}, 400)),
    ],
    "API": [
        *gets("token", "/api/cases", ("?limit=1000000000", 422), ("?limit=-1", 422), ("?limit=²", 422), ("?after=%00", 422), ("?q=1&q=2", 422),
              ("?nothing=1", 422), ("?state=" + LONG, 422)),
        *gets("token", "/api/cases/", ("%00", 400), (DIGITS, 404)), *gets("nobody", "/api/cases", ("", 401)),
        Ask("nobody", "GET", "/api/cases", Raw(b"", headers={"Authorization": "Bearer \xff\0"}), 401),
        *posts("token", "/api/cases", (J("{"), 400), (J("[]"), 400), (J("[" * 100_000), 400), (J('{"text":"' + "x" * 300_000 + '"}'), 400),
               (J('{"text":"\\ud800"}'), 400), (J('{"text":"\ud800"}'), 400), (J('{"text":NaN}'), 400), (J('{"text":1e999}'), 400),
               (J(f'{{{ENTRY},"text":"a\\u0000b"}}'), 400), (J(f'{{{ENTRY},"text":{{}}}}'), 422), (J(f'{{{ENTRY},"text":true}}'), 422),
               (J(f'{{{ENTRY},"text":"x","lat":{DIGITS}}}'), 400), (J(f'{{{ENTRY},"text":"x","lat":"nan","lon":1}}'), 422),
               (J(f'{{{ENTRY},"text":"{RTL}"}}'), 201), (J('{"__proto__":1}'), 422), (Raw(b"text=x", FORM), 400),
               (Raw(b"{}", JSON, {"Idempotency-Key": "k" * 300}), 422)),
        *posts("token", "/api/cases/{number}/moves/add_note", (J('{"seen":-1,"note":"x"}'), 422), (J('{"seen":1.5,"note":"x"}'), 422),
               (J('{"note":["a"]}'), 200), (J('{"note":"a\\u0000"}'), 422), (J('{"note":{"a":1}}'), 422)),
    ],
    "moves": [
        *posts("desk", "/work/cases/{number}/do/add_note/", ({}, 422), ({"note": "a\0b"}, 422), ({"note": LONG}, 422), ({"note": "x", "seen": "-1"}, 422),
               ({"note": "x", "seen": DIGITS}, 422), ({"note": "x", "key": "a\0"}, 422), ({"note": "x", "key": "k" * 300}, 422),
               ({"note": RTL}, 303), ({"note": FORMULA, "next": "//evil.example"}, 303), ({"note": HUGE}, 413), ({"note": ["a", "b"]}, 303)),
        *posts("desk", "/work/cases/{number}/do/", *[]), Ask("desk", "POST", "/work/cases/{number}/do/%00/", {}, 404),
        Ask("desk", "POST", "/work/cases/%00/do/add_note/", {"note": "x"}, 404), Ask("desk", "POST", "/work/cases/{number}/do/" + "x" * 999 + "/", {}, 404),
        *posts("desk", "/work/cases/{number}/do/merge/", ({"into": "\0"}, 400), ({"into": LONG}, 422), ({"into": "{number}"}, 422)),
        *posts("supervisor", "/work/cases/{number}/do/suspend/", ({"reason": LONG}, 422), ({"reason": "\0"}, 422)),
        *posts("handler", "/work/near/{number}/", ({"seen": "x", "key": "k"}, 422), ({"photos": Shot(SVG), "seen": "3", "key": "k"}, 422)),
        *posts("desk", "/work/report/", ({"lat": "1e999", "lon": "nan"}, 422), ({"text": "\0", "phone": "\0", "division": "\0"}, 422),
               *[({"text": "x", "category": "010102", "channel": "hotline", "photos": shot}, 422) for shot in SHOTS[:4]]),
    ],
    "lists": [
        *gets("desk", "/work/cases/", ("?q=%00", 200), ("?unit=%00&top=%ED%A0%80", 200), ("?after=" + UP, 400), ("?street=" + DIGITS, 200),
              ("?mine=-1&light=x", 200), ("?page_size=1000000000", 200), ("%00/", 404), ("{number}/?do=%00", 200)),
        *gets("desk", "/work/search/", ("?q=%00", 200), ("?q=" + "a+" * 5000, 200), ("?q=%25%27%22%5C", 200), ("?q=%F0%9F%92%A9", 200)),
        *gets("desk", "/work/cases/export.csv", ("?q=%00", 200), ("?state=x&state=y", 200)),
        *gets("supervisor", "/work/rates/", ("?period=9999-99", 422), ("?period=%00", 422), ("%00/", 404)),
        *gets("supervisor", "/work/rules/", ("?version=" + DIGITS, 404), ("?version=-1", 404)),
        *posts("supervisor", "/work/rules/edit/", ({"draft": "[" * 9000, "press": "x"}, 422), ({"draft": "\0"}, 422), ({"press": "drop:" + DIGITS}, 200), ({"press": "put:" + DIGITS}, 422)),
        *posts("desk", "/work/hotline/", ({"text": "\0", "phone": "\0"}, 200), ({"text": LONG, "division": "\0", "go": "save"}, 422), ({"key": "k" * 300}, 200)),
        *posts("desk", "/work/hotline/look/", ({"text": "\0", "phone": "\0", "place": "\0"}, 200), ({"text": LONG, "phone": DIGITS}, 200)),
        *gets("supervisor", "/work/adopt/", ("?source=%00", 200), ("?county=%00&after=x", 400)),
    ],
    "import": [
        *gets("sysadmin", "/work/import/", ("?source=%00", 200), ("00000000-0000-0000-0000-000000000000/", 404), (UP + "/", 404)),
        *posts("sysadmin", "/work/import/", ({}, 200), ({"file": Shot(b"PK\x03\x04bomb", "a.xlsx")}, 422), ({"file": Shot(b"", "a.csv")}, 422),
               ({"file": Shot(b"\xff\xfe\0\0", UP)}, 422), ({"press": "\0"}, 422), (Raw(b"--x", PARTS, {"CONTENT_LENGTH": DIGITS}), 413)),
    ],
    "administration": [
        *gets("secadmin", "/security/", ("?person=%00", 400), ("?what=%00", 200), ("?after=%00", 400), ("?person=" + LONG, 200)),
        *posts("secadmin", "/security/end/", ({"login": "\0"}, 400), ({"login": LONG}, 404), ({}, 404)),
        *gets("auditadmin", "/audit/", ("?until=9999-12-31", 400), ("?since=0001-01-01", 400), ("?since=%00", 400), ("?person=%00", 400), ("?after=x", 400)),
        *gets("auditadmin", "/audit/unmasked/", ("?person=%00", 400), ("?after=x", 400)),
        *gets("sysadmin", "/people/", ("?q=%00", 200), ("?unit=%00", 200), ("?state=x&role=x", 200), ("hand-over/?from=%00", 404), ("%00/", 404)),
        *posts("sysadmin", "/people/add/", ({"name": "\0", "login": "\0"}, 422), ({"name": LONG, "login": UP, "first": "9999-99-99"}, 422)),
        *posts("sysadmin", "/people/import/", ({"file": Shot(b"PK\x03\x04", "a.xlsx")}, 422), ({"rows": "[" * 9000}, 422), ({"rows": "\0"}, 422)),
        *posts("desk", "/work/notify/", ({"mail": INJECT}, 422), ({"phone": "\0", "digest": "25:99"}, 422), ({"at_once": LONG}, 422)),
        *posts("auditadmin", "/privacy/", ({"number": "\0", "reason": "\0"}, 422), ({"number": LONG}, 422)),
        *posts("head", "/work/cover/", ({"person": "\0", "from": "\0"}, 422), ({"person": DIGITS, "until": "9999-99-99"}, 422)),
    ],
    "log": [
        *gets("nobody", "/log/", ("tile/" + UP, 404), ("tile/0/-1", 404), ("tile/0/000.p/999", 404), ("tile/0/" + DIGITS, 404), ("tile/%00", 404),
              ("tile/entries/x001", 404), ("?lang=%00", 200)),
        Ask("nobody", "POST", "/log/checkpoint", {"a": "b"}, 405),
    ],
}  # fmt: skip
