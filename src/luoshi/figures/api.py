"""The API of figures: which there are, what each says, its series, its records, what differs since. Public, as on the pages."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from luoshi.api.endpoint import JSON, Answer, Asked, Endpoint
from luoshi.api.schema import TEXT, TIME, WHOLE, YES, Schema, one_of, or_null, record, rows, text
from luoshi.figures import ask, asked, difference_page, either, listed, opened
from luoshi.figures.catalogue import all_figures
from luoshi.figures.difference import Cause, Change, difference
from luoshi.figures.exports import make, sdmx
from luoshi.figures.opened import Row
from luoshi.figures.reported import said as reported
from luoshi.figures.reported.ask import MEMBER
from luoshi.figures.reported.catalogue import all_reported
from luoshi.figures.said import COMPARES, as_cell, moment_text
from luoshi.kernel import lines
from luoshi.kernel.lines import UNSEEN, Record
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.people import reads as people
from luoshi.web import pager, words
from luoshi.web.http import Request

MOST, USUAL = 200, 50
ANY: Final[Schema] = {"type": "object"}
_NUMBER: Final[Mapping[str, Schema]] = {
    "numerator": {"anyOf": [WHOLE, TEXT, {"type": "null"}]}, "denominator": or_null(WHOLE), "n": or_null(WHOLE), "value": or_null(TEXT),
    "suppressed": YES,
}  # fmt: skip
_WAITS: Final[Mapping[str, Schema]] = {"known_size": WHOLE, "known_as_of": TEXT}
"""Of a number that waits: as of when it stands."""
CELL: Final[Schema] = {"type": "object", "properties": {**_NUMBER, **_WAITS}, "required": list(_NUMBER)}
"""A number and its parts; of a reported one also where it comes from."""
LISTED: Final[Schema] = {
    "type": "object",
    "properties": {"id": TEXT, "name": TEXT, "define": TEXT, "unit": TEXT, "by": rows(TEXT), "kind": TEXT, "decimals": WHOLE,
                   "better": TEXT, "fingerprint": TEXT, "measure": or_null(ANY), "pending": YES, "metadata": ANY},
    "required": ["id", "name", "define", "unit", "by", "kind", "decimals", "better", "fingerprint", "measure", "metadata"],
}  # fmt: skip
_HEAD: Final[Mapping[str, Schema]] = {
    "figure": TEXT, "name": TEXT, "period": TEXT, "as_of": or_null(TEXT), "log_size": WHOLE, "provisional": YES, "unit": TEXT,
    "fingerprint": TEXT,
}  # fmt: skip
ANSWER: Final[Schema] = {
    "type": "object",
    "properties": {**_HEAD, **_NUMBER, **_WAITS, "engine": TEXT, "kind": TEXT, "pending": YES, "rows": rows(CELL), "missing": rows(TEXT), "unknown": or_null(TEXT),
                   "compare": or_null(CELL)},
    "required": [*_HEAD, *_NUMBER, "engine", "rows", "missing", "compare"],
}  # fmt: skip
SERIES: Final = record({**_HEAD, "rows": rows(CELL)})
RECORD: Final = record(
    {
        "place": or_null(WHOLE),
        "number": TEXT,
        "visible": YES,
        "part": or_null(YES),
        "value": or_null(WHOLE),
        "cells": rows(TEXT),
    }
)
_RECORDS: Final = {**_HEAD, **_NUMBER, "heads": rows(TEXT), "records": rows(RECORD), "after": or_null(TEXT)}
RECORDS: Final = record({**_RECORDS, **_WAITS}, list(_RECORDS))
SIDE: Final = record({"part": or_null(YES), "value": or_null(WHOLE)})
CAUSE: Final = record({"verb": TEXT, "step": TEXT, "happened_at": TIME, "recorded_at": TIME, "by": rows(TEXT)})
CHANGE: Final = record(
    {"how": one_of(["in", "out", "other"]), "place": WHOLE, "number": TEXT, "visible": YES, "was": or_null(SIDE),
     "now": or_null(SIDE), "causes": rows(CAUSE)}
)  # fmt: skip
DIFFERENCE: Final = record(
    {**_HEAD, "since": WHOLE, "was": CELL, "now": CELL, "counts": or_null(record(dict.fromkeys(("in", "out", "other"), WHOLE))),
     "changes": rows(CHANGE), "after": or_null(TEXT)}
)  # fmt: skip
DIMENSIONS: Final = (*dict.fromkeys(name for face in lines.installed() for name in face.facts.dimensions), MEMBER)
QUERY: Final[Mapping[str, Schema]] = {"period": text(7), "as_of": text(18), **dict.fromkeys(DIMENSIONS, text(60))}
_ASKED: Final[Mapping[str, Schema]] = {
    **QUERY, "by": text(60), "compare": one_of(COMPARES), "rank": one_of(["1"]), "format": one_of(["json", *make.FORMS]),
}  # fmt: skip
_PAGED: Final[Mapping[str, Schema]] = {
    **QUERY, "part": one_of(["1"]), pager.NAME: text(200), "limit": {"type": "integer", "minimum": 1, "maximum": MOST},
}  # fmt: skip


def request_of(call: Asked) -> Request:
    """The request, with the caller as its viewer."""
    return cast(Request, call.request)


def question_of(call: Asked) -> either.Question:
    """The question; nothing may narrow it that the figure is not shown by. Raises Absent or Invalid."""
    question = either.read(request_of(call), call.path["name"])
    known = question.figure.by
    rule = T("这个指标没有这个维度；有：{all}", "the figure has no such dimension; it has: {all}").fill(
        all=", ".join(known)
    )
    faults = [Fault(name, call.query[name], rule) for name in DIMENSIONS if name in call.query and name not in known]
    if faults:
        raise Invalid(faults)
    return question


def all_listed(call: Asked) -> Answer:
    """All figures, computed and reported."""
    found = [listed.listed(one) for one in all_figures().values()]
    return Answer({"figures": found + [reported.listed(one) for one in all_reported().values()]})


def one_listed(call: Asked) -> Answer:
    """One figure's declaration."""
    return Answer(either.metadata(call.path["name"]))


