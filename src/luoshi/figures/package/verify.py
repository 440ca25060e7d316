#!/usr/bin/env python3
"""Check the open package of a report: python3 verify.py [FOLDER] [--key VERIFIER-KEY] (Python 3.10 and `cryptography`)
1. Each file is the one that manifest.json names.
2. The checkpoint is signed: by --key, or by the key that the package names (it is printed: compare it elsewhere).
3. The entries are all that the log held: they hash to the signed root.
4. An entry of the log holds the hashes of declarations.json and numbers.json: neither was changed since it was sealed.
5. Each fact is what its entry says: open fields stand in it, others are opened with the salt of their hash.
6. Each number follows from the facts by its declaration, nothing left out; those of verdicts and survival are committed.
7. The report prints these numbers, and its files are the published ones. What is printed otherwise than the log has it is told.
"""

import csv
import json
import re
import sys
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH, PARTS = 256, ("manifest", "declarations", "numbers")
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 (Python 3.10)
NUMBER = re.compile(r'<a class="num" id="(n\d+)" href="#f\d+">([^<]*)</a>')


class Log:
    """The signed log: its checkpoint (C2SP tlog-checkpoint), its entries (C2SP tlog-tiles)."""

    def __init__(self, folder: Path, key: str) -> None:
        text, _, signatures = (folder / "checkpoint").read_bytes().rpartition(b"\n\n")
        name, mark, encoded = key.strip().split("+", 2)
        public, rows = b64decode(encoded), [line.split(" ") for line in signatures.decode().splitlines()]
        try:
            mine = next(one for row in rows if row[:2] == ["—", name] and (one := b64decode(row[2]))[:4].hex() == mark)
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(mine[4:], text + b"\n")
        except (StopIteration, InvalidSignature):
            raise ValueError(f"checkpoint: not signed by {name}+{mark}") from None
        self.origin, size, root = text.decode().split("\n")[:3]
        self.folder, self.size, self.signed = folder, int(size), b64decode(root)

    def entries(self) -> Iterator[bytes]:
        """The payloads in their order."""
        for number in range(-(-self.size // WIDTH)):
            width, upper = min(WIDTH, self.size - number * WIDTH), f"x{number // 1000:03d}/" if number > 999 else ""
            path = f"tile/entries/{upper}{number % 1000:03d}" + ("" if width == WIDTH else f".p/{width}")
            data, at = (self.folder / path).read_bytes(), 0
            while at < len(data):
                start, at = at + 2, at + 2 + int.from_bytes(data[at : at + 2], "big")
                yield data[start:at]


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over the hashes of some entries (RFC 6962)."""
    while len(hashes) > 1:
        pairs = [sha256(b"\1" + a + b).digest() for a, b in zip(hashes[::2], hashes[1::2], strict=False)]
        hashes = pairs + ([hashes[-1]] if len(hashes) % 2 else [])
    return hashes[0] if hashes else sha256().digest()


class Event:
    """An entry as a row of facts: `said` are its columns that are open or opened, `sealed` the names of others."""

    __slots__ = ("facts", "newest", "said", "sealed")

    def __init__(self, facts: "Facts", said: dict[str, Any], sealed: Collection[str]) -> None:
        self.facts, self.said, self.sealed, self.newest = facts, said, sealed, self

    def raw(self, column: str) -> Any:
        """What the entry itself says."""
        sealed = column in self.sealed and column not in self.said
        return self.facts.opened(self, column) if sealed else self.said.get(column)

    def __getitem__(self, column: str) -> Any:
        """A column as it stands after corrections."""
        if column.endswith("_month"):
            return self.facts.month(self[column[:-6]])
        if column in self.facts.declared["follows"] and self.said["subject"] in self.facts.chains:
            return self.facts.follow(self.said["subject"], column)[self.said["place"]]
        return (self if column in self.facts.declared["own"] else self.newest).raw(column)


class Life(dict[str, Any]):
    """A subject as a row: its last event's `carried` columns, and what the others roll up to."""

    def __init__(self, facts: "Facts", events: list[Event]) -> None:
        self.facts, self.events = facts, events

    def __missing__(self, column: str) -> Any:
        if column.endswith("_month"):
            self[column] = self.facts.month(self[column[:-6]])
        elif rolled := next((one[1:] for one in self.facts.declared["rolled"] if one[0] == column), None):
            self[column] = self.roll(*rolled)
        else:
            self[column] = self.events[0]["place"] if column == "first" else self.events[-1][column]
        return self[column]

    def roll(self, how: str, column: str, where: Any) -> Any:
        """The number of events for which a condition holds, or the last, least or greatest of a column in them."""
        rows = [event for event in self.events if holds(where, event, None)]
        if how in ("count", "last"):
            return len(rows) if how == "count" else rows[-1][column] if rows else None
        return (min if how == "min" else max)((one for row in rows if (one := row[column]) is not None), default=None)


class Facts:
    """A line's facts as of a size of the log; months are year × 12 + month − 1, numbers of times microseconds since 1970."""

    def __init__(self, declared: Any) -> None:
        self.declared, self.lives = declared, dict[int | None, list[Life]]()
        self.all: list[tuple[Event, str | None]] = []  # each with the id of the event that it corrects
        self.chains: dict[str, list[tuple[Event, Event]]] = {}  # by corrected subject: (event, itself or a correction)
        self.followed, self.kinds = dict[tuple[str, str], dict[int, Any]](), dict[frozenset[str], frozenset[str]]()

    def opened(self, event: Event, column: str) -> Any:
        """A field that the package does not open is read: something that counts was left out. Raises ValueError."""
        raise ValueError(f"entry {event['place']}: {column} is needed and not opened")

    def month(self, time: str | None) -> int | None:
        """The month of the city's calendar in which a time lies."""
        first, starts = self.declared["months"]
        return None if time is None else first + bisect_right(starts, micros(time)) - 1

    def take(self, place: int, payload: Any) -> None:
        """One more entry, what was opened of it among its open fields."""
        names = ("id", "subject", "verb", "occurred_at", "recorded_at")
        both = (payload["open"] | {name: payload[name] for name in names} | {"place": place}).items()
        said = {sys.intern(name): sys.intern(one) if isinstance(one, str) else one for name, one in both}
        kind = frozenset(payload["restricted"])
        self.all.append((Event(self, said, self.kinds.setdefault(kind, kind)), payload["corrects"]))

    def settle(self) -> None:
        """After the last entry: corrections are followed. `rows` are the events that stand."""
        first, self.chains = dict[str, Event](), {event.said["subject"]: [] for event, corrects in self.all if corrects}
        for event, corrects in self.all:
            first[event.said["id"]] = mine = first[corrects] if corrects else event
            mine.newest = event
            if event.said["subject"] in self.chains:
                self.chains[event.said["subject"]].append((mine, event))
        self.rows = [event for event, corrects in self.all if not corrects and event.newest.said["verb"] != "void"]

    def follow(self, subject: str, column: str) -> dict[int, Any]:
        """By place, a column that all events repeat: one sets it that says another value than was so; corrections go on."""
        if (subject, column) not in self.followed:
            before, sets = dict[int, Any](), dict[int, tuple[bool, Any]]()
            for event, step in self.chains[subject]:
                place, void = event.said["place"], step.said["verb"] == "void"
                before.setdefault(place, next((value for does, value in reversed(sets.values()) if does), None))
                value = None if void else step.raw(column)
                sets[place] = not void and value != before[place], value
            now, self.followed[subject, column] = None, dict[int, Any]()
            for place, (does, value) in sets.items():
                self.followed[subject, column][place] = now = value if does else now
        return self.followed[subject, column]

    def text(self, event: Event, name: str) -> str:
        """A fact as it is printed; nothing for what is not opened."""
        try:
            value = event[name]
        except ValueError:
            return ""
        return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)

    def looked_at(self, measure: Any, asked: Any) -> Sequence[Any]:
        """The rows of the period; a stock is of what had happened by its end."""
        clock, end = measure["clock"], None if measure["clock"] else asked["end"]
        rows: Sequence[Any] = self.rows
        if measure["table"] == "life":
            if end not in self.lives:
                subjects = dict[str, list[Event]]()
                for event in self.rows:
                    if end is None or micros(event["occurred_at"]) < end:
                        subjects.setdefault(event.said["subject"], []).append(event)
                self.lives[end] = [Life(self, events) for events in subjects.values()]
            rows = self.lives[end]
        first, last, month = asked["first_month"], asked["last_month"], f"{clock}_month"
        return [row for row in rows if row[month] is not None and first <= row[month] < last] if clock else rows

    def answer(self, measure: Any, asked: Any) -> list[Any]:
        """[group, [numerator, denominator, n, parts of an index]] of each group; not grouped, of the group []."""
        filters = [["is", name, value] for name, value in asked["where"].items()]
        parts = [(part["part"], ["every", part["where"], *filters]) for _, part in measure["parts"]]
        where = ["some", *(one for _, one in parts)] if parts else ["every", measure["where"], *filters]
        groups: dict[tuple[Any, ...], list[Any]] = {} if asked["by"] else {(): []}
        for row in self.looked_at(measure, asked):
            if holds(where, row, asked["end"]):
                group = [row[measure["clock"] + "_month" if name == "month" else name] for name in asked["by"]]
                groups.setdefault(tuple(group), []).append(row)
        return [[list(group), numbers(measure, parts, rows, asked["end"])] for group, rows in groups.items()]


def micros(time: Any) -> int:
    """A time of the log as a number."""
    return (datetime.fromisoformat(time.replace("Z", "+00:00")) - EPOCH) // timedelta(microseconds=1)


def holds(condition: Any, row: Any, end: int | None) -> bool:
    """Does a condition hold? A comparison with an unknown value is false, and its negation true."""
    name, *rest = condition
    if name in ("is", "known"):
        return row[rest[0]] in rest[1:] if name == "is" else row[rest[0]] is not None
    if name in ("<", "<="):
        left, right = (term(one, row, end) for one in rest)
        return left is not None and right is not None and (left < right or (name == "<=" and left == right))
    if name in ("every", "some", "not"):
        found = (holds(one, row, end) for one in rest)
        return all(found) if name == "every" else any(found) == (name == "some")
    raise ValueError(f"not in the vocabulary: {name}")


def term(one: Any, row: Any, end: int | None) -> Any:
    """A number, a column's value, the end, or the difference of two of them; None where one is unknown."""
    if isinstance(one, list):
        left, right = (term(side, row, end) for side in one[1:])
        return None if left is None or right is None else left - right
    value = one if not isinstance(one, dict) else row[one["column"]] if "column" in one else end
    return micros(value) if isinstance(value, str) else value


def numbers(measure: Any, parts: Sequence[Any], rows: Sequence[Any], end: int) -> list[Any]:
    """What the rows of a group give."""
    n, kind = len(rows), measure["kind"]
    if kind == "index":
        some = [(part, [row for row in rows if holds(where, row, end)]) for part, where in parts]
        return [None, None, n, [[sum(holds(part, row, end) for row in mine), len(mine)] for part, mine in some]]
    if kind == "share":
        return [sum(holds(measure["part"], row, end) for row in rows), n, n, []]
    if kind in ("count", "distinct"):
        count = n if kind == "count" else len({tuple(row[key] for key in measure["keys"]) for row in rows})
        return [count, None, count, []]
    values, (above, below) = sorted(term(measure["value"], row, end) for row in rows), measure["q"]
    if kind in ("sum", "ratio"):
        return [sum(values), sum(term(measure["over"], row, end) for row in rows) if kind == "ratio" else None, n, []]
    return [values[max(-(-n * above // below), 1) - 1] if n else None, None, n, []]  # so many do not exceed it


def exact(figure: Any, cell: Sequence[Any]) -> Fraction | None:
    """A figure's number in its unit; None where nothing can be said."""
    (num, den, n, parts), measure = cell, figure["measure"]
    if measure["kind"] == "survival":  # on each day: for whom it came, who still waited
        return 100 - 100 * prod((1 - Fraction(a, b) for a, b in parts), start=Fraction(1)) if n else None
    if measure["kind"] == "index":
        weights = [weight for weight, _ in measure["parts"]]
        shares = [Fraction(100 * one * a, b) for one, (a, b) in zip(weights, parts, strict=False) if b]
        return sum(shares, Fraction(0)) / sum(weights) if len(shares) == len(weights) else None  # hidden: no parts
    return None if num is None or den == 0 else Fraction(100 * num, den) if den else Fraction(num, figure["per"])


def plain(number: Fraction | int | None, decimals: int = 0) -> str:
    """Rounded half up; nothing for what is unknown."""
    whole = int(abs(number or 0) * 10**decimals * 2 + 1) // 2
    return "" if number is None else f"{Decimal(-whole if number < 0 else whole).scaleb(-decimals):f}"


class Package:
    """The folder; `wrong` is what was found wrong with it, `committed` the numbers that are not computed again, and why."""

    def __init__(self, folder: Path, key: str = "") -> None:
        self.folder, self.wrong, self.committed, self.last = folder, list[str](), dict[str, str](), 0
        self.manifest, self.declared, self.said = (json.loads((folder / f"{one}.json").read_bytes()) for one in PARTS)
        self.log, self.told = Log(folder / "log", key or self.manifest["key"]), dict[tuple[str, ...], str]()
        self.facts = {line: Facts(one) for line, one in self.declared["facts"].items()}

    def must(self, holds: bool, rule: str) -> None:
        """Note the rule that does not hold."""
        self.wrong += [] if holds else [rule]

    def same(self, path: str, digest: str | None, rule: str) -> None:
        """A file must have this SHA-256."""
        there = (self.folder / path).is_file() and sha256((self.folder / path).read_bytes()).hexdigest()
        self.must(there == digest, f"{path}: {rule}")

    def check(self) -> list[str]:
        """All that is wrong."""
        files = {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}
        for path in sorted((files | self.manifest["files"].keys()) - {"manifest.json"}):
            self.same(path, self.manifest["files"].get(path), "not the file that manifest.json names")
        self.read()
        for line, facts in self.facts.items():
            facts.settle()
            with (self.folder / "facts" / f"{line}.csv").open(newline="", encoding="utf-8") as file:
                rows, head = csv.reader(file), facts.declared["head"]
                self.must(next(rows, None) == head, f"facts/{line}.csv: other columns")
                row: list[str] = next(rows, [])
                for event in facts.rows:
                    place, should = event["place"], [facts.text(event, name) for name in head]
                    while row and int(row[0]) < place:
                        self.wrong, row = [*self.wrong, f"facts/{line}.csv: no entry says {row}"], next(rows, [])
                    there = row[:1] == should[:1]
                    rule = f"says {should}" if there else f"(of {event['subject']}) is missing"
                    self.must(row == should, f"facts/{line}.csv: entry {place} {rule}")
                    row = next(rows, []) if there else row
                self.must(not row, f"facts/{line}.csv: no entry says {row}")
        for asked in self.said["questions"]:
            self.compute(asked, self.declared["figures"][asked["figure"]])
        html, told = (self.folder / "report.html").read_text("utf-8"), self.said["numbers"]
        self.must(NUMBER.findall(html) == [(one["anchor"], one["text"]) for one in told], "report.html: other numbers")
        for path, digest in self.said["files"].items():
            self.same(path, digest, "not the published report")
        for one in told:
            due, given = self.number(one) or "·", one["text"].replace(",", "").replace("−", "-").lstrip("+")
            self.must(given == due, f"report.html#{one['anchor']}: {given} is printed, it should be {due}")
        return self.wrong

    def read(self) -> None:
        """The log: its roots, the entry of the publication, and the facts in the entries before."""
        size, entry, hashes = self.said["size"], self.manifest["entry"], list[bytes]()
        self.openings: Iterator[list[str]] = csv.reader((self.folder / "openings.csv").read_text("utf-8").split("\n"))
        self.opening = next(self.openings, None)
        for place, data in enumerate(self.log.entries()):
            payload = json.loads(data)
            for name in PARTS[1:] if place == entry else ():
                self.same(f"{name}.json", payload["open"].get(name), f"not what entry {place} published")
            if place < size:
                self.take(place, payload)
            hashes.append(sha256(b"\0" + data).digest())
        self.must(size <= entry < self.log.size, "the entry of the publication is not in the log")
        self.must(root(hashes) == self.log.signed, "the entries are not those of the checkpoint")
        self.must(root(hashes[:size]) == b64decode(self.said["root"]), f"another root at {size} entries")
        self.must(not self.opening, f"openings.csv: {self.opening} belongs to no entry")

    def take(self, place: int, payload: Any) -> None:
        """An entry before the report, with what was opened of it."""
        facts, fields, self.last = self.facts.get(payload["line"]), payload["open"], micros(payload["recorded_at"])
        while self.opening and int(self.opening[0]) == place:
            _, name, salt, text = self.opening
            hashed = sha256(urlsafe_b64decode(salt + "=") + name.encode() + text.encode()).digest()
            opens = payload["restricted"].get(name) == urlsafe_b64encode(hashed).decode().rstrip("=")
            self.must(opens, f"openings.csv: entry {place}, {name} is not {text}")
            fields[name], self.opening = json.loads(text), next(self.openings, None)
        if facts:
            facts.take(place, payload)
        elif payload["line"] == "figures" and payload["verb"] in ("approve", "withdraw"):
            key = tuple(fields.get(name, "") for name in ("figure", "period", "member", "vintage"))
            self.told[key] = fields["value"] if payload["verb"] == "approve" else ""

    def compute(self, asked: Any, figure: Any) -> None:
        """A question, answered again."""
        name = f"{asked['figure']} {asked['period']}"
        if "measure" not in figure:
            key = (asked["figure"], asked["period"], asked["member"])
            mine = self.told.get(max((at for at in self.told if at[:3] == key and self.told[at]), default=()))
            self.must(mine == asked["value"], f"{name}: the log says {mine}")
        elif not figure["opened"]:
            self.committed[name] = "not recomputed" if figure["measure"]["kind"] == "survival" else "not opened"
        else:
            first, starts = (facts := self.facts[asked["line"]]).declared["months"]
            until = {**asked, "end": min(starts[asked["last_month"] - first], self.last + 1)}
            cells = sorted(facts.answer(figure["measure"], until), key=repr)
            none: Any = cells if any(cell[2] for _, cell in cells) else [[[], [None, None, 0, []]]]  # not in the log
            self.must(asked["cells"] in (cells, none), f"{name} {asked['by'] or ''}: from the facts it is {cells}")

    def number(self, one: Any) -> str:
        """What must be printed: a part of an answer, its rank among the groups, or its change from another answer."""
        asked = self.said["questions"][one["question"]]
        figure, part = self.declared["figures"][asked["figure"]], one["part"]
        if "measure" not in figure:
            if part != "value" or asked["printed"] != (asked["value"] or ""):
                self.committed["{figure} {period} {member} {printed}".format_map(asked)] = "as published"
            return str(asked["printed"])
        cells = {tuple(group): cell for group, cell in asked["cells"]}
        value: Any = exact(figure, cell := cells[tuple(one["group"])])
        if part in ("numerator", "denominator", "n"):
            return plain(cell[("numerator", "denominator", "n").index(part)])
        if part == "rank":
            known = sorted(there for other in cells.values() if (there := exact(figure, other)) is not None)
            return "" if value is None else str((known if figure["better"] == "down" else known[::-1]).index(value) + 1)
        if part == "change":
            other, points = self.said["questions"][one["before"]], figure["unit"] in ("%", "分")
            if value is None or (before := exact(figure, other["cells"][0][1])) is None or not (points or before):
                return ""
            value = value - before if points else (value / before - 1) * 100
        return plain(value, max(1, figure["decimals"]) if part == "change" else figure["decimals"])


def main(arguments: Sequence[str]) -> int:
    """The command: 0 where all holds."""
    key = arguments[arguments.index("--key") + 1] if "--key" in arguments[:-1] else ""
    folder = next((Path(one) for one in arguments if one not in ("--key", key)), Path(__file__).parent)
    package: Any = None
    try:
        wrong = (package := Package(folder, key)).check()
        head = f"log {package.log.origin}, {package.log.size} entries, key {key or package.manifest['key']}"
        print(head, *(f"committed, {how}: {name}" for name, how in sorted(package.committed.items())), sep="\n")
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        wrong = [*(package.wrong if package else ()), f"{type(error).__name__}: {error}"]
    print("\n".join(f"✗ {rule}" for rule in wrong[:20]) or "✓ all numbers follow from the log")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
