"""What 10 to 10,000 runs of a training that does nothing cost: time a run, memory, report and `status`.

    python -m benchmarks.growth function 10 100 1000 10000
    python -m benchmarks.growth app 10 100 1000

A Python function in its process, or a Hydra app in the foreground, which composes each job. Each figure is of
a whole process; seconds are the processor's. "ms a run" is what a run adds to the smallest study, its part of
the report included. Prints a Markdown table.
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.compare import ROOT, TOY, Figures, Side
from benchmarks.overhead import BASIC, design_words

LEVELS = {10: (2, 1, 5), 100: (5, 2, 10), 1000: (10, 5, 20), 10_000: (20, 10, 50)}
"""Runs → levels of two factors, and seeds."""

PROGRAM = """
import random, sys
import ablation

def train(a, b, seed):
    return 1 + 0.1 * a + random.Random(1000 * a + 100 * b + seed).gauss(0, 0.1)

a, b, seeds = map(int, sys.argv[1:])
ablation.sweep(train, {"a": range(a), "b": range(b)}, seeds=seeds, name="many")
"""


def main(kind: str, sizes: list[int]) -> None:
    print("| runs | sweep, s | report, s | ms a run | memory of the sweep, MB | status, s |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    first: tuple[int, float] | None = None
    for n in sizes:
        with tempfile.TemporaryDirectory() as folder:
            side = Side(ROOT, Path(folder))
            swept, report, place = _function(side, n) if kind == "function" else _app(side, n)
            status = side.run("-m", "ablation.cli", "status", place)["CPU, s"]
        spent = swept["CPU, s"] + report
        first = first or (n, spent)
        each = f"{1e3 * (spent - first[1]) / (n - first[0]):.1f}" if n > first[0] else ""
        cells = [f"{n:,}", f"{swept['CPU, s']:.1f}", f"{report:.1f}" if report else "in it", each]
        cells += [f"{swept['memory, MB']:.0f}", f"{status:.2f}"]
        print(f"| {' | '.join(cells)} |", flush=True)


def _function(side: Side, n: int) -> tuple[Figures, float, str]:
    """What the sweep takes, the seconds of its report, and the study's folder."""
    swept = side.run("-c", PROGRAM, *map(str, LEVELS[n]))
    return swept, side.run("-m", "ablation.cli", "report", "runs/many")["CPU, s"], "runs/many"


def _app(side: Side, n: int) -> tuple[Figures, float, str]:
    return side.run(str(ROOT / TOY), *design_words(n), "name=many", *BASIC), 0.0, "runs/many"


if __name__ == "__main__":
    main(sys.argv[1], [int(word) for word in sys.argv[2:]])
