"""Measure what the demo's year takes from real records, and write it into `cases/demo/profile.json`.

    python tools/measure_demo_profile.py [DATA] [PROFILE]

DATA is the folder of real records (default `../shared/data` beside the project). Only the block `measured` is
rewritten; the block `assumed` is kept by hand in the same file and stays as it is. Nothing but shares, quantiles and
counts leaves the records: no text, no person, no address.
"""

import csv
import gzip
import json
import sys
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
DATA: Final = ROOT.parent / "shared" / "data"
PROFILE: Final = ROOT / "src" / "luoshi" / "cases" / "demo" / "profile.json"

BOSTON: Final = "open311/boston_requests_2008_2018.jsonl.gz"
SF: Final = "open311/sf311_10000.csv.gz"
REPLIES: Final = "messages/messages_replies.csv.gz"
LIKES: Final = "messages/messages_likes.csv.gz"
TOKENISED: Final = "messages/labelled_tokenised.csv.gz"
RAW: Final = "messages/labelled_raw_600.csv"

SNOW: Final = "Sidewalk Not Shoveled"  # follows single snow storms of one coast: says nothing about another city
YEARS: Final = {"boston": range(2015, 2019), "sf": range(2009, 2018)}  # whole years with a steady intake
STEPS: Final = range(0, 101, 5)  # per cent at which quantiles are taken

Entry = dict[str, Any]


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a CSV or JSON-lines file, packed or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        if ".jsonl" in path.name:
            yield from map(json.loads, file)
        else:
            yield from csv.DictReader(file)


def quantiles(values: Iterable[float], digits: int) -> list[float]:
    """The smallest value whose cumulative share reaches q, for q = 0, 5 … 100 %."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return [round(ordered[min(last, max(0, -(-q * len(ordered) // 100) - 1))], digits) for q in STEPS]


def shares(counts: Sequence[float]) -> list[float]:
    """Counts as shares of their sum, six decimals."""
    total = sum(counts)
    return [round(count / total, 6) for count in counts]


def entry(value: Any, n: int, source: str, zh: str, en: str, **dropped: int) -> Entry:
    """One measured thing with what a reader needs to judge it."""
    return {"value": value, "n": n, "source": source, "dropped": dropped, "definition": {"zh": zh, "en": en}}


def boston(data: Path) -> tuple[list[datetime], list[float], dict[str, int]]:
    """Local moments of request without the snow class, hours from request to closing, and what was left out."""
    moments, hours, dropped = [], [], Counter(snow=0, open=0, negative=0)
    for row in rows(data / BOSTON):
        asked = datetime.fromisoformat(row["requested_datetime"])  # offset of its own season: wall time of Boston
        if row["service_name"] == SNOW:
            dropped["snow"] += 1
        else:
            moments.append(asked)
        if row["status"] == "closed":
            hours.append((datetime.fromisoformat(row["updated_datetime"]) - asked).total_seconds() / 3600)
        else:
            dropped["open"] += 1
    dropped["negative"] = sum(hour < 0 for hour in hours)
    return moments, [hour for hour in hours if hour >= 0], dict(dropped)


def san_francisco(data: Path) -> tuple[list[datetime], list[float], dict[str, int]]:
    """The same of San Francisco. The file says +00:00 but holds wall time: its nights fall at 1 to 5 o'clock."""
    moments, hours, dropped = [], [], Counter(open=0, negative=0)
    for row in rows(data / SF):
        asked = datetime.fromisoformat(row["created_date"])
        moments.append(asked)
        if row["closed_date"]:
            hours.append((datetime.fromisoformat(row["closed_date"]) - asked).total_seconds() / 3600)
        else:
            dropped["open"] += 1
    dropped["negative"] = sum(hour < 0 for hour in hours)
    return moments, [hour for hour in hours if hour >= 0], dict(dropped)


def week(moments: Iterable[datetime]) -> list[list[int]]:
    """Counts by weekday (Monday first) and hour."""
    table = [[0] * 24 for _ in range(7)]
    for moment in moments:
        table[moment.weekday()][moment.hour] += 1
    return table


def month_factors(moments: Iterable[datetime], years: range) -> list[float]:
    """Cases a day in each month as a multiple of the year's mean, averaged over whole years of equal weight."""
    counts = Counter((moment.year, moment.month) for moment in moments)
    factors = [0.0] * 12
    for year in years:
        daily = [counts[year, month] / monthrange(year, month)[1] for month in range(1, 13)]
        mean = sum(daily) / 12
        factors = [factor + rate / mean for factor, rate in zip(factors, daily, strict=True)]
    return [round(factor / len(years), 4) for factor in factors]


