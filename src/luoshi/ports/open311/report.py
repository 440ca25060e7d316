"""POST requests: a citizen's report that comes through a client with a key."""

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.http import HttpRequest

from luoshi.cases import actions, clocks, photos
from luoshi.cases.actions.report import LONGEST, code_for
from luoshi.cases.models import Category, Photo
from luoshi.kernel.ids import show_code
from luoshi.kernel.problems import Invalid
from luoshi.kernel.text import T
from luoshi.people import place, tree
from luoshi.people import reads as people
from luoshi.people import viewer as viewers
from luoshi.ports.open311 import attributes, services
from luoshi.ports.open311.arguments import Arguments
from luoshi.ports.open311.reads import Client

PLACE, NAME, LINK = 200, 60, 2000  # characters
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()\-.]{2,23}", re.ASCII)
_LINK: Final = URLValidator(schemes=["http", "https"])
_CHINESE: Final = re.compile("[\u3400-\u9fff]")


def post(request: HttpRequest, arguments: Arguments, files: Any, client: Client, base: str) -> list[dict[str, Any]]:
    """`/requests`: make the report and answer with its id at once. Raises Refused, Invalid or Denied."""
    row = _service(arguments)
    facts = {**_place(arguments), **_reporter(arguments), "media_url": _links(arguments)}
    facts["text"] = _text(row, arguments)
    uploads = [upload for _, group in files.lists() for upload in group]
    if len(uploads) > photos.MOST:
        arguments.fault("media", T("最多 {n} 张照片", "at most {n} pictures").fill(n=photos.MOST))
    arguments.settle()
    assert row is not None  # else `settle` has raised
    key, door = request.headers.get("Idempotency-Key", "").strip() or None, f"open311:{client.id}"
    done = actions.report_case(
        viewer=viewers.public(), key=key, door=door, channel="open311", category=row,
        photos=_pictures(files, f"{door}\0{key}" if key else ""), **facts,
    )  # fmt: skip
    code = code_for(door, key) if key else done.secret["code"]
    return [
        {
            "service_request_id": done.answer["number"],
            "service_notice": _notice(row, code, base),
            "account_id": None,
        }
    ]


def _pictures(files: Any, key: str) -> list[Photo]:
    """The pictures, each once. Raises Invalid, which names the field as the client does."""
    found: dict[UUID, Photo] = {}
    for name, group in files.lists():
        try:
            found |= {row.id: row for row in photos.store(group, key)}
        except Invalid as refused:
            raise Invalid([fault._replace(field=name) for fault in refused.faults]) from None
    return list(found.values())


def _notice(row: Category, code: str, base: str) -> str:
    """By when, and how the reporter can follow it; the only place where the tracking code is ever told."""
    zh = "办理时限：{rule}。查询码 {code}，只显示这一次。可在 {base}/track/ 查看进度、补充、评价"
    en = "To be handled in {rule}. Tracking code {code}, shown this once. Follow, answer and rate it at {base}/track/"
    rule = clocks.handling_rule(row).words
    return str(T(zh, en).fill(rule=rule, code=show_code(code), base=base))


def _service(arguments: Arguments) -> Category | None:
    code = arguments.get("service_code")
    if not code:
        arguments.missing("service_code")
        return None
    row = services.find(code)
    if row is None:
        arguments.fault("service_code", T("没有找到", "was not found"), code, 404)
    return row


def _text(row: Category | None, arguments: Arguments) -> str:
    """The description, and below it the attributes; the service's name where there is neither."""
    description = arguments.get("description").replace("\r\n", "\n")
    answers = attributes.answers(row.code, arguments) if row is not None else []
    text = "\n".join(part for part in (description, *answers) if part)
    if len(text) > LONGEST:
        rule = T("连同属性最长 {n} 字，现在 {m} 字", "at most {n} characters with the attributes, now {m}")
        arguments.fault("description", rule.fill(n=LONGEST, m=len(text)))
    return text or (row.zh if row is not None else "")


def _place(arguments: Arguments) -> Mapping[str, Any]:
    """Point, words and division; one of the three must be there."""
    lat, lon = arguments.degrees("lat", 90), arguments.degrees("long", 180)
    given = [name for name in ("lat", "long") if arguments.get(name)]
    address, division = _short(arguments, "address_string", PLACE), arguments.get("address_id")
    if len(given) == 1:
        arguments.missing("long" if given == ["lat"] else "lat")
    if not given and not address and not division:
        arguments.missing(
            str(
                T(
                    "地点（lat 与 long，或 address_string，或 address_id）",
                    "a location (lat and long, or address_string, or address_id)",
                )
            )
        )
    if division and division not in tree.today().divisions:
        arguments.fault("address_id", T("不是本市的区划代码", "is no code of a division of this city"), division)
    chain = people.chain(division) if division else {}
    county = chain.get("county") or (place.locate(lat, lon) if lat is not None and lon is not None else "")
    return {
        "lat": lat, "lon": lon, "place": address, "county": county, "street": chain.get("street", ""),
        "community": chain.get("community", ""),
    }  # fmt: skip


def _short(arguments: Arguments, name: str, most: int) -> str:
    text = arguments.get(name)
    if len(text) > most:
        arguments.fault(name, T("最长 {n} 字", "at most {n} characters").fill(n=most), text)
    return text


def _reporter(arguments: Arguments) -> Mapping[str, str]:
    """Name, telephone and e-mail. `account_id` and `device_id` are not kept: nobody needs them."""
    first, last = _short(arguments, "first_name", NAME), _short(arguments, "last_name", NAME)
    name = last + first if _CHINESE.search(last + first) else f"{first} {last}".strip()
    phone, email = arguments.get("phone"), arguments.get("email")
    if phone and not _PHONE.fullmatch(phone):
        arguments.fault("phone", T("只写数字，例如 138 0000 0000", "digits only, such as 138 0000 0000"), phone)
    if email and not _passes(validate_email, email):
        arguments.fault("email", T("不是邮箱地址", "is no e-mail address"), email)
    return {"name": name, "phone": "".join(x for x in phone if x.isdigit() or x == "+"), "email": email}


def _passes(check: Any, text: str) -> bool:
    try:
        check(text)
    except ValidationError:
        return False
    return True


def _links(arguments: Arguments) -> str:
    """Links to media, one a line: kept as they are, never fetched, shown to those who work on the case."""
    found = arguments.all("media_url")
    for link in found:
        if len(link) > LINK or not _passes(_LINK, link):
            rule = T("须为 http(s) 网址，最长 {n} 字", "must be an http(s) address of at most {n} characters")
            arguments.fault("media_url", rule.fill(n=LINK), link)
    if len(found) > photos.MOST:
        arguments.fault("media_url", T("最多 {n} 个", "at most {n}").fill(n=photos.MOST))
    return "\n".join(found)
