"""How long it takes to read another tool's runs, beside the tool's own reader, in one run.

    python -m benchmarks.sources /tmp/venv-optuna/bin/python /tmp/venv-mlflow/bin/python

Each environment has the tool of its name (`pip install optuna==5.0.0 pandas`, `mlflow==3.17.2`). Times are
those of whole processes, imports included: the best of three rounds, the readers in turn.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tabulate import tabulate

PEER = Path(__file__).with_name("peer_storages.py")
OURS = "import sys; from ablation.sources import read; print(len(read(sys.argv[1])))"
N_RUNS = {"optuna": 10_000, "mlflow": 100_000}
ROUNDS = 3


def seconds(*command: str, n: int) -> float:
    """Seconds from start to end of a process that says how many runs it has read."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    spent = time.perf_counter() - start
    assert done.stdout.split()[-1:] == [str(n)], done.stdout
    return spent


def compared(tool: str, python: str, folder: str) -> list[object]:
    """A line of the table."""
    n, place = N_RUNS[tool], str(Path(folder, f"{tool}.db"))
    subprocess.run([python, PEER, "fill", tool, place, str(n)], capture_output=True, check=True)
    ways = {
        "ours": (sys.executable, "-c", OURS, place),
        "its own": (python, str(PEER), "read", tool, place, str(n)),
    }
    best = dict.fromkeys(ways, float("inf"))
    for i in range(ROUNDS):
        for way in sorted(ways, reverse=bool(i % 2)):
            best[way] = min(best[way], seconds(*ways[way], n=n))
    return [tool, n, best["ours"], best["its own"], best["its own"] / best["ours"]]


def main(optuna: str, mlflow: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines = [compared("optuna", optuna, folder), compared("mlflow", mlflow, folder)]
    names = ["source", "runs", "ours, s", "its own reader, s", "ratio"]
    print(tabulate(lines, names, tablefmt="github", floatfmt=".1f"))


if __name__ == "__main__":
    main(*sys.argv[1:3])