def answered(call: Asked) -> Answer:
    """What `luoshi figure --json` gives, or the same answer as the files of a standard."""
    form = _form(call)
    request, question = request_of(call), question_of(call)
    mark = either.mark(request, question)
    if call.has(mark):
        return Answer(None, 304, mark)
    if form is None:
        return Answer(either.said(request, question), mark=mark)
    name, media, data = make.sent(either.answered(request, question), form)
    return Answer(data, mark=mark, media=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _form(call: Asked) -> make.Form | None:
    """The standard that is asked for. Raises Invalid, also for what its files have no place for."""
    given = call.query.get("format", "json")
    if given == "json":
        return None
    form = next((one for one in make.FORMS if one == given), None)
    if form is None:
        rule = T("应为其一：{all}", "must be one of: {all}").fill(all=", ".join(["json", *make.FORMS]))
        raise Invalid([Fault("format", given[:20], rule)])
    rule = T("只在 JSON 里有", "stands in JSON alone")
    faults = [Fault(name, call.query[name][:20], rule) for name in ("compare", "rank") if name in call.query]
    if faults:
        raise Invalid(faults)
    return form


def _head(question: either.Question) -> dict[str, Any]:
    figure, as_of = question.figure, question.as_of
    return {
        "figure": figure.id, "name": str(figure.name), "period": question.period.text, "as_of": moment_text(as_of.moment),
        "log_size": as_of.size, "provisional": as_of.provisional,
        "unit": str(either.unit(question)), "fingerprint": either.fingerprint(question),
    }  # fmt: skip


def in_time(call: Asked) -> Answer:
    """The months of two years; of a reported figure all published periods."""
    request, question = request_of(call), question_of(call)
    mark = either.mark(request, question)
    if call.has(mark):
        return Answer(None, 304, mark)
    return Answer({**_head(question), "rows": either.series(request, question)}, mark=mark)


def _counted(call: Asked) -> ask.Question:
    """The question of a figure that has records. Raises Absent also for a reported one."""
    question = question_of(call)
    return question if isinstance(question, ask.Question) else asked.read(request_of(call), call.path["name"])


def _size(given: str) -> int:
    if not given:
        return USUAL
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= MOST):
        raise Invalid([Fault("limit", given[:20], T("1 到 {n}", "1 to {n}").fill(n=MOST))])
    return int(given)


