"""From a configuration to a problem: network, losses, data, and what is measured on each trained network.

A network is a line of `NETWORKS`, a module here and one in `ablation.app.networks`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from ablation.app.config import Config
from ablation.app.plugin_registry import registry
from ablation.app.problems.network import Network
from ablation.errors import UsageError
from ablation.results import Response

if TYPE_CHECKING:
    from ablation.app.training.problem import Problem

NETWORKS = {
    "variational": "autoencoder",
    "autoencoder": "autoencoder",
    "density": "density",
}
"""`model.name` → the module here whose `NETWORK` describes it."""

OF_EVERY_RUN = (
    Response("train_loss"),
    Response("n_parameters"),
    Response("train_seconds", "s"),
    Response("measure_seconds", "s"),
    Response("compile_seconds", "s"),
)
"""What training measures on every run: `train_loss`, the mean over the last epoch; the seconds of its steps
alone, and of the losses on the test images (in a pack, the run's share); the seconds until the program was
ready, the same for all runs that share it."""


def network_of(name: str) -> Network:
    """What is known of a network, built in or a plugin's.

    Raises:
        UsageError: naming those that there are.
    """
    names = [*NETWORKS, *registry.networks]
    if name not in names:
        raise UsageError(f"model.name: expected one of {', '.join(names)}. Received: {name!r}")
    network: Network = registry.networks.get(name) or import_module(f"{__name__}.{NETWORKS[name]}").NETWORK
    return network


def problem(config: Config) -> "Problem":
    """What a configuration describes, in its precision."""
    import keras

    from ablation.app.training.precision import precision

    build = network_of(config.model.name).prepare(config)
    # Layers that a user leaves unnamed count from 1 again, in every cell. It forgets a precision set before.
    keras.utils.clear_session()
    with precision(config.training.precision):
        return build()
