"""A web worker asks figures of any shape and never loads what compiles them."""

import os
import subprocess
import sys
from typing import Any

ASKED = """
import sys
import luoshi.wsgi
from django.conf import settings
from luoshi.figures import ask, period

figure = ask.figure("cases.closed")
question = ask.Question(figure, period.parse("2021"), ask.as_of(), ("street", "channel"))
shapes = settings.CONF.home / "lake" / "shapes"
before = set(shapes.glob("*.sql"))
first, new = ask.ask(question), set(shapes.glob("*.sql")) - before
assert ask.ask(question) == first and set(shapes.glob("*.sql")) - before == new
print(len(new), first.total.num, "ibis" in sys.modules)
"""


def test_a_web_worker_never_loads_ibis_and_each_shape_is_compiled_once(here: Any) -> None:
    given = os.environ | {
        "LUOSHI_HOME": str(here.home),
        "LUOSHI_DB_URL": here.url,
        "DJANGO_SETTINGS_MODULE": "luoshi.settings",
    }
    done = subprocess.run([sys.executable, "-c", ASKED], env=given, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    new, closed, loaded = done.stdout.split()
    # the grouped question and its total
    assert int(new) >= 1 and int(closed) > 0 and loaded == "False"
