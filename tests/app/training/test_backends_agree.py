"""The same seed on every backend that is installed: independent implementations of the same training."""

import importlib.util
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ablation.app.training.backends import BACKENDS

INSTALLED = [name for name in BACKENDS if importlib.util.find_spec(name)]
PAIRS = [
    pytest.param(
        *pair,
        marks=()
        if set(pair) <= set(INSTALLED)
        else pytest.mark.skip(f"needs {' and '.join(pair)}; `make test-torch` has JAX and PyTorch"),
    )
    for pair in (("tensorflow", "jax"), ("tensorflow", "torch"), ("jax", "torch"))
]
pytestmark = pytest.mark.slow

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
start = [np.array(keras.ops.convert_to_numpy(value), float) for value in initial_values(problem.network, 7)]
runs = list(train_cell(problem, schedule({EPOCHS}, 64), [7, 8], "2"))
print(json.dumps({{"device": device, "start": [value.ravel().tolist() for value in start],
                   "cores": os.environ.get("NPROC"),
                  "runs": {{run.seed: [run.history, run.responses] for run in runs}}}}))
"""


@pytest.fixture(scope="module")
def made(root, tmp_path_factory):
    """Backend → what it makes of the problem, in a process of its own."""
    programs = tmp_path_factory.mktemp("programs")

    @cache
    def make(backend):
        environment = {
            **os.environ,
            "KERAS_BACKEND": backend,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "JAX_COMPILATION_CACHE_DIR": str(programs),
        }
        command = [sys.executable, "-c", PROGRAM]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return {**json.loads(done.stdout.splitlines()[-1]), "cache": programs}

    return make


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_initial_weights_are_the_same_bit_by_bit(made, one, other):
    assert made(one)["start"] == made(other)["start"]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_losses_are_the_same_to_rounding(made, one, other):
    for seed in ("7", "8"):
        (history, responses), (expected, names) = (made(backend)["runs"][seed] for backend in (one, other))
        assert responses.keys() == names.keys()
        assert history.keys() == expected.keys()
        assert history["train_loss"][0] == pytest.approx(expected["train_loss"][0], rel=2e-6)
        for name, values in history.items():
            # Adam divides by the root of squares, some near 0: each step makes rounding grow.
            np.testing.assert_allclose(values, expected[name], rtol=1e-4, atol=1e-7, err_msg=name)


@pytest.mark.parametrize("backend", INSTALLED)
def test_the_device_has_the_threads_asked_for(made, backend):
    assert made(backend)["device"] == "CPU, 1 thread"
    assert made(backend)["cores"] == os.environ.get("NPROC"), (
        "what JAX lets XLA believe does not outlast the start"
    )


@pytest.mark.skipif("jax" not in INSTALLED, reason="JAX is not installed")
def test_compiled_programs_are_kept_where_the_user_says(made):
    assert any("step" in name for name in map(str, Path(made("jax")["cache"]).iterdir()))
