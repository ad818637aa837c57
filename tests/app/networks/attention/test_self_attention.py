import keras
import numpy as np
import pytest

from ablation.app.networks.attention import SelfAttention
from ablation.app.training.backends import loop
from ablation.errors import UsageError
from tests.app.networks.attention.drawn import array, drawn, signed_images


@pytest.mark.parametrize(("pooled", "keys"), [(False, 7 * 6), (True, 4 * 3), (None, 7 * 6)])
def test_each_pixel_shares_out_all_of_its_attention(pooled, keys):
    rows = array(drawn(SelfAttention(pooled), 8, size=(7, 6)).attention(signed_images(2, 7, 6, 8)))
    assert rows.shape == (2, 42, keys)
    assert rows.min() >= 0
    np.testing.assert_allclose(rows.sum(axis=-1), 1, atol=1e-6)
    assert rows.std(axis=-1).mean() > 0.01


@pytest.mark.parametrize(("size", "keys"), [((16, 16), 256), ((17, 16), 72), ((8, 40), 80)])
def test_keys_of_large_images_are_pooled(size, keys):
    assert drawn(SelfAttention(), 2, size).attention(signed_images(1, *size, 2)).shape[-1] == keys


@pytest.mark.parametrize("pooled", [False, True])
def test_a_fresh_layer_changes_nothing_and_can_learn(pooled):
    layer, images = SelfAttention(pooled), signed_images(2, 6, 5, 8)
    layer.build((None, 6, 5, 8))
    np.testing.assert_array_equal(array(layer(images)), images)
    weights = [v.value for v in layer.weights]

    def output(gammas):
        values = [gammas[0] if v.name == "gamma" else w for v, w in zip(layer.weights, weights, strict=True)]
        return keras.ops.square(layer.stateless_call(values, [], keras.ops.convert_to_tensor(images))[0])

    _, (gradient,) = loop().value_and_gradients(output, [np.float32(0)])
    assert abs(float(gradient)) > 0.01


@pytest.mark.parametrize(
    ("size", "pooled", "mebibytes"),
    # 4 bytes · pixels · keys: 33·32·33·32, 64⁴, 65·64·33·32, 128²·64²
    [((33, 32), False, "4"), ((64, 64), False, "64"), ((65, 64), True, "17"), ((128, 128), None, "256")],
)
def test_what_takes_too_much_memory_is_refused_with_how_much(size, pooled, mebibytes):
    with pytest.raises(UsageError, match=rf"Received: {size[0]}×{size[1]}, .* {mebibytes} MiB per image"):
        SelfAttention(pooled)(keras.Input((*size, 4)))


@pytest.mark.parametrize(("size", "pooled"), [((32, 32), False), ((64, 64), True), ((64, 64), None)])
def test_the_largest_images_are_not_refused(size, pooled):
    layer = drawn(SelfAttention(pooled), 4, size)
    assert layer.pools == (size == (64, 64))