def recorded(call: Asked) -> Answer:
    """A page of the records behind the number; what the caller may not see stays as a row that says so."""
    request, question = request_of(call), _counted(call)
    found = opened.page(request, question, _size(call.query.get("limit", "")))
    return Answer({
        **_head(question), **as_cell(question.figure, found.total),
        "heads": [str(head) for head in question.face.record_heads()], "records": [_record(row) for row in found.rows],
        "after": found.onward or None,
    })  # fmt: skip


def _record(row: Row) -> dict[str, Any]:
    counted, seen = row
    return {
        "place": counted.place, "number": seen.number if seen else str(UNSEEN), "visible": seen is not None,
        "part": counted.part, "value": counted.value, "cells": [str(cell) for cell in seen.cells] if seen else [],
    }  # fmt: skip


def differing(call: Asked) -> Answer:
    """The number against the same one at `since`, and the first records that make the difference."""
    request, question = request_of(call), _counted(call)
    old = difference_page.since(request, question)
    asked.spend(request)
    found = difference(call.viewer, question, old, opened.behind(request, difference_page.ORDER))
    roles = people.roles_of(found.actors) if call.viewer.is_staff else {}
    changes = [_change(one, seen, roles) for one, seen in found.changes]
    was, now = (as_cell(question.figure, cell) for cell in (found.was, found.now))
    return Answer(
        {**_head(question), "since": old.size, "was": was, "now": now, "counts": found.counts, "changes": changes,
         "after": difference_page.onward(found) or None}
    )  # fmt: skip


def _change(one: Change, seen: Record | None, roles: Mapping[int, list[str]]) -> dict[str, Any]:
    was, now = (side and {"part": side.part, "value": side.value} for side in (one.was, one.now))
    return {
        "how": one.how, "place": one.place, "number": seen.number if seen else str(UNSEEN), "visible": seen is not None, "was": was,
        "now": now, "causes": [_cause(cause, roles) for cause in one.causes],
    }  # fmt: skip


def _cause(one: Cause, roles: Mapping[int, list[str]]) -> dict[str, Any]:
    return {
        "verb": one.verb, "step": one.move, "happened_at": words.iso(one.occurred_at), "recorded_at": words.iso(one.recorded_at),
        "by": roles.get(one.actor or 0, []),
    }  # fmt: skip


def _get(path: str, name: str, words: T, answer: Any, gives: Schema, query: Mapping[str, Schema], *, marked: bool = False, missing: bool = True, media: Sequence[str] = (JSON,)) -> Endpoint:  # fmt: skip
    refusals = (*((404,) if missing else ()), *((429,) if query else ()), *((400,) if pager.NAME in query else ()))
    return Endpoint(
        "GET", f"/figures{path}", f"figures.{name}", words, answer, gives, query=query, refusals=refusals, public=True,
        marked=marked, media=media,
    )  # fmt: skip


ENDPOINTS: Final = (
    _get("", "list", T("所有指标", "All figures"), all_listed, record({"figures": rows(LISTED)}), {}, missing=False),
    _get("/{name}", "get", T("一个指标的数值", "What a figure says"), answered, ANSWER, _ASKED, marked=True,
         media=(JSON, make.ZIP, sdmx.MEDIA)),
    _get("/{name}/metadata", "metadata", T("一个指标的口径", "How a figure is declared"), one_listed, LISTED, {}),
    _get("/{name}/series", "series", T("逐月，或历次公布", "By month, or as published"), in_time, SERIES, QUERY, marked=True),
    _get("/{name}/records", "records", T("数字背后的记录", "The records behind a number"), recorded, RECORDS, _PAGED),
    _get("/{name}/difference", "difference", T("当时和现在差在哪些记录", "The records that make the difference since"),
         differing, DIFFERENCE, {**QUERY, "since": text(18), pager.NAME: text(200)}),
)  # fmt: skip
