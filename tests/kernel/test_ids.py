"""Identifiers: order and time of UUIDs, forgiving reading of tracking codes."""

import os
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshi.kernel import ids

BEIJING = timezone(timedelta(hours=8))
NOON = datetime(2021, 12, 29, 12, 0, 0, 999, tzinfo=BEIJING)
CODES = st.text(alphabet=ids.ALPHABET, min_size=12, max_size=12)


def test_rfc_9562_example_time_lands_in_the_first_48_bits() -> None:
    made = ids.uuid7(datetime(2022, 2, 22, 14, 22, 22, tzinfo=timezone(timedelta(hours=-5))))
    assert str(made)[:15] == "017f22e2-79b0-7"
    assert made.version == 7 and made.variant == "specified in RFC 4122"


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))
def test_the_time_can_be_read_back_to_the_millisecond(now: datetime) -> None:
    read = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ids.uuid7(now).int >> 80)
    assert timedelta() <= now - read < timedelta(milliseconds=1)


def test_same_millisecond_ascends_and_never_repeats() -> None:
    made = [ids.uuid7(NOON) for _ in range(20_000)]
    assert made == sorted(set(made))


def test_later_milliseconds_sort_later() -> None:
    made = [ids.uuid7(NOON + timedelta(milliseconds=i)) for i in range(200)]
    assert made == sorted(made)


def test_each_millisecond_starts_with_room_to_ascend() -> None:
    made = [ids.uuid7(NOON + timedelta(milliseconds=i)) for i in range(100)]
    assert {one.int >> 75 & 1 for one in made} == {0}


def test_clock_that_goes_back_is_followed() -> None:
    assert ids.uuid7(NOON) > ids.uuid7(NOON - timedelta(days=1))


def test_threads_never_share_one() -> None:
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(str(ids.uuid7(NOON)) for _ in range(2000))) for _ in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8000


def test_a_forked_worker_starts_afresh() -> None:
    ids.uuid7(NOON)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, ids._last.milliseconds.to_bytes(8, "big", signed=True))
        os._exit(0)
    os.waitpid(child, 0)
    assert int.from_bytes(os.read(reader, 8), "big", signed=True) == -1


def test_without_argument_it_is_the_machines_time() -> None:
    read = datetime.fromtimestamp((ids.uuid7().int >> 80) / 1000, UTC)
    assert abs(datetime.now(UTC) - read) < timedelta(seconds=5)


@pytest.mark.parametrize("bad", [datetime(2021, 1, 1), datetime(1969, 12, 31, tzinfo=UTC)])
def test_naive_and_ancient_times_are_refused(bad: datetime) -> None:
    with pytest.raises(ValueError, match="uuid7"):
        ids.uuid7(bad)


def test_tracking_codes_are_random_and_in_normal_form() -> None:
    made = {ids.tracking_code() for _ in range(2000)}
    assert len(made) == 2000
    assert all(ids.normalise_code(code) == code for code in made)
    assert {char for code in made for char in code} == set(ids.ALPHABET)


@given(CODES)
def test_a_code_is_read_as_shown_in_small_or_full_width_letters(code: str) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) for char in ids.show_code(code))
    for typed in (ids.show_code(code), code.lower(), f"  {code[:5]} {code[5:]}\n", wide, wide.lower()):
        assert ids.normalise_code(typed) == code


def test_look_alikes_are_forgiven() -> None:
    assert ids.normalise_code("oOiI-lL00-1111") == "001111001111"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ABC",
        "0123456789ABC",
        "0123456789AU",
        "0123456789A中",
        "0123456789Aß",
        "ı23456789ABC",
        "\0" * 12,
        "0" * 5000,
    ],
)
def test_malformed_codes_are_none(typed: str) -> None:
    assert ids.normalise_code(typed) is None


@given(st.text(max_size=40))
def test_whatever_is_typed_gives_a_code_or_none(typed: str) -> None:
    code = ids.normalise_code(typed)
    assert code is None or (len(code) == 12 and set(code) <= set(ids.ALPHABET))


def test_codes_are_shown_in_fours() -> None:
    assert ids.show_code("0123456789AB") == "0123-4567-89AB"


def test_derived_codes_depend_on_secret_and_key_alone() -> None:
    code = ids.derive_code(b"s" * 32, "case 1")
    assert code == ids.derive_code(b"s" * 32, "case 1") == ids.normalise_code(code)
    others = {ids.derive_code(b"s" * 32, f"case {n}") for n in range(1000)} | {ids.derive_code(b"t" * 32, "case 1")}
    assert len(others) == 1001


def test_derived_code_is_the_first_60_bits_of_the_hmac() -> None:
    # HMAC-SHA256 of "luoshi/code/derive\0key" under 32 zero bytes, by `openssl dgst -mac HMAC`.
    assert ids.derive_code(bytes(32), "key") == "WNHB5W1356YM"


def test_code_hash_needs_the_secret_and_the_normal_form() -> None:
    hashed = ids.code_hash(b"s" * 32, "0123456789AB")
    assert len(hashed) == 32
    assert hashed != ids.code_hash(b"t" * 32, "0123456789AB")
    for bad in ("0123-4567-89AB", "0123456789ab", "0123456789AB\n"):
        with pytest.raises(ValueError, match="normal form"):
            ids.code_hash(b"s" * 32, bad)
