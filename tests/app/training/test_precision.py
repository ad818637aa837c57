import keras
import numpy as np
import pytest

from ablation.app.config import Config, Data, Model, Training
from ablation.app.problems import problem
from ablation.app.training.precision import precision
from ablation.app.training.tensorflow.loop import TensorFlowLoop
from ablation.errors import UsageError
from tests.app.training.small import first_loss, schedule, small_problem


def test_networks_compute_in_the_precision_in_which_they_were_built():
    with precision("bfloat16"):
        low = small_problem(batch_norm=True).network
    high = small_problem(batch_norm=True).network
    images = np.zeros((1, 8, 8, 1), np.float32)
    for network, expected in ((low, "bfloat16"), (high, "float32")):
        inner = keras.Model(network.input, network.get_layer("encoder_1_0_convolution").output)
        assert keras.backend.standardize_dtype(inner(images).dtype) == expected
        assert keras.backend.standardize_dtype(network(images)["reconstruction"].dtype) == "float32"
    assert {keras.backend.standardize_dtype(v.dtype) for v in low.weights} == {"float32"}


@pytest.mark.parametrize("name", ["variational", "autoencoder"])
def test_a_configuration_s_precision_reaches_its_network(name):
    images = np.zeros((1, 28, 28, 1), np.float32)
    for computed in ("bfloat16", "float32"):
        model = Model(name=name, units=[2, 2, 2], depth=1, latent=2)
        config = Config(model=model, data=Data("mnist_sample"), training=Training(precision=computed))
        network = problem(config).network
        inner = keras.Model(network.input, network.get_layer("encoder_1_0_convolution").output)
        assert keras.backend.standardize_dtype(inner(images).dtype) == computed
    assert keras.config.dtype_policy().name == "float32"


def test_what_was_set_before_is_set_again_whatever_happens():
    with pytest.raises(RuntimeError, match="no luck"), precision("bfloat16"):
        raise RuntimeError("no luck")
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [({"precision": "float16"}, "one of float32, bfloat16"), ({"pack": "many"}, "auto or a number above 0"),
     ({"pack": "0"}, "auto or a number above 0")],
)  # fmt: skip
def test_other_values_are_refused(setting, expected):
    with pytest.raises(UsageError, match=expected):
        Training(**setting)


@pytest.mark.slow
def test_in_bfloat16_it_learns_and_losses_are_finite_numbers_of_float32():
    with precision("bfloat16"):
        problem = small_problem(batch_norm=True)
    run = TensorFlowLoop(problem, schedule(epochs=40, batch_size=64, rate=2e-2)).train(0)
    first = run.history["train_loss"][0]  # of one step, so before anything was learned
    assert first == pytest.approx(first_loss(problem, 0), rel=2**-8)  # a number has eight bits there
    exact = first_loss(small_problem(batch_norm=True), 0)
    assert 1e-4 < abs(first / exact - 1) < 0.05, "of float32 it is another, yet a similar, loss"
    assert run.responses["loss"] < first - 0.1
    assert {values.dtype for values in run.weights.values()} == {np.dtype("float32")}
