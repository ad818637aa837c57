"""The PyTorch loop: plain eager steps, the optimiser on one vector of which the weights are views."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from keras import ops

from ablation.app.training.problem import Losses, Problem, Schedule, losses_of, n_images, training_batch
from ablation.app.training.serial import SerialLoop
from ablation.results.outcome import Outcome

_TEST_BATCH = 500  # images measured at once: bounds memory, changes no result beyond rounding


def train(problem: Problem, schedule: Schedule, seeds: Sequence[int], pack: str) -> Iterator[Outcome]:  # noqa: ARG001
    """Train one seed after another, whatever `pack` allows; see `backends.Loop`."""
    return map(TorchLoop(problem, schedule).train, seeds)


def value_and_gradients(
    function: Callable[[list[Any]], Any], tensors: Sequence[Any]
) -> tuple[Any, list[Any]]:
    """The value of a function, and the gradient of its sum; see `backends.Loop`."""
    leaves = [ops.convert_to_tensor(t).detach().requires_grad_() for t in tensors]
    with torch.enable_grad():
        value = function(leaves)
        gradients = torch.autograd.grad(value.sum(), leaves, materialize_grads=True)
    return value.detach(), list(gradients)


class TorchLoop(SerialLoop):
    """A network whose weights lie in one vector, ready to be trained from any seed."""

    def __init__(self, problem: Problem, schedule: Schedule) -> None:
        start = time.perf_counter()
        super().__init__(replace(problem, losses=_with_nan(problem.losses)), schedule)
        self._parameters = [v.value for v in self._flat.variables]
        # From now on a step of the vector is one of the network.
        for parameter, part in zip(self._parameters, self._flat.split(self._weights.value), strict=True):
            parameter.data = part.detach()
        self._train = _tensors(problem.train)
        self._test = _tensors(problem.test)
        self._probe_data = [_tensors(probe.data) for probe in problem.probes]
        self.compile_seconds = time.perf_counter() - start

    def _take_epoch(self, order: np.ndarray) -> float:
        """Take a step for each row of `order`; the host waits for the device once, for the mean loss."""
        losses = [self._step(indices) for indices in ops.convert_to_tensor(order)]
        return float(torch.stack(losses).mean())

    def _step(self, indices: Any) -> Any:
        """One gradient step on the images of these indices; return their loss before the step."""

        def at(places: Any) -> dict[str, Any]:
            return {name: array[places] for name, array in self._train.items()}

        batch = training_batch(self.problem, at, indices)
        loss = losses_of(self.problem, batch, training=True)["loss"].mean()
        gradients = torch.autograd.grad(loss, self._parameters, materialize_grads=True)
        self.optimizer.apply([self._flat.join(gradients)], [self._weights])
        return loss.detach()

    def _measured(self) -> dict[str, Any]:
        """The mean of each loss over the test images."""
        n = n_images(self.problem.test)
        sums = dict.fromkeys(self.problem.loss_names, 0.0)
        with torch.no_grad():
            for first in range(0, n, _TEST_BATCH):
                batch = {name: array[first : first + _TEST_BATCH] for name, array in self._test.items()}
                losses = losses_of(self.problem, batch, training=False)
                sums = {name: total + losses[name].sum() for name, total in sums.items()}
        return {name: total / n for name, total in sums.items()}

    def _probed(self) -> list[dict[str, np.ndarray]]:
        """What each probe measures."""
        with torch.no_grad():
            measured = self._measure_probes()
        return [{name: ops.convert_to_numpy(t) for name, t in tensors.items()} for tensors in measured]

    def _reset(self, seed: int) -> None:
        """Back to the start of a run."""
        torch.manual_seed(seed)  # Keras' layers draw from this generator where their author gave them no seed
        super()._reset(seed)


def _with_nan(losses: Losses) -> Losses:
    """The same losses, NaN where an output of the network is NaN.

    PyTorch's cross-entropy refuses NaN: by an error on a CPU, by the end of the process on a GPU.
    """

    def nan_passes(outputs: dict[str, Any], batch: Mapping[str, Any]) -> dict[str, Any]:
        finite = {name: torch.where(torch.isnan(t), 0.5, t) for name, t in outputs.items()}
        lost = sum(torch.where(torch.isnan(t), t, 0.0).flatten(1).sum(1) for t in outputs.values())
        return {name: loss + lost for name, loss in losses(finite, batch).items()}

    return nan_passes


def _tensors(arrays: Any) -> dict[str, Any]:
    """The arrays on the device."""
    return {name: ops.convert_to_tensor(array) for name, array in arrays.items()}
