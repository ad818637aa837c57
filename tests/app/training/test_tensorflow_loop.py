import math

import numpy as np
import pytest
import tensorflow as tf

from ablation.app.training.seeding import epoch_order
from ablation.app.training.tensorflow import loop as tensorflow_loop
from ablation.app.training.tensorflow.loop import TensorFlowLoop
from ablation.app.training.train import train_cell
from tests.app.training.small import SHRINKAGE, schedule, small_problem, squares

pytestmark = pytest.mark.slow

EVERYTHING = {"variational": True, "batch_norm": True, "dropout": True, "attention": "spatial"}
LOSSES = ("train_loss", "test_loss", "test_reconstruction_loss", "test_kl")


# A CPU with the same number of threads adds up in the same order; a GPU does not promise any.
ROUNDING = 1e-3 if tf.config.list_physical_devices("GPU") else 0


@pytest.fixture(scope="module")
def everything():
    """A loop over a network with everything that is random."""
    return TensorFlowLoop(small_problem(**EVERYTHING), schedule(epochs=3))


@pytest.fixture(scope="module")
def run(everything):
    return everything.train(0)


def losses(trained):
    return np.array([trained.history[name] for name in LOSSES])


def test_a_seed_trained_again_gives_the_same_losses(everything, run):
    everything.train(1)
    again = everything.train(0)
    np.testing.assert_allclose(losses(again), losses(run), rtol=ROUNDING)


def test_a_seed_gives_the_same_losses_in_a_fresh_loop(run):
    fresh = TensorFlowLoop(small_problem(**EVERYTHING), schedule(epochs=3)).train(0)
    np.testing.assert_allclose(losses(fresh), losses(run), rtol=ROUNDING)


def test_compiled_by_xla_as_on_a_gpu_it_gives_the_same_losses(monkeypatch):
    problem, short = small_problem(batch_norm=True, attention="spatial"), schedule(epochs=1)
    plain = TensorFlowLoop(problem, short).train(3)
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [kind])
    compiled = TensorFlowLoop(problem, short)
    assert compiled._epoch._jit_compile
    np.testing.assert_allclose(losses(compiled.train(3)), losses(plain), rtol=1e-5, atol=1e-7)


def test_seeds_differ_in_every_loss_of_every_epoch(everything, run):
    assert (losses(everything.train(1)) != losses(run)).all()


def test_history_has_one_entry_per_epoch_and_ends_with_the_responses(run):
    assert {name: len(values) for name, values in run.history.items()} == dict.fromkeys(LOSSES, 3)
    for name, values in run.history.items():
        assert run.responses[name.removeprefix("test_")] == values[-1]


def test_responses_are_those_of_the_issue(everything, run):
    expected = {"loss", "reconstruction_loss", "kl", "train_loss", "n_parameters", "train_seconds"}
    assert run.responses.keys() == {*expected, "measure_seconds", "compile_seconds"}
    assert run.provenance == {"backend": "tensorflow", "pack": "1"}
    assert run.responses["n_parameters"] == sum(w.size for w in everything.network.get_weights())
    assert 0 < run.responses["train_seconds"] < 60
    assert 0 < run.responses["measure_seconds"] < 60
    assert 0 < run.responses["compile_seconds"] == everything.train(1).responses["compile_seconds"]


def test_loss_is_reconstruction_plus_weighted_kl(run):
    r = run.responses
    assert r["loss"] == pytest.approx(r["reconstruction_loss"] + r["kl"], rel=1e-5)
    assert 0 < r["kl"] < r["loss"]


def test_kl_is_that_of_the_latent_distribution_of_the_test_images(everything):
    trained = everything.train(2)
    latent = everything.network(everything.problem.test["images"], training=False)
    mean, log_variance = (np.asarray(latent[name], float) for name in ("mean", "log_variance"))
    kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1)
    assert trained.responses["kl"] == pytest.approx(SHRINKAGE * kl.mean(), rel=1e-4)


def cross_entropy(images, reconstruction):
    x, p = np.asarray(images, float), np.asarray(reconstruction, float)
    return -(x * np.log(p) + (1 - x) * np.log(1 - p)).mean()


@pytest.mark.parametrize(("n_test", "at_once"), [(1, 500), (7, 500), (501, 500), (10, 5), (11, 5)])
def test_the_measure_is_that_of_the_reconstructed_test_images(monkeypatch, n_test, at_once):
    monkeypatch.setattr(tensorflow_loop, "_TEST_BATCH", at_once)
    test = squares(n_test, seed=1) * np.linspace(0.1, 1, n_test, dtype=np.float32)[:, None, None, None]
    loop = TensorFlowLoop(small_problem(test=test, batch_norm=True), schedule(epochs=1))
    trained = loop.train(0)
    reconstruction = loop.network.predict(test, verbose=0)["reconstruction"]
    assert trained.responses["reconstruction_loss"] == pytest.approx(
        cross_entropy(test, reconstruction), rel=1e-5
    )
    assert trained.responses["loss"] == trained.responses["reconstruction_loss"]
    assert trained.responses["kl"] == 0


def test_training_lowers_the_loss():
    (trained,) = train_cell(small_problem(batch_norm=True), schedule(epochs=15, rate=2e-2), [0])
    assert trained.history["train_loss"][-1] < trained.history["train_loss"][0] - 0.1
    assert trained.history["test_loss"][-1] < trained.history["test_loss"][0] - 0.05


@pytest.mark.parametrize("train", [squares(64) * np.nan, squares(64)], ids=["no numbers", "far too fast"])
def test_a_run_that_diverges_ends_early_with_that_loss(train):
    rate = 1e30 if np.isfinite(train).all() else 1e-2
    runs = list(train_cell(small_problem(train), schedule(epochs=9, rate=rate, decay=0.0), [0, 1]))
    assert [trained.seed for trained in runs] == [0, 1]
    for trained in runs:
        assert not math.isfinite(trained.responses["loss"])
        assert not math.isfinite(trained.responses["train_loss"])
        assert 1 <= len(trained.history["train_loss"]) == len(trained.history["test_loss"]) < 9


def test_a_run_after_one_that_diverged_is_not_harmed():
    images = squares(33)
    images[0] = np.nan
    loop = TensorFlowLoop(small_problem(images), schedule(epochs=1, batch_size=32))
    sees_it = [bool((epoch_order(seed, 0, 33, 32) == 0).any()) for seed in range(500)]
    assert not math.isfinite(loop.train(sees_it.index(True)).responses["train_loss"])
    unharmed = loop.train(sees_it.index(False))
    assert math.isfinite(unharmed.responses["train_loss"])
    assert math.isfinite(unharmed.responses["loss"])
