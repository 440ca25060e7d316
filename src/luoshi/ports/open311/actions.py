"""Making and ending keys."""

import secrets
from typing import Final

from luoshi.kernel import clock
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.text import T
from luoshi.ports.open311 import reads
from luoshi.ports.open311.models import Key

LONGEST: Final = 60


def _check(name: str) -> None:
    if not name.strip() or len(name) > LONGEST or not name.isprintable():
        rule = T("1 到 {n} 个可打印字符", "1 to {n} printable characters").fill(n=LONGEST)
        raise Invalid([Fault("NAME", name[:LONGEST], rule)])
    if reads.good(name) is not None:
        rule = T("已有同名的有效密钥，先用 key end 结束", "there is a good key of that name: end it first")
        raise Invalid([Fault("NAME", name, rule)])


def make(name: str, most: int | None = None) -> str:
    """A new key, given this once; `most` posts a minute instead of the setting's. Raises Invalid."""
    _check(name)
    key = secrets.token_hex(20)
    Key.objects.create(name=name, hash=reads.digest(key), at=clock.real(), most=most)
    return key


def end(name: str) -> None:
    """End the key of that name for good; whoever posts with it is refused from now on. Raises Absent."""
    found = reads.good(name)
    if found is None:
        raise Absent(T("没有名为 {name} 的有效密钥", "There is no good key named {name}").fill(name=name))
    found.ended_at = clock.real()
    found.save(update_fields=["ended_at"])
