import keras
import numpy as np
import pytest
from keras import ops

from ablation.app.flags import Flags, levels_of
from ablation.app.networks.block_settings import BlockSettings
from ablation.app.networks.density import build_density
from ablation.app.problems.density import losses, map_targets
from ablation.app.problems.look import on_pixels
from ablation.errors import UsageError

SOURCE = [32, 64, 64, 64]
SMALL = [2, 3, 3, 4]


@pytest.fixture(autouse=True)
def _same_weights():
    """Initial weights that let every branch through; with others, a branch may be dead."""
    keras.utils.set_random_seed(0)


def built(units=SMALL, shapes=None, **flags):
    keras.utils.clear_session()
    settings = BlockSettings(Flags(**{"activation": "prelu", **flags}), dropout_rate=0.5)
    return build_density(shapes or {"rgb": (24, 24, 3), "fixed": (24, 24, 3)}, units, settings)


def test_the_sources_network_has_the_parameters_of_its_layers():
    three = dict.fromkeys(("rgb", "fixed", "dynamic"), (128, 128, 3))
    network = built(SOURCE, three, batch_norm=True, dropout=True)
    convolutions = (5 * 5 * 3 * 32 + 32) + (3 * 3 * 32 * 64 + 64) + 2 * (3 * 3 * 64 * 64 + 64)
    slopes = 128 * 128 * 32 + (62 * 62 + 60 * 60 + 58 * 58) * 64  # halved to 64, then 2 fewer each time
    batch_norm = 4 * 32
    assert network.count_params() == 3 * (convolutions + slopes + batch_norm) + (3 * 64 + 1)
    assert network.count_params() == 3_932_929


def test_layers_of_a_branch_are_the_sources_in_its_order():
    network = built(SOURCE, {"rgb": (24, 24, 3)}, batch_norm=True, dropout=True)
    kinds = [type(layer).__name__ for layer in network.layers]
    assert kinds == [
        "InputLayer", "Conv2D", "PReLU", "MaxPooling2D", "BatchNormalization",
        "Conv2D", "PReLU", "Conv2D", "PReLU", "Conv2D", "PReLU",
        "Dropout", "GlobalAveragePooling2D", "Dense",
    ]  # fmt: skip
    assert network.get_layer("rgb_dropout").rate == 0.5
    assert network.get_layer("rgb_1_convolution").kernel_size == (5, 5)


def test_flags_switch_parts_off():
    kinds = {type(layer).__name__ for layer in built(activation="elu").layers}
    assert not kinds & {"BatchNormalization", "Dropout", "PReLU"}


@pytest.mark.parametrize("level", levels_of("attention")[1:])
def test_attention_stands_behind_the_last_convolution_of_each_branch(level):
    network = built(attention=level)
    names = [layer.name for layer in network.layers]
    assert [name for name in names if "attention" in name] == ["rgb_4_attention", "fixed_4_attention"]
    attended = network.get_layer("rgb_4_attention")
    assert attended.input is network.get_layer("rgb_4_convolution").output
    assert network.get_layer("rgb_4_activation").input is attended.output
    assert network(example(), training=False)["y"].shape == (2, 1)


@pytest.mark.parametrize(
    ("flag", "level"),
    [(flag, level) for flag in ("activation", "norm") for level in levels_of(flag)]
    + [("residual", True), ("squeeze_excitation", True)],
)
def test_every_level_of_a_flag_builds(flag, level):
    assert np.isfinite(built(**{flag: level})(example(), training=True)["y"]).all()


def example(n=2, size=24):
    rng = np.random.default_rng(0)
    return {name: rng.random((n, size, size, 3), np.float32) for name in ("rgb", "fixed")}


def test_a_branch_sees_its_own_picture_alone():
    network, images = built(), example()
    features = keras.Model(network.input, network.get_layer("rgb_average").output)
    other = {**images, "fixed": 1 - images["fixed"]}
    np.testing.assert_array_equal(features(images), features(other))
    assert not np.allclose(network(images)["y"], network(other)["y"])


def test_pictures_may_have_different_sizes():
    network = built(shapes={"wide": (20, 30, 1), "square": (24, 24, 2)})
    assert network.get_layer("wide_4_activation").output.shape[1:] == (4, 9, 4)


def test_pictures_of_which_nothing_would_be_left_are_refused():
    assert built(shapes={"rgb": (14, 14, 3)}).get_layer("rgb_4_activation").output.shape[1:3] == (1, 1)
    with pytest.raises(UsageError, match=r"rgb: expected pictures of at least 14×14.*13×20"):
        built(shapes={"rgb": (13, 20, 3)})


def test_the_loss_is_the_absolute_error():
    found = losses({"y": ops.array([[1.0], [-2.0]])}, {"y": ops.array([0.5, 1.0])})
    np.testing.assert_allclose(found["loss"], [0.5, 3.0])
    np.testing.assert_allclose(found["mae"], [0.5, 3.0])


def test_maps_look_at_what_is_averaged_and_the_gate_before_it():
    targets = map_targets(built(attention="spatial"))
    assert targets.layers == {"rgb": "rgb_4_activation", "fixed": "fixed_4_activation"}
    assert targets.gates == {"rgb": "rgb_4_attention", "fixed": "fixed_4_attention"}
    assert map_targets(built(attention="channel")).gates == {}
    assert map_targets(built()).layers == targets.layers


def test_a_map_lies_where_the_picture_made_it():
    """A bright spot, and a network of averages: its map must peak at the spot, near a border as well."""
    network = built(units=[1, 1, 1, 1], shapes={"rgb": (40, 48, 1)}, activation="relu")
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            kernel, bias = layer.get_weights()
            layer.set_weights([np.ones_like(kernel) / kernel.size, bias])
    images = np.zeros((3, 40, 48, 1), np.float32)
    spots = [(20, 24), (11, 13), (29, 36)]
    for image, (row, column) in zip(images, spots, strict=True):
        image[row - 1 : row + 1, column - 1 : column + 1] = 1
    maps = keras.Model(network.input, network.get_layer("rgb_4_activation").output)({"rgb": images})[..., 0]
    placed = ops.convert_to_numpy(on_pixels({"rgb": maps}, {"rgb": images})["rgb"])
    assert placed.shape == (3, 40, 48)
    for map_, (row, column) in zip(placed, spots, strict=True):
        weights = map_ / map_.sum()
        centre = (weights.sum(1) @ (np.arange(40) + 0.5), weights.sum(0) @ (np.arange(48) + 0.5))
        np.testing.assert_allclose(centre, (row, column), atol=1.0)
