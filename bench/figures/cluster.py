"""What Apache Spark costs beside DuckDB on the same lake: start, first question, the next ones, memory (README.md).

.venv/bin/python bench/figures/cluster.py --home DIR [--events N --keep DIR] [--standalone]

Each engine runs in a process of its own; `--standalone` starts a master and a worker on this machine and asks through them.
"""

import argparse
import json
import logging
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import enlarge

LOCAL = "local[2]"
QUESTIONS = ("now, first", "now, again", "half the log, first", "half the log, again", "events, by unit")


@contextmanager
def home(folder: Path, master: str) -> Iterator[Any]:
    """The demo at work; its street line."""
    os.environ |= {
        "LUOSHI_HOME": str(folder),
        "DJANGO_SETTINGS_MODULE": "luoshi.settings",
        "LUOSHI_SPARK_MASTER": master,
    }
    from luoshi.db.embedded import Embedded
    from luoshi.serve.database import use

    server = Embedded(folder)
    with server.hold():
        use(server.url("app"))
        logging.disable(logging.WARNING)
        from luoshi.kernel import lines

        yield next(one for one in lines.installed() if one.name == "cases")


def resident(names: tuple[str, ...]) -> int:
    """Megabytes of the greatest resident sets of this process and of Java's processes whose command holds a name."""
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            command = (status.parent / "cmdline").read_bytes().decode(errors="replace")
            if "java" in command.split("\0")[0] and any(name in command for name in names):
                found += (
                    int(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1])
                    // 1024
                )
        except (OSError, StopIteration):
            continue
    return found


def child(asked: Any) -> None:
    """Ask in this process, say what it took as JSON."""
    with home(asked.home, asked.master) as face:
        from luoshi.figures import engines, lake, shapes
        from luoshi.figures.catalogue import all_figures
        from luoshi.figures.shape import Shape

        there, facts = lake.manifest(asked.lake, face.facts), face.facts
        begun = time.perf_counter()
        if asked.engine == "spark":
            from luoshi.figures import spark

            spark._session().range(1).count()
        else:
            import duckdb  # noqa: F401
        took, answers = [time.perf_counter() - begun], []

        def ask(name: str, size: int, life: Any) -> None:
            measure = all_figures()[name].measure
            shape = Shape(name, ("unit",), (), engines.shaped(asked.engine, life), now=size == there.size)
            text = shapes.compiled(asked.engine, measure, facts, shape)
            values = {"size": size, "end": 1 << 62, "first_month": 2021 * 12, "last_month": 2022 * 12}
            start = time.perf_counter()
            rows = engines.run(asked.engine, asked.lake, facts, there, text, values, life)
            took.append(time.perf_counter() - start)
            answers.append(sorted([sorted(map(str, row.values())) for row in rows]))

        half = there.size // 2
        for name, size, life in (
            ("cases.on_time", there.size, "kept"), ("cases.closed", there.size, "kept"), ("cases.on_time", half, "rolled"),
            ("cases.closed", half, "rolled"), ("cases.returns", there.size, "kept"),
        ):  # fmt: skip
            ask(name, size, life)
        print(
            json.dumps({"took": took, "memory": resident(("py4j", "CoarseGrained", "SparkSubmit")), "answers": answers})
        )


@contextmanager
def standalone() -> Iterator[str]:
    """A master and a worker of the PySpark package; the master's address."""
    import pyspark

    spark, port = Path(pyspark.__path__[0]), 17077
    master, running = f"spark://127.0.0.1:{port}", []
    places = ["--host", "127.0.0.1"]
    with tempfile.TemporaryDirectory() as work:
        environment = os.environ | {"SPARK_HOME": str(spark), "SPARK_LOCAL_IP": "127.0.0.1"}

        def start(name: str, *more: str) -> None:
            command = [str(spark / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *places, *more]
            running.append(
                subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            )
            time.sleep(6)

        try:
            start("master.Master", "--port", str(port), "--webui-port", "0")
            start("worker.Worker", "--webui-port", "0", "--cores", "2", "--memory", "4g", "--work-dir", work, master)
            yield master
        finally:
            for one in reversed(running):
                one.terminate()
                one.wait()


def row(asked: Any, lake: Path, engine: str, master: str) -> None:
    """One engine on one lake, in a process of its own."""
    command = [
        sys.executable,
        __file__,
        "--home",
        str(asked.home),
        "--lake",
        str(lake),
        "--engine",
        engine,
        "--master",
        master,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    found = json.loads(done.stdout.splitlines()[-1])
    said = " ".join(f"{one:>10.2f}" for one in found["took"])
    print(f"{engine + ' ' + (master if engine == 'spark' else ''):<30} {said} {found['memory']:>8} MB", flush=True)
    answers.setdefault(str(lake), found["answers"])
    if answers[str(lake)] != found["answers"]:
        raise SystemExit("the engines disagree")


answers: dict[str, Any] = {}


def main() -> None:
    """The table, or one of its rows."""
    parser = argparse.ArgumentParser()
    for name in ("--home", "--lake", "--keep"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--engine")
    parser.add_argument("--master", default=LOCAL)
    parser.add_argument("--events", type=int, default=0)
    parser.add_argument("--standalone", action="store_true")
    asked = parser.parse_args()
    if asked.engine:
        return child(asked)
    large = asked.keep or Path(tempfile.mkdtemp(prefix="luoshi-bench-"))
    lakes = [asked.home]
    with home(asked.home, LOCAL) as face:
        from luoshi.figures import lake

        if asked.events:
            enlarge.make(asked.home, large, face, asked.events)
            lakes.append(large)
        sizes = [lake.manifest(one, face.facts).size for one in lakes]
        for one, size in zip(lakes, sizes, strict=True):
            print(f"{size:,} places of the log; seconds: start, {', '.join(QUESTIONS)}", flush=True)
            row(asked, one, "duckdb", LOCAL)
            row(asked, one, "spark", LOCAL)
            if asked.standalone:
                with standalone() as master:
                    row(asked, one, "spark", master)
    if not asked.keep:
        shutil.rmtree(large)


if __name__ == "__main__":
    main()
