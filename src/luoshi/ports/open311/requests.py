"""GET requests: what the public pages show of a case, in the standard's fields, and nothing more."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from luoshi.cases import corrected, reads
from luoshi.cases.flow import FLOW, OPEN
from luoshi.cases.public import story
from luoshi.cases.reads import open311 as rows
from luoshi.cases.reads.one import Entry
from luoshi.cases.reads.open311 import Row
from luoshi.kernel import clock, installation
from luoshi.kernel.text import T
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.ports.open311.arguments import Arguments

SPAN: Final = timedelta(days=90)
MOST: Final = 1000  # requests an answer holds
PAGES: Final = 1_000_000
NUMBER: Final = re.compile(r"J-\d{4}-\d{6,12}", re.ASCII)
STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "open": OPEN,
    "closed": tuple(state.name for state in FLOW.states if "ended" in state.groups),
}
# the states that FixMyStreet's clients know, by ours
EXTENDED: Final[Mapping[str, str]] = {
    "reported": "open", "accepted": "investigating", "dispatched": "action_scheduled", "joint": "investigating",
    "handling": "in_progress", "handled": "in_progress", "verified": "fixed", "closed": "fixed",
    "refused": "no_further_action",
}  # fmt: skip
TITLES: Final = {"before": T("上报时", "As reported"), "after": T("处理后", "After the work")}
CORRECTED: Final = T("{text}；更正 {n} 处", "{text}; corrections: {n}")
SIMULATED: Final = "模拟 / simulated"
Item = dict[str, Any]


class Window(NamedTuple):
    """From when until before when, which page and how many."""

    start: datetime
    end: datetime
    offset: int
    size: int


@lru_cache(maxsize=1)
def _zone() -> tzinfo:
    return ZoneInfo(installation.current().pack["timezone"])


def stamp(moment: datetime | None) -> str | None:
    """`2021-12-29T09:00:00+08:00` in the city's zone."""
    return moment.astimezone(_zone()).isoformat(timespec="seconds") if moment is not None else None


def second(epoch: int | None) -> str | None:
    """The same of a whole second of the epoch."""
    return datetime.fromtimestamp(epoch, _zone()).isoformat() if epoch is not None else None


def window(arguments: Arguments) -> Window:
    """The span asked for (the last 90 days without one) and the page; faults go to the arguments.

    Our times are shown in whole seconds, so that the last second counts whole.
    """
    start, end = arguments.moment("start_date"), arguments.moment("end_date")
    size = arguments.number("page_size", 1, MOST, MOST)
    page = arguments.number("page", 1, PAGES, 1)
    if start is None:
        end = end or clock.now()
        start = end - SPAN
    elif end is None:
        end = start + SPAN
    if end < start:
        arguments.fault("end_date", T("早于 start_date", "is before start_date"), arguments.get("end_date"))
    elif end - start > SPAN:
        rule = T("时间段最长 {n} 天", "spans at most {n} days").fill(n=SPAN.days)
        arguments.fault("start_date", rule, arguments.get("start_date"))
    return Window(start, end + timedelta(seconds=1), (page - 1) * size, size)


def numbers(arguments: Arguments) -> list[str]:
    """The case numbers asked for; what can be no number of ours is left out."""
    given = arguments.words("service_request_id")
    if len(given) > MOST:
        arguments.fault("service_request_id", T("最多 {n} 个", "at most {n}").fill(n=MOST))
    return [number for number in given if NUMBER.fullmatch(number)]


def many(arguments: Arguments, base: str) -> list[Item]:
    """`/requests`: the ids asked for, which override all else, or those of a span, newest first. Raises Refused."""
    if arguments.words("service_request_id"):
        asked = numbers(arguments)
        arguments.settle()
        return _items(rows.numbered(asked), _extended(arguments), base)
    span = window(arguments)
    states = [state for status in arguments.words("status") for state in _states(status, arguments)]
    kinds = arguments.words("service_code")
    known = [code for code in kinds if code in reads.kinds().rows]
    arguments.settle()
    if kinds and not known:
        return []
    found = rows.reported(span.start, span.end, states, known, span.offset, span.size)
    return _items(found, _extended(arguments), base)


def _states(status: str, arguments: Arguments) -> Sequence[str]:
    if status not in STATES:
        arguments.fault("status", T("其中之一：open, closed", "one of: open, closed"), status)
    return STATES.get(status, ())


