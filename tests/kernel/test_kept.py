"""What is remembered for a while, and what is not."""

from typing import Any

import pytest

from luoshi.kernel import kept


def test_made_once_for_each_key_until_it_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    now, made = [100.0], []
    monkeypatch.setattr(kept, "monotonic", lambda: now[0])

    def make(*key: Any) -> tuple[Any, ...]:
        made.append(key)
        return key

    found = kept.Kept(make, 10.0, most=2)
    assert found("a", 1) == found("a", 1) == ("a", 1) and made == [("a", 1)]
    now[0] = 110.0
    found("a", 1)
    assert len(made) == 1
    now[0] = 110.1
    found("a", 1)
    assert len(made) == 2
    for key in ("b", "c", "d"):
        found(key)
    assert made[2:] == [("b",), ("c",), ("d",)] and len(found._found) <= 2
    kept.forget_all()
    found("d")
    assert made[-2:] == [("d",), ("d",)]
