"""A tiny second city made from scratch, and a case that goes through it to its end: nothing is Baotou's."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from luoshi.db.embedded import Embedded

sys.path.insert(0, str(Path(__file__).parents[1] / "packs"))
import tiny_city

PLAY = """
import django; django.setup()
from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Case, Category
from luoshi.people import reads, viewer
from luoshi.people.models import Person, Post, Unit
from luoshi.kernel.viewer import Viewer
from datetime import date

def staff(login, unit, role):
    person = Person.objects.create(login=login, name=login)
    Post.objects.create(person=person, unit=Unit.objects.get(code=unit), role=role, valid_from=date(2020, 1, 1))
    return viewer.of_person(person)

desk, doer, other = (staff(*who) for who in (("a", "city.hotline", "desk"), ("b", "first.office", "street"),
                                              ("c", "city.gov", "verifier")))
kind = Category.objects.get(code="010101")
done = report_case(viewer=viewer.public(), category=kind, text="路面有坑", channel="web", county="990101000000",
                   street="990101001000", key="k", door="web")
number = done.answer["number"]
unit = reads.responsible(kind.function, kind.scope, "990101001000")
assert unit.code == "first.office", unit.code
steps = [("accept", desk, {}), ("dispatch", desk, {"unit": unit}), ("sign", doer, {}),
         ("add_evidence", doer, {"note": "补好"}), ("finish", doer, {"answer": "已补好"}), ("verify", other, {})]
for verb, who, data in steps:
    BY_VERB[verb](viewer=who, on=number, **data)
holder = viewer.holder(str(Case.objects.get(number=number).log_id))
BY_VERB["confirm"](viewer=holder, on=number, grade=5)
case = Case.objects.get(number=number)
print(case.state, case.grade, case.sim, case.due_kind, case.due_n)
"""


def luoshi(environment: dict[str, str], *arguments: str, code: int = 0) -> str:
    command = [sys.executable, "-m", "luoshi", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code, (arguments, done.stdout, done.stderr)
    return done.stdout


def figure(environment: dict[str, str], *more: str) -> tuple[int, int]:
    found = json.loads(
        luoshi(environment, "figure", "cases.reported", "--period", f"{date.today():%Y}", "--json", *more)
    )
    return found["n"], found["log_size"]


def test_a_case_goes_through_a_city_made_from_scratch_and_from_one_log_to_the_next(tmp_path: Path) -> None:
    pack, home = tiny_city.build(tmp_path / "pack"), tmp_path / "a home"
    environment = {"PATH": os.environ["PATH"], "LUOSHI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "luoshi.settings"}
    luoshi(environment, "init", "--pack", str(pack), "--origin", "log.tiny.example", "--admin", "x1")
    embedded = Embedded(home)
    try:
        with embedded.hold():
            play = [sys.executable, "-c", PLAY]
            url = {"LUOSHI_DB_URL": embedded.url("app")}
            played = subprocess.run(
                play, env=environment | url, capture_output=True, text=True, timeout=60, check=False
            )
            assert played.returncode == 0, played.stderr
            assert played.stdout.split() == ["closed", "5", "False", "workdays", "3"]
            size = int(luoshi(environment, "seal").split()[0])
            assert figure(environment) == (1, size)
            reason = "密钥遗失"
            luoshi(environment, "log", "new", "--reason", reason, "--origin", "log.tiny.example", "--yes", code=1)
            assert figure(environment) == (1, size)
            anew = int(luoshi(environment, "log", "new", "--reason", reason, "--yes").split()[0])
            assert anew == size + 1, "one entry more, which names the old log"
            for engine in ("duckdb", "postgres"):
                assert figure(environment, "--engine", engine) == (1, anew)
                assert figure(environment, "--engine", engine, "--as-of", "1") == (0, 1)
            luoshi(environment, "figure", "cases.reported", "--period", "2021", "--as-of", "2021-12-31", code=2)
            said = json.loads(
                luoshi(
                    environment,
                    "--viewer",
                    "public",
                    "figure",
                    "cases.solved",
                    "--period",
                    f"{date.today():%Y}",
                    "--json",
                )
            )
            assert said["suppressed"] is False and said["n"] == 0, "nothing is told of verdicts before a month is over"
            assert json.loads(luoshi(environment, "verify", "log", "--json"))["first_bad"] is None
    finally:
        embedded.remove()
