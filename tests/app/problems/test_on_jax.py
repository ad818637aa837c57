"""Probes run on JAX, for all seeds at once, and find what each network alone gives."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.app.training.elsewhere import QUICK_JAX

PROGRAM = """
import jax, keras, numpy as np
from ablation.app.problems import problem
from ablation.app.training.seeding import initial_values
from tests.app.problems.small import small_density

made = problem(small_density(attention="weight_map", batch_norm=True, dropout=True))
(probe,) = made.probes


def measure(values, data):
    with keras.StatelessScope(state_mapping=list(zip(made.network.variables, values, strict=True))):
        return probe.measure(made.network, data)


seeds = [initial_values(made.network, seed) for seed in (0, 1)]
packed = [jax.numpy.stack(pair) for pair in zip(*seeds, strict=True)]
together = jax.jit(jax.vmap(measure, in_axes=(0, None)))(packed, dict(probe.data))
for i, values in enumerate(seeds):
    alone = jax.jit(measure)(values, dict(probe.data))
    assert alone.keys() == together.keys()
    for name, array in alone.items():
        np.testing.assert_allclose(together[name][i], array, atol=2e-4, err_msg=name)
    responses = probe.summarise({name: np.asarray(array) for name, array in alone.items()}).responses
    assert responses["completeness_error"] < 1e-5
    assert "contrast_auroc.rgb.attention" in responses
print("the same")
"""


@pytest.mark.slow
@pytest.mark.skipif(find_spec("jax") is None, reason="needs jax")
def test_probes_measure_all_seeds_at_once_on_jax(root):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=root,
        env=os.environ | QUICK_JAX | {"JAX_PLATFORMS": "cpu", "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.endswith("the same\n")
