"""The registry of backends, and what every backend must do, here on TensorFlow."""

import keras
import pytest
import tensorflow as tf

from ablation.app.training import backends
from ablation.app.training.backends import BACKENDS, backend_name
from ablation.app.training.train import train_cell
from ablation.errors import UsageError
from tests.app.training.conformance import BackendConformance
from tests.app.training.small import schedule, small_problem


@pytest.mark.slow
class TestTensorFlow(BackendConformance):
    name = "tensorflow"


@pytest.mark.parametrize("name", ["jaxx", "openvino"])
def test_a_backend_that_is_not_there_is_refused_with_what_to_do(monkeypatch, name):
    monkeypatch.setenv("KERAS_BACKEND", name)
    with pytest.raises(UsageError, match=rf"tensorflow, jax, torch\. Received: {name}\. Unset KERAS_BACKEND"):
        backend_name()


@pytest.mark.parametrize("work", [backends.device, backends.loop])
def test_so_is_one_that_a_file_of_the_users_names(monkeypatch, work):
    monkeypatch.setattr(keras.backend, "backend", lambda: "openvino")
    with pytest.raises(UsageError, match=r"Received: openvino\. .*KERAS_BACKEND"):
        work()


def test_keras_default_is_the_first(monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    assert backend_name() == next(iter(BACKENDS)) == "tensorflow"


def test_a_device_without_memory_is_a_memory_error(monkeypatch):
    def full(*_):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")
        yield

    monkeypatch.setattr("ablation.app.training.tensorflow.loop.train", full)
    with pytest.raises(MemoryError, match="OOM when allocating"):
        next(train_cell(small_problem(), schedule(), [0]))


def test_another_error_stays_what_it_is(monkeypatch):
    def broken(*_):
        raise ValueError("no luck")
        yield

    monkeypatch.setattr("ablation.app.training.tensorflow.loop.train", broken)
    with pytest.raises(ValueError, match="no luck"):
        next(train_cell(small_problem(), schedule(), [0]))
