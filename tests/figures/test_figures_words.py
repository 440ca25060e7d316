"""Wrong questions are answered in words that help, in both languages; a page that did not change is not sent again."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from given import NOW

from luoshi.figures import ask, board
from luoshi.figures.ask import Question
from luoshi.kernel import clock
from luoshi.kernel.problems import Invalid
from luoshi.people.models import Person

FORM = 'action="/figure/cases.reported/difference"'


@pytest.fixture
def public(here: Any) -> Iterator[Client]:
    with clock.at(NOW):
        board.refresh(here.home)
        yield Client(HTTP_HOST="127.0.0.1")


def test_a_month_is_asked_for_as_the_period(here: Any) -> None:
    known = ask.as_of()
    for where, zh, en in (
        ({"month": "2021-03"}, "period", "as the period, such as 2021-03"),
        ({"planet": "earth"}, "有：county, street, top, category, channel, unit", "it has: county, street"),
    ):
        with pytest.raises(Invalid) as refused:
            ask.ask(Question(ask.figure("cases.reported"), board.this_year(), known, (), dict(where)))
        (fault,) = refused.value.faults
        assert fault.field in where and zh in fault.rule.zh and en in fault.rule.en and "month," not in fault.rule.en


@pytest.mark.parametrize(
    ("language", "rule"), [("zh", "是引用的数，不由记录计算"), ("en", "is reported, not computed")]
)
def test_a_reported_figure_has_no_records_to_compare(
    public: Client, home_with_pack: Any, language: str, rule: str
) -> None:
    for what in ("difference", "difference?since=2021-12-01", "records"):
        found = public.get(f"/figure/city.gdp/{what}", HTTP_ACCEPT_LANGUAGE=language)
        assert (
            found.status_code == 404 and rule in found.content.decode() and "/figure/city.gdp" in found.content.decode()
        )


def test_without_a_day_the_difference_asks_for_one(public: Client) -> None:
    text = public.get("/figure/cases.reported/difference?period=2021&county=150203000000").content.decode()
    assert FORM in text and 'name="since"' in text and 'value="2021-11-30"' in text
    assert 'name="county" value="150203000000"' in text and 'name="period" value="2021"' in text
    assert "<dl" not in text.partition("<main")[2].partition("</main")[0]
    answered = public.get("/figure/cases.reported/difference?period=2021&since=2021-11-30").content.decode()
    assert FORM in answered and 'value="2021-11-30"' in answered and "<dl" in answered
    assert public.get("/api/figures/cases.reported/difference").status_code == 422


def test_an_unchanged_page_of_a_figure_is_not_sent_again(public: Client, here: Any) -> None:
    address = "/figure/cases.reported?period=2021"
    first = public.get(address)
    mark = first["ETag"]
    assert first.status_code == 200 and first["Cache-Control"] == "no-cache"
    again = public.get(address, HTTP_IF_NONE_MATCH=f"W/{mark}")
    assert again.status_code == 304 and not again.content
    others = [
        f"{address}&by=county",
        f"{address}&as_of={here.sizes[0]}",
        "/figure/cases.closed?period=2021",
        "/figure/cases.reported?period=2020",
    ]
    assert len({public.get(one)["ETag"] for one in others} | {mark}) == 5
    assert public.get(address, HTTP_ACCEPT_LANGUAGE="en")["ETag"] != mark
    staff = Client(HTTP_HOST="127.0.0.1")
    staff.force_login(Person.objects.get(login="supervisor"))
    assert "ETag" not in staff.get(address, HTTP_IF_NONE_MATCH=mark) and staff.get(address).status_code == 200


def test_a_changed_declaration_changes_the_mark(public: Client, here: Any) -> None:
    mark = public.get("/figure/cases.reported")["ETag"]
    file = here.home / "figures" / "more.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        "[targets.2021.cases.reported]\nvalue = 3\nlight = { yellow = 1, red = 2 }\nsource = { zh = '甲', en = 'A' }\n",
        "utf-8",
    )
    try:
        changed = public.get("/figure/cases.reported", HTTP_IF_NONE_MATCH=mark)
        assert changed.status_code == 200 and changed["ETag"] != mark
    finally:
        file.unlink()


@pytest.fixture
def home_with_pack(here: Any) -> Iterator[None]:
    from reported_home import declare

    declare(here.home)
    yield
    (here.home / "figures" / "pack.toml").unlink()
