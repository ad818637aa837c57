"""What JAX computes for one run, as pure functions; `jax_loop` maps them over the runs of a pack."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from ablation.training.cell import Problem, Schedule, in_float32, losses_of, n_images
from ablation.training.flat import FlatWeights
from ablation.training.jax_state import State, Tensors

_PROBED_AT_ONCE = 8  # runs: a probe may look at more images than a batch has, and shall not set the memory


class Steps:
    """The computations of a problem; all that differs between runs is an argument.

    So are the numbers of the schedule and the data: programs of cells that differ in them are the same.

    Args:
        problem: network, losses and probes.
        schedule: its epochs and batch size.
    """

    def __init__(self, problem: Problem, schedule: Schedule) -> None:
        self.problem, self.schedule, self.network = problem, schedule, problem.network
        self._flat = FlatWeights(self.network)
        self.optimizer = keras.optimizers.Adam(schedule.learning_rate)
        self.optimizer.build([keras.Variable(np.zeros(self._flat.size, np.float32), name="weights")])
        ours = [id(v) for v in self.optimizer.variables]
        self._iterations = ours.index(id(self.optimizer.iterations))
        self._rate = ours.index(id(self.optimizer.learning_rate))

    def epoch(self, state: State, order: Any, rates: Mapping[str, Any], train: Any) -> tuple[State, Any]:
        """One step per row of `order`, (steps, batch) → the state after it and the mean loss, a scalar."""

        def step(carried: tuple[State, Any], indices: Any) -> tuple[tuple[State, Any], None]:
            return self.step(carried, indices, rates, train), None

        (state, total), _ = jax.lax.scan(step, (state, jnp.zeros(())), order)
        return state, total / len(order)

    def step(
        self, carried: tuple[State, Any], indices: Any, rates: Mapping[str, Any], train: Any
    ) -> tuple[State, Any]:
        """One gradient step.

        Args:
            carried: state of the run, and the sum of the losses so far, a scalar.
            indices: of the training images of the batch.
            rates: `learning_rate` and `decay` of the schedule.
            train: name → all training images.

        Returns:
            The same after the step; the loss added is the one before it.
        """
        state, total = carried
        batch = {name: array[indices] for name, array in train.items()}

        def loss_of(weights: Tensors) -> tuple[Any, Tensors]:
            with self._holding(weights, state.others) as scope:
                loss = jnp.mean(losses_of(self.problem, batch, training=True)["loss"])
            return loss, self._others_after(scope)

        weights = self._flat.split(state.weights)
        (loss, others), gradients = jax.value_and_grad(loss_of, has_aux=True)(weights)
        optimizer = list(state.optimizer)
        optimizer[self._rate] = replace(self.schedule, **rates).rates()(optimizer[self._iterations])
        gradient = self._flat.join(gradients)
        (vector,), optimizer = self.optimizer.stateless_apply(optimizer, [gradient], [state.weights])
        return State(vector, others, optimizer), total + loss

    def measure(self, state: State, test: Any, mask: Any) -> tuple[State, dict[str, Any]]:
        """The mean of each loss over the test images, (batches, batch, …); `mask` is false at fillings."""
        weights = self._flat.split(state.weights)

        def add(carried: tuple[Tensors, Any], batch: Any) -> tuple[Any, None]:
            (others, sums), (images, counts) = carried, batch
            with self._holding(weights, others) as scope:
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
            with self._holding(self._flat.split(state.weights), state.others):
                pairs = zip(self.problem.probes, data, strict=True)
                return [in_float32(probe.measure(self.network, given)) for probe, given in pairs]

        return list(jax.lax.map(measure, states, batch_size=_PROBED_AT_ONCE))

    def _holding(self, weights: Tensors, others: Tensors) -> keras.StatelessScope:
        """A scope in which the network computes with these values; its own variables stay as they are."""
        variables = [*self._flat.variables, *self.network.non_trainable_variables]
        return keras.StatelessScope(list(zip(variables, [*weights, *others], strict=True)))

    def _others_after(self, scope: keras.StatelessScope) -> Tensors:
        """Statistics and random generators as a computation has left them."""
        return [scope.get_current_value(v) for v in self.network.non_trainable_variables]
