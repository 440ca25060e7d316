"""Limits at public doors: who counts as one client, and that no address is kept."""

import pytest

from luoshi.kernel import limits
from luoshi.kernel.models import Tries
from luoshi.kernel.problems import TooMany


def test_one_household_of_ipv6_is_one_client(db: None) -> None:
    for tail in ("::1", "::2", ":ffff:1:2:3"):
        limits.count("door", f"2001:db8:0:7{tail}")
    assert limits.tries("door", "2001:db8:0:7::9") == 3
    assert limits.tries("door", "2001:db8:0:8::9") == limits.tries("other", "2001:db8:0:7::9") == 0


def test_the_same_client_by_either_spelling_of_ipv4_is_told_from_its_neighbour(db: None) -> None:
    limits.count("door", "10.0.0.1")
    assert limits.tries("door", "10.0.0.1") == 1 and limits.tries("door", "10.0.0.2") == 0
    limits.count("door", "::ffff:10.0.0.1")
    assert limits.tries("door", "10.0.0.1") == 2


def test_what_is_spent_is_counted_and_refused_above_the_limit(db: None) -> None:
    limits.spend("door", "10.0.0.1", 3, 2)
    limits.spend("door", "10.0.0.1", 3)
    with pytest.raises(TooMany):
        limits.demand("door", "10.0.0.1", 3)
    with pytest.raises(TooMany):
        limits.spend("door", "10.0.0.1", 3)
    assert b"10.0.0.1" not in b"".join(bytes(row.who) for row in Tries.objects.all())


def test_what_is_no_address_stands_for_itself(db: None) -> None:
    assert limits.count("door", "") == limits.count("door", "J-2021-000001") == 1