def one(number: str, arguments: Arguments, base: str) -> list[Item]:
    """`/requests/<id>`. Raises Refused for whatever is not public."""
    return _items([find(number, arguments)], _extended(arguments), base)


def find(number: str, arguments: Arguments, name: str = "service_request_id") -> Row:
    """The public case of a number. Raises Refused."""
    found = rows.numbered([number]) if NUMBER.fullmatch(number) else []
    if not found:
        arguments.fault(name, T("没有找到", "was not found"), number, 404)
    arguments.settle()
    return found[0]


def _extended(arguments: Arguments) -> bool:
    return arguments.get("extensions").lower() in ("true", "1")


def _items(cases: Sequence[Row], extended: bool, base: str) -> list[Item]:
    histories = rows.histories([case.log_id for case in cases]) if extended and cases else {}
    known, units, place = reads.kinds(), people.unit_names(), _places()
    items = []
    for case in cases:
        shots = [_picture(base, *one) for one in orjson.loads(case.photos)] if case.photos else []
        item = _item(case, str(known.name(case.category)), units.get(case.unit or 0), place)
        item["media_url"] = shots[0]["media_url"] if shots else None
        if extended:
            item |= _extensions(case, shots, histories)
        items.append(item)
    return items


def _item(case: Row, kind: str, unit: str | None, place: Callable[[str], str | None]) -> Item:
    return {
        "service_request_id": case.number,
        "status": "open" if case.state in OPEN else "closed",
        "status_notes": _stands(case),
        "service_name": kind,
        "service_code": case.category,
        "description": case.text or None,
        "agency_responsible": unit,
        "service_notice": None,
        "requested_datetime": second(case.reported),
        "updated_datetime": second(case.updated),
        "expected_datetime": second(case.due) if case.status == "going" and case.state != "refused" else None,
        "address": place(case.where),
        "address_id": case.where or None,
        "zipcode": None,
        "lat": case.lat,
        "long": case.lon,
    }


def _stands(case: Row) -> str:
    """Where it stands in a word, and whether the record was corrected; of a simulated case it says so, in both languages
    whoever asks."""
    text = str(FLOW.statuses[case.status] if case.status != "going" else FLOW.state(case.state).text)
    text = str(CORRECTED.fill(text=text, n=case.corrected)) if case.corrected else text
    return f"{text} ({SIMULATED})" if case.sim else text


def _places() -> Callable[[str], str | None]:
    """The names of a division and what lies over it, the nearest first; each is looked up once."""
    city = tree.today()

    @cache
    def name(code: str) -> str | None:
        above = [up for up in city.places.up(code) if up in city.divisions] if code else []
        return str(T("，", ", ")).join(people.division_name(up) for up in above) or None

    return name


def _picture(base: str, key: str, kind: str, width: int, height: int, at: int) -> Item:
    return {
        "media_url": f"{base}/photo/{key}/",
        "title": str(TITLES.get(kind, T("照片", "Picture"))),
        "width": width,
        "height": height,
        "created_at": second(at),
    }


def _extensions(case: Row, shots: list[Item], histories: Mapping[UUID, list[Entry]]) -> Item:
    notes = [note for entry in histories.get(case.log_id, ()) for note in _note(entry)]
    return {"extended_attributes": {"status": EXTENDED[case.state], "photos": shots}, "notes": notes}


def _note(entry: Entry) -> list[Item]:
    text = told(entry)
    if not text:
        return []
    step = {"datetime": stamp(entry.at), "description": text, "type": entry.verb}
    fixed = [
        {"datetime": stamp(one.recorded_at), "description": correction(one, entry), "type": one.verb}
        for one in entry.newer
    ]
    return [step, *fixed]


def correction(entry: Entry, original: Entry) -> str:
    """A correction as far as the public page tells it; empty where it does not tell what was corrected."""
    step = told(original)
    what = [one.text for one in corrected.told(original, corrected.PUBLIC) if one.entry.id == entry.id]
    return str(T("“{step}” {what}", "“{step}” {what}").fill(step=step, what=what[0])) if step and what else ""


def told(entry: Entry) -> str:
    """An event as the public page tells it; empty where it does not."""
    return "".join(str(one.title) for one in story.public_happenings([entry]))
