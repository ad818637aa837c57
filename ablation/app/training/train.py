"""Trains a cell from each seed, on whatever backend Keras has."""

from collections.abc import Iterator, Sequence

from ablation.app.training.backends import device, loop
from ablation.app.training.problem import Problem, Run, Schedule, n_images
from ablation.errors import UsageError
from ablation.results.outcome import Outcome


def train_cell(
    problem: Problem, schedule: Schedule, seeds: Sequence[int | Run], pack: str = "auto"
) -> Iterator[Outcome]:
    """Train the same network from each seed, on the backend of Keras' setting; see `backends.Loop.train`.

    Raises:
        UsageError: there are fewer images than one batch, or Keras runs on a backend that cannot train here.
        MemoryError: the device has no memory left.
    """
    n_train = n_images(problem.train)
    if schedule.batch_size > n_train:
        raise UsageError(
            f"training.batch_size: expected at most the number of training images, {n_train}. "
            f"Received: {schedule.batch_size}"
        )
    try:
        yield from loop().train(problem, schedule, seeds, pack)
    except Exception as error:
        if device().is_out_of_memory(error):
            raise MemoryError(str(error)) from error
        raise
