"""From a configuration to a problem: network, losses, data, and what is measured on each trained network."""

from collections.abc import Callable

import keras

from ablation.config import Config
from ablation.problems.autoencoder import autoencoder_problem
from ablation.problems.density import density_problem
from ablation.training.cell import Problem

PROBLEMS: dict[str, Callable[[Config], Problem]] = {
    "variational": autoencoder_problem,
    "autoencoder": autoencoder_problem,
    "density": density_problem,
}
"""By `model.name`."""


def problem(config: Config) -> Problem:
    """What a configuration describes."""
    keras.utils.clear_session()  # layers that a user leaves unnamed count from 1 again, in every cell
    return PROBLEMS[config.model.name](config)


__all__ = ["PROBLEMS", "problem"]
