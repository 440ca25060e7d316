"""Canonical JSON: the same bytes as an implementation we did not write, and a short list of what may go in."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from uuid import UUID

import orjson
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from luoshi.kernel import canonical

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
# The oracle stops at ±(2^53 − 1); the edge itself is held below.
LEAVES = st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | TEXTS
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5))


@given(VALUES)
@example({"\x7f": '\x00\x1f\u2028\x7f/\\"\b\f\n\r\t', "A": [], "a": {}, "": "落实😀"})
def test_bytes_are_those_of_rfc8785_and_read_back(value: object) -> None:
    made = canonical.dumps(value)
    assert made == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert orjson.loads(made) == value


def test_order_of_keys_does_not_matter() -> None:
    assert canonical.dumps({"b": 1, "a": 2}) == canonical.dumps({"a": 2, "b": 1}) == b'{"a":2,"b":1}'


def test_the_edge_of_integers() -> None:
    assert canonical.dumps([2**53, -(2**53)]) == b"[9007199254740992,-9007199254740992]"
    for number in (2**53 + 1, -(2**53) - 1, 2**64, 10**40):
        with pytest.raises(ValueError, match=r"^\$\.open\.amount: "):
            canonical.dumps({"open": {"amount": number}})


class Grade(StrEnum):
    GOOD = "good"


class Number(int):
    pass


@dataclass
class Point:
    x: int


@pytest.mark.parametrize(
    "bad",
    [
        *(0.0, 1.5, float("nan"), float("inf"), -0.0),
        *((1, 2), {1}, b"x", Grade.GOOD, Number(3), Point(1), UUID(int=1)),
        *(datetime(2021, 1, 1, tzinfo=UTC), datetime(2021, 1, 1).date(), ...),
    ],
    ids=repr,
)
def test_other_kinds_are_refused_by_path(bad: object) -> None:
    with pytest.raises(TypeError, match=r"^\$\.open\.rates\[1\]: "):
        canonical.dumps({"open": {"rates": ["ok", bad]}})
    with pytest.raises(TypeError, match=r"^\$: "):
        canonical.dumps(bad)


@pytest.mark.parametrize("key", ["单位", "é", "\ud800", 1, None, True, 1.0, Grade.GOOD])
def test_keys_that_are_not_ascii_text_are_refused(key: object) -> None:
    with pytest.raises(TypeError, match=r"^\$\.open: key"):
        canonical.dumps({"open": {key: 1}})


@pytest.mark.parametrize("bad", ["\ud800", "a\udfffb"])
def test_lone_surrogates_are_refused_by_path(bad: str) -> None:
    with pytest.raises(TypeError, match=r"^\$\.notes\[1\]: "):
        canonical.dumps({"ok": "落实", "notes": ["ok", bad]})
    with pytest.raises(TypeError, match=r"^\$: "):
        canonical.dumps(bad)


def test_a_payload_takes_a_few_microseconds() -> None:
    payload = {
        **{
            name: f"value of {name}" for name in ("id", "city", "line", "subject", "verb", "occurred_at", "recorded_at")
        },
        **{"v": 1, "sim": True, "corrects": None, "private": "00" * 32},
        "open": {"division": "150203000000", "category": "市容环境", "stage": "dispatched", "due_at": None},
        "restricted": dict.fromkeys(("street", "actor", "act", "unit", "channel"), "00" * 32),
    }
    best = min(_seconds(payload) for _ in range(5))
    assert best < 20e-6, f"{best * 1e6:.1f} µs"  # 4 µs on an idle machine


def _seconds(payload: dict[str, object]) -> float:
    start = time.process_time()
    for _ in range(2000):
        canonical.dumps(payload)
    return (time.process_time() - start) / 2000


def test_moments_are_utc_with_microseconds() -> None:
    beijing = timezone(timedelta(hours=8))
    assert canonical.moment(datetime(2021, 12, 29, 9, tzinfo=beijing)) == "2021-12-29T01:00:00.000000Z"
    assert canonical.moment(datetime(2021, 12, 29, 1, 0, 0, 7, tzinfo=UTC)) == "2021-12-29T01:00:00.000007Z"
    assert canonical.moment(datetime(987, 1, 2, tzinfo=UTC)) == "0987-01-02T00:00:00.000000Z"
    with pytest.raises(ValueError, match="without zone"):
        canonical.moment(datetime(2021, 12, 29))


@given(st.lists(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))])), max_size=4))
def test_moments_sort_as_times_do(times: list[datetime]) -> None:
    assume_safe = [when for when in times if 2 < when.year < 9998]
    assert sorted(map(canonical.moment, assume_safe)) == list(map(canonical.moment, sorted(assume_safe)))
