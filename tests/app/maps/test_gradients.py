import keras
import numpy as np
import pytest

from ablation.app.maps.gradients import value_and_gradients
from ablation.errors import UsageError


def test_the_gradient_of_the_sum_by_hand():
    x, y = np.array([[1.0, 2.0], [3.0, -1.0]], "float32"), np.array([2.0, 0.5], "float32")
    value, gradients = value_and_gradients(lambda t: keras.ops.sum(t[0] ** 2, axis=1) * t[1], [x, y])
    np.testing.assert_allclose(np.asarray(value), [(1 + 4) * 2, (9 + 1) * 0.5])
    np.testing.assert_allclose(
        np.asarray(gradients[0]), [[2 * 1 * 2, 2 * 2 * 2], [2 * 3 * 0.5, -2 * 1 * 0.5]]
    )
    np.testing.assert_allclose(np.asarray(gradients[1]), [5, 10])


def test_what_nothing_depends_on_has_a_gradient_of_zeros():
    x = np.ones((2, 3), "float32")
    _, gradients = value_and_gradients(lambda t: keras.ops.sum(t[0]), [x, x])
    np.testing.assert_array_equal(np.asarray(gradients[1]), np.zeros((2, 3)))


def test_another_backend_is_refused(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(UsageError, match=r"tensorflow or jax backend\. Received: torch"):
        value_and_gradients(lambda t: t[0], [np.ones(2)])
