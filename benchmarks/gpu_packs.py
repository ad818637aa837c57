"""Images per second of the article's network on JAX: packs of seeds and of cells, Keras' `fit`, PyTorch.

    python -m benchmarks.gpu_packs [--torch /path/to/python/with/torch] [--tiny]

All flags on, batches of 64, no evaluation. The rate of a pack is that of all its runs together; in packs
across cells, runs differ in activation, dropout and learning rate as those of the article's study. `fit` is
Keras' own loop on the same backend, one run; PyTorch is `peer_torch.py`, alone and as several processes. The
ceilings are measured: a product of large matrices, and adding one to a large array. Operations are those of
the program as traced; bytes are those of the compiled program by XLA's count, which leaves out what cuDNN's
convolutions move, so less than there are. JAX multiplies float32 matrices on NVIDIA GPUs in TF32 unless told
otherwise, and so is PyTorch told to. `--tiny` shows on any machine that it works. Prints Markdown.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

os.environ["JAX_ENABLE_COMPILATION_CACHE"] = "false"  # else an earlier call makes compiling look free
os.environ["KERAS_BACKEND"] = "jax"  # before Keras is imported, hence the imports below it

# ruff: noqa: E402
from ablation.app.training.devices import prepare_device

DEVICE = prepare_device(None)

import jax
import jax.numpy as jnp
import keras
import numpy as np

from ablation.app.networks.traced import ACTIVATION, KEPT, traced
from ablation.app.training.jax.device import is_out_of_memory
from ablation.app.training.jax.loop import JaxLoop
from ablation.app.training.jax.state import initial_state, state_shapes
from ablation.app.training.problem import Run
from benchmarks.article_network import BATCH, article
from benchmarks.peer_fit import Trainable

ACTIVATIONS = ("relu", "elu", "selu", "sigmoid")
RUNS, EPOCHS, IMAGES = 32 * 5, 25, 60_000  # the article's study with five seeds


def main() -> None:
    options = _options()
    print(f"{DEVICE}, JAX {jax.__version__}, Keras {keras.__version__}, {datetime.date.today()}\n")
    for name in options.precision:
        flops, bandwidth = _matmul_ceiling(name, options.tiny), _bandwidth_ceiling(options.tiny)
        print(f"## {name}\n\nCeilings: {flops / 1e12:.2f} TFLOP/s, {bandwidth / 1e9:.0f} GB/s\n")
        fit = _fit_rate(name, options)
        print("| | images/s | ratio | compile, s | TFLOP/s | share | GB/s | share | whole study, h |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        _row("Keras `fit`", fit, fit)
        for pack in options.packs:
            for across_cells in (False, True) if pack > 1 else (False,):
                _pack_row(name, pack, across_cells, fit, (flops, bandwidth), options)
        for text, rate in _torch_rates(name, options):
            _row(text, rate, fit)
        print()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--packs", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32, 64])
    parser.add_argument("--precision", nargs="+", default=["float32", "bfloat16"])
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 4, 8], help="of PyTorch")
    parser.add_argument("--steps", type=int, default=120, help="measured, after as many to warm up")
    parser.add_argument("--torch", default=sys.executable, help="a Python that has PyTorch")
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    if options.tiny:
        options.packs, options.processes, options.steps = [1, 2], [1, 2], 4
    return options


def _pack_row(
    name: str,
    pack: int,
    across_cells: bool,
    fit: float,
    ceilings: tuple[float, float],
    options: argparse.Namespace,
) -> None:
    keras.utils.clear_session()
    with traced(ACTIVATIONS if across_cells else (), dropout=across_cells) as numbers:
        task, schedule = article(name, options.tiny)
    loop = JaxLoop(replace(task, numbers=numbers.variables), schedule, for_gpu=True)
    text = f"packs of {pack}, across cells" if across_cells else f"packs of {pack}"
    order = np.random.default_rng(0).integers(0, 500, (pack, options.steps, BATCH)).astype(np.int32)
    epoch = jax.jit(loop.steps.epoch, donate_argnums=0)
    steps = loop.steps
    arguments = (state_shapes(loop.network, steps.optimizer, pack, steps.types), order, loop._train)
    try:
        lowered = epoch.lower(*arguments)
        start = time.perf_counter()
        program = lowered.compile()
        compile_seconds = time.perf_counter() - start
        runs = [loop._whole(Run(i, _numbers(i))) for i in range(pack)]
        state = initial_state(loop.network, steps.optimizer, runs, steps.types)
        state, losses = program(state, order, loop._train)
        jax.block_until_ready(losses)
        start = time.perf_counter()
        _, losses = program(state, order, loop._train)
        jax.block_until_ready(losses)
        seconds = (time.perf_counter() - start) / options.steps
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        print(f"| {text} | out of memory | | | | | | | |", flush=True)
        return
    # Both counts take the body of the loop over steps once.
    flops = (lowered.cost_analysis() or {}).get("flops", 0.0) / seconds
    moved = (program.cost_analysis() or {}).get("bytes accessed", 0.0) / seconds
    _row(text, pack * BATCH / seconds, fit, compile_seconds, (flops, moved), ceilings)


def _numbers(i: int) -> dict[str, float]:
    """Of the i-th cell; a network that leaves nothing open takes the rate alone."""
    return {ACTIVATION: i % 4, KEPT: 1.0 if i // 4 % 2 else 0.8, "learning_rate": 5e-3 / (1 + i // 8)}


def _row(
    text: str,
    rate: float,
    fit: float,
    compile_seconds: float | None = None,
    used: tuple[float, float] | None = None,
    ceilings: tuple[float, float] = (1.0, 1.0),
) -> None:
    hours = RUNS * EPOCHS * IMAGES / rate / 3600
    cells = [text, f"{rate:.0f}", f"{rate / fit:.1f}", f"{compile_seconds:.0f}" if compile_seconds else ""]
    if used:
        (flops, moved), (most_flops, most_moved) = used, ceilings
        cells += [f"{flops / 1e12:.2f}", f"{flops / most_flops:.0%}", f"{moved / 1e9:.0f}"]
        cells += [f"{moved / most_moved:.0%}"]
    else:
        cells += [""] * 4
    print("| " + " | ".join([*cells, f"{hours:.1f}"]) + " |", flush=True)


def _fit_rate(name: str, options: argparse.Namespace) -> float:
    """Images per second of `fit`, the data given as an array, as its documentation does."""
    task, schedule = article(name, options.tiny)
    model = Trainable(task)
    model.compile(keras.optimizers.Adam(schedule.learning_rate))
    n_steps = options.steps if options.tiny else max(options.steps, 1000)  # its start takes a while
    images = np.concatenate([task.train["images"]] * 8)[: n_steps * BATCH]
    model.fit(images, images, batch_size=BATCH, verbose=0)
    start = time.perf_counter()
    model.fit(images, images, batch_size=BATCH, verbose=0)
    return len(images) / (time.perf_counter() - start)


def _torch_rates(name: str, options: argparse.Namespace) -> list[tuple[str, float]]:
    """What each of PyTorch's ways gives; what cannot run is named and left out."""
    rates = []
    for mode in ("eager", "compiled"):
        for processes in options.processes:
            command = [options.torch, "-m", "benchmarks.peer_torch", f"--precision={name}", f"--mode={mode}"]
            command += [f"--processes={processes}", f"--steps={options.steps}"]
            command += ["--tiny"] if options.tiny else []
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            text = f"PyTorch, {mode}, {processes} process{'es' if processes > 1 else ''}"
            if done.returncode:
                reason = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
                print(f"{text}: not measured. {reason}", file=sys.stderr)
            else:
                rates.append((text, float(json.loads(done.stdout.splitlines()[-1])["images_per_second"])))
    return rates


def _matmul_ceiling(name: str, tiny: bool) -> float:
    """FLOP/s of a product of large square matrices, as JAX multiplies them by default."""
    n = 512 if tiny else 8192
    matrix = jnp.ones((n, n), name)
    return 2 * n**3 / _seconds(jax.jit(lambda x: x @ x), matrix)


def _bandwidth_ceiling(tiny: bool) -> float:
    """Bytes per second, read and written, of adding one to a large array."""
    array = jnp.ones(2**22 if tiny else 2**29, jnp.float32)
    return 2 * array.nbytes / _seconds(jax.jit(lambda x: x + 1), array)


def _seconds(function: Callable[[Any], Any], argument: Any) -> float:
    """The fastest of several calls."""
    jax.block_until_ready(function(argument))
    times = []
    for _ in range(7):
        start = time.perf_counter()
        jax.block_until_ready(function(argument))
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    main()
