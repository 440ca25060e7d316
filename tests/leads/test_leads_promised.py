"""The clock of a promise: who owes it sees it coming, its crossings are events, and each is written once."""

from datetime import date, timedelta

import pytest
from deals import do, lead, to
from given import NOW
from register import client, who

from luoshi.kernel import clock
from luoshi.kernel.models import Event
from luoshi.leads import clocks, reads
from luoshi.leads.jobs import pass_time
from luoshi.leads.models import Lead, Promise
from luoshi.people import reads as people
from luoshi.people.models import Person

pytestmark = pytest.mark.usefixtures("db")
UNTIL = date(2022, 1, 31)


def promised(name: str = "磁材项目") -> Lead:
    """A signed project to whose investor the unit of `head` owes something."""
    unit = next(iter(people.units_of(Person.objects.get(login="head").pk)))
    one = to(lead(name), "sign")
    return do(one, "promise", what="半年内通电", owner=people.unit_by_key(unit).code, until=UNTIL)


def crossings(one: Lead) -> list[tuple[str, int]]:
    rows = Event.objects.filter(subject=one.log_id, verb__endswith="_promise").exclude(
        verb__in=("keep_promise", "drop_promise")
    )
    return [(row.verb, row.body["promise"]) for row in rows.order_by("recorded_at")]


@pytest.mark.parametrize(
    "day, told",
    [
        (date(2022, 1, 24), []),
        (date(2022, 1, 25), ["warn_promise"]),
        (date(2022, 1, 31), ["warn_promise"]),
        (date(2022, 2, 1), ["overdue_promise"]),
    ],
)
def test_a_promise_crosses_its_warning_and_its_end_once(day: date, told: list[str]) -> None:
    one = promised()
    with clock.at(NOW.replace(year=day.year, month=day.month, day=day.day)):
        pass_time()
        pass_time()
        light = clocks.light_of(UNTIL, clock.now())
    key = Promise.objects.get(lead=one).pk
    assert crossings(one) == [(verb, key) for verb in told]
    assert light == {"": "g", "warn_promise": "y", "overdue_promise": "r"}["".join(told)]


def test_what_was_kept_or_dropped_falls_due_no_more_and_what_was_disputed_does() -> None:
    kept, dropped, disputed = promised("甲项目"), promised("乙项目"), promised("丙项目")
    for one, verb, said in ((kept, "keep_promise", "note"), (dropped, "drop_promise", "reason")):
        do(one, verb, "promoter", promise=reads.promises(one)[0].pk, **{said: "办好了"})
    Promise.objects.filter(lead=disputed).update(state="disputed")
    with clock.at(NOW + timedelta(days=90)):
        pass_time()
    assert [crossings(one) != [] for one in (kept, dropped, disputed)] == [False, False, True]


def test_whoever_owes_it_has_it_among_their_work() -> None:
    promised()
    viewer = who("head")
    (waits,) = [one for one in reads.due(viewer, 50) if one.title == "半年内通电"]
    assert (waits.due_at, waits.address) == (clocks.promised(UNTIL), "/work/promises/")
    assert reads.tally(viewer, [clocks.promised(UNTIL), clocks.promised(UNTIL) + timedelta(seconds=1)]) == [0, 1, 1]
    assert "半年内通电" in client("head").get("/work/").content.decode()
    page = client("head").get("/work/promises/").content.decode()
    assert "正常" in page
