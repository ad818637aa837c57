"""`study=quick` against what one would write without the framework: same runs, same machine, in turn.

    python -m benchmarks.sweep [--cells 4] [--seeds 3] [--peers a b optuna ray] [--epochs 2]

Peers, each with Keras' own `fit` (`peer_fit.py`), the same networks, data, epochs and seeds:

(a) a script per run, as a shell loop over a training script does: every run starts Python and TensorFlow;
(b) one process that builds and fits a network for every run, as the article does;
(joblib) joblib with a process per core, each of which does what (b) does;
(optuna) Optuna's grid sampler, whose objective is (b)'s function, in one process;
(ray) Ray Tune, a trial per run, one core each, with its own reuse of actors.

The last two need `pip install 'ablation-study[bench]'`. Fewer cells than 32 are a factorial of fewer factors;
they favour the peers, since the start of a sweep is shared by fewer runs. Prints a Markdown table: wall time;
the share of it, over all processes that train at once, outside training steps (starts, imports, tracing,
planning, measuring, storing, reporting), and what of that is measuring test images after each epoch; and the
most memory that all processes held.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from benchmarks.memory import PeakMemory
from benchmarks.spent import Spent, told

ROOT = Path(__file__).resolve().parents[1]
N_CORES = len(os.sched_getaffinity(0))
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


PEERS = {
    "a": "(a) a script per run, `fit`",
    "b": "(b) one process, build + `fit` per run",
    "joblib": "joblib, a process per core, build + `fit` per run",
    "optuna": "Optuna, grid sampler",
    "ray": "Ray Tune, a trial per run, actors reused",
}


@dataclass(frozen=True)
class Cost:
    """What a way of doing it took.

    Args:
        seconds: from the start of the first process to the end of the last.
        spent: on training steps and on measuring, summed over runs.
        peak_bytes: of all processes together.
        n_at_once: processes that train at the same time.
    """

    seconds: float
    spent: Spent
    peak_bytes: int
    n_at_once: int = 1

    @property
    def outside(self) -> float:
        """Share of the processes' time that was no training step."""
        return 1 - self.spent.train_seconds / (self.seconds * self.n_at_once)

    @property
    def measuring(self) -> float:
        """Share of the processes' time that was spent on test images."""
        return self.spent.measure_seconds / (self.seconds * self.n_at_once)


def main() -> None:
    options = _options()
    levels = LEVELS[options.cells]
    common = [f"training.epochs={options.epochs}"]
    seeds = list(range(options.seeds))
    runs = [",".join([*common, cell, str(seed)]) for cell in _cells(levels) for seed in seeds]
    print(f"{len(runs)} runs, {options.epochs} epochs, {N_CORES} cores\n")
    print("| | seconds | ratio | outside training | of it measuring | peak memory, GB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    ours = _sweep(levels, seeds, common)
    _print("`make sweep`, with planning, storing and reporting", ours, ours)
    for peer in options.peers:
        _print(PEERS[peer], _peer(peer, levels, seeds, common, runs), ours)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cells", type=int, default=4, choices=LEVELS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=PEERS)
    return parser.parse_args()


def _print(name: str, cost: Cost, ours: Cost) -> None:
    cells = [name, f"{cost.seconds:.0f}", f"{cost.seconds / ours.seconds:.1f}"]
    cells += [f"{cost.outside:.1%}", f"{cost.measuring:.1%}", f"{cost.peak_bytes / 1e9:.1f}"]
    print("| " + " | ".join(cells) + " |", flush=True)


def _cells(levels: dict[str, list[str]]) -> list[str]:
    """Each cell as overrides, joined by commas."""
    combinations = [dict(zip(levels, chosen, strict=True)) for chosen in product(*levels.values())]
    return [",".join(f"flags.{k}={v}" for k, v in {**FIXED, **cell}.items()) for cell in combinations]


def _sweep(levels: dict[str, list[str]], seeds: list[int], common: list[str]) -> Cost:
    """The framework's sweep over these levels, into an empty folder."""
    from ablation.results import read

    arguments = [f"flags.{name}={','.join(levels.get(name, [FIXED[name]]))}" for name in FIXED]
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/quick"
        arguments += [f"results.folder={path}", f"hydra.sweeper.replicates={len(seeds)}", *common]
        seconds, peak, _ = _timed("ablation", "-m", "study=quick", *arguments)
        rows = read(path)
    assert len(rows) == len(_cells(levels)) * len(seeds)
    spent = Spent(float(rows["train_seconds"].sum()), float(rows["measure_seconds"].sum()))
    return Cost(seconds, spent, peak, n_at_once=N_CORES)


def _peer(
    name: str, levels: dict[str, list[str]], seeds: list[int], common: list[str], runs: list[str]
) -> Cost:
    if name == "a":
        costs = [_timed("benchmarks.peer_fit", run) for run in runs]
        seconds, peaks, spent = zip(*costs, strict=True)
        return Cost(sum(seconds), sum(spent, Spent()), max(peaks))
    if name in ("b", "joblib"):
        seconds, peak, spent = _timed(f"benchmarks.peer_{'fit' if name == 'b' else name}", *runs)
        return Cost(seconds, spent, peak, n_at_once=1 if name == "b" else N_CORES)
    grid = {f"flags.{key}": levels.get(key, [FIXED[key]]) for key in FIXED}
    grid |= {key: [value] for key, value in (text.split("=") for text in common)}
    grid["seed"] = [str(seed) for seed in seeds]
    seconds, peak, spent = _timed(f"benchmarks.peer_{name}", json.dumps(grid))
    return Cost(seconds, spent, peak, n_at_once=N_CORES if name == "ray" else 1)


def _timed(*arguments: str) -> tuple[float, int, Spent]:
    """Seconds of a Python module from start to end, its peak of memory, and what it tells of its runs."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    start = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=ROOT, env=environment, text=True, **pipes
    )
    with PeakMemory(child.pid) as memory:
        out, errors = child.communicate()
    seconds = time.perf_counter() - start
    if child.returncode:
        sys.exit(f"{arguments[0]} failed:\n{errors[-2000:]}")
    return seconds, memory.peak_bytes, told(out)


if __name__ == "__main__":
    main()
