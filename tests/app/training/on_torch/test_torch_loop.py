from dataclasses import replace

import keras
import numpy as np
import pytest
import torch

from ablation.app.training.precision import precision
from ablation.app.training.problem import Measured, Probe
from ablation.app.training.seeding import epoch_order, initial_values
from ablation.app.training.torch.loop import TorchLoop, _with_nan, value_and_gradients
from ablation.app.training.train import train_cell
from ablation.errors import UsageError
from tests.app.training.small import first_loss, schedule, small_problem, squares


def losses(run):
    return [run.history[name] for name in sorted(run.history)]


def test_training_is_that_of_a_loop_in_plain_pytorch():
    """By autograd and Adam of Kingma and Ba (arXiv 1412.6980, end of section 2), its rate set by hand."""
    rate, decay, batch = 1e-2, 0.3, 16
    problem = small_problem(batch_norm=True)
    run = TorchLoop(problem, schedule(1, batch, rate, decay)).train(4)
    network = small_problem(batch_norm=True).network
    for variable, value in zip(network.variables, initial_values(network, 4), strict=True):
        variable.assign(value)
    weights = [v.value for v in network.trainable_variables]
    means, squared = [torch.zeros_like(w) for w in weights], [torch.zeros_like(w) for w in weights]
    expected = []
    for t, indices in enumerate(epoch_order(4, 0, len(problem.train["images"]), batch), start=1):
        images = torch.tensor(problem.train["images"][indices])
        made = network(images, training=True)["reconstruction"]
        loss = -(images * made.log() + (1 - images) * (1 - made).log()).mean()
        gradients = torch.autograd.grad(loss, weights)
        alpha = rate / (1 + decay * (t - 1)) * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)
        with torch.no_grad():
            for w, g, m, v in zip(weights, gradients, means, squared, strict=True):
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                w -= alpha * m / (v.sqrt() + 1e-7)
        expected.append(float(loss))
    assert run.history["train_loss"] == pytest.approx([np.mean(expected)], rel=1e-5)
    for variable in network.trainable_variables:
        np.testing.assert_allclose(run.weights[variable.path], np.asarray(variable), rtol=1e-3, atol=1e-5)


def test_all_that_is_drawn_follows_from_the_seed():
    everything = {"variational": True, "batch_norm": True, "dropout": True}
    loop = TorchLoop(small_problem(**everything), schedule())
    first, other, again = (loop.train(seed) for seed in (3, 4, 3))
    fresh = TorchLoop(small_problem(**everything), schedule()).train(3)
    assert losses(first) == losses(again) == losses(fresh)
    assert all(
        one != two for one, two in zip(first.history["train_loss"], other.history["train_loss"], strict=True)
    )


def test_a_plugins_dropout_without_a_seed_follows_from_it_as_well():
    problem = small_problem()
    x = keras.layers.Dropout(0.5)(problem.network.outputs[0])
    name = next(iter(problem.network.output))
    loop = TorchLoop(replace(problem, network=keras.Model(problem.network.inputs, {name: x})), schedule())
    assert losses(loop.train(3)) == losses(loop.train(3)) != losses(loop.train(4))


def test_dropout_of_a_layer_is_the_same_whatever_other_layers_draw():
    def dropped(network):
        for variable, value in zip(network.variables, initial_values(network, 5), strict=True):
            variable.assign(value)
        torch.manual_seed(0)
        network(squares(4), training=True)  # the variational one draws a sample more
        layers = [layer for layer in network._flatten_layers() if isinstance(layer, keras.layers.Dropout)]
        return {layer.name: np.asarray(layer(torch.ones(2, 8), training=True)) for layer in layers}

    one, other = (
        dropped(small_problem(dropout=True).network),
        dropped(small_problem(dropout=True, variational=True).network),
    )
    assert one
    for name, found in one.items():
        assert {0.0} < set(found.ravel())
        np.testing.assert_array_equal(found, other[name], err_msg=name)


def test_in_bfloat16_it_computes_roughly_and_keeps_weights_and_losses_in_float32():
    if torch.backends.cpu.get_cpu_capability() == "AVX2" and not torch.cuda.is_available():
        return  # this processor has it not: the next test
    with precision("bfloat16"):
        problem = small_problem(batch_norm=True)
    (run,) = train_cell(problem, schedule(epochs=40, batch_size=64, rate=2e-2), [0])
    first = run.history["train_loss"][0]
    assert first == pytest.approx(first_loss(problem, 0), rel=2**-8)
    assert 1e-4 < abs(first / first_loss(small_problem(batch_norm=True), 0) - 1) < 0.05
    assert run.responses["loss"] < first - 0.1
    assert {values.dtype for values in run.weights.values()} == {np.dtype("float32")}


def test_bfloat16_is_refused_where_the_last_convolution_has_no_gradient_in_it():
    with torch.backends.mkldnn.flags(enabled=False):  # as on a processor for which oneDNN has no bfloat16
        with pytest.raises(UsageError, match="no gradient of a convolution"), precision("bfloat16"):
            pass
        with precision("float32"):
            pass


def test_probes_see_the_trained_network_and_can_take_gradients():
    def measure(network, data):
        made = network(data["images"], training=False)["reconstruction"]
        _, (slopes,) = value_and_gradients(
            lambda t: network(t[0], training=False)["reconstruction"], [data["images"]]
        )
        return {"made": made, "slopes": slopes}

    probe = Probe(measure, lambda found: Measured(arrays=dict(found)), {"images": squares(5, seed=2)})
    problem = replace(small_problem(activation="elu"), probes=(probe,))
    (run,) = train_cell(problem, schedule(epochs=1), [1])
    for variable in problem.network.weights:
        variable.assign(run.weights[variable.path])
    expected = problem.network.predict(squares(5, seed=2), verbose=0)["reconstruction"]
    np.testing.assert_allclose(run.arrays["made"], expected, atol=1e-6)
    assert run.arrays["slopes"].shape == (5, 8, 8, 1)
    assert np.abs(run.arrays["slopes"]).max() > 0


def test_losses_are_nan_where_an_output_is_and_the_same_elsewhere():
    problem = small_problem()
    made = torch.tensor(squares(3, seed=2)).mul(0.9)
    broken = made.clone()
    broken[1, 0, 0, 0] = torch.nan
    batch = {"images": torch.tensor(squares(3))}
    expected = problem.losses({"reconstruction": made}, batch)
    for name, found in _with_nan(problem.losses)({"reconstruction": broken}, batch).items():
        np.testing.assert_array_equal(torch.isnan(found), [False, True, False])
        np.testing.assert_array_equal(found[[0, 2]], expected[name][[0, 2]])
