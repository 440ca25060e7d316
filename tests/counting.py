"""What the measures count of cases as they stand, sealed or not: the verifier's reading of conditions, over snapshots."""

from datetime import datetime
from typing import Any

from given import NOW

from luoshi.cases.facts import snapshot
from luoshi.cases.models import Case
from luoshi.figures.catalogue import catalogue
from luoshi.figures.package.verify import holds
from luoshi.figures.period import micros
from luoshi.kernel.measures import as_json


def count(measure: str, part: bool = False) -> int:
    """How many cases a measure counts; with `part` those above the line."""
    found = catalogue().measures[measure]
    conditions = [as_json(one) for one in ((found.where, found.part) if part else (found.where,))]
    rows = [{name: _said(value) for name, value in snapshot(case).items()} for case in Case.objects.all()]
    return sum(all(holds(one, row, micros(NOW)) for one in conditions) for row in rows)


def _said(value: Any) -> Any:
    return micros(value) if isinstance(value, datetime) else value
