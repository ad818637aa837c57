"""From a configuration to a problem: network, losses, data, and what is measured on each trained network."""

from collections.abc import Callable

import keras

from ablation.app.config import Config, check_network
from ablation.app.maps.localisation import MapTargets
from ablation.app.problems.autoencoder import autoencoder_map_targets, autoencoder_problem
from ablation.app.problems.density import density_map_targets, density_problem
from ablation.app.registry import registry
from ablation.app.training.precision import precision
from ablation.app.training.problem import Problem
from ablation.errors import UsageError

PROBLEMS: dict[str, Callable[[Config], Problem]] = {
    "variational": autoencoder_problem,
    "autoencoder": autoencoder_problem,
    "density": density_problem,
}
"""By `model.name`."""


def problem(config: Config) -> Problem:
    """What a configuration describes, in its precision."""
    check_network(config.model.name)
    own = registry.networks.get(config.model.name)
    make = own.problem if own else PROBLEMS[config.model.name]
    # Layers that a user leaves unnamed count from 1 again, in every cell. It forgets a precision set before.
    keras.utils.clear_session()
    with precision(config.training.precision):
        return make(config)


def map_targets(config: Config, network: keras.Model) -> MapTargets:
    """Where to look into the network of a configuration."""
    if config.model.name in registry.networks:
        raise UsageError(
            "heatmaps: expected a built-in network, of which it is known where to look. "
            f"Received: model.name={config.model.name}"
        )
    if config.model.name == "density":
        return density_map_targets(network, config.model.units)
    return autoencoder_map_targets(network)


__all__ = ["PROBLEMS", "map_targets", "problem"]
