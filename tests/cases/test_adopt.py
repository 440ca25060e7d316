"""Records of another system become cases of ours, several at once: looked at first, one act, the rest left and told."""

from datetime import timedelta
from typing import Any

import pytest
from given import NOW
from staff_cast import client, kind

from luoshi.cases import reads
from luoshi.cases.actions import BY_VERB
from luoshi.cases.actions.adopting import Wish, adopt_many
from luoshi.cases.actions.imported import import_case, keep_categories
from luoshi.cases.models import Case, Category
from luoshi.cases.reads import record
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Denied, Invalid
from luoshi.kernel.viewer import OPERATOR, Viewer

SOURCE = "oldhotline"


def imported(source_id: str, source: str = SOURCE, text: str = "主干路路面坑洼，车过颠簸") -> str:
    """A record that is open at its source; gives its number."""
    record._sources = None
    keep_categories(OPERATOR, source, [("7", "道路")])
    row = import_case(
        viewer=OPERATOR, source=source, source_id=source_id, source_status="open", text=text, county="150203000000",
        category=Category.objects.get(code=f"{source}:7"), reported_at=NOW - timedelta(days=3),
    ).row  # fmt: skip
    assert row is not None
    return row.number


def some(count: int) -> list[str]:
    return [imported(f"a{i}") for i in range(count)]


def ticked(numbers: list[str], **more: Any) -> dict[str, Any]:
    versions = dict(Case.objects.filter(number__in=numbers).values_list("number", "version"))
    return {"source": SOURCE, "row": [f"{number}:{versions[number]}" for number in numbers], **more}


def test_a_look_writes_nothing_and_proposes_a_kind_with_its_due_time(db: None) -> None:
    numbers = some(2)
    page = client("desk").get(f"/work/adopt/?source={SOURCE}").content.decode()
    assert all(number in page for number in numbers)
    page = client("desk").post("/work/adopt/", ticked(numbers, go="preview")).content.decode()
    assert "能转 2 件，不能转 0 件" in page and "路面坑洼" in page.partition("kind-")[2]
    assert not Case.objects.filter(number__in=numbers, ours=True).exists()
    assert not Event.objects.filter(verb="adopt").exists()


def test_one_press_is_one_act_with_clocks_that_start_now(db: None) -> None:
    numbers = some(3)
    path = str(reads.kinds().path(kind().code))
    data = ticked(numbers[:2], go="adopt", key="k1", **{f"kind-{number}": path for number in numbers[:2]})
    page = client("desk").post("/work/adopt/", data).content.decode()
    assert "已转 2 件" in page
    rows = Case.objects.filter(number__in=numbers).order_by("number")
    assert [(row.ours, row.status, row.state) for row in rows] == [
        (True, "going", "accepted"), (True, "going", "accepted"), (False, "imported", "reported"),
    ]  # fmt: skip
    assert rows[0].category_id == kind().code and rows[0].clock_from == NOW and rows[0].next_due_at is not None
    acts = set(Event.objects.filter(verb="adopt").values_list("act", flat=True))
    assert Event.objects.filter(verb="adopt").count() == 2 and len(acts) == 1
    again = client("desk").post("/work/adopt/", data)
    assert again.status_code == 200 and Event.objects.filter(verb="adopt").count() == 2


def test_what_another_system_took_is_not_counted_as_ours(cast: dict[str, Viewer]) -> None:
    (number,) = some(1)
    BY_VERB["adopt"](viewer=cast["desk"], on=number, category=kind())
    case = Case.objects.get(number=number)
    assert case.response_due_at is not None and case.response_due_at > NOW
    page = client("desk").get(f"/work/cases/{number}/").content.decode()
    steps = page.partition("信息收集")[2]
    assert steps.startswith("</b><span>在原来的系统，不计时") and "联系市民" in page
    BY_VERB["reclassify"](viewer=cast["desk"], on=number, seen=case.version, category=kind())
    assert Case.objects.get(number=number).response_due_at == case.response_due_at


def test_the_bulk_gives_what_the_single_move_gives(cast: dict[str, Viewer]) -> None:
    one, many = some(2)
    BY_VERB["adopt"](viewer=cast["desk"], on=one, category=kind())
    adopt_many(cast["desk"], SOURCE, [Wish(many, 1, kind())], key="k", door="d")
    left = ("id", "number", "log_id", "source_id", "updated_at")
    first, second = (
        {name: value for name, value in Case.objects.filter(number=number).values()[0].items() if name not in left}
        for number in (one, many)
    )
    assert first == second
    bodies = [event.body for event in Event.objects.filter(verb="adopt")]
    assert bodies[0] == bodies[1]


def test_what_changed_or_is_of_another_source_is_left_and_told(cast: dict[str, Viewer]) -> None:
    good, changed = some(2)
    foreign = imported("b1", "other")
    Case.objects.filter(number=changed).update(version=9)
    wishes = [Wish(number, 1, kind()) for number in (good, changed, foreign, "J-2021-999999")]
    done = adopt_many(cast["desk"], SOURCE, wishes, key="k", door="d")
    assert list(done.taken) == [good] and set(done.left) == {changed, foreign, "J-2021-999999"}
    assert "另一个来源" in done.left[foreign].zh
    assert set(Case.objects.filter(ours=True).values_list("number", flat=True)) == {good}


def test_a_kind_that_is_none_stops_everything_and_is_told_at_its_row(db: None) -> None:
    numbers = some(2)
    data = ticked(numbers, go="adopt", key="k", **{f"kind-{numbers[0]}": kind().zh, f"kind-{numbers[1]}": "没有这一类"})
    answer = client("desk").post("/work/adopt/", data)
    assert answer.status_code == 422 and "选一个类别" in answer.content.decode()
    assert not Case.objects.filter(ours=True).exists()


def test_all_as_one_kind_in_the_preview(db: None) -> None:
    numbers = some(2)
    page = client("desk").post("/work/adopt/", ticked(numbers, go="preview", all=kind().code)).content.decode()
    assert page.count(f'value="{reads.kinds().path(kind().code)}"') == 2


@pytest.mark.parametrize(("login", "status"), [("desk", 200), ("supervisor", 200), ("handler", 403), ("leader", 403)])
def test_who_may(db: None, login: str, status: int) -> None:
    assert client(login).get("/work/adopt/").status_code == status


def test_who_may_not_and_too_many_write_nothing(cast: dict[str, Viewer]) -> None:
    number = imported("a1")
    with pytest.raises(Denied):
        adopt_many(cast["handler"], SOURCE, [Wish(number, 1, kind())], key="k", door="d")
    with pytest.raises(Invalid):
        adopt_many(cast["desk"], SOURCE, [Wish(str(n), 1, kind()) for n in range(101)], key="k", door="d")
    assert client("desk").post("/work/adopt/", {"source": SOURCE}).status_code == 422
    assert client("desk").post("/work/adopt/", {"source": SOURCE, "row": "x"}).status_code == 422
    assert not Case.objects.filter(ours=True).exists()
