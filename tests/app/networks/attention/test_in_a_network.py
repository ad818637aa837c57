"""Attention in the blocks of a network: what it adds, and what it leaves as it was."""

import keras
import numpy as np
import pytest

from ablation.app.flags import ATTENTION
from ablation.app.training.seeding import initial_values
from tests.app.networks.attention.drawn import array
from tests.app.networks.tiny import random_images, tiny_network


def start(network, seed=0):
    """The first values of a network's weights, by path."""
    values = initial_values(network, seed)
    return {v.path: np.asarray(x) for v, x in zip(network.variables, values, strict=True)}


@pytest.mark.parametrize("level", ATTENTION)
def test_all_other_layers_start_as_they_do_without_attention(level):
    with_attention, without = start(tiny_network(attention=level)), start(tiny_network())
    assert without.keys() <= with_attention.keys()
    for path, value in without.items():
        np.testing.assert_array_equal(with_attention[path], value, err_msg=path)
    assert all("_attention/" in path for path in with_attention.keys() - without.keys())


@pytest.mark.parametrize("level", ATTENTION)
def test_every_seed_draws_other_kernels(level):
    one, other = start(tiny_network(attention=level), 0), start(tiny_network(attention=level), 1)
    kernels = [path for path in one if path.endswith("kernel")]
    assert not any(np.array_equal(one[path], other[path]) for path in kernels)


def test_finished_runs_keep_their_paths_and_so_their_first_values():
    own = {path for path in start(tiny_network(attention="spatial")) if "attention" in path}
    blocks, weights = ("encoder_1_0", "decoder_1_0"), ("kernel", "bias")
    assert own == {f"{block}_attention/convolution/{weight}" for block in blocks for weight in weights}


@pytest.mark.parametrize("level", ATTENTION)
def test_a_network_with_attention_is_saved_and_loaded(level, tmp_path):
    network = tiny_network(attention=level)
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    images = random_images()
    before, after = (array(n(images)["reconstruction"]) for n in (network, loaded))
    np.testing.assert_array_equal(before, after)
