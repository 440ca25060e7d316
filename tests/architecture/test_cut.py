"""How the code is cut (docs/architecture.md): sizes, arrows, and the few doors that everything goes through."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "luoshi"
LINES = {"cases", "leads"}
# the only places outside `reads` and `actions` that hold a table's manager, each for its reason
MANAGERS = {
    "people/load.py": "takes over a pack",
    "people/tree.py": "reads the trees into memory",
    "people/viewer.py": "makes the viewer, before there is one to pass",
    "cases/load.py": "takes over a pack",
    "kernel/calendar.py": "reads the calendar into memory",
    "kernel/installation.py": "writes the mark at creation",
    "kernel/upkeep.py": "deletes what has expired",
    "cases/jobs.py": "asks what is due",
    "cases/demo/staff.py": "adds simulated colleagues",
    "cases/demo/generate.py": "takes the kinds into memory",
}
FILES = sorted(p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts)


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_has_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_function_has_at_most_40_lines(path: Path) -> None:
    functions = (n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef))
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions if f.end_lineno and f.end_lineno - f.lineno >= 40}
    assert long == {}


def test_the_kernel_knows_no_line_of_work_and_nobody_above_it() -> None:
    above = tuple(f"luoshi.{part}" for part in (*LINES, "people", "web", "ports", "cli", "serve", "packs"))
    found = {name(p): i for p in (PACKAGE / "kernel").rglob("*.py") for i in imports(p) if i.startswith(above)}
    assert found == {}


def test_people_and_the_shell_import_no_line() -> None:
    lines = tuple(f"luoshi.{line}" for line in LINES)
    folders = [PACKAGE / "people", PACKAGE / "web", PACKAGE / "packs", PACKAGE / "db"]
    found = {name(p): i for f in folders for p in f.rglob("*.py") for i in imports(p) if i.startswith(lines)}
    assert found == {}


@pytest.mark.parametrize("file", ["flow.py", "facts.py"])
def test_flow_and_facts_are_free_of_django(file: str) -> None:
    for line in LINES:
        code = f"import sys; import luoshi.{line}.{file[:-3]}; sys.exit('django' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_rows_are_reached_through_reads_and_actions_only() -> None:
    found = set()
    for path in FILES:
        inside = {"reads", "reads.py", "actions", "actions.py"} & set(path.relative_to(PACKAGE).parts)
        if not inside and re.search(r"\b(objects|_default_manager)\.", path.read_text("utf-8")):
            found.add(name(path))
    assert found - set(MANAGERS) == set()


def test_only_the_clock_knows_the_time() -> None:
    asks = re.compile(r"timezone\.now\(|datetime\.now\(|datetime\.utcnow\(|date\.today\(")
    # the home, its backups and upgrades live in the machine's time, before there is a city
    allowed = {"kernel/clock.py", "home.py", "db/backup.py", "cli/upgrade.py"}
    found = {name(p) for p in FILES if asks.search(p.read_text("utf-8"))}
    assert found - allowed == set()


@pytest.mark.parametrize("line", sorted(LINES))
def test_a_line_is_removed_with_its_folder_and_its_entry(line: str, tmp_path: Path) -> None:
    copy = tmp_path / "src" / "luoshi"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.rmtree(copy / line)
    installed = copy / "installed.py"
    text = installed.read_text("utf-8")
    assert text.count(f'    "{line}",\n') == 1
    installed.write_text(text.replace(f'    "{line}",\n', ""), "utf-8")
    code = (
        "import django; django.setup(); from django.core.management import call_command; call_command('check');"
        "from django.urls import resolve; resolve('/login/'); resolve('/work/')"
    )
    environment = {
        "PYTHONPATH": str(tmp_path / "src"), "LUOSHI_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin",
        "DJANGO_SETTINGS_MODULE": "luoshi.settings", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
