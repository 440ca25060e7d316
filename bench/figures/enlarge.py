"""A lake of many events: a demo's own, copied under other subjects, through the lake's own writer."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

EVERY: Final = 3
"""Each third event of the demo is corrected once, in one of its copies."""
LATER: Final = 20_000
"""How many of the demo's events later."""
_HOUR: Final = 3_600_000_000


def make(source: Path, home: Path, face: Any, events: int) -> Any:
    """Write `events` or some more into the lake of `home` from that of `source`; gives its manifest.

    Copy r of the event at place p stands at p × (copies + 1) + r; the last of these places is that of a correction. The
    copies of a subject are shifted by up to an hour, so that no two have the same times.
    """
    from luoshi.figures import duck, lake

    facts = face.facts
    there, where = lake.manifest(source, facts), lake.folder(home, face.name)
    done = lake.manifest(home, facts)
    if done.life and done.life_size == done.size >= events:
        return done
    where.mkdir(parents=True, exist_ok=True)
    copies = -(-events // there.size)
    size = there.size * (copies + 1)
    files = []
    for start in range(0, size, lake.MOST):
        end = min(start + lake.MOST, size)
        database = duck.fresh(where)
        duck.show_events(database, facts, lake.paths(source, facts, there), "events")
        rows = database.sql(_text(facts), params={"copies": copies, "start": start, "end": end})
        files.append(lake._write(where, rows, start, end, ""))
    found = lake.Manifest(lake.VERSION, facts.fingerprint, size, tuple(files))
    found = replace(found, life=lake._write_life(where, facts, found), life_size=size)
    lake._keep(where, found)
    return found


def _text(facts: Any) -> str:
    """The rows known from `start` to below `end`."""
    types = facts.types("events")
    times = [name for name, type_ in types.items() if type_ == "time"]
    months = {f"{name}_month": name for name in times if f"{name}_month" in types}
    own = {
        "place": "place * ($copies + 1) + r", "known": "known * ($copies + 1) + r", "superseded": "NULL::BIGINT",
        "subject": "copy",
        **{name: f"{name} + shift" for name in times},
        **{month: _month(f"{name} + shift") for month, name in months.items()},
    }  # fmt: skip
    first = {**{name: name for name in types}, **own}
    wrong = {**first, "superseded": f"(place + {LATER}) * ($copies + 1) + $copies"}
    right = {**first, "known": f"(place + {LATER}) * ($copies + 1) + $copies", "unit": "unit + 1"}
    corrected = f"place % {EVERY} = 0 AND r = 0 AND place + {LATER} < (SELECT max(place) FROM events)"
    copied = (
        "SELECT *, md5(subject || r)::UUID::VARCHAR AS copy, (hash(subject, r) % {hour})::BIGINT AS shift "
        "FROM (SELECT * FROM events WHERE known BETWEEN {low} AND {high}), range($copies) AS c(r)"
    )
    now = copied.format(hour=_HOUR, low="$start // ($copies + 1)", high="$end // ($copies + 1)")
    before = copied.format(
        hour=_HOUR, low=f"$start // ($copies + 1) - {LATER}", high=f"$end // ($copies + 1) - {LATER}"
    )
    parts = [
        _select(first, now, f"NOT ({corrected})"), _select(wrong, now, corrected), _select(right, before, corrected),
    ]  # fmt: skip
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) WHERE known >= $start AND known < $end ORDER BY known, place"


def _month(micros: str) -> str:
    """The month in the demo's city, which has no summer time: eight hours before Greenwich."""
    local = f"make_timestamp({micros} + {8 * _HOUR})"
    return f"year({local}) * 12 + month({local}) - 1"


def _select(columns: dict[str, str], source: str, where: str) -> str:
    listed = ", ".join(f"{text} AS {name}" for name, text in columns.items())
    return f"(SELECT {listed} FROM ({source}) WHERE {where})"
