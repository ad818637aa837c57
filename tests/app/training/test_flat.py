import keras
import numpy as np
import pytest

from ablation.app.training.flat import FlatWeights
from tests.app.training.small import small_problem

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def network():
    return small_problem(batch_norm=True, attention="spatial").network


@pytest.fixture
def drawn(network):
    """Numbers in the shapes of the weights."""
    rng = np.random.default_rng(0)
    return [rng.normal(size=v.shape).astype(np.float32) for v in network.trainable_variables]


def test_splitting_undoes_joining(network, drawn):
    flat = FlatWeights(network)
    vector = flat.join(drawn)
    assert vector.shape == (flat.size,)
    assert flat.size == sum(v.size for v in drawn)
    assert len(drawn) > 5
    for part, value in zip(flat.split(vector), drawn, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(part), value)


def test_cuts_are_where_the_weights_begin(network, drawn):
    flat = FlatWeights(network)
    vector = np.concatenate([value.ravel() for value in drawn])
    for part, value in zip(np.split(vector, flat.cuts), drawn, strict=True):
        np.testing.assert_array_equal(part, value.ravel())


def test_weights_of_lower_precision_are_joined_in_float32(network, drawn):
    joined = FlatWeights(network).join([keras.ops.cast(value, "bfloat16") for value in drawn])
    assert keras.backend.standardize_dtype(joined.dtype) == "float32"


def test_adam_of_the_vector_is_adam_of_each_weight_bit_by_bit(network, drawn):
    flat = FlatWeights(network)
    each = [keras.Variable(value) for value in drawn]
    together = keras.Variable(flat.join(drawn))
    rng, many, one = np.random.default_rng(1), keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01)
    for _ in range(5):
        gradients = [rng.normal(size=v.shape).astype(np.float32) for v in drawn]
        many.apply([keras.ops.convert_to_tensor(g) for g in gradients], each)
        one.apply([flat.join(gradients)], [together])
    for part, variable, start in zip(flat.split(together.value), each, drawn, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(part), variable.numpy())
        assert (variable.numpy() != start).all()
