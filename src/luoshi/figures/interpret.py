"""The closed vocabulary read from its JSON over plain rows: what every engine must answer. Standard library only.

An event is a mapping of columns to strings, whole numbers, booleans or None; so is a subject's row. Times are
microseconds. `measure` is what `kernel.measures.as_json` gives, `rolled` what `rolled_json` gives.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]
Group = tuple[Any, ...]
Numbers = dict[str, int | None]
"""`num`, `den` (of a share) and `n`; of an index `num_0`, `den_0`, … and `n`."""


@dataclass(frozen=True)
class Asked:
    """The log's size, the end in microseconds, the months from `first_month` to before `last_month`, groups and filters."""

    size: int
    end: int
    first_month: int
    last_month: int
    by: tuple[str, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)


def holds(condition: Sequence[Any], row: Row, end: int) -> bool:
    """Does a condition hold? A comparison with None is false, and its negation true."""
    name, *rest = condition
    match name:
        case "is":
            return row[rest[0]] is not None and row[rest[0]] in rest[1:]
        case "known":
            return row[rest[0]] is not None
        case "<" | "<=":
            left, right = (term(one, row, end) for one in rest)
            return left is not None and right is not None and (left < right or (name == "<=" and left == right))
        case "not":
            return not holds(rest[0], row, end)
        case "every":
            return all(holds(one, row, end) for one in rest)
        case "some":
            return any(holds(one, row, end) for one in rest)
    raise ValueError(f"not in the vocabulary: {name}")


def term(one: Any, row: Row, end: int) -> int | None:
    """A number, a column's value, the end, or the difference of two of them; None where one is unknown."""
    if isinstance(one, int):
        return one
    if isinstance(one, list):
        left, right = (term(side, row, end) for side in one[1:])
        return None if left is None or right is None else left - right
    found: int | None = row[one["column"]] if "column" in one else end
    return found


def known(events: Iterable[Row], size: int) -> list[Row]:
    """The versions of events that were known when the log had `size` entries."""
    return [
        one for one in events
        if one["known"] < size and (one["superseded"] is None or one["superseded"] >= size)
    ]  # fmt: skip


def lives(rolled: Mapping[str, Any], events: Iterable[Row], end: int) -> list[Row]:
    """One row a subject: its last event's `carried` columns, and what the others roll up to."""
    subjects: dict[Any, list[Row]] = {}
    for event in sorted(events, key=lambda one: int(one["place"])):
        subjects.setdefault(event["subject"], []).append(event)
    return [_life(rolled, mine, end) for mine in subjects.values()]


def _life(rolled: Mapping[str, Any], events: Sequence[Row], end: int) -> Row:
    clocks = rolled["clocks"]
    carried = [*rolled["carried"], *(f"{name}_month" for name in clocks if name in rolled["carried"])]
    row = {"subject": events[0]["subject"], "first": events[0]["place"]} | {name: events[-1][name] for name in carried}
    for name, how, column, where in rolled["rolled"]:
        some = [event for event in events if holds(where, event, end)]
        row[name] = _roll(how, [event[column] for event in some])
        if name in clocks:
            row[f"{name}_month"] = _roll(how, [event[f"{column}_month"] for event in some])
    return row


def _roll(how: str, values: Sequence[Any]) -> Any:
    if how == "count":
        return len(values)
    if how == "last":
        return values[-1] if values else None
    there = [value for value in values if value is not None]
    return (min if how == "min" else max)(there, default=None)


def rows(measure: Mapping[str, Any], rolled: Mapping[str, Any], events: Iterable[Row], asked: Asked) -> list[Row]:
    """The rows that a measure looks at, in the period and within the filter. A stock is of what had happened by the end."""
    some = known(events, asked.size)
    clock = measure["clock"]
    if measure["table"] == "life":
        past = some if clock else [one for one in some if one["occurred_at"] < asked.end]
        some = lives(rolled, past, asked.end)
    if clock:
        month = f"{clock}_month"
        some = [one for one in some if one[month] is not None and asked.first_month <= one[month] < asked.last_month]
    return [one for one in some if all(one[name] == value for name, value in asked.where.items())]


def answer(
    measure: Mapping[str, Any], rolled: Mapping[str, Any], events: Iterable[Row], asked: Asked
) -> dict[Group, Numbers]:
    """The numbers of each group in which there is a record; not grouped, those of the empty group in any case."""
    groups: dict[Group, list[Row]] = {} if asked.by else {(): []}
    for row in rows(measure, rolled, events, asked):
        if _counts(measure, row, asked.end):
            group = tuple(row[f"{measure['clock']}_month" if name == "month" else name] for name in asked.by)
            groups.setdefault(group, []).append(row)
    return {group: _numbers(measure, some, asked.end) for group, some in groups.items()}


def _counts(measure: Mapping[str, Any], row: Row, end: int) -> bool:
    if measure["kind"] == "index":
        return any(holds(part["where"], row, end) for _, part in measure["parts"])
    valued = measure["value"] is None or term(measure["value"], row, end) is not None
    return valued and holds(measure["where"], row, end)


def _numbers(measure: Mapping[str, Any], some: Sequence[Row], end: int) -> Numbers:
    n = len(some)
    values = sorted(term(measure["value"], row, end) or 0 for row in some) if measure["value"] else []
    match measure["kind"]:
        case "count":
            return {"num": n, "n": n}
        case "distinct":
            different = len({tuple(row[key] for key in measure["keys"]) for row in some})
            return {"num": different, "n": different}
        case "sum":
            return {"num": sum(values), "n": n}
        case "share":
            return {"num": sum(holds(measure["part"], row, end) for row in some), "den": n, "n": n}
        case "quantile":
            above, below = measure["q"]
            at = max(-(-n * above // below), 1)  # the first of which as many are not greater
            return {"num": values[at - 1] if n else None, "n": n}
        case "index":
            return _index(measure, some, end) | {"n": n}
    raise ValueError(f"not in the vocabulary: {measure['kind']}")


def _index(measure: Mapping[str, Any], some: Sequence[Row], end: int) -> Numbers:
    found: Numbers = {}
    for at, (_, part) in enumerate(measure["parts"]):
        mine = [row for row in some if holds(part["where"], row, end)]
        found |= {f"num_{at}": sum(holds(part["part"], row, end) for row in mine), f"den_{at}": len(mine)}
    return found
