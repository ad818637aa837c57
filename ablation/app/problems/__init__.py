"""From a configuration to a problem: network, losses, data, and what is measured on each trained network.

A network is a line of `NETWORKS`, a module here and one in `ablation.app.networks`.
"""

from typing import TYPE_CHECKING

from ablation.app.config import Config
from ablation.app.problems.autoencoder import AUTOENCODER
from ablation.app.problems.density import DENSITY
from ablation.app.problems.network import Network
from ablation.app.registry import registry
from ablation.errors import UsageError
from ablation.results import Response

if TYPE_CHECKING:
    from ablation.app.training.problem import Problem

NETWORKS = {
    "variational": AUTOENCODER,
    "autoencoder": AUTOENCODER,
    "density": DENSITY,
}
"""By `model.name`."""

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
    known: dict[str, Network] = {**NETWORKS, **registry.networks}
    if name not in known:
        raise UsageError(f"model.name: expected one of {', '.join(known)}. Received: {name!r}")
    return known[name]


def problem(config: Config) -> "Problem":
    """What a configuration describes, in its precision."""
    import keras

    from ablation.app.training.precision import precision

    build = network_of(config.model.name).prepare(config)
    # Layers that a user leaves unnamed count from 1 again, in every cell. It forgets a precision set before.
    keras.utils.clear_session()
    with precision(config.training.precision):
        return build()
