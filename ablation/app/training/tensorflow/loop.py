"""The TensorFlow loop: one traced function per epoch, which never returns to Python between steps.

`model.fit` returns to Python for every batch; here an epoch is one `tf.while_loop` over a tensor of images,
and the optimiser updates one vector instead of each weight. Times of both are in docs/benchmarks.md.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ablation.app.training.problem import (
    Problem,
    Schedule,
    losses_of,
    n_images,
    training_batch,
    whole_batches,
)
from ablation.app.training.serial import SerialLoop
from ablation.results.outcome import Outcome

_TEST_BATCH = 500  # images measured at once: bounds memory, changes no result beyond rounding


def train(problem: Problem, schedule: Schedule, seeds: Sequence[int], pack: str) -> Iterator[Outcome]:  # noqa: ARG001
    """Train one seed after another, whatever `pack` allows; see `backends.Loop`."""
    return map(TensorFlowLoop(problem, schedule).train, seeds)


def value_and_gradients(
    function: Callable[[list[Any]], Any], tensors: Sequence[Any]
) -> tuple[Any, list[Any]]:
    """The value of a function, and the gradient of its sum; see `backends.Loop`."""
    tensors = [tf.convert_to_tensor(t) for t in tensors]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(tensors)
        value = function(tensors)
    return value, tape.gradient(value, tensors, unconnected_gradients="zero")


class TensorFlowLoop(SerialLoop):
    """A network traced once, ready to be trained from any seed."""

    def __init__(self, problem: Problem, schedule: Schedule) -> None:
        start = time.perf_counter()
        super().__init__(problem, schedule)
        self._train = {name: tf.constant(array) for name, array in problem.train.items()}
        test, mask = whole_batches(problem.test, _TEST_BATCH)
        self._test, self._test_mask = {k: tf.constant(v) for k, v in test.items()}, tf.constant(mask)
        self._probe_data = [{k: tf.constant(v) for k, v in probe.data.items()} for probe in problem.probes]
        on_gpu = bool(tf.config.list_logical_devices("GPU"))
        # On a CPU, XLA took ten times as long to compile and to run; for GPUs it is a guess, not measured.
        options = {"autograph": False, "jit_compile": on_gpu}
        order, count = tf.TensorSpec((None, schedule.batch_size), tf.int32), tf.TensorSpec((), tf.int32)
        self._epoch = tf.function(self._train_epoch, input_signature=[order, count], **options)
        self._measure = tf.function(self._measure_test, input_signature=[count], **options)
        # Once a run: compiling it by XLA would take longer than it saves.
        self._probe = tf.function(self._measure_probes, input_signature=[], autograph=False)
        self._warm_up()
        self.compile_seconds = time.perf_counter() - start

    def _take_epoch(self, order: np.ndarray) -> float:
        """Take a step for each row of `order`; return the mean loss."""
        return float(self._epoch(tf.constant(order), len(order)))

    def _measured(self) -> dict[str, Any]:
        """The mean of each loss over the test images."""
        measured: dict[str, Any] = self._measure(len(self._test_mask))
        return measured

    def _probed(self) -> list[dict[str, np.ndarray]]:
        """What the problem's probes measure on the network as it is."""
        return [{name: tensor.numpy() for name, tensor in tensors.items()} for tensors in self._probe()]

    def _train_epoch(self, order: Any, n_steps: Any) -> Any:
        """Take a step for each of the first `n_steps` rows of `order`; return the mean loss, a scalar."""

        def at(places: Any) -> dict[str, Any]:
            return {name: tf.gather(array, places) for name, array in self._train.items()}

        def step(i: Any, total: Any) -> tuple[Any, Any]:
            return i + 1, total + self._step(training_batch(self.problem, at, order[i]))

        start = (tf.constant(0), tf.constant(0.0))
        _, total = tf.while_loop(lambda i, _: i < n_steps, step, start, parallel_iterations=1)
        for variable, value in zip(self._flat.variables, self._flat.split(self._weights.value), strict=True):
            variable.assign(value)
        return total / tf.cast(n_steps, tf.float32)

    def _step(self, batch: dict[str, Any]) -> Any:
        """One gradient step of the vector on a batch; return its loss before the step."""
        values = self._flat.split(self._weights.value)
        held = list(zip(self._flat.variables, values, strict=True))
        with tf.GradientTape() as tape, keras.StatelessScope(held) as scope:
            tape.watch(values)
            loss = tf.reduce_mean(losses_of(self.problem, batch, training=True)["loss"])
        gradients = tape.gradient(loss, values, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        self.optimizer.apply([self._flat.join(gradients)], [self._weights])
        for variable in self.network.non_trainable_variables:
            changed = scope.get_current_value(variable)
            if changed is not None:
                variable.assign(changed)
        return loss

    def _measure_test(self, n_batches: Any) -> dict[str, Any]:
        """The sum of each loss over so many batches of test images, divided by the number of all; scalars."""

        def measure(i: Any, sums: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
            batch, mask = {name: array[i] for name, array in self._test.items()}, self._test_mask[i]
            losses = losses_of(self.problem, batch, training=False)
            # A masked infinity would still be no number, hence `where` and not a product.
            return i + 1, {k: s + tf.reduce_sum(tf.where(mask, losses[k], 0.0)) for k, s in sums.items()}

        start = (tf.constant(0), {name: tf.constant(0.0) for name in self.problem.loss_names})
        _, sums = tf.while_loop(lambda i, _: i < n_batches, measure, start, parallel_iterations=1)
        return {name: total / n_images(self.problem.test) for name, total in sums.items()}

    def _warm_up(self) -> None:
        """Trace and optimise the functions, so that the first seed is not charged for it.

        They take no step, but get arrays of the sizes to come: XLA compiles for each size anew.
        """
        batch_size = self.schedule.batch_size
        n_steps = n_images(self.problem.train) // batch_size
        self._epoch(tf.zeros((n_steps, batch_size), tf.int32), 0)
        self._measure(0)
        self._probe.get_concrete_function()
