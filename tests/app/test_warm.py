"""What the process of which jobs are forks has imported."""

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json, os, sys
from ablation.app.entry import warm
warm()
heavy = ["pandas", "pyarrow", "matplotlib", "scipy", "PIL", "h5py", "tensorboard", "jax"]
there = [name for name in heavy if name in sys.modules]
n_threads = len(os.listdir("/proc/self/task"))
import pandas, scipy
from ablation.app.training.devices import prepare_device
print(json.dumps([there, n_threads, "tensorflow" in sys.modules, prepare_device(1)]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="no forks there")
def test_tensorflow_is_imported_but_not_started_and_what_training_does_not_need_is_not(root):
    environment = {**os.environ, "PYTHONPATH": str(root), "CUDA_VISIBLE_DEVICES": "-1"}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[], 1, True, "CPU, 1 thread"]
    assert done.stderr == ""
