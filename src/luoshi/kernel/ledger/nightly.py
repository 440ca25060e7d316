"""The whole log verified every night, in a process of its own; what came of it is kept for the administrators."""

import json
import logging
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from luoshi import home as homes
from luoshi.kernel import clock
from luoshi.kernel.jobs import every

log = logging.getLogger("luoshi.sealing")
FILE: Final = "verified.json"
_HOURS: Final = 4


@dataclass(frozen=True)
class Outcome:
    """What the last nightly verification found; `at` is real time, ISO. `first_bad` None means that all is well."""

    at: str
    size: int
    first_bad: dict[str, Any] | None


def last(home: Path) -> Outcome | None:
    """The last outcome, None before the first."""
    try:
        return Outcome(**json.loads((home / "run" / FILE).read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def keep(home: Path, size: int, first_bad: dict[str, Any] | None) -> Outcome:
    """Write down what a verification of the whole log found just now."""
    outcome = Outcome(clock.real().isoformat(timespec="seconds"), size, first_bad)
    (home / "run").mkdir(mode=0o700, parents=True, exist_ok=True)
    homes.write(home / "run" / FILE, json.dumps(asdict(outcome), ensure_ascii=False) + "\n")
    return outcome


def run(home: Path) -> Outcome:
    """Verify now, keep the outcome, and log an error where something differs."""
    command = [sys.executable, "-m", "luoshi", "verify", "log", "--json"]
    environment = {**os.environ, "LUOSHI_HOME": str(home)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_HOURS * 3600, check=False)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        why = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        found = {"first_bad": {"what": "not verified", "detail": why}}
    if "error" in found:
        found["first_bad"] = {"what": "not verified", "detail": found["error"]}
    outcome = keep(home, found.get("size", 0), found["first_bad"])
    if outcome.first_bad is not None:
        log.error("the log does not verify: %s", outcome.first_bad)
    return outcome


@every("7 2 * * *", "ledger.verify")
def nightly() -> None:
    """Once a night."""
    run(settings.CONF.home)
