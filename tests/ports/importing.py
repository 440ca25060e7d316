"""Records as another system might give them, and what an import leaves of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

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
    found = {}
    for case in Case.objects.filter(source=source).select_related("private", "category"):
        facts = {f.attname: getattr(case, f.attname) for f in Case._meta.concrete_fields if f.attname not in left_out}
        private = {f.attname: getattr(case.private, f.attname) for f in case.private._meta.concrete_fields}
        del private["case_id"]
        events = [event_facts(event) for event in Event.objects.filter(subject=case.log_id).order_by("id")]
        found[case.source_id] = (facts, private, case.category.source, events)
    return found


def event_facts(event: Event) -> dict[str, Any]:
    """An event without its random parts and its source; the private body in the clear."""
    body = {name: value for name, value in event.body.items() if name not in ("source", "category")}
    private = EventPrivate.objects.filter(event=event.pk).first()
    hidden = orjson.loads(bytes(private.body)) if private else {}
    return {"verb": event.verb, "occurred_at": event.occurred_at, "body": body, "private": hidden}