def city(name: str, source: str, found: tuple[list[datetime], list[float], dict[str, int]]) -> dict[str, Entry]:
    """All that is measured on one city's requests."""
    moments, hours, dropped = found
    left_out = {"snow": dropped["snow"]} if "snow" in dropped else {}
    table, n, years = week(moments), len(moments), YEARS[name]
    in_years = sum(moment.year in years for moment in moments)
    return {
        f"week.{name}": entry(
            shares_of(table), n, source, "七天（周一起）×24 小时受理份额，当地钟表时间",
            "Share of requests by weekday (Monday first) and hour, local wall time", **left_out),
        f"hour.{name}": entry(
            shares([sum(day[hour] for day in table) for hour in range(24)]), n, source,
            "24 小时受理份额，当地钟表时间", "Share of requests by hour of day, local wall time", **left_out),
        f"weekday.{name}": entry(
            shares([sum(day) for day in table]), n, source,
            "周一至周日受理份额", "Share of requests by weekday, Monday first", **left_out),
        f"month.{name}": entry(
            month_factors(moments, years), in_years, source,
            f"各月日均受理量与年均之比，{years[0]}–{years[-1]} 年逐年等权平均",
            f"Requests a day in each month over the year's mean, {years[0]} to {years[-1]}, years of equal weight",
            **left_out),
        f"closing_hours.{name}": entry(
            quantiles(hours, 3), len(hours), source, "受理到办结的小时数，0–100% 每 5% 的分位数（离散）",
            "Hours from request to closing, quantiles 0 to 100 % by 5 (discrete)",
            open=dropped["open"], negative=dropped["negative"]),
    }  # fmt: skip


def shares_of(table: list[list[int]]) -> list[list[float]]:
    """A table of counts as shares of the whole."""
    total = sum(map(sum, table))
    return [[round(count / total, 6) for count in row] for row in table]


def moment(text: str) -> datetime:
    """A time as the message platform writes it: `2019/4/25 9:32:09`, or with dashes; a bare date raises ValueError."""
    return datetime.strptime(text.replace("-", "/"), "%Y/%m/%d %H:%M:%S")


def texts(data: Path) -> dict[str, Entry]:
    """Length of messages, time to the reply, share of classes."""
    replies, likes = list(rows(data / REPLIES)), list(rows(data / LIKES))
    lengths = [len("".join(row["text"].split())) for row in [*replies, *likes]]
    delays, bare = [], 0
    for row in replies:
        try:
            delays.append((moment(row["replied_at"]) - moment(row["sent_at"])).total_seconds() / 3600)
        except ValueError:
            bare += 1
    kept = [delay for delay in delays if delay >= 0]
    return {
        "text_length": entry(
            quantiles(lengths, 0), len(lengths), f"{REPLIES}, {LIKES}", "留言正文字数（去空白），0–100% 每 5% 的分位数",
            "Characters of a message without white space, quantiles 0 to 100 % by 5"),
        "reply_hours": entry(
            quantiles(kept, 2), len(kept), REPLIES, "留言到答复的小时数，0–100% 每 5% 的分位数",
            "Hours from message to reply, quantiles 0 to 100 % by 5",
            no_time_of_day=bare, negative=len(delays) - len(kept)),
        "class_share": classes(data / TOKENISED, TOKENISED),
        "class_share.raw": classes(data / RAW, RAW),
    }  # fmt: skip


def classes(path: Path, source: str) -> Entry:
    """Share of each department class given by hand."""
    counts = Counter(row["label"] for row in rows(path))
    names = sorted(counts, key=lambda name: (-counts[name], name))
    value = dict(zip(names, shares([counts[name] for name in names]), strict=True))
    return entry(
        value, sum(counts.values()), source, "人工标注的七类一级分类份额", "Share of the seven labelled classes"
    )


def measure(data: Path) -> dict[str, Entry]:
    """Everything that is measured, by name."""
    return {
        **city("boston", BOSTON, boston(data)),
        **city("sf", SF, san_francisco(data)),
        **texts(data),
    }


def written(profile: dict[str, Any]) -> str:
    """The profile as JSON with one entry a line, so that a change reads as one line."""
    blocks = []
    for name, block in profile.items():
        if isinstance(block, str):
            blocks.append(f"{json.dumps(name)}: {json.dumps(block, ensure_ascii=False)}")
            continue
        lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in block.items()]
        blocks.append(f"{json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n " + ",\n ".join(blocks) + "\n}\n"


def main(data: Path = DATA, path: Path = PROFILE) -> None:
    """Measure and write, keeping what is assumed."""
    profile = json.loads(path.read_text(encoding="utf-8"))
    profile["measured"] = measure(data)
    path.write_text(written(profile), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
