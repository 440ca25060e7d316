"""The simulated year: counting its contacts gives the published number, counting naively does not; no name is a real firm's."""

import csv
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from django.db import connection
from django.db.models import Count
from given import NOW

from luoshi.kernel import installation
from luoshi.kernel.models import Event
from luoshi.leads.demo import generate, totals
from luoshi.leads.demo.invented import FIRST, SECOND, companies, otherwise
from luoshi.leads.models import Company
from luoshi.leads.reads.derived import derived

LISTED = Path(__file__).parents[3] / "shared" / "data" / "companies"
SOME = 120


@pytest.fixture
def year(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    city = replace(installation.current(), demo=True)
    monkeypatch.setattr(installation, "current", lambda: city)
    generate.run(contacted=SOME)


def test_the_number_comes_out_of_the_contacts_that_stand(year: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT subject) FROM event e WHERE verb = 'contact' AND occurred_at >= '2020-12-31T16:00Z' "
            "AND NOT EXISTS (SELECT FROM event v WHERE v.corrects = e.id)"
        )
        assert cursor.fetchone() == (SOME,)
    naive = Event.objects.filter(verb="contact").aggregate(n=Count("subject", distinct=True))["n"]
    assert naive > SOME and Company.objects.count() > SOME + 2
    assert (
        Company.objects.filter(state="merged").exists()
        and Company.objects.filter(contacted_at=None, state="listed").exists()
    )
    assert not Company.objects.filter(sim=False).exists()
    assert derived(10) == []
    late = Event.objects.filter(line="leads", recorded_at__gt=NOW)
    assert not late.exists()


def test_the_published_number_stands_in_one_file_only() -> None:
    root = Path(generate.__file__).parents[2]
    words = (f"{totals.CONTACTED}", f"{totals.CONTACTED:,}", f"{totals.CONTACTED:_}")
    holding = [
        path.relative_to(root).as_posix()
        for path in (root / "leads").rglob("*.py")
        if any(word in path.read_text("utf-8") for word in words)
    ]
    assert holding == ["leads/demo/totals.py"]


def test_the_same_seed_gives_the_same_names_and_none_twice() -> None:
    one, other = (list(islice(companies(Random(7)), 7000)) for _ in range(2))
    assert one == other and len({each.name for each in one}) == 7000
    assert all(otherwise(each.name) != each.name for each in one)


def test_no_brand_is_that_of_a_listed_company() -> None:
    if not LISTED.is_dir():
        pytest.skip("the listed companies are not here: ../shared/data/companies")
    listed = {
        row["name"].replace("Ａ", "").strip()
        for name in ("SSE", "SZSE", "BSE")
        for row in csv.DictReader((LISTED / f"{name}.csv").open(encoding="utf-8-sig"))
    }
    real = [
        line.split()[0]
        for line in (LISTED / "groundtruth_500_fullname_brand.txt").read_text("utf-8").splitlines()
        if line
    ]
    brands = {first + second for first in FIRST for second in SECOND}
    assert not [(brand, name) for name in listed for brand in brands if brand in name]
    assert not [(brand, name) for name in real for brand in brands if brand in name]


def test_the_money_and_the_projects_come_out_of_what_stands(year: None) -> None:
    scale = SOME / totals.CONTACTED
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE e.verb = 'sign'), count(*) FILTER (WHERE e.verb = 'land'),"
            " sum((coalesce(c.body, e.body)->>'added')::bigint)"
            " FROM event e LEFT JOIN event c ON c.corrects = e.id"
            " WHERE e.verb IN ('sign', 'agree', 'land') AND (c.verb IS NULL OR c.verb <> 'void')"
        )
        signed, landed, agreed = cursor.fetchone()
    assert (signed, landed) == (round(totals.SIGNED * scale), round(totals.LANDED * scale))
    assert agreed == round(totals.AGREED * scale) * 10**10
    naive = Event.objects.filter(verb="sign")
    assert naive.count() > signed and naive.exclude(body__has_key="added").exists()
    verbs = set(Event.objects.filter(line="leads").values_list("verb", flat=True))
    assert {"agree", "merge_lead", "correct", "lose", "money_in", "progress", "judge"} <= verbs
    assert derived(10) == []
