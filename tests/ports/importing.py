"""Records as another system might give them, and what an import leaves of them."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Model

from luoshi.cases.models import Case
from luoshi.kernel.models import Event, EventPrivate

START = datetime(2015, 3, 1, 8, tzinfo=UTC)


def request(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A GeoReport request; odd ones are closed. A field changed to None is left out."""
    begun = START + timedelta(hours=number)
    row = {
        "service_request_id": f"r{number}",
        "status": "closed" if number % 2 else "open",
        "status_notes": f"Case Closed. Nr {number} done." if number % 2 else None,
        "service_code": f"s{number % 3}",
        "service_name": f"Kind {number % 3}",
        "description": f"Pothole number {number} before the school",
        "requested_datetime": begun.isoformat(),
        "updated_datetime": (begun + timedelta(hours=30)).isoformat(),
        "address": f"{number} Main St",
        "lat": 42.3 + number / 10_000,
        "long": -71.1,
    } | changed
    return {name: value for name, value in row.items() if value is not None}


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows as JSON lines."""
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def kept(source: str) -> dict[str, tuple[Any, ...]]:
    """What is kept of each case of a source, but for what differs between two imports: numbers, ids, moments of writing."""
    left_out = {"id", "number", "log_id", "source", "updated_at", "category_id"}
    cases = list(Case.objects.filter(source=source).select_related("private", "category"))
    events = defaultdict(list)
    for event in Event.objects.filter(subject__in=[case.log_id for case in cases]).order_by("id"):
        events[event.subject].append(event)
    private = bodies([event.pk for found in events.values() for event in found])
    return {
        case.source_id: (
            columns(case, left_out),
            columns(case.private, {"case_id"}),
            case.category.source,
            [event_facts(event, private) for event in events[case.log_id]],
        )
        for case in cases
    }


def columns(row: Model, left_out: set[str]) -> dict[str, Any]:
    """The stored values of a row."""
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in left_out}


def bodies(events: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """The private bodies of events."""
    return {row.event_id: orjson.loads(bytes(row.body)) for row in EventPrivate.objects.filter(event__in=events)}


def event_facts(event: Event, private: dict[UUID, dict[str, Any]] | None = None) -> dict[str, Any]:
    """An event without its random parts and its source; the private body in the clear."""
    body = {name: value for name, value in event.body.items() if name not in ("source", "category")}
    hidden = (bodies([event.pk]) if private is None else private).get(event.pk, {})
    return {"verb": event.verb, "occurred_at": event.occurred_at, "body": body, "private": hidden}
