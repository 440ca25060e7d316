"""A new case: reported by a citizen, taken down at the desk, or found by staff."""

from datetime import datetime

from django.db import connection

from luoshi.cases import clocks
from luoshi.cases.core import LINE
from luoshi.cases.models import Case, CaseCode, CasePrivate, Category, Photo
from luoshi.kernel import installation
from luoshi.kernel.action import Act, Change
from luoshi.kernel.ids import code_hash, derive_code, tracking_code
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.search_tokens import tokens
from luoshi.kernel.secret import secret
from luoshi.kernel.text import T

LONGEST = 4000
GRID = 0.001  # degrees, about 100 m


def code_for(door: str, key: str | None) -> str:
    """A fresh tracking code; for a request with a key the same one each time, so that a retry is told it again."""
    return derive_code(secret(), f"{door}\0{key}") if key else tracking_code()


def numbers(year: int, count: int = 1) -> list[str]:
    """Reserve case numbers such as `J-2021-037957`: never used twice, not without gaps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('case_number') FROM generate_series(1, %s)", [count])
        return [f"J-{year}-{row[0]:06d}" for row in cursor.fetchall()]


def on_grid(degrees: float | None) -> float | None:
    """A coordinate rounded to about 100 m, for the public."""
    return None if degrees is None else round(round(degrees / GRID) * GRID, 3)


def bad_point(lat: float | None, lon: float | None) -> list[Fault]:
    """What is wrong with a point in degrees: one half alone, or beyond the poles."""
    faults = []
    if (lat is None) != (lon is None):
        faults.append(Fault("lat", str(lat), T("纬度和经度要一起给", "latitude and longitude belong together")))
    if lat is not None and not -90 <= lat <= 90:
        faults.append(Fault("lat", str(lat), T("纬度从 −90 到 90", "latitude is from −90 to 90")))
    if lon is not None and not -180 <= lon <= 180:
        faults.append(Fault("lon", str(lon), T("经度从 −180 到 180", "longitude is from −180 to 180")))
    return faults


def _check(text: str, lat: float | None, lon: float | None, category: Category) -> None:
    faults = []
    if not text.strip():
        faults.append(Fault("text", "", T("请写发生了什么", "Please say what happened")))
    if len(text) > LONGEST:
        rule = T("最长 {n} 字，现在 {m} 字", "at most {n} characters, now {m}").fill(n=LONGEST, m=len(text))
        faults.append(Fault("text", text[:20] + "…", rule))
    faults += bad_point(lat, lon)
    if not category.reportable:
        faults.append(Fault("category", category.code, T("这一类不能上报", "this category cannot be reported")))
    if faults:
        raise Invalid(faults)


@LINE.creation("report", "cases.report")
def report(
    act: Act,
    *,
    category: Category,
    text: str,
    channel: str,
    place: str = "",
    county: str = "",
    street: str = "",
    community: str = "",
    lat: float | None = None,
    lon: float | None = None,
    name: str = "",
    phone: str = "",
    email: str = "",
    media_url: str = "",
    by_staff: bool = False,
    photos: list[Photo] | None = None,
    number: str = "",
) -> tuple[Case, Change]:
    """Report a problem. `secret["code"]` is the tracking code, given once. Raises Invalid."""
    _check(text, lat, lon, category)
    case = _case(act, category, channel, by_staff, number)
    case.county, case.street, case.community = county, street, community
    case.lat, case.lon = on_grid(lat), on_grid(lon)
    private = CasePrivate(
        case=case, name=name, phone=phone, email=email, text=text, place=place, lat=lat, lon=lon,
        media_url=media_url, tokens=tokens(f"{text} {place}"),
    )  # fmt: skip
    change = Change(rows=[private], answer={"number": case.number, "id": str(case.log_id)})
    if not by_staff:
        code = code_for(act.door, act.key)
        change.rows.append(CaseCode(case=case, hash=code_hash(secret(), code), at=act.now))
        change.secret["code"] = code
    attach(change, case, photos, "before")
    change.body |= {"name": name, "phone": phone, "email": email, "text": text, "place": place, "media_url": media_url}
    change.body |= {"lat": _plain(lat), "lon": _plain(lon), "response_due_at": case.response_due_at}
    return case, change


def _plain(degrees: float | None) -> str | None:
    return None if degrees is None else repr(degrees)


def _case(act: Act, category: Category, channel: str, by_staff: bool, number: str) -> Case:
    now: datetime = act.now
    case = Case(
        number=number or numbers(now.year)[0],
        sim=installation.current().demo,
        channel=channel,
        by_staff=by_staff,
        category=category,
        top=category.top,
        public=category.public,
        state="reported",
        reported_at=now,
        updated_at=now,
    )
    clocks.start_whole(case, category, now)
    clocks.enter(case, now)
    return case


def attach(change: Change, case: Case, photos: list[Photo] | None, kind: str, person: int | None = None) -> None:
    """Add photographs, already stored, to a change, as of `kind` where they say none; their hashes go into the event."""
    for photo in photos or []:
        photo.case, photo.kind, photo.person_id = case, photo.kind or kind, person
        change.rows.append(photo)
    change.body["files"] = [photo.sha256 for photo in photos or []]
