"""What is trained and what comes back, whatever the backend."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from ablation.errors import UsageError

Losses = Callable[[dict[str, Any], Any], dict[str, Any]]


@dataclass(frozen=True)
class Problem:
    """A network and what it shall learn.

    Args:
        network: images (batch, …) → a dictionary of outputs.
        losses: (outputs, images) → a tensor (batch,) for each of `loss_names`.
        loss_names: what `losses` returns; the mean of `loss` is minimised.
        train: what it learns from, float32 (n, …).
        test: what the responses are measured on, float32 (n, …).
    """

    network: keras.Model
    losses: Losses
    loss_names: tuple[str, ...]
    train: np.ndarray
    test: np.ndarray


@dataclass(frozen=True)
class Schedule:
    """How long and how fast.

    Args:
        epochs: passes over the training images.
        batch_size: images per step.
        learning_rate: of Adam at the first step.
        decay: the rate at step t is learning_rate / (1 + decay · t).
    """

    epochs: int
    batch_size: int
    learning_rate: float
    decay: float

    def optimizer(self) -> keras.optimizers.Optimizer:
        """Adam with inverse-time decay."""
        rate = keras.optimizers.schedules.InverseTimeDecay(self.learning_rate, 1, self.decay)
        return keras.optimizers.Adam(rate)


@dataclass(frozen=True)
class Trained:
    """One run.

    Args:
        seed: of the run.
        responses: of the trained network: the losses on the test images, `train_loss` (mean over the last
            epoch), `n_parameters`, `train_seconds` (steps alone: no tracing, no measuring).
        history: per epoch, `train_loss` and the losses on the test images (`test_loss`, …).
    """

    seed: int
    responses: dict[str, float]
    history: dict[str, list[float]]


def train_cell(problem: Problem, schedule: Schedule, seeds: Sequence[int]) -> Iterator[Trained]:
    """Train the same network from each seed; yield each run as soon as it is finished.

    A run whose loss is no longer finite ends at once and comes back with that loss.

    Args:
        problem: network, losses and data. The network is built once and re-initialised for each seed.
        schedule: epochs and rates.
        seeds: at least 0 each.

    Raises:
        UsageError: there are fewer images than one batch, or Keras runs on a backend without a loop here.
    """
    if schedule.batch_size > len(problem.train):
        raise UsageError(
            f"training.batch_size: expected at most the number of training images, {len(problem.train)}. "
            f"Received: {schedule.batch_size}"
        )
    if keras.backend.backend() != "tensorflow":
        raise UsageError(
            f"Training runs on Keras' tensorflow backend. Received: {keras.backend.backend()}. "
            "Unset KERAS_BACKEND, or set it to tensorflow."
        )
    from ablation.training.tensorflow_loop import TensorFlowLoop

    loop = TensorFlowLoop(problem, schedule)
    for seed in seeds:
        yield loop.train(seed)
