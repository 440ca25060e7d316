"""From a printed number to its records in two presses; what the public may ask, and what it may not."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from html import unescape
from threading import Event
from time import monotonic
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from luoshi.cases.flow import FLOW
from luoshi.figures import ask, board, opened
from luoshi.figures.ask import Question
from luoshi.figures.difference import difference
from luoshi.kernel.ledger import rows as log_rows
from luoshi.kernel.viewer import OPERATOR
from luoshi.people import tree
from luoshi.people.models import Person
from luoshi.people.viewer import of_login
from luoshi.serve.sealer import Bringer

Shell = Callable[..., tuple[int, str]]
TODAY, MONTH_END = date(2021, 12, 29), date(2021, 11, 30)


@pytest.fixture
def supervisor(public: Client) -> Client:
    """A client that sees every case."""
    browse = Client(HTTP_HOST="127.0.0.1")
    browse.force_login(Person.objects.get(login="supervisor"))
    return browse


def page(browse: Client, address: str) -> str:
    found = browse.get(address.replace("&amp;", "&"))
    assert found.status_code == 200, (address, found.status_code)
    return found.content.decode()


def listed(browse: Client, address: str) -> list[str]:
    """The rows of all pages of records."""
    rows: list[str] = []
    while address:
        shown = page(browse, address)
        body = shown.partition("<tbody")[2].partition("</tbody>")[0]
        rows += re.findall(r"<tr[^>]*>.*?</tr>", body, re.S)
        onward = re.search(r'rel="next" href="([^"]*)"', shown)
        address = address.partition("?")[0] + onward[1] if onward else ""
    return rows


def test_home_to_records_in_two_presses_and_the_counts_are_equal(public: Client, supervisor: Client) -> None:
    home = page(public, "/")
    found = re.search(r'<a href="(/figure/cases\.reported)">([\d,]+)', home)
    assert found is not None
    printed = int(found[2].replace(",", ""))
    figure = page(public, found[1])
    records = re.search(r'href="(/figure/cases\.reported/records[^"]*)">([\d,]+)</a>', figure)
    assert records is not None and int(records[2].replace(",", "")) == printed > 300
    mine, theirs = listed(supervisor, records[1]), listed(public, records[1])
    assert len(mine) == len(theirs) == printed
    assert not any("不可见" in row for row in mine) and 0 < sum("不可见" in row for row in theirs) < printed


def test_the_numerator_opens_what_is_above_the_line(public: Client) -> None:
    total = ask.ask(Question(ask.figure("cases.on_time"), board.this_year(), ask.as_of())).total
    shown = page(public, "/figure/cases.on_time")
    part = re.search(r'href="([^"]*part=1[^"]*)">([\d,]+)</a>', shown)
    assert part is not None and total.num == int(part[2].replace(",", "")) == len(listed(public, part[1]))


def test_files_say_what_the_page_says(public: Client) -> None:
    said = public.get("/figure/cases.on_time.json?by=county&rank=1&compare=yoy").json()
    assert said["n"] == said["denominator"] and next(row["rank"] for row in said["rows"]) == 1
    assert sum(row["n"] for row in said["rows"]) == said["n"] and said["compare"]["change_unit"] == "pp"
    rows = list(csv.DictReader(io.StringIO(page(public, "/figure/cases.on_time.csv?by=county").lstrip("\ufeff"))))
    assert {row["county"]: row["value"] for row in rows} == {row["county"]: row["value"] for row in said["rows"]}


def test_kept_answers_are_what_counting_gives_and_are_carried_over(public: Client, here: Any) -> None:
    year = board.this_year()
    for name in ("cases.score", "cases.open", "cases.solved", "cases.places", "cases.age_median"):
        for by, period in board.wanted(ask.figure(name), year):
            kept = board.kept([ask.figure(name)], [(by, period)])[name, ",".join(by), period.text]
            again = ask.ask(Question(ask.figure(name), period, kept.as_of, by), total=not by)
            known = {group: cell for group, cell in again.cells.items() if cell.n or cell.suppressed}
            assert {group: cell for group, cell in kept.cells.items() if cell.n or cell.suppressed} == known
            assert by or kept.total == again.total
    assert board.refresh(here.home) == 0


@pytest.mark.parametrize(
    "query", ["period=21", "as_of=999999999", "as_of=soon", "by=nothing", "unit=nobody", "by=unit,unit"]
)
def test_what_cannot_be_asked_is_said(public: Client, query: str) -> None:
    found = public.get(f"/figure/cases.on_time?{query}")
    assert found.status_code == 422 and "Traceback" not in found.content.decode()


def test_small_groups_of_verdicts_are_hidden_and_do_not_open(public: Client) -> None:
    answer = ask.ask(Question(ask.figure("cases.solved"), board.this_year(), ask.as_of(), ("unit",)))
    hidden = [group for group, cell in answer.cells.items() if cell.suppressed]
    assert len(hidden) > 1
    limit = answer.question.figure.measure.suppress_below
    assert all(cell.n is None or cell.n == 0 or cell.n >= limit for cell in answer.cells.values())
    said = public.get("/figure/cases.solved.json?by=unit").json()
    code = next(row["unit"] for row in said["rows"] if row["suppressed"] and row["unit"])
    one = public.get(f"/figure/cases.solved.json?unit={code}").json()
    assert (one["value"], one["numerator"], one["denominator"], one["n"], one["suppressed"]) == (
        None,
        None,
        None,
        None,
        True,
    )
    assert "<tbody" not in page(public, f"/figure/cases.solved/records?unit={code}")


def test_of_verdicts_the_public_may_ask_for_days_only_and_is_told_ends_of_months(
    public: Client, supervisor: Client, here: Any
) -> None:
    assert public.get(f"/figure/cases.solved?as_of={here.sizes[0]}").status_code == 422
    assert public.get("/figure/cases.solved?as_of=2021-11-30").status_code == 200
    assert supervisor.get(f"/figure/cases.solved?as_of={here.sizes[0]}").status_code == 200
    now, last = public.get("/figure/cases.solved.json").json(), log_rows.last()
    assert last and now["log_size"] == log_rows.size_on(MONTH_END) < last.size, "the month has not ended"
    assert public.get(f"/figure/cases.solved.json?as_of={TODAY}").json()["log_size"] == now["log_size"]
    page_ = page(public, "/figure/cases.solved?as_of=2021-11-30")
    links = {unescape(one) for one in re.findall(r'href="(/figure/cases.solved[^"]*as_of=[^"]*)"', page_)}
    assert len(links) > 5 and all("as_of=2021-11-30" in one for one in links)
    assert {public.get(one).status_code for one in links} == {200}
    newest = re.search(r'href="([^"]*as_of=(\d+)[^"]*)"[^>]*>看此刻的', page(supervisor, "/figure/cases.solved"))
    assert newest and int(newest[2]) == last.size and "看此刻的" not in page(public, "/figure/cases.solved")
    assert "看此刻的" not in page(supervisor, unescape(newest[1]))


@pytest.mark.parametrize(("period", "why"), [("2019", "最早的记录在"), ("2023", "还没有到"), ("2022-06", "还没有到")])
def test_of_a_period_without_any_records_nothing_is_known(public: Client, period: str, why: str, shell: Shell) -> None:
    shown = page(public, f"/figure/cases.reported?period={period}")
    assert why in shown and '<p class="num' in shown and "未知" in shown
    code, text = shell("figure", "cases.reported", "--period", period)
    assert code == 0 and why in text
    answer = public.get(f"/api/figures/cases.reported?period={period}").json()
    assert (answer["value"], answer["n"]) == ("0", 0) and why in answer["unknown"]
    sheet = public.get(f"/api/figures/cases.reported?period={period}&format=sdmx").content.decode()
    assert public.get("/api/figures/cases.reported?period=2021").json()["unknown"] is None
    (row,) = csv.DictReader(io.StringIO(sheet))
    assert row["OBS_VALUE"] == "" and row["OBS_STATUS"] == "M"
    assert (
        why
        not in page(public, "/figure/cases.reported?period=2021")
        + shell("figure", "cases.reported", "--period", "2021")[1]
    )


VERDICTS = ("cases.solved", "cases.satisfied", "cases.score", "cases.unrated", "cases.bad", "cases.unreached")


@pytest.mark.parametrize("name", VERDICTS)
def test_of_verdicts_the_public_is_told_how_many_records_and_not_which(public: Client, name: str, shell: Shell) -> None:
    said = public.get(f"/api/figures/{name}").json()
    pages_, after = [], ""
    while not pages_ or after:
        got = public.get(f"/api/figures/{name}/records?limit=200" + (f"&after={after}" if after else "")).json()
        pages_ += got["records"]
        after = got["after"] or ""
    assert len(pages_) == said["n"] > 0 and {one["number"] for one in pages_} == {"不可见"}
    assert {(one["place"], one["part"], one["value"], one["visible"], *one["cells"]) for one in pages_} == {
        (None, None, None, False)
    }
    code, text = shell("--viewer", "public", "figure", name, "--period", "2021", "--records")
    rows = text.splitlines()[1:]
    assert code == 0 and len(rows) == said["n"] and set(rows) == {rows[0]} and rows[0].strip(",") == "不可见"
    shown = page(public, f"/figure/{name}/records")
    assert "看不到是哪些" in shown and not re.search(r"J-2021|✓", shown)
    then = public.get(f"/api/figures/{name}/difference?since=2021-10-31").json()
    assert then["changes"] == [] and then["counts"] is None and then["was"]["n"] < then["now"]["n"]
    assert "<tbody" not in page(public, f"/figure/{name}/difference?since=2021-10-31")


def test_staff_are_not_told_the_verdict_of_a_record_that_they_do_not_see(public: Client) -> None:
    question = Question(ask.figure("cases.solved"), board.this_year(), ask.as_of())
    handler = of_login("handler")
    found = opened.rows(handler, question, ask.records(question))
    assert {one.part for one, seen in found if seen is None} == {None}
    assert {one.part for one, seen in found if seen} == {True, False}
    changes = difference(handler, question, ask.as_of("2021-06-30")).changes
    assert {(one.was, one.now, one.causes) for one, seen in changes if seen is None} == {(None, None, ())}


def test_the_public_is_told_what_was_done_as_the_log_has_it_in_the_open(public: Client, supervisor: Client) -> None:
    """`call_solved` and `close_unrated` are verdicts; both stand as `close`."""
    query = "/api/figures/cases.closed/difference?period=2021&since=2021-06-30"
    told, known = (
        {cause["step"] for change in browse.get(query).json()["changes"] for cause in change["causes"]}
        for browse in (public, supervisor)
    )
    moves = {move.verb for move in FLOW.moves if move.event}
    assert told and not told & moves and known & moves
    page_ = page(public, query.removeprefix("/api").replace("figures/", "figure/"))
    assert "差在哪些记录" in page_ and not any(
        str(FLOW.move(verb).text) in page_ for verb in ("call_solved", "close_unrated")
    )


def test_then_and_now_shows_exactly_the_records_that_make_the_difference(public: Client, here: Any) -> None:
    figure, year = ask.figure("cases.reported"), board.this_year()
    then, now = (ask.ask(Question(figure, year, ask.as_of(str(size)))).total for size in (here.sizes[1], here.sizes[2]))
    found = difference(OPERATOR, Question(figure, year, ask.as_of()), ask.as_of(str(here.sizes[1])))
    came = (now.n or 0) - (then.n or 0)
    assert found.counts == {"in": came, "out": 0, "other": 0} and came >= 12
    assert all([cause.verb for cause in one.causes][:2] == ["report", "accept"] for one, _ in found.changes)
    bad = difference(OPERATOR, Question(ask.figure("cases.bad"), year, ask.as_of()), ask.as_of(str(here.sizes[0])))
    assert bad.counts and bad.counts["other"] > 0
    assert {cause.verb for one, _ in bad.changes for cause in one.causes} >= {"correct"}
    shown = page(public, f"/figure/cases.reported/difference?since={here.sizes[1]}")
    assert shown.count("进来") == came + 1 and public.get("/figure/cases.reported/difference").status_code == 200


def test_what_differs_is_shown_page_by_page(public: Client, here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("luoshi.figures.difference.SHOWN", 5)
    path, after, places = f"/api/figures/cases.reported/difference?since={here.sizes[1]}", "", list[int]()
    while not places or after:
        found = public.get(f"{path}&after={after}" if after else path).json()
        places += [one["place"] for one in found["changes"]]
        after = found["after"] or ""
    assert len(places) == len(set(places)) == sum(found["counts"].values()) > 10 and places == sorted(places)
    first = page(public, f"/figure/cases.reported/difference?since={here.sizes[1]}")
    onward = unescape(re.findall(r'href="(\?[^"]*after=[^"]*)"', first)[0])
    assert page(public, f"/figure/cases.reported/difference{onward}").count("进来") == 6


def test_of_an_empty_log_nothing_is_known(public: Client, shell: Shell) -> None:
    answer = public.get("/api/figures/cases.reported?as_of=0").json()
    assert answer["n"] == 0 and answer["unknown"] == "那时账本里还没有记录"
    code, text = shell(
        *["figure", "cases.reported", "--period", "2021", "--where", "channel=web", "--where", "channel=call"]
    )
    assert code and "不能出现两次" in text


def test_pages_that_had_to_wait_are_brought_up_when_nothing_more_is_sealed(public: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE figure_answer SET size = size - 1")
    bringer = Bringer(1.0, Event())
    bringer._board_at = monotonic() + 60
    bringer.once()
    assert board.is_due(), "not its turn yet"
    bringer._board_at = 0.0
    bringer.once()
    assert not board.is_due()


def test_the_first_page_is_sent_again_only_where_something_changed(public: Client, supervisor: Client) -> None:
    first = public.get("/")
    again = public.get("/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"") and "ETag" not in supervisor.get("/")
    packed = public.get("/", HTTP_ACCEPT_ENCODING="gzip")
    given = {"HTTP_IF_NONE_MATCH": packed["ETag"], "HTTP_ACCEPT_ENCODING": "gzip"}
    assert packed["ETag"].startswith("W/") and public.get("/", **given).status_code == 304
    assert public.get("/?lang=en", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("UPDATE figure_answer SET size = size + 1")
        assert public.get("/", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200
        cursor.execute("UPDATE figure_answer SET size = size - 1")


def test_nothing_counted_is_a_number_in_a_rank(public: Client) -> None:
    found = public.get("/api/figures/cases.overdue?period=2021&by=street&rank=1").json()
    streets = {one.code for one in tree.today().divisions.values() if one.level == "street"}
    ranked = {row["street"]: (row["value"], row["rank"]) for row in found["rows"] if row["street"] in streets}
    assert ranked.keys() == streets and found["missing"] == []
    best = [rank for value, rank in ranked.values() if value == "0"]
    assert len(best) > 1 and set(best) == {1}
    assert "没有数的" not in page(public, "/figure/cases.overdue?by=street")
    rated = public.get("/api/figures/cases.on_time?period=2021&by=street&rank=1").json()
    assert len(rated["rows"]) + len(rated["missing"]) >= len(streets)
