"""The home: secrets made once whoever asks, facts, log-ins that others cannot read, half-made homes."""

import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from luoshi import home


def mode(path: Path) -> int:
    """The permission bits of a path."""
    return stat.S_IMODE(path.stat().st_mode)


def test_many_processes_that_ask_at_once_get_the_same_secret(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        found = set(pool.map(home.secret, [tmp_path] * 40, ["django"] * 40))
    assert len(found) == 1 and len(found.pop()) == 64
    assert [entry.name for entry in (tmp_path / "secrets").iterdir()] == ["django"]


def test_secrets_are_for_the_owner_only(tmp_path: Path) -> None:
    home.secret(tmp_path, "x")
    assert (mode(tmp_path / "secrets"), mode(tmp_path / "secrets" / "x")) == (0o700, 0o600)


def test_two_homes_have_two_secrets(tmp_path: Path) -> None:
    assert home.secret(tmp_path / "a", "x") != home.secret(tmp_path / "b", "x")


def test_a_home_is_half_made_until_it_is_settled(tmp_path: Path) -> None:
    place = tmp_path / "var"
    assert home.facts(place) is None and home.empty(place)
    home.begin(place)
    assert home.half_made(place) and not home.empty(place)
    made = home.settle(place, "demo", "0.1.0", 3)
    assert not home.half_made(place)
    assert home.facts(place) == made and (made.kind, made.data_version) == ("demo", 3)


def test_demo_logins_come_back_as_kept_and_are_for_the_owner_only(tmp_path: Path) -> None:
    kept = [home.Login("duban", "pw", "王督", "督查员", "supervisor", "市城管局")]
    home.keep_logins(tmp_path, kept)
    assert home.logins(tmp_path) == kept
    assert mode(tmp_path / home.LOGINS) == 0o600


def test_an_old_home_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    place = tmp_path / "my home"
    home.begin(place)
    aside = home.set_aside(place)
    assert not place.exists() and aside.parent == tmp_path and home.half_made(aside)


def test_removing_a_home_leaves_the_settings_that_somebody_wrote(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("port = 9000\n")
    home.secret(tmp_path, "x")
    home.begin(tmp_path)
    home.remove(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["settings.toml"]
