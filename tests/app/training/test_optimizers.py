"""Optimisers of the vector, beside Keras' own on one variable for each weight."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import ops

from ablation.app.config import Training
from ablation.app.training.flat import FlatWeights
from ablation.app.training.optimizers import optimizer_of
from ablation.app.training.problem import Schedule

SHAPES = [(3, 3, 2, 5), (5,), (20, 4), (4,), (4, 7)]  # a kernel, a bias, a tall matrix, a bias, a wide one
RATE, DECAY = 0.02, 0.3


def weights(seed, shapes=SHAPES):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype(np.float32) for shape in shapes]


def of_the_vector(kind, steps=4):
    """The weights after some steps of our optimiser."""
    network = SimpleNamespace(trainable_variables=[keras.Variable(w) for w in weights(0)])
    flat = FlatWeights(network)
    optimizer = optimizer_of(Schedule(1, 1, RATE, 0.0, kind, DECAY), flat, RATE)
    vector = keras.Variable(flat.join(weights(0)))
    optimizer.build([vector])
    for step in range(steps):
        optimizer.apply([flat.join(weights(1 + step))], [vector])
    return [ops.convert_to_numpy(part) for part in flat.split(vector.value)]


def of_keras(optimizer, as_matrices=False, steps=4):
    """The same of Keras' optimiser, on a variable for each weight; kernels as they are, or as matrices."""
    shapes = [(-1, s[-1]) if as_matrices and len(s) > 2 else s for s in SHAPES]
    variables = [keras.Variable(w.reshape(s)) for w, s in zip(weights(0), shapes, strict=True)]
    optimizer.build(variables)
    optimizer.exclude_from_weight_decay([v for v in variables if len(v.shape) < 2])
    for step in range(steps):
        gradients = [w.reshape(s) for w, s in zip(weights(1 + step), shapes, strict=True)]
        optimizer.apply([ops.convert_to_tensor(g) for g in gradients], variables)
    return [ops.convert_to_numpy(v).reshape(s) for v, s in zip(variables, SHAPES, strict=True)]


@pytest.mark.parametrize(
    ("kind", "optimizer", "as_matrices"),
    [
        ("adam", keras.optimizers.Adam(RATE), False),
        ("adamw", keras.optimizers.AdamW(RATE, weight_decay=DECAY), False),
        ("muon", keras.optimizers.Muon(RATE, weight_decay=DECAY, adam_weight_decay=None), True),
    ],
)
def test_the_vectors_optimiser_is_that_of_keras(kind, optimizer, as_matrices):
    for ours, theirs in zip(of_the_vector(kind), of_keras(optimizer, as_matrices), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6)


def test_a_step_of_muon_has_singular_values_near_one():
    before, after = weights(0), of_the_vector("muon", steps=1)
    for i in (2, 4):
        kept = before[i] * (1 - RATE * DECAY)
        size = 0.2 * np.sqrt(max(before[i].shape)) * RATE
        values = np.linalg.svd((kept - after[i]) / size, compute_uv=False)
        assert (
            (values > 0.5) & (values < 1.3)
        ).all()  # the range of five Newton–Schulz steps of Jordan's polynomial


def test_settings_name_the_optimisers_that_there_are():
    for kind in ("adam", "adamw", "muon"):
        assert Training(optimizer=kind).optimizer == kind


def test_a_schedule_has_all_that_a_configuration_says_of_it():
    training = Training(epochs=3, batch_size=7, learning_rate=0.5, optimizer="muon", weight_decay=0.1)
    found = Schedule.of(training)
    assert found == Schedule(3, 7, 0.5, training.decay, "muon", 0.1)
