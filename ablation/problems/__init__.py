"""From a configuration to a problem: network, losses, data, and what is measured on each trained network."""

from collections.abc import Callable

import keras

from ablation.config import Config
from ablation.networks.autoencoder import autoencoder_lookout
from ablation.networks.density import density_lookout
from ablation.networks.localisation import Lookout
from ablation.problems.autoencoder import autoencoder_problem
from ablation.problems.density import density_problem
from ablation.training.cell import Problem
from ablation.training.precision import precision

PROBLEMS: dict[str, Callable[[Config], Problem]] = {
    "variational": autoencoder_problem,
    "autoencoder": autoencoder_problem,
    "density": density_problem,
}
"""By `model.name`."""


def problem(config: Config) -> Problem:
    """What a configuration describes, in its precision."""
    # Layers that a user leaves unnamed count from 1 again, in every cell. It forgets a precision set before.
    keras.utils.clear_session()
    with precision(config.training.precision):
        return PROBLEMS[config.model.name](config)


def lookout(config: Config, network: keras.Model) -> Lookout:
    """Where to look into the network of a configuration."""
    if config.model.name == "density":
        return density_lookout(network, config.model.units)
    return autoencoder_lookout(network)


__all__ = ["PROBLEMS", "lookout", "problem"]
