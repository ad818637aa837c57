"""What is trained and what comes back, whatever the backend."""

from collections.abc import Iterator, Sequence

import keras

from ablation.app.training.devices import check_backend
from ablation.app.training.problem import Problem, Schedule, n_images
from ablation.errors import UsageError
from ablation.results.outcome import Outcome


def train_cell(
    problem: Problem, schedule: Schedule, seeds: Sequence[int], pack: str = "auto"
) -> Iterator[Outcome]:
    """Train the same network from each seed; yield each run as soon as it is finished.

    TensorFlow trains one after another, JAX in packs; Keras' own setting chooses (KERAS_BACKEND). The
    history of a run whose loss is no longer finite ends there, and it comes back with that loss.

    Args:
        problem: network, losses and data. The network is built once and re-initialised for each seed.
        schedule: epochs and rates.
        seeds: at least 0 each.
        pack: how many seeds JAX trains at once: a number, or `auto` for as many as the device holds.

    Raises:
        UsageError: there are fewer images than one batch, or Keras runs on a backend without a loop here.
    """
    n_train = n_images(problem.train)
    if schedule.batch_size > n_train:
        raise UsageError(
            f"training.batch_size: expected at most the number of training images, {n_train}. "
            f"Received: {schedule.batch_size}"
        )
    backend = keras.backend.backend()
    check_backend(backend)
    if backend == "jax":
        from ablation.app.training.jax.loop import JaxLoop
        from ablation.app.training.packing import train_packed

        yield from train_packed(JaxLoop(problem, schedule), seeds, pack)
    else:
        from ablation.app.training.tensorflow.loop import TensorFlowLoop

        loop = TensorFlowLoop(problem, schedule)
        yield from map(loop.train, seeds)
