"""Compile one question in a process of its own: `python -m luoshi.figures.apart ENGINE FIGURE SHAPE FILE`.

For a web worker, which never loads Ibis.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any


def main(engine: str, figure: str, shape: str, file: str) -> None:
    """Write the compiled text of a figure's question to the file where the caller looks for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "luoshi.settings")
    import django

    django.setup()
    from luoshi import home as homes
    from luoshi.figures import shapes
    from luoshi.figures.catalogue import all_figures
    from luoshi.figures.shape import ENGINES, Shape

    one = all_figures()[figure]
    said: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(shape).items()
    }
    wanted = next(name for name in ENGINES if name == engine)
    homes.write(Path(file), shapes.compiled(wanted, one.measure, one.facts, Shape(**said)))


if __name__ == "__main__":
    main(*sys.argv[1:])
