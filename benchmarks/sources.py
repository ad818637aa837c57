"""How long it takes to read another tool's runs, beside the tool's own reader, in one run.

    python -m benchmarks.sources /tmp/venv-optuna/bin/python /tmp/venv-mlflow/bin/python

Each environment has the tool of its name (`pip install optuna==5.0.0 pandas`, `mlflow==3.17.2`). Times are
those of whole processes, imports included, by the core and by the clock: the best of two rounds, in turn.
"""

from __future__ import annotations

import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tabulate import tabulate

PEER = Path(__file__).with_name("peer_storages.py")
OURS = "import sys; from ablation.sources import read; print(len(read(sys.argv[1])))"
N_RUNS = {"optuna": 10_000, "mlflow": 100_000}
ROUNDS = 2


def spent(*command: str, n: int) -> tuple[float, float]:
    """Seconds of a process that says how many runs it has read: of a core, and from start to end."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stdout.split()[-1:] == [str(n)], done.stdout
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def compared(tool: str, python: str, folder: str) -> list[object]:
    """A line of the table."""
    n, place = N_RUNS[tool], str(Path(folder, f"{tool}.db"))
    subprocess.run([python, PEER, "fill", tool, place, str(n)], capture_output=True, check=True)
    ways = {
        "ours": (sys.executable, "-c", OURS, place),
        "its own": (python, str(PEER), "read", tool, place, str(n)),
    }
    best = dict.fromkeys(ways, (math.inf, math.inf))
    for i in range(ROUNDS):
        for way in sorted(ways, reverse=bool(i % 2)):
            best[way] = min(best[way], spent(*ways[way], n=n))
    ours, its_own = best.values()
    return [tool, n, *ours, *its_own, its_own[0] / ours[0]]


def main(optuna: str, mlflow: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines = [compared("optuna", optuna, folder), compared("mlflow", mlflow, folder)]
    names = ["source", "runs", "ours: core s", "wall s", "its own: core s", "wall s", "ratio"]
    print(tabulate(lines, names, tablefmt="github", floatfmt=".1f"))


if __name__ == "__main__":
    main(*sys.argv[1:3])
