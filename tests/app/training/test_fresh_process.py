import json
import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from ablation.app.training.tensorflow.loop import TensorFlowLoop
from tests.app.training.small import schedule, small_problem

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(tf.config.list_physical_devices("GPU")), reason="names of CPUs"),
]

FLAGS = {"variational": True, "dropout": True, "batch_norm": True}
PROGRAM = f"""
import json
from ablation.app.training.devices import prepare_device
device = prepare_device(None)
import tensorflow as tf
from ablation.app.training.tensorflow.loop import TensorFlowLoop
from tests.app.training.small import schedule, small_problem
history = TensorFlowLoop(small_problem(**{FLAGS}), schedule()).train(7).history
threads = tf.config.threading.get_intra_op_parallelism_threads()
print(json.dumps({{"device": device, "threads": threads, "history": history}}))
"""


@pytest.fixture(scope="module")
def fresh():
    """What a process of its own says, in which the launcher leaves one thread to it."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_first_call_sets_the_threads(fresh):
    assert fresh["threads"] == 1
    assert fresh["device"] == "CPU, 1 thread"


def test_a_seed_gives_the_same_losses_in_another_process(fresh):
    here = TensorFlowLoop(small_problem(**FLAGS), schedule()).train(7).history
    assert here.keys() == fresh["history"].keys()
    for name, values in here.items():  # other threads add up in another order, hence the tolerance
        np.testing.assert_allclose(values, fresh["history"][name], rtol=1e-3, atol=1e-7)
