import keras
import numpy as np
import pytest

from ablation.app.training.seeding import epoch_order, initial_values
from tests.app.networks.tiny import tiny_network


def start(network, seed=0):
    """The first values of a network's weights and random generators, by layer and attribute."""
    values = {
        id(v): np.asarray(x) for v, x in zip(network.variables, initial_values(network, seed), strict=True)
    }
    named = {v.path: values[id(v)] for v in network.variables if "seed_generator" not in v.path}
    for layer in network.layers:
        if hasattr(layer, "seed_generator"):
            named[f"{layer.name}/seed"] = values[id(layer.seed_generator.state)]
    assert len(named) == len(values)
    return named


def assert_shared_are_equal(one, other):
    shared = one.keys() & other.keys()
    for name in shared:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    return shared


def random_names(values):
    """What is drawn: kernels and seeds, not the zeros and ones of biases and batch norm."""
    return {name for name in values if name.endswith(("kernel", "seed"))}


@pytest.fixture(scope="module")
def full():
    """A network with everything that a seed can fix."""
    return tiny_network(variational=True, batch_norm=True, dropout=True, attention="spatial")


def test_values_come_in_the_order_and_shape_of_the_variables(full):
    values = initial_values(full, 0)
    assert [tuple(v.shape) for v in values] == [tuple(v.shape) for v in full.variables]
    for variable, value in zip(full.variables, values, strict=True):
        variable.assign(value)
    assert set(start(full)) >= {"encoder_1_0_attention/convolution/kernel", "encoder_1_0_dropout/seed"}


def test_the_same_seed_gives_the_same_values(full):
    one, other = start(full, 3), start(full, 3)
    assert assert_shared_are_equal(one, other) == one.keys()


def test_another_seed_gives_other_values(full):
    one, other = start(full, 3), start(full, 4)
    for name in random_names(one):
        assert not np.array_equal(one[name], other[name]), name


def test_values_do_not_depend_on_what_the_network_has_learned(full):
    before = start(full)
    full.set_weights([w + 1 for w in full.get_weights()])
    assert_shared_are_equal(before, start(full))


def test_each_layer_draws_values_of_its_own(full):
    values = start(full)
    seeds = [tuple(values[name]) for name in values if name.endswith("seed")]
    assert len(set(seeds)) == len(seeds) == 3
    wide = start(tiny_network(units=(4, 4, 4), depth=2, activation="relu"))
    assert wide["encoder_first/kernel"].shape != wide["encoder_last/kernel"].shape
    assert not np.array_equal(wide["encoder_1_down/kernel"], wide["decoder_1_up/kernel"])


@pytest.mark.parametrize(
    "flags", [{"attention": "spatial"}, {"batch_norm": True}, {"dropout": True}, {"activation": "selu"}]
)
def test_layers_that_two_cells_share_start_alike(flags):
    cell, reference = start(tiny_network(variational=True, **flags)), start(tiny_network(variational=True))
    assert assert_shared_are_equal(cell, reference) == reference.keys()
    assert "sample/seed" in reference


def test_dropout_layers_that_two_cells_share_start_alike():
    with_attention = start(tiny_network(dropout=True, attention="spatial", variational=True))
    shared = assert_shared_are_equal(with_attention, start(tiny_network(dropout=True)))
    assert {"encoder_1_0_dropout/seed", "decoder_1_0_dropout/seed"} <= shared


def test_the_process_s_past_changes_nothing():
    arguments = {"variational": True, "dropout": True, "batch_norm": True, "attention": "spatial"}
    first = start(tiny_network(**arguments))
    keras.random.SeedGenerator()
    tiny_network(units=(1, 1, 1), dropout=True)
    after_others = start(tiny_network(**arguments))
    keras.utils.clear_session()
    keras.utils.set_random_seed(99)
    after_clearing = start(tiny_network(**arguments))
    assert assert_shared_are_equal(first, after_others) == first.keys()
    assert assert_shared_are_equal(first, after_clearing) == first.keys()


def test_kernels_spread_as_glorot_and_bengio_say_and_the_rest_is_at_rest():
    values = start(tiny_network(units=(16, 16, 16), depth=2, batch_norm=True, attention="spatial"))
    kernel = values["encoder_1_1_convolution/kernel"]
    assert kernel.shape == (3, 3, 32, 16)
    limit = np.sqrt(6 / (9 * 32 + 9 * 16))  # uniform in ±√(6 / (fan in + fan out))
    assert np.abs(kernel).max() <= limit
    assert np.abs(kernel).max() > 0.99 * limit
    np.testing.assert_allclose(kernel.std(), limit / np.sqrt(3), rtol=0.05)
    assert abs(kernel.mean()) < 5 * limit / np.sqrt(3 * kernel.size)
    for name, rest in [("gamma", 1), ("beta", 0), ("moving_mean", 0), ("moving_variance", 1)]:
        assert (values[f"encoder_1_0_batch_norm/{name}"] == rest).all()
    assert (values["encoder_1_0_attention/convolution/bias"] == 0).all()


def test_a_weight_without_initialiser_is_named():
    class Gain(keras.layers.Layer):
        def build(self, _input_shape):
            self.gain = self.add_weight(name="gain", shape=(), initializer="ones")

        def call(self, inputs):
            return inputs * self.gain

    inputs = keras.Input((2,))
    network = keras.Model(inputs, Gain(name="louder")(inputs))
    with pytest.raises(ValueError, match=r"<weight>_initializer.*louder/gain"):
        initial_values(network, 0)


@pytest.mark.parametrize(("n", "batch_size"), [(64, 16), (70, 16), (16, 16), (5, 1)])
def test_an_epoch_shows_no_image_twice_and_leaves_over_what_fills_no_batch(n, batch_size):
    order = epoch_order(0, 0, n, batch_size)
    assert order.shape == (n // batch_size, batch_size)
    assert len(set(order.ravel())) == order.size
    assert order.min() >= 0
    assert order.max() < n


def test_every_epoch_and_every_seed_has_an_order_of_its_own():
    orders = [tuple(epoch_order(seed, epoch, 50, 10).ravel()) for seed in range(3) for epoch in range(3)]
    assert len(set(orders)) == 9
    assert all(order != tuple(range(50)) for order in orders)
    assert orders[0] == tuple(epoch_order(0, 0, 50, 10).ravel())


def test_other_images_sit_out_in_other_epochs():
    left_over = [set(range(50)) - set(epoch_order(0, epoch, 50, 32).ravel()) for epoch in range(10)]
    assert {len(images) for images in left_over} == {18}
    assert set.union(*left_over) == set(range(50)), "each image sits out now and then, none always"
    assert not set.intersection(*left_over)
