"""`/cases/feed.atom` and `.rss`: the newest public cases of an area, with what the public pages show and nothing more."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.html import escape
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from luoshi.cases.flow import FLOW
from luoshi.cases.models import Case
from luoshi.cases.public import kinds
from luoshi.cases.reads import Filters
from luoshi.cases.reads.lists import public_page
from luoshi.kernel import calendar, clock, installation
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T, language
from luoshi.people import place, tree
from luoshi.web import words

FEEDS: Final[dict[str, type[SyndicationFeed]]] = {"atom": Atom1Feed, "rss": Rss201rev2Feed}
FRESH: Final = 300  # seconds for which a reader need not ask again
SIM: Final = T("模拟", "Demo")
_LEVELS: Final = ("city", "county", "street")
_UNREADABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _area(query: QueryDict) -> tuple[str, Filters]:
    """The division that is asked for (empty: the whole city) and the filters. Raises Invalid."""
    code = str(query.get("division", "")).strip()
    if not code:
        return "", Filters()
    found = tree.today().divisions.get(code)
    if found is None or found.level not in _LEVELS:
        rule = T("旗县区或街道的代码，例如 150203000000", "the code of a district or a street, such as 150203000000")
        raise Invalid([Fault("division", code[:40], rule)])
    if found.level == "city":
        return "", Filters()
    return code, Filters(county=code) if found.level == "county" else Filters(street=code)


def _moved(case: Case) -> datetime:
    """When the case entered its present state, which its public page tells; notes among staff do not count."""
    return max(case.reported_at, case.step_since or case.reported_at)


def _state(case: Case) -> T:
    return FLOW.statuses[case.status] if case.status != "going" else FLOW.state(case.state).text


def _text(case: Case) -> str:
    """What the case's public page says, in a few lines: as HTML, which both kinds of feed take a description to be."""
    lines = [
        T("进度：{state}", "State: {state}").fill(state=_state(case)),
        T("上报：{at}", "Reported: {at}").fill(at=words.when(case.reported_at)),
    ]
    if case.due_at is not None:
        lines.append(T("应办完：{at}", "Due: {at}").fill(at=words.when(case.due_at)))
    said = case.private.public_text if case.released and hasattr(case, "private") else ""
    told = _UNREADABLE.sub("", "\n".join([*map(str, lines), *([said] if said else [])]))
    return "<br>".join(escape(line) for line in told.splitlines())


def _entry(case: Case, site: str, origin: str) -> dict[str, Any]:
    kind, where = kinds.name(case.category), place.full_name(case.street or case.county)
    title = T("{kind}，{where}", "{kind}, {where}").fill(kind=kind, where=where) if where else kind
    return {
        "title": f"[{SIM}] {title}" if case.sim else str(title),
        "link": f"{site}/cases/{case.number}/",
        "description": _text(case),
        # a name that stays whatever the address of the site becomes (RFC 4151)
        "unique_id": f"tag:{origin},{case.reported_at.year}:case/{case.number}",
        "unique_id_is_permalink": False,
        "pubdate": case.reported_at, "updateddate": _moved(case), "categories": [str(kind)],
    }  # fmt: skip


def _site(request: HttpRequest) -> str:
    return settings.CONF.text("public_url").rstrip("/") or f"{request.scheme}://{request.get_host()}"


def _today() -> datetime:
    """When the city's day began: an empty list is as old as that."""
    day = calendar.current().city_time(clock.now())
    return day - timedelta(hours=day.hour, minutes=day.minute, seconds=day.second, microseconds=day.microsecond)


def _feed(request: HttpRequest, form: str, area: str, rows: Sequence[Case], at: datetime) -> str:
    city = installation.current()
    site, origin = _site(request), city.origin.partition("/")[0]
    where = place.full_name(area) if area else str(city.name)
    made = FEEDS[form](
        title=str(T("{where}：公开的案件", "{where}: public cases").fill(where=where)),
        link=f"{site}/cases/", feed_url=f"{site}{request.get_full_path()}",
        description=str(T("类别、进度、时间和地方；文字经人工审核后才公开", "Kind, progress, times and place; text only once released")),
        language="en" if language() == "en" else "zh-CN",
        feed_guid=f"tag:{origin},2000:cases/{area}", author_name=str(city.name),
    )  # fmt: skip
    for case in rows:
        made.add_item(**_entry(case, site, origin))
    # the newest change, so that the same list is the same text to the byte
    made.latest_post_date = lambda: at  # type: ignore[method-assign]
    return str(made.writeString("utf-8"))


@require_safe
def feed(request: HttpRequest, form: str) -> HttpResponse:
    """`/cases/feed.atom?division=…`: fifty newest; answers 304 where nothing changed. Raises Invalid."""
    area, filters = _area(request.GET)
    rows = public_page(filters, clock.now()).rows
    at = max(map(_moved, rows), default=_today())
    body = _feed(request, form, area, rows, at).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer = HttpResponse(body, content_type=f"application/{form}+xml; charset=utf-8")
    response = cast(HttpResponse, get_conditional_response(request, etag, int(at.timestamp()), answer))
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(at.timestamp())
    response.headers["Cache-Control"] = f"public, max-age={FRESH}"
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    return response
