"""A problem that is learned in a second: squares at random places, and a tiny network."""

from functools import partial
from typing import Any

import keras
import numpy as np

from ablation.app.problems.autoencoder import LOSSES, losses
from ablation.app.training.problem import Problem, Schedule
from ablation.app.training.seeding import initial_values
from tests.app.networks.tiny import tiny_network

SHRINKAGE = 1e-3


def squares(n: int, seed: int = 0) -> np.ndarray:
    """Bright 4×4 squares on dark 8×8 images, float32 (n, 8, 8, 1)."""
    rng = np.random.default_rng(seed)
    images = np.full((n, 8, 8, 1), 0.1, np.float32)
    for image, (row, column) in zip(images, rng.integers(0, 5, (n, 2)), strict=True):
        image[row : row + 4, column : column + 4] = 0.9
    return images


def by_slices(image: np.ndarray, way: int) -> np.ndarray:
    """An image that moves one of `augment.WAYS`: cut out of a frame of zeros."""
    down, aside = divmod(way, 5)
    height, width, _ = image.shape
    return np.pad(image, ((2, 2), (2, 2), (0, 0)))[down : down + height, aside : aside + width]


def small_problem(train: np.ndarray | None = None, test: np.ndarray | None = None, **network: Any) -> Problem:
    """A tiny network, with these flags, that shall learn squares."""
    return Problem(
        network=tiny_network(**network),
        losses=partial(losses, shrinkage=SHRINKAGE),
        loss_names=tuple(response.name for response in LOSSES),
        train={"images": squares(64) if train is None else train},
        test={"images": squares(9, seed=1) if test is None else test},
    )


def first_loss(problem: Problem, seed: int) -> float:
    """The cross-entropy of all training images before anything was learned, of Keras' eager network."""
    for variable, value in zip(problem.network.variables, initial_values(problem.network, seed), strict=True):
        variable.assign(value)
    outputs = problem.network(problem.train["images"], training=True)
    out = keras.ops.convert_to_numpy(keras.ops.cast(outputs["reconstruction"], "float32"))
    x, p = problem.train["images"].astype(float), out.astype(float)
    return float(-(x * np.log(p) + (1 - x) * np.log(1 - p)).mean())


def schedule(epochs: int = 2, batch_size: int = 16, rate: float = 1e-2, decay: float = 1e-2) -> Schedule:
    return Schedule(epochs, batch_size, rate, decay)
