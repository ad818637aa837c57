"""The layers against an independent implementation in PyTorch, whose numbers `torch_reference.py` wrote."""

from pathlib import Path

import keras
import numpy as np
import pytest

from ablation.app.networks import attention

REFERENCE = np.load(Path(__file__).with_name("torch_reference.npz"))

# Sums of float32 up to 13, in which processors and backends add in other orders: 40 units in the last place.
ROUNDING = 4e-5

# case → our layer, its settings, and for each of its parts the name in PyTorch
SELF = {"query": "theta", "key": "phi", "value": "g", "out": "o"}
EXCITE = {"squeeze": "mlp.0", "excite": "mlp.2"}
BLOCK = {"channel/squeeze": "channel.mlp.0", "channel/excite": "channel.mlp.2"}
CASES = {
    "spatial5": (attention.SpatialAttention, {}, {"convolution": "conv"}),
    "spatial7": (attention.SpatialAttention, {"kernel_size": 7}, {"convolution": "conv"}),
    "weight_map": (attention.WeightMap, {}, {"logit": "conv"}),
    "channel": (attention.ChannelAttention, {"reduction": 4}, EXCITE),
    "channel_few": (attention.ChannelAttention, {}, EXCITE),
    "cbam": (attention.CBAM, {"reduction": 4}, {**BLOCK, "spatial/convolution": "spatial.conv"}),
    "self": (attention.SelfAttention, {}, SELF),
    "self_pooled": (attention.SelfAttention, {"pooled": True}, SELF),
    "self_few": (attention.SelfAttention, {}, SELF),
    "gaussian": (attention.GaussianAttention, {}, {"logit": "conv"}),
}


def in_keras_order(array):
    """Filters last instead of first; vectors and numbers stay."""
    return np.transpose(array, (*range(2, array.ndim), 1, 0)) if array.ndim > 1 else array


def with_reference_weights(case):
    """Our layer with the weights of PyTorch's."""
    make, settings, names = CASES[case]
    layer = make(**settings)
    layer.build(REFERENCE[f"{case}/x"].shape)
    used = set()
    for variable in layer.weights:
        part, _, kind = variable.path.removeprefix(f"{layer.name}/").rpartition("/")
        suffix = {"kernel": "weight", "bias": "bias"}.get(kind)
        name = f"{case}/w/{names[part]}.{suffix}" if suffix else f"{case}/w/{kind}"
        variable.assign(in_keras_order(REFERENCE[name]))
        used.add(name)
    assert used == {name for name in REFERENCE.files if name.startswith(f"{case}/w/")}
    return layer


@pytest.mark.parametrize("case", CASES)
def test_a_layer_gives_what_pytorch_gives(case):
    layer, x, y = with_reference_weights(case), REFERENCE[f"{case}/x"], REFERENCE[f"{case}/y"]
    assert not np.allclose(x, y, atol=0.1), "the case would not notice a layer that does nothing"
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(x)), y, atol=ROUNDING)


@pytest.mark.parametrize("case", [name for name in CASES if f"{name}/gate" in REFERENCE.files])
def test_a_gate_is_what_pytorch_gives(case):
    gate = keras.ops.convert_to_numpy(with_reference_weights(case).gate(REFERENCE[f"{case}/x"]))
    np.testing.assert_allclose(gate, REFERENCE[f"{case}/gate"], atol=1e-5)


@pytest.mark.parametrize("case", [name for name in CASES if f"{name}/rows" in REFERENCE.files])
def test_self_attention_is_what_pytorch_gives(case):
    rows = keras.ops.convert_to_numpy(with_reference_weights(case).attention(REFERENCE[f"{case}/x"]))
    np.testing.assert_allclose(rows, REFERENCE[f"{case}/rows"], atol=1e-5)
