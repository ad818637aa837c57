from dataclasses import fields

import keras
import numpy as np
import pytest

from ablation.app.flags import Flags, levels_of
from ablation.app.networks.block_settings import BlockSettings
from ablation.app.networks.blocks import dense_block
from ablation.errors import UsageError
from tests.app.networks.tiny import random_images, randomise, tiny_network

ARTICLE = {"image_shape": (28, 28, 1), "units": (35, 25, 15, 5), "depth": 3}
SWITCHES = [flag.name for flag in fields(Flags) if levels_of(flag.name) == (False, True)]
CHOICES = [flag.name for flag in fields(Flags) if flag.name not in SWITCHES]
CELLS = [  # each level of a choice, with the other choices at their first levels or at their last
    dict.fromkeys(SWITCHES, on) | {name: levels_of(name)[-on] for name in CHOICES} | {choice: level}
    for on in (False, True)
    for choice in CHOICES
    for level in levels_of(choice)
]
for cell in CELLS:
    cell["batch_norm"] &= cell["norm"] == "none"


@pytest.mark.parametrize(
    ("batch_norm", "attention", "n_parameters"),
    [
        (True, "spatial", 219_033),
        (True, "none", 218_421),
        (False, "spatial", 218_073),
        (False, "none", 217_461),
    ],
)
@pytest.mark.parametrize("variational", [True, False])
def test_the_articles_sizes_have_the_articles_parameters(batch_norm, attention, n_parameters, variational):
    network = tiny_network(**ARTICLE, variational=variational, batch_norm=batch_norm, attention=attention)
    weights = [v for v in network.variables if "seed" not in v.path]
    assert sum(int(np.prod(v.shape)) for v in weights) == n_parameters - (0 if variational else 12)
    assert network.count_params() == n_parameters - (0 if variational else 12)


def test_dropout_and_activation_have_no_parameters():
    plain = tiny_network().count_params()
    for activation in set(levels_of("activation")) - {"prelu"}:
        assert tiny_network(dropout=True, activation=activation).count_params() == plain


def test_prelu_has_a_slope_for_each_pixel_and_channel():
    slopes = 8 * 8 * 3 + 4 * 4 * 3  # of a block of 3 filters before the halving, and of one behind it
    assert tiny_network(activation="prelu").count_params() == tiny_network().count_params() + slopes


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: "-".join(map(str, cell.values())))
def test_every_level_of_every_flag_builds_and_keeps_the_shape(cell):
    network, images = tiny_network(**cell), random_images()
    output = np.asarray(network(images, training=False)["reconstruction"])
    assert output.shape == images.shape
    assert output.min() > 0
    assert output.max() < 1


@pytest.mark.parametrize(
    ("height", "width", "units"),
    [(12, 20, (2, 3, 2, 2)), (6, 4, (2, 3, 2)), (5, 7, (3, 2)), (8, 16, (1,) * 5)],
)
def test_images_of_other_sizes_come_out_as_they_went_in(height, width, units):
    network = tiny_network((height, width, 1), units)
    assert network(random_images(2, height, width))["reconstruction"].shape == (2, height, width, 1)


@pytest.mark.parametrize(("shape", "units"), [((10, 12, 1), (2, 3, 3, 2)), ((28, 28, 1), (2, 3, 3, 3, 2))])
def test_a_size_that_cannot_come_out_again_is_refused(shape, units):
    size, factor = f"{shape[0]}×{shape[1]}", 2 ** (len(units) - 2)
    with pytest.raises(UsageError, match=rf"model\.units: .*divide by {factor}\. Received: {size}"):
        tiny_network(shape, units)


def test_colours_are_refused():
    with pytest.raises(UsageError, match=r"1 channel.*3 channels"):
        tiny_network((8, 8, 3))


def layers_back_from(layer, stop):
    """The types of the layers that lead from `stop` to this one, found by following the graph."""
    chain = [layer]
    while chain[0].name != stop:
        chain.insert(0, chain[0].input._keras_history.operation)
    return [type(layer).__name__ for layer in chain]


@pytest.mark.parametrize("attention", [[], ["SpatialAttention"]])
@pytest.mark.parametrize("batch_norm", [[], ["BatchNormalization"]])
@pytest.mark.parametrize("dropout", [[], ["Dropout"]])
@pytest.mark.parametrize("side", ["encoder", "decoder"])
def test_a_block_has_what_is_switched_on_in_the_articles_order(attention, batch_norm, dropout, side):
    level = "spatial" if attention else "none"
    network = tiny_network(attention=level, batch_norm=bool(batch_norm), dropout=bool(dropout))
    layers = layers_back_from(network.get_layer(f"{side}_1_0_activation"), f"{side}_1_0_convolution")
    assert layers == ["Conv2D", *attention, *batch_norm, *dropout, "Activation"]


def test_the_settings_reach_the_layers():
    network = tiny_network(momentum=0.7, dropout=True, batch_norm=True, activation="selu")
    norms = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert {norm.momentum for norm in norms} == {0.7}
    assert len(norms) == 8, "two blocks, four in the bottleneck, two last convolutions"
    block = network.get_layer
    assert block("encoder_1_0_dropout").rate == 0.2
    assert block("decoder_1_0_activation").activation is keras.activations.selu
    assert block("encoder_1_0_convolution").kernel.shape == (3, 3, 2, 3)
    assert not block("encoder_1_0_convolution").use_bias


@pytest.mark.parametrize("depth", [1, 3])
def test_a_dense_block_keeps_its_input_and_adds_to_it(depth):
    images = keras.Input((6, 4, 2))
    model = keras.Model(images, dense_block(images, 5, BlockSettings(Flags(), depth=depth), "block"))
    batch = random_images(2, 6, 4, 2)
    output = np.asarray(model(batch))
    assert output.shape == (2, 6, 4, 2 + 5 * depth)
    np.testing.assert_array_equal(output[..., :2], batch)
    assert model.get_layer(f"block_{depth - 1}_convolution").kernel.shape[2] == 2 + 5 * (depth - 1)


def test_the_variational_network_has_mean_and_log_variance_and_the_plain_one_has_not():
    images = random_images()
    outputs = tiny_network(variational=True)(images)
    assert {name: tuple(value.shape) for name, value in outputs.items()} == {
        "reconstruction": (3, 8, 8, 1),
        "mean": (3, 2),
        "log_variance": (3, 2),
    }
    assert set(tiny_network()(images)) == {"reconstruction"}


def test_the_variational_network_draws_a_new_sample_at_each_call():
    network, images = tiny_network(variational=True), random_images()
    randomise(network)
    first, second = (network(images, training=False) for _ in range(2))
    np.testing.assert_array_equal(first["mean"], second["mean"])
    assert not np.allclose(first["reconstruction"], second["reconstruction"], atol=1e-6)


@pytest.mark.parametrize("variational", [False, True])
def test_saving_and_loading_gives_the_same_network(tmp_path, variational):
    network = tiny_network(variational=variational, batch_norm=True, dropout=True, attention="spatial")
    randomise(network)
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    images = random_images()
    before, after = network(images, training=False), loaded(images, training=False)
    for name in ("mean", "log_variance") if variational else ("reconstruction",):
        assert np.asarray(before[name]).std() > 0.001
        np.testing.assert_array_equal(before[name], after[name])
