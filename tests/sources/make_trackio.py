"""Has trackio 0.43.0 log 24 runs."""

import os
import sys
from pathlib import Path

from planted import RUNS, write


def make(folder: Path) -> None:
    os.environ["TRACKIO_DIR"] = str(folder)
    import trackio

    for run in RUNS:
        trackio.init(project="planted", name=f"run-{run.number}", config=run.config)
        trackio.log({"train": {"acc": 0.5}, "grad": float("inf")})
        if not run.fails:
            trackio.log({"loss": 2.0})
            trackio.log({"loss": run.loss, "grad": float("nan")})
        trackio.finish()


if __name__ == "__main__":
    sys.exit(write("trackio", "trackio", make))
