"""Peak memory of one cell, in a process of its own: `python -m ablation.app.costs.peak FOLDER KEY`.

What is measured is how much the resident memory of the process rises, at most, while it trains three steps of
the study's batch size, and the bytes of the network beside: so weights, gradients, the optimiser's state,
activations, and the program. Before, the backend has trained a small network, and free memory was given back.
"""

import ctypes
import gc
import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ablation.errors import UsageError

if TYPE_CHECKING:
    from ablation.app.training.problem import Problem, Schedule

STEPS = 3
_OWN = Path("/proc/self")


def is_measurable() -> bool:
    """Whether this system tells, as Linux does."""
    return (_OWN / "clear_refs").exists()


def resident_memory(text: str, name: str) -> int:
    r"""A line of /proc/self/status in bytes: `VmRSS` now, `VmHWM` at most.

    >>> resident_memory("VmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n", "VmRSS")
    1048576
    """
    line = next(line for line in text.splitlines() if line.startswith(f"{name}:"))
    return 1024 * int(line.split()[1])


def peak_memory(problem: "Problem", schedule: "Schedule") -> int:
    """Peak bytes of a network and three steps of its training, in a process that has done nothing else."""
    import keras
    import numpy as np

    from ablation.app.training.train import train_cell

    few = {name: np.array(array[: STEPS * schedule.batch_size]) for name, array in problem.train.items()}
    test = {name: np.array(array[:1]) for name, array in problem.test.items()}
    small = replace(problem, train=few, test=test, probes=())
    own = sum(int(keras.ops.convert_to_numpy(v).nbytes) for v in problem.network.variables)
    gc.collect()
    with suppress(AttributeError):  # glibc alone has it
        ctypes.CDLL(None).malloc_trim(0)
    (_OWN / "clear_refs").write_text("5")  # the highest from now on
    before = resident_memory((_OWN / "status").read_text(), "VmRSS")
    for _ in train_cell(small, replace(schedule, epochs=1), [0], "1"):
        pass
    return own + resident_memory((_OWN / "status").read_text(), "VmHWM") - before


def _warm_up() -> None:
    """Train a small network, so that what the backend loads at first use is there."""
    import keras
    import numpy as np

    from ablation.app.training.problem import Problem, Schedule
    from ablation.app.training.train import train_cell

    x = keras.Input((8, 8, 1), name="x")
    hidden = keras.layers.Flatten()(keras.layers.Conv2D(2, 3)(x))
    network = keras.Model(x, {"y": keras.layers.Dense(1)(hidden)})
    data = {"x": np.ones((4, 8, 8, 1), np.float32)}
    tiny = Problem(network, lambda outputs, _: {"loss": outputs["y"][:, 0] ** 2}, ("loss",), data, data)
    for _ in train_cell(tiny, Schedule(1, 2, 0.1, 0.0), [0], "1"):
        pass


def main(folder: str, key: str) -> None:
    """Print the bytes."""
    from ablation.app.training.devices import prepare_device
    from ablation.app.weights import config_of
    from ablation.results import open_existing

    row = open_existing(folder).find(key)
    if row is None:
        raise UsageError(f"{folder}: expected the run {key}. Received: none of this key")
    config = config_of(row)
    prepare_device(config.training.threads)
    _warm_up()
    from ablation.app.problems import problem
    from ablation.app.training.problem import Schedule

    print(peak_memory(problem(config), Schedule.of(config.training)))


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        main(*sys.argv[1:])
    except UsageError as error:
        sys.exit(str(error))
