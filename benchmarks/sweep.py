"""`study=quick` against what one would write without the framework: same runs, same machine, in turn.

    python -m benchmarks.sweep [--cells 4] [--seeds 3] [--peers joblib ray optuna a hydra b] [--rounds 1]
    python -m benchmarks.sweep --network middle --cells 8 --seeds 2

Peers, each with Keras' own `fit` (`peer_fit.py`), the same networks, data, epochs and seeds:

(a) a script per run, as a shell loop over a training script does: every run starts Python and TensorFlow;
(b) one process that builds and fits a network for every run, as the article does;
(joblib) joblib with a process per core, each of which does what (b) does;
(hydra) Hydra's own sweeper and launcher, whose app is (b)'s function;
(optuna) Optuna's grid sampler, whose objective is (b)'s function, in one process;
(ray) Ray Tune, a trial per run, one core each, with its own reuse of actors.

The last two need `pip install 'ablation-study[bench]'`. Fewer cells than 32 are a factorial of fewer factors;
they favour the peers, since the start of a sweep is shared by fewer runs. The middle network has blocks of
two convolutions with 12 to 4 filters, and 4,096 images in batches of 32.

Prints a Markdown table of medians over rounds: wall time; seconds of the processor; the share of the time,
over all processes that train at once, outside training steps (starts, imports, tracing, planning, measuring,
storing, reporting), and what of that is measuring test images after each epoch; the most memory that all
processes held. The last line says what the sweep takes of the fastest peer's time.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median

from benchmarks.memory import PeakMemory
from benchmarks.spent import Spent, reported

ROOT = Path(__file__).resolve().parents[1]
N_CORES = len(os.sched_getaffinity(0))
_BOTH = ["false", "true"]
LEVELS = {
    4: {"batch_norm": _BOTH, "attention": ["none", "spatial"]},
    8: {"batch_norm": _BOTH, "attention": ["none", "spatial"], "activation": ["relu", "sigmoid"]},
    16: {
        "batch_norm": _BOTH,
        "dropout": _BOTH,
        "attention": ["none", "spatial"],
        "activation": ["relu", "sigmoid"],
    },
    32: {
        "batch_norm": _BOTH,
        "dropout": _BOTH,
        "attention": ["none", "spatial"],
        "activation": ["relu", "elu", "selu", "sigmoid"],
    },
    64: {
        "batch_norm": _BOTH,
        "dropout": _BOTH,
        "attention": ["none", "spatial", "channel", "cbam"],
        "activation": ["relu", "elu", "selu", "sigmoid"],
    },
}
"""Cells → levels of the flags that vary."""

FIXED = {"batch_norm": "true", "dropout": "true", "attention": "spatial", "activation": "relu"}
NETWORKS = {
    "quick": (),
    "middle": ("model.units=[12,10,8,4]", "model.depth=2", "data.n_train=4096", "training.batch_size=32"),
}
TINY = ("data.n_train=256", "data.n_test=100", "training.epochs=1")

PEERS = {
    "joblib": "joblib, a process per core, build + `fit` per run",
    "ray": "Ray Tune, a trial per run, actors reused",
    "optuna": "Optuna, grid sampler",
    "a": "(a) a script per run, `fit`",
    "hydra": "Hydra, its own sweeper and launcher",
    "b": "(b) one process, build + `fit` per run",
}


@dataclass(frozen=True)
class Cost:
    """What a way of doing it took.

    Args:
        seconds: from the start of the first process to the end of the last.
        cpu_seconds: of all its processes that ended before it.
        spent: on training steps and on measuring, summed over runs.
        peak_bytes: of all processes together.
        n_at_once: processes that train at the same time.
    """

    seconds: float
    cpu_seconds: float
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
    runs = Runs(LEVELS[options.cells], range(options.seeds), _overrides(options))
    print(f"{time.strftime('%Y-%m-%d')}, load {os.getloadavg()[0]:.1f}, {N_CORES} cores")
    print(f"{len(runs.arguments)} runs of the {options.network} network, median of {options.rounds}\n")
    costs: dict[str, list[Cost]] = {name: [] for name in ("", *options.peers)}
    for i in range(options.rounds):
        for name, each in costs.items():
            each.append(_peer(name, runs) if name else _sweep(runs))
            print(
                f"round {i + 1}: {name or 'make sweep'}: {each[-1].seconds:.1f} s",
                file=sys.stderr,
                flush=True,
            )
    print("| | seconds | ratio | CPU, s | outside training | of it measuring | peak memory, GB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, each in costs.items():
        print(_line(PEERS.get(name, "`make sweep`, with planning, storing and reporting"), each, costs[""]))
    if options.peers:
        print(f"\n{_beside_fastest(costs)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--network", default="quick", choices=NETWORKS)
    parser.add_argument("--cells", type=int, default=4, choices=LEVELS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=PEERS)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--tiny", action="store_true", help="few images, to see that all of it works")
    return parser.parse_args()


def _overrides(options: argparse.Namespace) -> list[str]:
    tiny = TINY if options.tiny else ()
    return [f"training.epochs={options.epochs}", *NETWORKS[options.network], *tiny]


def _line(name: str, costs: Sequence[Cost], ours: Sequence[Cost]) -> str:
    """A row of the table: medians over rounds."""
    seconds = median(cost.seconds for cost in costs)
    cells = [name, f"{seconds:.0f}", f"{seconds / median(cost.seconds for cost in ours):.1f}"]
    cells += [f"{median(cost.cpu_seconds for cost in costs):.0f}"]
    cells += [
        f"{median(cost.outside for cost in costs):.1%}",
        f"{median(cost.measuring for cost in costs):.1%}",
    ]
    return "| " + " | ".join([*cells, f"{median(cost.peak_bytes for cost in costs) / 1e9:.1f}"]) + " |"


def _beside_fastest(costs: Mapping[str, Sequence[Cost]]) -> str:
    """What the sweep takes of the time of the fastest peer, round by round."""
    fastest = min((name for name in costs if name), key=lambda name: median(c.seconds for c in costs[name]))
    ratios = [a.seconds / b.seconds for a, b in zip(costs[""], costs[fastest], strict=True)]
    span = f" ({min(ratios):.2f} to {max(ratios):.2f})" if len(ratios) > 1 else ""
    return f"`make sweep` takes {median(ratios):.2f}{span} of the time of the fastest: {PEERS[fastest]}."


@dataclass(frozen=True)
class Runs:
    """What every way of doing it trains.

    Args:
        varied: flag → its levels.
        seeds: of each cell.
        common: overrides of all runs.
    """

    varied: Mapping[str, Sequence[str]]
    seeds: Sequence[int]
    common: Sequence[str]

    @property
    def levels(self) -> dict[str, Sequence[str]]:
        """Each flag's levels, and those of flags that do not vary."""
        return {f"flags.{name}": self.varied.get(name, [FIXED[name]]) for name in FIXED}

    @property
    def arguments(self) -> list[str]:
        """Each run in words: its overrides, then its seed."""
        cells = [dict(zip(self.levels, chosen, strict=True)) for chosen in product(*self.levels.values())]
        words = [" ".join([*self.common, *(f"{k}={v}" for k, v in cell.items())]) for cell in cells]
        return [f"{each} {seed}" for each in words for seed in self.seeds]

    @property
    def sweep(self) -> list[str]:
        """The overrides of a sweep by Hydra, without seeds."""
        return [*self.common, *(f"{name}={','.join(levels)}" for name, levels in self.levels.items())]

    @property
    def multirun(self) -> list[str]:
        """The same for Hydra alone."""
        return [*self.sweep, f"seeds={','.join(f'[{seed}]' for seed in self.seeds)}"]

    @property
    def grid(self) -> str:
        """Key → its values, for samplers."""
        fixed = {key: [value] for key, value in (text.split("=") for text in self.common)}
        return json.dumps({**fixed, **self.levels, "seed": [str(seed) for seed in self.seeds]})


