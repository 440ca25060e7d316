"""The command line without an installation: exit codes, languages, and words instead of tracebacks."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from luoshi import home as homes
from luoshi.cli import COMMANDS, examinations, group, language_of
from luoshi.conf import load
from luoshi.packs.read import BAOTOU


def luoshi(home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command as its own process in a home, without any locale unless one is given."""
    kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "luoshi", *arguments],
        env={**kept, "LUOSHI_HOME": str(home), **environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--help"], 0, "doctor"),
        (["--version"], 0, "luoshi"),
        (["frobnicate"], 2, "frobnicate"),
        (["serve", "--port", "99999"], 2, "--port"),
        (["serve", "--web-only", "--worker-only"], 2, "choose one"),
        (["db", "url", "--role", "god"], 2, "god"),
        (["--viewer", "public", "db", "url", "--role", "owner"], 2, "cannot be narrowed"),
        (["--viewer", "desk", "demo", "logins"], 2, "cannot be narrowed"),
        (["init", "--pack", str(BAOTOU), "--origin", "demo.x", "--admin", "zhang"], 2, "--origin 'demo.x'"),
        (["init", "--pack", str(BAOTOU), "--origin", "log.x", "--admin", "z h"], 2, "--admin 'z h'"),
        (["serve"], 1, "There is no city here yet"),
        (["backup", "x.zip"], 1, "There is no city here yet"),
        (["db", "url"], 1, "There is no city here yet"),
        (["demo", "logins"], 1, "There is no city here yet"),
        (["clean-demo"], 0, "There is no demo"),
        (["doctor"], 1, "luoshi init"),
    ],
)
def test_exit_codes(tmp_path: Path, arguments: list[str], code: int, says: str) -> None:
    done = luoshi(tmp_path, *arguments)
    assert (done.returncode, says in done.stdout + done.stderr) == (code, True), done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_setting_is_wrong_use_and_named(tmp_path: Path) -> None:
    done = luoshi(tmp_path, "serve", LUOSHI_PROT="9")
    assert done.returncode == 2
    assert "LUOSHI_PROT='9'" in done.stderr


def test_it_speaks_chinese_in_a_chinese_locale(tmp_path: Path) -> None:
    assert "这里还没有城市" in luoshi(tmp_path, "serve", LANG="zh_CN.UTF-8").stderr


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_follows_the_locale(environ: dict[str, str], language: str) -> None:
    assert language_of(environ) == language


def test_every_command_loads_and_explains_itself_in_both_languages() -> None:
    context = group.make_context("luoshi", [], resilient_parsing=True)
    names = group.list_commands(context)
    assert set(names) >= set(COMMANDS) - {"import"}
    for name in names:
        command = group.get_command(context, name)
        assert command is not None and command.help
        assert not command.help.isascii(), name


def test_a_home_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    for arguments in (["demo", "--no-serve"], ["init", "--pack", str(BAOTOU), "--origin", "x.y", "--admin", "zhang"]):
        done = luoshi(tmp_path, *arguments)
        assert done.returncode == 1 and "is not empty" in done.stderr
    assert (tmp_path / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize("arguments", [["demo", "--no-serve"], ["clean-demo"]])
def test_a_real_city_is_never_a_demo(tmp_path: Path, arguments: list[str]) -> None:
    homes.begin(tmp_path)
    homes.settle(tmp_path, "city", "0.1.0", 0)
    done = luoshi(tmp_path, *arguments)
    assert done.returncode == 1 and "real city" in done.stderr
    assert homes.facts(tmp_path)


def test_a_pack_with_faults_is_found_wrong_with_file_and_rule(tmp_path: Path) -> None:
    done = luoshi(tmp_path / "home", "pack", "check", str(tmp_path))
    assert done.returncode == 1
    assert "city.toml: " in done.stdout
    assert luoshi(tmp_path / "home", "pack", "check", str(BAOTOU)).returncode == 0


def test_the_doctor_sees_a_secret_that_others_can_read(tmp_path: Path) -> None:
    conf = load({"LUOSHI_HOME": str(tmp_path)})
    homes.secret(tmp_path, "x")
    assert examinations.secrets(conf).mend is None
    file = tmp_path / "secrets" / "x"
    file.chmod(stat.S_IRUSR | stat.S_IRGRP)
    found = examinations.secrets(conf)
    assert found.mend is not None and str(file) in found.mend.en


def test_the_doctor_sees_a_home_that_is_half_made(tmp_path: Path) -> None:
    homes.begin(tmp_path)
    assert examinations.made(load({"LUOSHI_HOME": str(tmp_path)})).mend is not None


@pytest.mark.parametrize(
    "arguments",
    [
        ["people", "confirm", "anna"],
        ["people", "reset-factor", "anna"],
        ["hook", "list"],
        ["hook", "new", "other", "https://city.example/hook"],
        ["open311", "key", "list"],
        ["api", "token", "list"],
        ["figures", "list"],
        ["targets", "list"],
        ["seal"],
        ["companies", "match", __file__, "--out", "out.csv"],
        ["import", "companies", __file__],
        ["import", "cases", __file__],
    ],
    ids=" ".join,
)
def test_a_command_that_needs_a_city_says_that_there_is_none(tmp_path: Path, arguments: list[str]) -> None:
    done = luoshi(tmp_path / "home", *arguments)
    assert done.returncode == 1 and "luoshi demo" in done.stderr and "unforeseen" not in done.stderr, done.stderr
