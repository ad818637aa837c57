"""What 10 to 10,000 runs of a training that does nothing cost: time a run, memory, report and `status`.

    python -m benchmarks.growth function 10 100 1000 10000
    python -m benchmarks.growth postgres 10 100 1000 10000  # a server of its own, and 32 processes
    python -m benchmarks.growth app 10 100 1000

A Python function in its process, or in 32 whose rows are in PostgreSQL, or a Hydra app in the foreground,
which composes each job. Each figure is of a whole process with what it starts; seconds are the processor's,
and PostgreSQL's own are among those of its sweep. "ms a run" is what a run adds to the smallest study, with
its part of the report; memory is that of the process which sweeps. BLAS gets one thread, as its threads spin
on a busy machine. Prints a Markdown table.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.compare import ROOT, TOY, Figures, Side
from benchmarks.overhead import BASIC, design_words
from tests.results.postgres_server import own_server

LEVELS = {10: (2, 1, 5), 100: (5, 2, 10), 1000: (10, 5, 20), 10_000: (20, 10, 50)}
"""Runs → levels of two factors, and seeds."""

N_PROCESSES = 32

PROGRAM = """
import random, resource, sys
import ablation

def train(a, b, seed):
    return 1 + 0.1 * a + random.Random(1000 * a + 100 * b + seed).gauss(0, 0.1)

a, b, seeds, n_jobs = map(int, sys.argv[1:5])
factors = {"a": range(a), "b": range(b)}
ablation.sweep(train, factors, seeds=seeds, name="many", n_jobs=n_jobs, url=sys.argv[5])
with open("peak", "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000))
"""

Measured = tuple[Figures, float, float]
"""What the sweep takes, the seconds of its report, and those of `status`."""


def main(kind: str, sizes: list[int]) -> None:
    print("| runs | sweep, s | report, s | ms a run | memory of the sweep, MB | status, s |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    first: tuple[int, float] | None = None
    with ExitStack() as meanwhile:
        measure: Callable[[Side, int], Measured] = _app if kind == "app" else _function
        if kind == "postgres":
            measure = partial(_in_database, *meanwhile.enter_context(own_server()))
        for n in sizes:
            with tempfile.TemporaryDirectory() as folder:
                swept, report, status = measure(Side(ROOT, Path(folder)), n)
            spent = swept["CPU, s"] + report
            first = first or (n, spent)
            each = f"{1e3 * (spent - first[1]) / (n - first[0]):.1f}" if n > first[0] else ""
            cells = [f"{n:,}", f"{swept['CPU, s']:.1f}", f"{report:.1f}" if report else "in it", each]
            cells += [f"{swept['memory, MB']:.0f}", f"{status:.2f}"]
            print(f"| {' | '.join(cells)} |", flush=True)


def _function(side: Side, n: int, place: str = "runs/many", url: str = "", n_jobs: int = 1) -> Measured:
    swept = side.run("-c", PROGRAM, *map(str, LEVELS[n]), str(n_jobs), url)
    peak = float((side.folder / "peak").read_text())
    report = side.run("-m", "ablation.cli", "report", place)["CPU, s"]
    return {**swept, "memory, MB": peak}, report, _status(side, place)


def _in_database(address: str, server: int, side: Side, n: int) -> Measured:
    before, url = _seconds_of(server), f"{address}#many{n}"
    swept, report, status = _function(side, n, url, url, N_PROCESSES)
    return {**swept, "CPU, s": swept["CPU, s"] + _seconds_of(server) - before}, report, status


def _app(side: Side, n: int) -> Measured:
    swept = side.run(str(ROOT / TOY), *design_words(n), "name=many", *BASIC)
    return swept, 0.0, _status(side, "runs/many")


def _status(side: Side, place: str) -> float:
    return side.run("-m", "ablation.cli", "status", place)["CPU, s"]


def _seconds_of(process: int) -> float:
    """Of the processor, its own and those of its children that have ended."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main(sys.argv[1], [int(word) for word in sys.argv[2:]])
