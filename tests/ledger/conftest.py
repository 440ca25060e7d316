"""Implementations that we did not write, and a log in memory to hold against them."""

import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

GO_SOURCES = Path("/usr/share/gocode")
Ask = Callable[[Sequence[str]], list[str]]


@pytest.fixture(scope="session")
def go(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Asks Go's note and tlog many questions at once; gives `yes` or `no: why` for each."""
    if shutil.which("go") is None or not (GO_SOURCES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        missing = "!!!!!! NO GO: golang-go and golang-golang-x-mod-dev are not here, NOTHING IS HELD AGAINST GO !!!!!!"
        warnings.warn(missing, stacklevel=1)
        pytest.skip("NO GO: golang-go, golang-golang-x-mod-dev")
    program = tmp_path_factory.mktemp("go") / "foreign"
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": str(GO_SOURCES), "GOFLAGS": "", "CGO_ENABLED": "0"}
    environment.setdefault("HOME", str(program.parent))
    source = Path(__file__).parent / "foreign.go"
    subprocess.run(["go", "build", "-o", str(program), str(source)], env=environment, check=True)

    def ask(questions: Sequence[str]) -> list[str]:
        done = subprocess.run([str(program)], input="\n".join(questions), capture_output=True, text=True, check=True)
        answers = done.stdout.splitlines()
        assert len(answers) == len(questions), done.stderr[-500:]
        return answers

    return ask
