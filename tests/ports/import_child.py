"""An import in a process of its own, so that a test can kill it: address, file, source, rows a batch."""

import sys
from pathlib import Path

from luoshi.serve.database import use

if __name__ == "__main__":
    url, file, source, batch = sys.argv[1:]
    use(url)
    from luoshi.kernel.viewer import OPERATOR
    from luoshi.ports.importer import run
    from luoshi.ports.importer.mapping import load

    run.BATCH = int(batch)
    report = run.run(
        Path(file), load("georeport", source), viewer=OPERATOR, url=url, refused=Path(file + ".refused.csv"),
        progress=lambda done, total: None,
    )  # fmt: skip
    print(report.numbers())
