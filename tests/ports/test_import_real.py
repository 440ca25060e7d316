"""Real records, where they are at hand: Boston and San Francisco, counted against their own files."""

import csv
import gzip
from collections import Counter
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db.models import Count, F

from luoshi.cases.models import Case
from luoshi.kernel.models import Event
from luoshi.kernel.viewer import OPERATOR
from luoshi.ports.importer import run
from luoshi.ports.importer.mapping import load

DATA = Path(__file__).parents[3] / "shared" / "data" / "open311"
BOSTON, SAN_FRANCISCO = DATA / "boston_requests_2008_2018.jsonl.gz", DATA / "sf311_10000.csv.gz"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not BOSTON.exists(), reason="the real records are not at hand")]
FIRST = 20_000


def imported(url: str, file: Path, mapping: str) -> run.Report:
    refused = Path("/nonexistent/refused.csv")  # nothing is refused, or this fails
    return run.run(
        file, load(mapping), viewer=OPERATOR, url=url, refused=refused, progress=lambda done, total: None
    )  # fmt: skip


def by_state(source: str) -> dict[str, int]:
    return dict(Case.objects.filter(source=source).values_list("state").annotate(Count("id")))


def test_bostons_first_rows_are_in_by_the_files_own_counts(committed: str, tmp_path: Path) -> None:
    file = tmp_path / "boston.jsonl"
    with gzip.open(BOSTON) as packed:
        lines = list(islice(packed, FIRST))
    file.write_bytes(b"".join(lines))
    rows: list[dict[str, Any]] = [orjson.loads(line) for line in lines]
    status = Counter(row["status"] for row in rows)
    report = imported(committed, file, "georeport")
    counts = report.counts
    assert (report.read, counts.created, report.refused, counts.events) == (FIRST, FIRST, 0, FIRST + status["closed"])
    assert by_state("georeport") == {"closed": status["closed"], "reported": status["open"]}
    moments = [[datetime.fromisoformat(row[f"{name}_datetime"]) for name in ("updated", "requested")] for row in rows]
    early = sum(updated < requested for updated, requested in moments)
    marked = Case.objects.filter(flags__contains=["updated_before_requested"]).count()
    assert counts.flags["updated_before_requested"] == marked == early > 0
    assert not Case.objects.filter(closed_at__lt=F("reported_at")).exists()


def test_san_francisco_is_in_by_the_files_own_counts(committed: str) -> None:
    with gzip.open(SAN_FRANCISCO, "rt", encoding="utf-8", newline="") as packed:
        rows = list(csv.DictReader(packed))
    status = Counter(row["status"] for row in rows)
    report = imported(committed, SAN_FRANCISCO, "sf311")
    counts = report.counts
    assert (report.read, counts.created, report.refused) == (10_000, 10_000, 0)
    assert by_state("sf311") == {"closed": status["Closed"], "reported": status["Open"]}
    assert counts.flags["unlocated"] == Case.objects.filter(lat=None).count() == 4264
    assert counts.flags["closed_before_requested"] == 17
    assert Case.objects.values("category").distinct().count() == len({row["category"] for row in rows})
    assert Event.objects.count() == counts.events == 10_000 + status["Closed"]
    again = imported(committed, SAN_FRANCISCO, "sf311").counts
    assert (again.created, again.updated, again.unchanged, again.events) == (0, 0, 10_000, 0)
