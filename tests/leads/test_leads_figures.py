"""The investment line's figures: counted from contacts, as of three sizes of the log, held against SQL written apart."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from register import company, contact, who

from luoshi.conf import Conf
from luoshi.figures import ask, board, lake
from luoshi.figures.ask import Question
from luoshi.figures.catalogue import all_figures
from luoshi.figures.lake_check import faults
from luoshi.figures.period import parse
from luoshi.kernel import clock, installation, lines
from luoshi.kernel.kept import forget_all
from luoshi.kernel.ledger import keys, rows
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.seal import seal_all
from luoshi.leads import actions
from luoshi.leads.models import Company

MAY, JUNE = datetime(2021, 5, 12, 2, tzinfo=UTC), datetime(2021, 6, 8, 2, tzinfo=UTC)
# contacts that stand: not taken back by a later event of the log's first entries
_HAND = """
WITH told AS (SELECT e.*, l.idx FROM event e JOIN log_leaf l ON l.event_id = e.id WHERE l.idx < %(size)s AND e.line = 'leads'),
standing AS (SELECT * FROM told t WHERE verb = 'contact' AND NOT EXISTS (SELECT FROM told v WHERE v.corrects = t.id)),
within AS (SELECT * FROM standing WHERE occurred_at >= %(start)s AND occurred_at < %(stop)s)
SELECT (SELECT count(DISTINCT subject) FROM within), (SELECT count(*) FROM within),
  (SELECT count(*) FROM (SELECT min(occurred_at) AS first FROM standing GROUP BY subject) f
   WHERE first >= %(start)s AND first < %(stop)s),
  (SELECT count(*) FROM (SELECT DISTINCT ON (subject) body->>'stage' AS stage FROM told WHERE verb <> 'void'
   AND occurred_at < %(stop)s ORDER BY subject, idx DESC) s WHERE stage = 'listed')
"""
NAMES = ("leads.contacted", "leads.contacts", "leads.new_contacts", "leads.companies")


@pytest.fixture
def sizes(committed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Companies and contacts; then two of them turn out to be one; then that is undone. The log's size after each."""
    home = tmp_path / "home"
    place = Place("test.example/log", Folder(home / "log"), home / "keys" / "log")
    keys.create(place.key_file, place.origin)
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": home}))
    city = replace(installation.current(), demo=True)
    monkeypatch.setattr(installation, "current", lambda: city)
    found = []

    def seal() -> None:
        seal_all(place)
        found.append(rows.places())
        forget_all()

    with clock.at(datetime(2021, 1, 4, 2, tzinfo=UTC)):
        one, same, other = (
            company("包头市金源铜业有限公司", province="15"),
            company("包头金源铜业有限公司"),
            company("北京银河软件有限公司"),
        )
    for each, at in ((one, MAY), (one, JUNE), (same, MAY), (other, JUNE)):
        with clock.at(at):
            contact(each, at)
    seal()
    merged = {"viewer": who("promoter"), "on": str(same.log_id), "reason": "查实"}
    actions.merge_company(into=str(one.log_id), **merged)
    seal()
    actions.unmerge_company(**merged)
    seal()
    yield found


def by_hand(period: str, size: int) -> dict[str, int]:
    span = parse(period)
    with connection.cursor() as cursor:
        stop = span.end("Asia/Shanghai")
        start = replace(span, last=span.first).end("Asia/Shanghai")
        moments = [datetime.fromtimestamp(one / 1e6, tz=UTC) for one in (start, stop)]
        cursor.execute(_HAND, {"size": size, "start": moments[0], "stop": moments[1]})
        return dict(zip(NAMES, cursor.fetchone(), strict=True))


def counted(name: str, period: str, size: int, engine: Any = "duckdb", by: tuple[str, ...] = ()) -> Any:
    question = Question(all_figures()[name], parse(period), ask.as_of(str(size)), by, engine=engine)
    return ask.ask(question)


def test_each_number_is_what_its_words_say_on_both_engines_at_each_size(sizes: list[int]) -> None:
    for engine in ("duckdb", "postgres"):
        for size in sizes:
            for period in ("2021", "2021-05", "2021Q2", "2020"):
                hand = by_hand(period, size)
                for name in NAMES:
                    cell = counted(name, period, size, engine).total
                    assert (cell.num, cell.n) == (hand[name], hand[name]), (engine, size, period, name)


def test_two_that_turn_out_to_be_one_count_once_from_then_on_and_as_two_before(sizes: list[int]) -> None:
    assert [counted("leads.contacted", "2021", size).total.num for size in sizes] == [3, 2, 3]
    assert [counted("leads.contacted", "2021-05", size).total.num for size in sizes] == [2, 1, 2]
    assert [counted("leads.contacts", "2021", size).total.num for size in sizes] == [4, 4, 4]
    assert [counted("leads.companies", "2021", size).total.num for size in sizes] == [3, 2, 3]
    by = counted("leads.contacted", "2021", sizes[1], by=("province",)).cells
    assert {group[0]: cell.num for group, cell in by.items()} == {"15": 1, "": 1}


def test_records_open_behind_the_number_and_the_public_sees_no_name(sizes: list[int]) -> None:
    question = Question(all_figures()["leads.contacted"], parse("2021"), ask.as_of(str(sizes[1])))
    records = ask.records(question)
    assert len(records) == 2
    (face,) = (one for one in lines.installed() if one.name == "leads")
    subjects = [Company.objects.get(log_id=one.subject).log_id for one in records]
    assert len(face.records(who(), subjects)) == 2 and face.records(who("desk"), subjects) == {}


def test_the_lake_and_the_kept_answers_hold(sizes: list[int], tmp_path: Path) -> None:
    home = settings.CONF.home
    for face in lines.installed():
        lake.bring(home, face, lives=True)
        assert list(faults(home, face)) == []
    assert board.refresh(home) > 0 and board.refresh(home) == 0


def test_rows_of_subjects_of_an_earlier_size_are_no_fault(sizes: list[int]) -> None:
    home = settings.CONF.home
    (face,) = (one for one in lines.installed() if one.name == "leads")
    lake.bring(home, face, lives=True)
    with clock.at(JUNE):
        contact(Company.objects.get(name="北京银河软件有限公司"), JUNE)
        one, same = (Company.objects.get(name=name) for name in ("包头市金源铜业有限公司", "包头金源铜业有限公司"))
        actions.merge_company(viewer=who("promoter"), on=str(same.log_id), into=str(one.log_id), reason="又查实")
    seal_all(Place("test.example/log", Folder(home / "log"), home / "keys" / "log"))
    there = lake.bring(home, face)
    assert there.size > there.life_size > 0
    assert list(faults(home, face)) == []
    lake.bring(home, face, lives=True)
    assert list(faults(home, face)) == []
