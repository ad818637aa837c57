"""What JAX computes for the runs of a pack, as pure functions.

On GPUs the gradients of the runs are those of the sum of their losses. Gradients mapped one by one are the
same numbers, but of that of each filter XLA makes a forward convolution there, with a window as large as the
image, for which cuDNN has no good kernel (https://github.com/jax-ml/jax/issues/17523). On CPUs it is the sum
that is slow: a step of two of the article's runs took 2.4 times as long.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from ablation.app.training.flat import FlatWeights
from ablation.app.training.jax.state import State, Tensors
from ablation.app.training.optimizers import optimizer_of
from ablation.app.training.problem import Problem, Schedule, in_float32, losses_of, n_images, training_batch

_PROBED_AT_ONCE = 8  # runs: a probe may look at more images than a batch has, and must not need more memory


class Steps:
    """The computations of a problem; all that differs between runs is an argument, with a leading axis.

    So are the data, and the numbers of schedule and network that runs have for themselves: programs of cells
    that differ in them are the same.

    Args:
        problem: network, losses and probes.
        schedule: its epochs and batch size.
        for_gpu: how gradients are taken.

    Attributes:
        types: of the numbers that a run has for itself, by name: `learning_rate` and `decay` of its
            schedule, and those of the network.
    """

    def __init__(self, problem: Problem, schedule: Schedule, for_gpu: bool) -> None:
        self.for_gpu = for_gpu
        self.problem, self.schedule, self.network = problem, schedule, problem.network
        self._flat = FlatWeights(self.network)
        self.optimizer = optimizer_of(schedule, self._flat, schedule.learning_rate)
        self.optimizer.build([keras.Variable(np.zeros(self._flat.size, np.float32), name="weights")])
        ours = [id(v) for v in self.optimizer.variables]
        self._iterations = ours.index(id(self.optimizer.iterations))
        self._rate = ours.index(id(self.optimizer.learning_rate))
        rates = dict.fromkeys(("learning_rate", "decay"), "float32")
        self.types = {**rates, **{name: v.dtype for name, v in problem.numbers.items()}}

    def epoch(self, state: State, order: Any, train: Any) -> tuple[State, Any]:
        """The steps of `order`, (runs, steps, batch) → the state after them and the mean losses, (runs,)."""

        def step(carried: tuple[State, Any], indices: Any) -> tuple[tuple[State, Any], None]:
            return self.step(carried, indices, train), None

        n_runs, n_steps, _ = order.shape
        (state, total), _ = jax.lax.scan(step, (state, jnp.zeros(n_runs)), order.swapaxes(0, 1))
        return state, total / n_steps

    def step(self, carried: tuple[State, Any], indices: Any, train: Any) -> tuple[State, Any]:
        """One gradient step of each run.

        Args:
            carried: state of the runs, and the sums of their losses so far, (runs,).
            indices: of the training images of the batches, (runs, batch).
            train: name → all training images.

        Returns:
            The same after the step; the losses added are those before it.
        """
        state, total = carried

        def at(places: Any) -> dict[str, Any]:
            return {name: array[places] for name, array in train.items()}

        batches = training_batch(self.problem, at, indices)
        losses, others, gradients = self._gradients(state, batches)
        vectors, optimizer = jax.vmap(self._update)(state.weights, state.optimizer, gradients, state.numbers)
        return State(vectors, others, optimizer, state.numbers), total + losses

    def _gradients(self, state: State, batches: Mapping[str, Any]) -> tuple[Any, Tensors, Tensors]:
        """Of each run: the loss, what became of `others`, and the gradients."""
        weights = jax.vmap(self._flat.split)(state.weights)
        rest = state.others, state.numbers, batches
        if not self.for_gpu:
            mapped = jax.vmap(jax.value_and_grad(self._loss, has_aux=True))
            (losses, after), gradients = mapped(weights, *rest)
            return losses, after, gradients

        def total(weights: Tensors) -> tuple[Any, tuple[Any, Tensors]]:
            losses, after = jax.vmap(self._loss)(weights, *rest)
            return losses.sum(), (losses, after)

        (_, (losses, after)), gradients = jax.value_and_grad(total, has_aux=True)(weights)
        return losses, after, gradients

    def _loss(
        self, weights: Tensors, others: Tensors, numbers: Mapping[str, Any], batch: Mapping[str, Any]
    ) -> tuple[Any, Tensors]:
        """The mean loss of one run on a batch, a scalar, and what became of `others`."""
        with self._holding(weights, others, numbers) as scope:
            loss = jnp.mean(losses_of(self.problem, batch, training=True)["loss"])
        return loss, self._others_after(scope)

    def _update(
        self, vector: Any, optimizer: Tensors, gradients: Tensors, numbers: Mapping[str, Any]
    ) -> tuple[Any, Tensors]:
        """Weights and optimiser of one run after a step along its gradients."""
        optimizer = list(optimizer)
        schedule = replace(self.schedule, learning_rate=numbers["learning_rate"], decay=numbers["decay"])
        optimizer[self._rate] = schedule.rates()(optimizer[self._iterations])
        gradient = self._flat.join(gradients)
        (vector,), optimizer = self.optimizer.stateless_apply(optimizer, [gradient], [vector])
        return vector, optimizer

    def measure(self, states: State, test: Any, mask: Any) -> tuple[State, dict[str, Any]]:
        """The mean of each loss over the test images, (batches, batch, …); `mask` is false at fillings."""
        measured: tuple[State, dict[str, Any]] = jax.vmap(self._measure, (0, None, None))(states, test, mask)
        return measured

    def _measure(self, state: State, test: Any, mask: Any) -> tuple[State, dict[str, Any]]:
        """See `measure`, for one run."""
        weights = self._flat.split(state.weights)

        def add(carried: tuple[Tensors, Any], batch: Any) -> tuple[Any, None]:
            (others, sums), (images, counts) = carried, batch
            with self._holding(weights, others, state.numbers) as scope:
                losses = losses_of(self.problem, images, training=False)
            others = self._others_after(scope)
            # A masked infinity would still be no number, hence `where` and not a product.
            return (
                others,
                {k: s + jnp.sum(jnp.where(counts, losses[k], 0.0)) for k, s in sums.items()},
            ), None

        zeros = {name: jnp.zeros(()) for name in self.problem.loss_names}
        (others, sums), _ = jax.lax.scan(add, (state.others, zeros), (test, mask))
        n = n_images(self.problem.test)
        return state._replace(others=others), {name: total / n for name, total in sums.items()}

    def probe(self, states: State, data: Any) -> list[dict[str, Any]]:
        """What the probes measure on each run of a pack, a few runs at a time."""

        def measure(state: State) -> list[dict[str, Any]]:
            with self._holding(self._flat.split(state.weights), state.others, state.numbers):
                pairs = zip(self.problem.probes, data, strict=True)
                return [in_float32(probe.measure(self.network, arrays)) for probe, arrays in pairs]

        return list(jax.lax.map(measure, states, batch_size=_PROBED_AT_ONCE))

    def _holding(self, weights: Tensors, others: Tensors, numbers: Mapping[str, Any]) -> keras.StatelessScope:
        """A scope in which the network computes with these values; its own variables stay as they are."""
        variables = [*self._flat.variables, *self.network.non_trainable_variables]
        held = list(zip(variables, [*weights, *others], strict=True))
        return keras.StatelessScope(
            [*held, *((v, numbers[name]) for name, v in self.problem.numbers.items())]
        )

    def _others_after(self, scope: keras.StatelessScope) -> Tensors:
        """Statistics and random generators as a computation has left them."""
        return [scope.get_current_value(v) for v in self.network.non_trainable_variables]
