"""What holds on every backend that trains here. A new one inherits it: `class TestMine(BackendConformance)`.

Keras has one backend per process, so each class runs in a process of its backend (KERAS_BACKEND).
"""

from dataclasses import replace

import keras
import numpy as np
import pytest

from ablation.app.training.backends import BACKENDS, backend_name, device, loop
from ablation.app.training.devices import prepare_device
from ablation.app.training.problem import order_of
from ablation.app.training.train import train_cell
from tests.app.training.small import by_slices, first_loss, schedule, small_problem, squares


class BackendConformance:
    """Tests of the two modules of a backend.

    Attributes:
        name: Keras' name of the backend.
    """

    name = ""

    @pytest.fixture(scope="class")
    @classmethod
    def problem(cls):
        return small_problem(batch_norm=True, dropout=True, variational=True)

    @pytest.fixture(scope="class")
    @classmethod
    def runs(cls, problem):
        """Two seeds in packs of two, where the backend packs."""
        return list(train_cell(problem, schedule(epochs=3), [5, 2], "2"))

    def test_it_is_the_one_that_keras_has(self):
        assert backend_name() == self.name
        assert self.name in BACKENDS

    def test_its_device_has_a_name_that_later_calls_do_not_change(self):
        assert prepare_device(1) == prepare_device(1) != ""

    def test_runs_come_in_the_order_of_their_seeds_and_name_the_backend(self, runs):
        assert [run.seed for run in runs] == [5, 2]
        assert {run.provenance["backend"] for run in runs} == {self.name}

    def test_a_run_has_its_losses_per_epoch_and_what_it_took(self, runs, problem):
        for run in runs:
            names = {"train_loss", *(f"test_{name}" for name in problem.loss_names)}
            assert {name: len(values) for name, values in run.history.items()} == dict.fromkeys(names, 3)
            for name in problem.loss_names:
                assert run.responses[name] == run.history[f"test_{name}"][-1]
            assert run.responses["train_loss"] == run.history["train_loss"][-1]
            assert run.responses["n_parameters"] == problem.network.count_params()
            seconds = {"train_seconds", "measure_seconds", "compile_seconds"}
            assert all(run.responses[name] >= 0 for name in seconds)

    def test_weights_are_those_of_the_network_by_path(self, runs, problem):
        shapes = {v.path: tuple(v.shape) for v in problem.network.weights}
        assert all({path: w.shape for path, w in run.weights.items()} == shapes for run in runs)

    def test_training_starts_at_the_loss_of_the_seeds_initial_weights(self):
        problem = small_problem()
        (run,) = train_cell(problem, schedule(epochs=1, batch_size=64), [3])
        assert run.history["train_loss"][0] == pytest.approx(first_loss(problem, 3), rel=1e-5)

    def test_an_rms_norm_a_residual_and_squeeze_excitation_take_a_step(self):
        problem = small_problem(norm="rms", residual=True, squeeze_excitation=True)
        (run,) = train_cell(problem, schedule(epochs=2, batch_size=64), [3])
        assert run.history["train_loss"][0] == pytest.approx(first_loss(problem, 3), rel=1e-5)
        assert np.isfinite(run.history["train_loss"][1])
        (scale,) = (w for path, w in run.weights.items() if path.endswith("encoder_1_0_rms_norm/scale"))
        assert np.abs(scale - 1).max() > 1e-4, "it is learned"

    def test_a_seed_gives_the_same_run_again_whatever_came_before(self, runs, problem):
        (again,) = train_cell(problem, schedule(epochs=3), [2])
        for name, values in again.history.items():
            np.testing.assert_allclose(values, runs[1].history[name], rtol=1e-4)

    def test_the_weights_of_a_run_stay_what_they_were_when_the_next_is_trained(self):
        problem = small_problem()
        first, second = list(train_cell(problem, schedule(epochs=1), [5, 2], "1"))
        (alone,) = train_cell(problem, schedule(epochs=1), [5], "1")
        for path, values in alone.weights.items():
            np.testing.assert_allclose(first.weights[path], values, rtol=1e-4, atol=1e-6, err_msg=path)
        assert any(np.abs(first.weights[path] - second.weights[path]).max() > 0.1 for path in alone.weights)

    def test_it_learns(self):
        (run,) = train_cell(small_problem(), schedule(epochs=30, batch_size=16, rate=2e-2), [0])
        assert run.history["train_loss"][-1] < 0.9 * run.history["train_loss"][0]

    @pytest.mark.parametrize("kind", ["adamw", "muon"])
    def test_it_learns_with_another_optimiser(self, kind):
        asked = replace(schedule(epochs=8), optimizer=kind, weight_decay=4e-3)
        (run,) = train_cell(small_problem(), asked, [0])
        assert run.history["train_loss"][-1] < 0.97 * run.history["train_loss"][0]

    def test_a_step_on_images_that_move_is_one_on_images_moved_before(self):
        images, asked = squares(16), schedule(epochs=1)
        problem = small_problem(images)
        moving = replace(problem, moved=("images",))
        (found,) = train_cell(moving, asked, [5])
        (still,) = train_cell(problem, asked, [5])
        for index in order_of(moving, 5, 0, 16)[0]:
            images[index % 16] = by_slices(images[index % 16], index // 16)
        (expected,) = train_cell(small_problem(images), asked, [5])
        for name in ("train_loss", "test_loss"):
            assert found.history[name] == pytest.approx(expected.history[name], rel=1e-5)
        assert found.history["train_loss"] != pytest.approx(still.history["train_loss"], rel=1e-3)

    def test_the_history_of_a_run_that_diverges_ends_there(self):
        (run,) = train_cell(small_problem(), schedule(epochs=4, rate=1e30), [0])
        losses = run.history["train_loss"]
        assert not np.isfinite(losses[-1])
        assert np.isfinite(losses[:-1]).all()
        assert run.arrays == {}

    def test_gradients_are_those_of_the_sum_by_hand(self):
        x, y = np.array([[1.0, 2.0], [3.0, -1.0]], "float32"), np.array([2.0, 0.5], "float32")
        product = lambda t: keras.ops.sum(t[0] ** 2, axis=1) * t[1]  # noqa: E731
        value, gradients = loop().value_and_gradients(product, [x, y])
        np.testing.assert_allclose(np.asarray(value), [(1 + 4) * 2, (9 + 1) * 0.5])
        by_hand = [[2 * 1 * 2, 2 * 2 * 2], [2 * 3 * 0.5, -2 * 1 * 0.5]]
        np.testing.assert_allclose(np.asarray(gradients[0]), by_hand)
        np.testing.assert_allclose(np.asarray(gradients[1]), [5, 10])

    def test_the_gradient_of_what_nothing_depends_on_is_zeros(self):
        x = np.ones((2, 3), "float32")
        _, gradients = loop().value_and_gradients(lambda t: keras.ops.sum(t[0]), [x, x])
        np.testing.assert_array_equal(np.asarray(gradients[1]), np.zeros((2, 3)))

    def test_not_every_error_is_one_of_memory(self):
        assert not device().is_out_of_memory(RuntimeError("no luck"))
