import gc
import os
import re

import pytest
import tensorflow as tf

from ablation.app.training.devices import _threads_of_environment, prepare_device

pytestmark = pytest.mark.skipif(bool(tf.config.list_physical_devices("GPU")), reason="names of CPUs")


@pytest.fixture(autouse=True)
def started():
    """TensorFlow has done something, so that its threads are given."""
    tf.constant(1) + 1


@pytest.mark.parametrize(("told", "n"), [("4,2", 4), ("3", 3), ("", None), ("many", None)])
def test_threads_are_told_as_openmp_has_it(monkeypatch, told, n):
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    assert _threads_of_environment() == n


def test_the_device_is_named_with_its_threads(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    name = prepare_device(None)
    n = int(re.fullmatch(r"CPU, (\d+) threads?", name)[1])
    assert n == (tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count())
    assert name.endswith("threads") == (n != 1)


@pytest.mark.parametrize("threads", [None, 1, 2, 64])
@pytest.mark.parametrize("environment", ["1", "3"])
def test_a_later_call_changes_nothing(monkeypatch, threads, environment):
    before = prepare_device(None)
    monkeypatch.setenv("OMP_NUM_THREADS", environment)
    assert prepare_device(threads) == before


@pytest.mark.parametrize(
    ("threads", "omp", "expected"), [(1, "2", 1), (None, "2", 2), (3, None, 3), (None, None, None)]
)
def test_the_given_threads_come_before_those_of_the_launcher(monkeypatch, threads, omp, expected):
    asked = []
    monkeypatch.setattr(tf.config.threading, "set_intra_op_parallelism_threads", asked.append)
    monkeypatch.setattr(tf.config.threading, "set_inter_op_parallelism_threads", asked.append)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if omp:
        monkeypatch.setenv("OMP_NUM_THREADS", omp)
    prepare_device(threads)
    assert asked == ([] if expected is None else [expected, expected])


def test_garbage_is_not_looked_for_among_what_was_imported():
    prepare_device(None)
    frozen = gc.get_freeze_count()
    assert frozen > 100_000
    prepare_device(None)
    assert gc.get_freeze_count() <= frozen, "what came later is collected as ever"
