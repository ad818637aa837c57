"""One seed after another, as TensorFlow and PyTorch train: what their loops share."""

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from ablation.app.training.finish import finish
from ablation.app.training.flat import FlatWeights
from ablation.app.training.optimizers import optimizer_of
from ablation.app.training.problem import Arrays, Problem, Schedule, in_float32, order_of
from ablation.app.training.seeding import initial_values
from ablation.results.outcome import Outcome


class SerialLoop(ABC):
    """A network built once, ready to be trained from any seed.

    Args:
        problem: network, losses, data and probes.
        schedule: how long and how fast.

    Attributes:
        compile_seconds: what the seeds of a cell share: until the first can start.
    """

    compile_seconds: float
    _probe_data: Sequence[Mapping[str, Any]]

    def __init__(self, problem: Problem, schedule: Schedule) -> None:
        self.problem, self.schedule, self.network = problem, schedule, problem.network
        self._flat = FlatWeights(self.network)
        self._weights = keras.Variable(np.zeros(self._flat.size, np.float32), name="weights")
        self.optimizer = optimizer_of(schedule, self._flat, schedule.rates())
        self.optimizer.build([self._weights])
        # Copies: what PyTorch gives on a CPU is the memory that training goes on to change.
        self._fresh_optimizer = [np.array(ops.convert_to_numpy(v)) for v in self.optimizer.variables]

    @abstractmethod
    def _take_epoch(self, order: np.ndarray) -> float:
        """Take a step for each row of `order`, int32 (steps, batch); return the mean loss."""

    @abstractmethod
    def _measured(self) -> Mapping[str, Any]:
        """The mean of each loss over the test images."""

    @abstractmethod
    def _probed(self) -> Sequence[Arrays]:
        """What the problem's probes measure on the network as it is."""

    def train(self, seed: int) -> Outcome:
        """Train from this seed, from scratch."""
        self._reset(seed)
        history: dict[str, list[float]] = {"train_loss": []}
        costs = {"train_seconds": 0.0, "measure_seconds": 0.0, "compile_seconds": self.compile_seconds}
        for epoch in range(self.schedule.epochs):
            order = order_of(self.problem, seed, epoch, self.schedule.batch_size)
            start = time.perf_counter()
            history["train_loss"].append(self._take_epoch(order))
            trained = time.perf_counter()
            for name, value in self._measured().items():
                history.setdefault(f"test_{name}", []).append(float(value))
            costs["train_seconds"] += trained - start
            costs["measure_seconds"] += time.perf_counter() - trained
            if not math.isfinite(history["train_loss"][-1]):
                break
        weights = {v.path: np.array(ops.convert_to_numpy(v)) for v in self.network.weights}
        provenance = {"backend": keras.backend.backend(), "pack": "1"}
        return finish(self.problem, seed, history, costs, self._probed, weights, provenance)

    def _measure_probes(self) -> list[dict[str, Any]]:
        """What each probe measures, as tensors."""
        pairs = zip(self.problem.probes, self._probe_data, strict=True)
        return [in_float32(probe.measure(self.network, data)) for probe, data in pairs]

    def _reset(self, seed: int) -> None:
        """Back to the start of a run: weights, random generators, optimiser."""
        for variable, value in zip(self.network.variables, initial_values(self.network, seed), strict=True):
            variable.assign(value)
        self._weights.assign(self._flat.join([v.value for v in self._flat.variables]))
        for variable, value in zip(self.optimizer.variables, self._fresh_optimizer, strict=True):
            variable.assign(value)