def _sweep(runs: Runs) -> Cost:
    """The framework's sweep over these levels, into an empty folder."""
    from ablation.results import read

    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/quick"
        words = [f"results.folder={path}", f"hydra.sweeper.replicates={len(runs.seeds)}", *runs.sweep]
        cost = _timed("ablation", "-m", "study=quick", *words, n_at_once=N_CORES)
        rows = read(path)
    assert len(rows) == len(runs.arguments)
    spent = Spent(float(rows["train_seconds"].sum()), float(rows["measure_seconds"].sum()))
    return Cost(cost.seconds, cost.cpu_seconds, spent, cost.peak_bytes, N_CORES)


def _peer(name: str, runs: Runs) -> Cost:
    if name == "a":
        costs = [_timed("benchmarks.peer_fit", run) for run in runs.arguments]
        spent = sum((cost.spent for cost in costs), Spent())
        cpu, peak = sum(cost.cpu_seconds for cost in costs), max(cost.peak_bytes for cost in costs)
        return Cost(sum(cost.seconds for cost in costs), cpu, spent, peak)
    words = {"b": runs.arguments, "joblib": runs.arguments, "hydra": runs.multirun}
    module = f"benchmarks.peer_{'fit' if name == 'b' else name}"
    n_at_once = N_CORES if name in ("joblib", "ray") else 1
    return _timed(module, *words.get(name, [runs.grid]), n_at_once=n_at_once)


def _timed(*arguments: str, n_at_once: int = 1) -> Cost:
    """What a Python module takes from start to end, and what it tells of its runs."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"}
    before, start = os.times(), time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with PeakMemory(child.pid) as memory:
        out, errors = child.communicate()
    seconds, after = time.perf_counter() - start, os.times()
    if child.returncode:
        sys.exit(f"{arguments[0]} failed:\n{errors[-2000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(seconds, cpu, reported(out), memory.peak_bytes, n_at_once)


if __name__ == "__main__":
    main()
