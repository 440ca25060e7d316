"""A large register for tests and for bench/companies: real full names among names made of real short ones.

500 real names (groundtruth_500_fullname_brand.txt) and, up to the size asked for, listed companies' short names between a
place and a legal form. None of the made names is a real one.
"""

import csv
import random
import re
from collections.abc import Callable
from pathlib import Path

SHARED = Path(__file__).parents[3] / "shared" / "data"
COMPANIES, DIVISIONS = SHARED / "companies", SHARED / "divisions"
HERE = COMPANIES.is_dir() and DIVISIONS.is_dir()
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "公司", "科技有限公司", "商贸有限公司")
SEED = 20211229


def real() -> list[tuple[str, str]]:
    """Full name and brand ("" where the source has none) of 500 real companies."""
    lines = (COMPANIES / "groundtruth_500_fullname_brand.txt").read_text("utf-8-sig").splitlines()
    return [(cells[0], "".join(cells[1:2])) for line in lines if (cells := line.split())]


def short_names() -> list[str]:
    """The short names of the listed companies of three exchanges."""
    names: set[str] = set()
    for exchange in ("SSE", "SZSE", "BSE"):
        with (COMPANIES / f"{exchange}.csv").open(encoding="utf-8-sig") as file:
            names |= {row["name"] for row in csv.DictReader(file)}
    return sorted(names)


def place_names() -> list[str]:
    """Provinces, cities and counties, each in full and, where two characters or more are left, without its kind."""
    full: list[str] = []
    for level in ("provinces", "cities", "areas"):
        with (DIVISIONS / f"{level}.csv").open(encoding="utf-8-sig") as file:
            full += [row["name"] for row in csv.DictReader(file)]
    cut = [re.sub("(省|市|县|区|自治区)$", "", name) for name in full]
    more = ["内蒙古", "广西", "宁夏", "新疆", "西藏"]
    return sorted({name for name in (*full, *cut, *more) if len(name) > 1} - {"市辖", "市辖区"})


def register(size: int) -> list[str]:
    """The names of a register, the real ones anywhere among them; the same at every call."""
    chance, names = random.Random(SEED), {name for name, _ in real()}
    places, shorts = place_names(), short_names()
    while len(names) < size:
        names.add(chance.choice(places) + chance.choice(shorts) + chance.choice(FORMS))
    found = sorted(names)
    chance.shuffle(found)
    return found


def ways() -> dict[str, Callable[[str], str]]:
    """How a full name is asked for: each way with what it makes of one."""
    chance, signs = random.Random(SEED + 1), "".join(short_names())
    places = sorted(place_names(), key=len, reverse=True)

    def without_place(name: str) -> str:
        for place in places:
            name = name.replace(f"（{place}）", "").replace(f"({place})", "")
        return next((name[len(p) :] for p in places if name.startswith(p) and len(name) > len(p) + 3), name)

    def without_form(name: str) -> str:
        return re.sub("(（集团）)?(集团)?(股份)?(有限)?(责任)?公司$|(专业)?合作社$|商行$|经营部$|门市部$|店$", "", name)

    def full_width(name: str) -> str:
        wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in name)
        return f"{wide[:2]}\u3000{wide[2:]}"

    def one_wrong(name: str) -> str:
        at = chance.randrange(len(name))
        return name[:at] + chance.choice([sign for sign in signs if sign != name[at]]) + name[at + 1 :]

    return {
        "place dropped": without_place, "legal form dropped": without_form, "full width": full_width,
        "one character wrong": one_wrong,
    }  # fmt: skip
