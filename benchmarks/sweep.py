"""`study=quick` against what one would write without the framework: same runs, same machine, in turn.

    python -m benchmarks.sweep [--cells 4]

Peers, each with Keras' own `fit` (`peer_fit.py`), the same networks, data, epochs and seeds:

(a) a script per run, as a shell loop over a training script does: every run starts Python and TensorFlow;
(b) one process that builds and fits a network for every run, as the article does.

Fewer cells than 32 are a factorial of fewer factors; they favour the peers, since the start of a sweep is
shared by
fewer runs. All 32 take the peers an hour on two cores. Prints a Markdown table.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

SEEDS = (0, 1, 2)
LEVELS = {
    4: {"batch_norm": ["false", "true"], "attention": ["none", "spatial"]},
    8: {"batch_norm": ["false", "true"], "attention": ["none", "spatial"], "activation": ["relu", "sigmoid"]},
    32: {
        "batch_norm": ["false", "true"],
        "dropout": ["false", "true"],
        "attention": ["none", "spatial"],
        "activation": ["relu", "elu", "selu", "sigmoid"],
    },
}
FIXED = {"batch_norm": "true", "dropout": "true", "attention": "spatial", "activation": "relu"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cells", type=int, default=4, choices=LEVELS)
    levels = LEVELS[parser.parse_args().cells]
    runs = [f"{cell},{seed}" for cell in _cells(levels) for seed in SEEDS]
    seconds = {
        "`make sweep`, with planning, storing and reporting": _sweep(levels),
        "(a) a script per run, `fit`": sum(_timed("benchmarks.peer_fit", run) for run in runs),
        "(b) one process, build + `fit` per run": _timed("benchmarks.peer_fit", *runs),
    }
    ours = next(iter(seconds.values()))
    print(f"{len(runs)} of the 96 runs, {os.cpu_count()} cores\n")
    print("| | seconds | ratio |\n| --- | ---: | ---: |")
    for name, value in seconds.items():
        print(f"| {name} | {value:.0f} | {value / ours:.1f} |")


def _cells(levels: dict[str, list[str]]) -> list[str]:
    """Each cell as overrides, joined by commas."""
    combinations = [dict(zip(levels, chosen, strict=True)) for chosen in product(*levels.values())]
    return [",".join(f"flags.{k}={v}" for k, v in {**FIXED, **cell}.items()) for cell in combinations]


def _sweep(levels: dict[str, list[str]]) -> float:
    """Seconds of the framework's sweep over these levels, into an empty folder."""
    arguments = [f"flags.{name}={','.join(levels.get(name, [FIXED[name]]))}" for name in FIXED]
    with tempfile.TemporaryDirectory() as folder:
        return _timed("ablation", "-m", "study=quick", f"results.folder={folder}/quick", *arguments)


def _timed(*arguments: str) -> float:
    """Seconds of a Python module, from the start of its process to the end."""
    root = Path(__file__).resolve().parents[1]
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", *arguments], check=True, cwd=root, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
