"""Milliseconds of a training step of one run: TensorFlow, JAX alone and in a pack, PyTorch; and of compiling.

    python -m benchmarks.backends [--network small|article] [--steps 50] [--pack 4] [--torch PYTHON]

All flags on; the batch is the study's, 16 for the small network, 64 for the article's. Each way has a process
of its own, in turn, twice; the faster of both counts, since others may use the machine. On a busy one, the
processor's time says more than the clock (with OMP_NUM_THREADS=1). Prints Markdown.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    options = _options()
    if options.child:
        print(json.dumps(_measure(options, int(options.child))))
        return
    ways = {
        "TensorFlow, one after another": ("tensorflow", 1),
        "JAX, `training.pack=1`": ("jax", 1),
        f"JAX, `training.pack={options.pack}`": ("jax", options.pack),
    }
    if options.torch:
        ways["PyTorch, one after another"] = ("torch", 1)
    rounds = [{name: _run(options, *way) for name, way in ways.items()} for _ in range(2)]
    best = {name: min(r[name]["step"] for r in rounds) for name in ways}
    first = next(iter(best.values()))
    print(f"{rounds[0][next(iter(ways))]['device']}, {options.network} network\n")
    core = {name: min(r[name]["core"] for r in rounds) for name in ways}
    print("| | compile, s | a step of one run, ms | ratio | processor, ms | ratio |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, step in best.items():
        seconds = min(r[name]["compile"] for r in rounds)
        print(
            f"| {name} | {seconds:.1f} | {1e3 * step:.1f} | {step / first:.1f} "
            f"| {1e3 * core[name]:.1f} | {core[name] / core[next(iter(core))]:.1f} |"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--network", choices=["small", "article"], default="small")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--pack", type=int, default=4)
    parser.add_argument(
        "--torch", help="a Python that has PyTorch and Keras; without it, PyTorch is left out"
    )
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(options: argparse.Namespace, backend: str, pack: int) -> dict[str, float]:
    python = options.torch if backend == "torch" else sys.executable
    command = [python, "-m", "benchmarks.backends", f"--child={pack}", f"--steps={options.steps}"]
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "2"}
    # Programs that an earlier call left in the cache would make compiling look free.
    environment["JAX_ENABLE_COMPILATION_CACHE"] = "false"
    done = subprocess.run(
        [*command, f"--network={options.network}"],
        cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _measure(options: argparse.Namespace, pack: int) -> dict[str, float | str]:
    """One epoch of so many steps, as the loops of `ablation.app.training` take it."""
    from ablation.app.training.devices import prepare_device

    device = prepare_device(None)
    from dataclasses import replace

    from ablation.app.config import Config, Data, Model
    from ablation.app.flags import Flags
    from ablation.app.problems import problem
    from ablation.app.training.problem import Schedule
    from ablation.app.training.train import train_cell

    small = options.network == "small"
    model = Model(units=[2, 8, 8, 2], depth=1, latent=8, batch_norm_momentum=0.9) if small else Model()
    batch = 16 if small else 64
    data = Data(n_train=options.steps * batch, n_test=100)
    task = problem(Config(flags=Flags(True, True, "spatial", "relu"), model=model, data=data))
    start = time.perf_counter()
    spent = []
    for run in train_cell(
        replace(task, probes=()), Schedule(2, batch, 5e-3, 1e-3), range(2 * pack), str(pack)
    ):
        last = run
        spent.append(time.process_time())
    print(f"{time.perf_counter() - start:.1f} s in all", file=sys.stderr)
    step = last.responses["train_seconds"] / (2 * options.steps)
    of_a_pack = spent[-1] - spent[pack - 1]  # the second one, which compiles nothing
    core = of_a_pack / (2 * options.steps * pack)
    return {"device": device, "step": step, "core": core, "compile": last.responses["compile_seconds"]}


if __name__ == "__main__":
    main()
