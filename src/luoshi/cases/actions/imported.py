"""Cases that come with other systems' records: taken in, and told again when the source says something new.

They have no clock, no notice and no place in a work list. What happened at the source keeps its own `occurred_at`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from luoshi.cases.actions.report import numbers, on_grid
from luoshi.cases.core import LINE
from luoshi.cases.imported import MOVES, RIGHT, STATUS, TIMES
from luoshi.cases.models import IMPORTED, Case, CasePrivate, Category
from luoshi.kernel.action import Act, Action, Change
from luoshi.kernel.fresh import fresh
from luoshi.kernel.rights import demand
from luoshi.kernel.search_tokens import tokens
from luoshi.kernel.viewer import Viewer

PRIVATE: Final = ("text", "answer", "place", "media_url", "lat", "lon", "name", "phone", "email")


@LINE.creation("import", RIGHT)
def import_case(
    act: Act,
    *,
    source: str,
    source_id: str,
    source_status: str,
    category: Category,
    reported_at: datetime,
    source_at: datetime | None = None,
    text: str = "",
    place: str = "",
    county: str = "",
    street: str = "",
    community: str = "",
    lat: float | None = None,
    lon: float | None = None,
    media_url: str = "",
    answer: str = "",
    name: str = "",
    phone: str = "",
    email: str = "",
    flags: tuple[str, ...] = (),
    number: str = "",
) -> tuple[Case, Change]:
    """Take in a record as it was reported at its source; dirt is named in `flags`. Raises Denied."""
    case = fresh(
        Case, number=number or numbers(reported_at.year)[0], source=source, source_id=source_id, source_at=source_at,
        flags=list(flags), channel="import", category_id=category.code, top=category.top, public=category.public,
        county=county, street=street, community=community, lat=on_grid(lat), lon=on_grid(lon), ours=False,
        state="reported", status=STATUS, reported_at=reported_at, updated_at=act.now,
    )  # fmt: skip
    said = {"text": text, "place": place, "answer": answer, "media_url": media_url, "lat": lat, "lon": lon}
    said |= {"name": name, "phone": phone, "email": email}
    private = fresh(CasePrivate, **said, tokens=tokens(f"{text} {place}"))
    private.case = case
    body = {"source_status": source_status, "flags": list(flags), "source_id": source_id, **_plain(said)}
    return case, Change(body=body, rows=[private], answer={"number": case.number}, occurred_at=reported_at)


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """As an event holds it: degrees are strings there, a category its code."""
    found = dict(said)
    for name in ("lat", "lon"):
        if found.get(name) is not None:
            found[name] = repr(found[name])
    return found


def _told(case: Case, act: Act, **said: Any) -> Change:
    """What the source says now: a state with its moment `at`, or other facts. Only what changed is given."""
    state, at = said.pop("state", None), said.pop("at", None)
    case.source_at = said.pop("source_at", case.source_at)
    body = {"source_status": said.pop("source_status", None)}
    category: Category | None = said.pop("category", None)
    if category is not None:
        body["category_before"] = case.category_id
        case.category, case.top, case.public = category, category.top, category.public
    if "flags" in said:
        said["flags"] = list(said["flags"])
    for name in ("reported_at", "county", "street", "community", "flags"):
        if name in said:
            setattr(case, name, said[name])
    saves = _keep(case, {name: said[name] for name in PRIVATE if name in said})
    if state is not None:
        _turn(case, state, at)
    return Change(body=body | _plain(said), saves=saves, occurred_at=at)


def _turn(case: Case, state: str, at: datetime | None) -> None:
    """Into a state; a moment before the report counts as the report's, so that no duration is negative."""
    if case.closed_at is not None and TIMES.get(state) != "closed_at":
        case.closed_at = None
        case.reopened += 1
    case.state = state
    if state in TIMES:
        setattr(case, TIMES[state], moment(at, case.reported_at))


def moment(at: datetime | None, reported_at: datetime) -> datetime | None:
    """When a state counts as reached: never before the report; None where the source does not say."""
    return None if at is None else max(at, reported_at)


def _keep(case: Case, said: Mapping[str, Any]) -> list[Any]:
    """Change the private row; one that somebody had deleted stays deleted."""
    private: CasePrivate = case.private
    for name, value in said.items():
        setattr(private, name, value)
    if "lat" in said or "lon" in said:
        case.lat, case.lon = on_grid(private.lat), on_grid(private.lon)
    if "text" in said or "place" in said:
        private.tokens = tokens(f"{private.text} {private.place}")
    return [private] if said and not private._state.adding else []


TELL: Final[Mapping[str, Action[Case]]] = {verb: Action(LINE, move, _told) for verb, move in MOVES.items()}
"""What a source says of a case that is here already, by the log's verb."""


def category_code(source: str, code: str) -> str:
    """Under which code a kind of another system stands among our categories."""
    return f"{source}:{code}"


def keep_categories(viewer: Viewer, source: str, kinds: Iterable[tuple[str, str]]) -> None:
    """Make categories under `imported` for kinds (code, name) of a source; those that are there stay as they are.

    Raises Denied.
    """
    demand(viewer, RIGHT)
    top = Category(code=IMPORTED, level=1, zh="外来记录", en="Imported", reportable=False, source=IMPORTED)
    rows = [
        Category(
            code=category_code(source, code), parent_id=IMPORTED, level=2, zh=name, en=name, reportable=False,
            source=code,
        )
        for code, name in kinds
    ]  # fmt: skip
    Category.objects.bulk_create([top], ignore_conflicts=True)
    Category.objects.bulk_create(rows, ignore_conflicts=True)
