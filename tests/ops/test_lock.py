"""The locked dependencies: complete, hashed, and free of anything about the machine that made them."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")


def pins(name: str) -> dict[str, str]:
    """Package → version of a lock."""
    return dict(re.findall(r"^([a-z0-9][a-z0-9.-]*)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))


def wanted(extra: str | None) -> set[str]:
    """The packages that pyproject asks for, normalised."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = project["dependencies"] if extra is None else project["optional-dependencies"][extra]
    return {re.split(r"[\[<>=~! ;]", line)[0].lower().replace("_", "-") for line in lines}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_only_pins_and_hashes(name: str) -> None:
    allowed = re.compile(
        r"(|# [A-Za-z ]+:|[a-z0-9][a-z0-9.-]*==[\w.!+]+( ; [\w .<>=\"']+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?)"
    )
    odd = [line for line in (ROOT / name).read_text("utf-8").splitlines() if not allowed.fullmatch(line)]
    assert odd == [], "run `make lock`; no host, path or option belongs here"


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name: str) -> None:
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE)
    assert [entry.splitlines()[0] for entry in entries if entry and "--hash=" not in entry] == []


def test_the_locks_agree_with_each_other() -> None:
    run, test = pins(LOCKS[0]), pins(LOCKS[1])
    assert run.items() <= test.items()


def test_the_locks_hold_what_the_project_asks_for() -> None:
    assert wanted(None) <= pins(LOCKS[0]).keys()
    assert wanted("test") <= pins(LOCKS[1]).keys()


def test_a_compiled_package_is_hashed_for_several_platforms() -> None:
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / LOCKS[0]).read_text("utf-8"), flags=re.MULTILINE)
    granian = next(entry for entry in entries if entry.startswith("granian=="))
    assert granian.count("--hash=") > 20
