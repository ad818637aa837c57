"""The same seed on TensorFlow and on JAX: two implementations of the same training."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from ablation.app.training.seeding import initial_values
from ablation.app.training.tensorflow.loop import TensorFlowLoop
from tests.app.training.small import schedule, small_problem

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed"),
]

EPOCHS = 4  # of one step each
FLAGS = {"batch_norm": True, "attention": "spatial", "activation": "elu"}  # nothing that is drawn
PROGRAM = f"""
import json, os
from ablation.app.training.devices import prepare_device
device = prepare_device(1)
import keras, numpy as np
from ablation.app.training.train import train_cell
from ablation.app.training.seeding import initial_values
from tests.app.training.small import schedule, small_problem
problem = small_problem(**{FLAGS})
start = [np.asarray(value).ravel().tolist() for value in initial_values(problem.network, 7)]
runs = list(train_cell(problem, schedule({EPOCHS}, 64), [7, 8], "2"))
print(json.dumps({{"device": device, "start": start, "cores": os.environ.get("NPROC"),
                  "runs": {{run.seed: [run.history, run.responses] for run in runs}}}}))
"""


@pytest.fixture(scope="module")
def on_jax(root, tmp_path_factory):
    """What JAX makes of the problem, in a process of its own."""
    environment = {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "JAX_COMPILATION_CACHE_DIR": str(tmp_path_factory.mktemp("programs")),
    }
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "cache": environment["JAX_COMPILATION_CACHE_DIR"]}


def test_initial_weights_are_the_same_bit_by_bit(on_jax):
    network = small_problem(**FLAGS).network
    start = [keras.ops.convert_to_numpy(value) for value in initial_values(network, 7)]
    assert len(start) == len(on_jax["start"])
    for ours, theirs in zip(start, on_jax["start"], strict=True):
        np.testing.assert_array_equal(ours.ravel(), np.array(theirs, ours.dtype))


def test_losses_are_the_same_to_rounding(on_jax):
    loop = TensorFlowLoop(small_problem(**FLAGS), schedule(EPOCHS, 64))
    for seed in (7, 8):
        here, (history, responses) = loop.train(seed), on_jax["runs"][str(seed)]
        assert here.responses.keys() == responses.keys()
        assert here.history.keys() == history.keys()
        assert here.history["train_loss"][0] == pytest.approx(history["train_loss"][0], rel=2e-6)
        for name, values in here.history.items():
            # Adam divides by the root of squares, some near 0: each step makes rounding grow.
            np.testing.assert_allclose(values, history[name], rtol=1e-4, atol=1e-7, err_msg=name)


def test_the_device_has_the_threads_asked_for(on_jax):
    assert on_jax["device"] == "CPU, 1 thread"
    assert on_jax["cores"] is None, "what it lets XLA believe does not outlast the start"


def test_compiled_programs_are_kept_where_the_user_says(on_jax):
    assert any("step" in name for name in map(str, Path(on_jax["cache"]).iterdir()))
