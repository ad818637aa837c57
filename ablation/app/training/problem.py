"""What is trained and measured, on any backend."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np

from ablation.app.training.augment import WAYS, moved
from ablation.app.training.seeding import epoch_order

if TYPE_CHECKING:
    from ablation.app.config import Training

Arrays = Mapping[str, np.ndarray]
Losses = Callable[[dict[str, Any], Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Measured:
    """The result of a probe in one run.

    Args:
        responses: name → number.
        arrays: name → array, kept beside the rows for the report.
    """

    responses: Mapping[str, float] = field(default_factory=dict)
    arrays: Arrays = field(default_factory=dict)


@dataclass(frozen=True)
class Probe:
    """Something to measure on every trained network, in two steps.

    Args:
        measure: (network, data) → name → tensor. Traced once, and on JAX run for all seeds at once: Keras
            operations alone, no NumPy and no branches on values.
        summarise: name → array of one run → what is kept of it. NumPy, after the network is done.
        data: name → (n, …), what `measure` looks at.
    """

    measure: Callable[[keras.Model, Mapping[str, Any]], dict[str, Any]]
    summarise: Callable[[Arrays], Measured]
    data: Arrays


@dataclass(frozen=True)
class Problem:
    """A network and what it learns.

    Args:
        network: takes the arrays of `train` that its inputs are named after (see `inputs_of`) and returns a
            dictionary of outputs.
        losses: (outputs, batch) → a tensor (batch,) for each of `loss_names`; `batch` has all names of
            `train`.
        loss_names: what `losses` returns; the mean of `loss` is minimised.
        train: what it learns from, name → float32 (n, …), the same n everywhere.
        test: what the responses are measured on, likewise.
        probes: what else is measured once the network is trained.
        moved: names of arrays whose images move at random while training, all the same way.
        numbers: name → a scalar variable of the network, no weight, of which each run has a value of its own.
    """

    network: keras.Model
    losses: Losses
    loss_names: tuple[str, ...]
    train: Arrays
    test: Arrays
    probes: tuple[Probe, ...] = ()
    moved: tuple[str, ...] = ()
    numbers: Mapping[str, keras.Variable] = field(default_factory=dict)


class Run(NamedTuple):
    """A run of a pack whose runs differ in more than their seeds.

    Args:
        seed: at least 0.
        numbers: name → value, of each of `Problem.numbers`; `learning_rate` and `decay` where they are not
            those of the schedule.
    """

    seed: int
    numbers: Mapping[str, float]


def inputs_of(network: keras.Model, batch: Mapping[str, Any]) -> Any:
    """The network's argument: the one array named after its input, or a dictionary of arrays."""
    names = [tensor.name for tensor in network.inputs]
    return batch[names[0]] if len(names) == 1 else {name: batch[name] for name in names}


def order_of(problem: Problem, seed: int, epoch: int, batch_size: int) -> np.ndarray:
    """The images of each step of an epoch, and how they move; see `epoch_order`."""
    return epoch_order(seed, epoch, n_images(problem.train), batch_size, WAYS if problem.moved else 1)


def training_batch(problem: Problem, at: Callable[[Any], dict[str, Any]], indices: Any) -> dict[str, Any]:
    """The batch of a training step.

    Args:
        problem: with the images that move.
        at: places of training images → what there is of them, by name.
        indices: as `order_of` gives them, integers (…).
    """
    if not problem.moved:
        return at(indices)
    n = n_images(problem.train)
    batch, ways = at(indices % n), indices // n
    return {name: moved(x, ways) if name in problem.moved else x for name, x in batch.items()}


def losses_of(problem: Problem, batch: Mapping[str, Any], training: bool) -> dict[str, Any]:
    """The losses of each image of a batch, float32 (batch,) per name, whatever the network's precision."""
    outputs = problem.network(inputs_of(problem.network, batch), training=training)
    return problem.losses(in_float32(outputs), batch)


def in_float32(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """The tensors, those of lower precision cast."""
    return {
        name: keras.ops.cast(tensor, "float32")
        if keras.backend.standardize_dtype(tensor.dtype) in ("bfloat16", "float16")
        else tensor
        for name, tensor in tensors.items()
    }


def n_images(arrays: Arrays) -> int:
    """How many images the arrays describe."""
    return len(next(iter(arrays.values())))


def whole_batches(arrays: Arrays, most: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Arrays as (n_batches, batch, …), the last batch filled up, and a mask that is false where it was.

    Args:
        arrays: name → (n, …).
        most: images of a batch at most.
    """
    n = n_images(arrays)
    index = np.arange(n + -n % min(most, n)).reshape(-1, min(most, n))
    return {name: array[index % n] for name, array in arrays.items()}, index < n


@dataclass(frozen=True)
class Schedule:
    """Number of epochs, batch size, learning rate and optimiser.

    Args:
        epochs: passes over the training images.
        batch_size: images per step.
        learning_rate: at the first step.
        decay: the rate at step t is learning_rate / (1 + decay · t).
        optimizer: of `ablation.app.training.optimizers`.
        weight_decay: of `adamw` and `muon`.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    decay: float
    optimizer: str = "adam"
    weight_decay: float = 0.0

    @classmethod
    def of(cls, training: "Training") -> "Schedule":
        """The schedule of a configuration."""
        names = (each.name for each in fields(cls))
        return cls(**{name: getattr(training, name) for name in names})

    def rates(self) -> keras.optimizers.schedules.LearningRateSchedule:
        """Steps taken → learning rate."""
        return keras.optimizers.schedules.InverseTimeDecay(self.learning_rate, 1, self.decay)
