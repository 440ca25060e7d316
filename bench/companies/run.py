"""What it costs to find a company by its name among 300,000, beside a search through all of them (README.md beside this file).

.venv/bin/python bench/companies/run.py [--names N] [--peer N]
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from rapidfuzz import fuzz, process

from luoshi.leads.forms import TRADES
from luoshi.leads.matching import Register
from luoshi.leads.names import parts
from luoshi.leads.places import Places, china

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "leads"))
import made  # noqa: E402

sys.path.insert(0, str(ROOT / "bench"))
from machine import machine  # noqa: E402

AIM = 20.0
"""Milliseconds that one question may take."""
HOME = ("包头市", "包头", "内蒙古", "包头市昆都仑区", "包头市青山区", "包头稀土高新区", "土默特右旗")
COMMON = ("有限公司",) * 6 + ("有限责任公司",) * 2 + ("股份有限公司", "集团有限公司", "经营部", "店")
Pairs = list[tuple[str, str]]
failed: list[str] = []


def main() -> None:
    """Both registers, each in a process of its own, so that memory is that of one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--names", type=int, default=300_000)
    parser.add_argument("--peer", type=int, default=40, help="questions to the search through all names")
    parser.add_argument("--register", choices=["real", "city"], help="only this one")
    asked = parser.parse_args()
    if not made.HERE:
        sys.exit("../shared/data/companies and divisions are not at hand")
    if asked.register is None:
        print(
            f"machine     {machine():.0f} ns for one SHA-256 of 100 bytes, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        command = [sys.executable, __file__, "--names", str(asked.names), "--peer", str(asked.peer), "--register"]
        sys.exit(max(subprocess.run([*command, one], check=False).returncode for one in ("real", "city")))
    elif asked.register == "real":
        measure("real names among made ones", made.register(asked.names), real_questions(), asked.peer)
    else:
        names = city(asked.names)
        measure("one city, brands at random", names, questions(names), asked.peer)
    sys.exit(1 if failed else 0)


def real_questions() -> dict[str, Pairs]:
    """The 500 real names, asked for in each way of the test; and by their brands alone."""
    real, ways = made.real(), {"as it is": str} | made.ways()
    asked = {way: [(change(name), name) for name, _ in real] for way, change in ways.items()}
    return asked | {"brand alone": [(brand, name) for name, brand in real if brand]}


def city(size: int) -> list[str]:
    """A register as a city has it: six in ten names begin with it, 150,000 brands of two to four characters, real trades.

    Much harder than the other one: brands look like each other, and no part of a name is rare by itself.
    """
    chance = random.Random(made.SEED)
    signs = Counter("".join(made.short_names()))
    kinds = sorted(TRADES)
    chance.shuffle(kinds)
    weights = [1 / rank**0.7 for rank in range(1, len(kinds) + 1)]
    lengths = chance.choices((2, 3, 4), (3, 1, 1), k=size // 2)
    brands = ["".join(chance.choices(list(signs), list(signs.values()), k=length)) for length in lengths]
    places, names = made.place_names(), set[str]()
    while len(names) < size:
        place = chance.choice(HOME if chance.random() < 0.6 else places)
        trade = "".join(chance.choices(kinds, weights, k=chance.choice((1, 1, 2))))
        names.add(place + chance.choice(brands) + trade + chance.choice(COMMON))
    found = sorted(names)
    chance.shuffle(found)
    return found


def questions(names: list[str]) -> dict[str, Pairs]:
    """A thousand of the names, asked for in each way; also with two characters wrong, and without place and form."""
    ways = {"as it is": str} | made.ways()
    places, wrong = Places(china()), ways["one character wrong"]
    ways |= {
        "two characters wrong": lambda name: wrong(wrong(name)),
        "place and form dropped": lambda name: parts(name, places).bare,
    }
    chosen = random.Random(made.SEED).sample(names, 1000)
    return {way: [(change(name), name) for name in chosen] for way, change in ways.items()}


def measure(title: str, names: list[str], asked: dict[str, Pairs], peer: int) -> None:
    """Build a register, ask it, ask the peer the same."""
    before, begun = memory(), time.perf_counter()
    register = Register(enumerate(names), Places(china()))
    seconds = time.perf_counter() - begun
    texts = sum(map(sys.getsizeof, names)) / 1e6
    print(f"\n{title}: {len(register):,} names")
    print(f"build       {seconds:5.1f} s, {memory() - before:.0f} MB, and {texts:.0f} MB for the names themselves")
    print(
        f"{'asked':<24}{'among five':>11}{'first':>8}{'ms':>8}{'p95':>7}{'most':>7}{'peer: among five':>18}{'ms':>7}{'× as long':>11}"
    )
    for way, pairs in asked.items():
        five, top, took = ours(register, pairs)
        theirs, slow = searched(names, pairs[:: max(1, len(pairs) // peer)][:peer])
        mean = statistics.mean(took)
        print(
            f"{way:<24}{five:>11.1%}{top:>8.1%}{mean:>8.2f}{quantile(took, 95):>7.2f}{max(took):>7.1f}{theirs:>18.1%}{slow:>7.0f}{slow / mean:>11.0f}"
        )
        if quantile(took, 95) > AIM * 1.3:
            failed.append(f"{title}, {way}")


def ours(register: Register[int], pairs: Pairs) -> tuple[float, float, list[float]]:
    """Shares of the questions whose company is among the first five, and first; milliseconds of CPU of each."""
    five, top, took = 0, 0, []
    for query, name in pairs:
        begun = time.process_time()
        found = [one.name for one in register.candidates(query)]
        took.append((time.process_time() - begun) * 1000)
        five, top = five + (name in found), top + (found[:1] == [name])
    return five / len(pairs), top / len(pairs), took


def searched(names: list[str], pairs: Pairs) -> tuple[float, float]:
    """The peer: every name compared as a whole. Share found among the first five, milliseconds of CPU a question."""
    begun = time.process_time()
    found = [
        name in {text for text, _, _ in process.extract(query, names, scorer=fuzz.ratio, limit=5)}
        for query, name in pairs
    ]
    return sum(found) / len(found), (time.process_time() - begun) / len(found) * 1000


def quantile(values: list[float], percent: int) -> float:
    """The value below which so many percent of the values lie."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def memory() -> float:
    """Megabytes that this process holds."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) / 1024


if __name__ == "__main__":
    main()
