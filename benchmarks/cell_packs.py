"""Cells that differ in numbers alone, on JAX: one program for all of them beside one cell after another.

    python -m benchmarks.cell_packs [--steps 50] [--seeds 1] [--pack 8] [--whole]

The small network of `benchmarks.backends` without batch norm and attention, dropout off and on × relu, elu,
selu, sigmoid: eight cells, two epochs of so many steps, batches of 16. Each way has a process of its own and
no program in the cache; compiling is in its time. `--whole` adds batch norm and spatial attention to every
cell. On a machine that others use, the processor's time says more than the clock's. Prints Markdown.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from itertools import product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ACTIVATIONS = ("relu", "elu", "selu", "sigmoid")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--pack", type=int, default=8)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--child", choices=["alone", "together"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_measure(options)))
        return
    ways = {
        "one cell after another": ("alone", 1),
        "the seeds of a cell in a pack": ("alone", options.pack),
        "all cells in one program, run by run": ("together", 1),
        f"all cells in packs of {options.pack}": ("together", options.pack),
    }
    if options.seeds == 1:
        del ways["the seeds of a cell in a pack"]
    costs = {name: _run(options, *way) for name, way in ways.items()}
    first = next(iter(costs.values()))
    print(f"{first['device']}, {8 * options.seeds} runs of 8 cells\n")
    print("| | programs | processor, s | ratio | of it compiling | clock, s | ratio |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, each in costs.items():
        print(
            f"| {name} | {each['programs']} | {each['processor']:.0f} "
            f"| {each['processor'] / first['processor']:.2f} | {each['compiling']:.0f} "
            f"| {each['clock']:.0f} | {each['clock'] / first['clock']:.2f} |"
        )


def _run(options: argparse.Namespace, child: str, pack: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.cell_packs", f"--child={child}", f"--pack={pack}"]
    command += [f"--steps={options.steps}", f"--seeds={options.seeds}", *(["--whole"] * options.whole)]
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_ENABLE_COMPILATION_CACHE": "false"}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    """Seconds from the first cell's building to the last run's weights."""
    from ablation.app.training.devices import prepare_device

    device = prepare_device(None)
    from ablation.app.entry import _trained, train_together
    from ablation.app.problems import problem
    from ablation.app.training.jax import program

    compile_one, spent = program._compile, list[float]()

    def timed(lowered: Any) -> Any:
        start = time.process_time()
        executable = compile_one(lowered)
        spent.append(time.process_time() - start)
        return executable

    program._compile = timed
    configs, seeds = _cells(options), range(options.seeds)
    clock, processor = time.perf_counter(), time.process_time()
    if options.child == "together":
        n = len(list(train_together([(config, seed) for config in configs for seed in seeds])))
    else:
        n = sum(len(list(_trained(config, problem(config), seeds, device))) for config in configs)
    assert n == len(configs) * options.seeds
    return {
        "device": device,
        "clock": time.perf_counter() - clock,
        "processor": time.process_time() - processor,
        "compiling": sum(spent),
        "programs": len(spent) // 3,  # of an epoch, of its measure, and of the probes
    }


def _cells(options: argparse.Namespace) -> list[Any]:
    from ablation.app.config import Config, Data, Model, Training
    from ablation.app.flags import Flags

    attention = "spatial" if options.whole else "none"
    return [
        Config(
            flags=Flags(options.whole, dropout, attention, activation),
            model=Model(units=[2, 8, 8, 2], depth=1, latent=8, batch_norm_momentum=0.9),
            data=Data(n_train=16 * options.steps, n_test=100),
            training=Training(epochs=2, batch_size=16, pack=str(options.pack)),
        )
        for dropout, activation in product((False, True), ACTIVATIONS)
    ]


if __name__ == "__main__":
    main()
