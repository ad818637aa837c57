"""What a seed fixes: initial weights, dropout and sampling, and the order of the data.

Seeds are paired across cells: everything is drawn from (seed, name), so that a layer that two cells share
starts with the same weights in both, whatever other layers stand around it.

The order of the data is the same on every backend. So are weights from uniform initialisers (Keras' default,
Glorot and Bengio's, is one), zeros and ones. Other initialisers, dropout and sampling draw from the
backend's own generator: each gives a seed other numbers there, of the same distribution.
"""

import math
import zlib
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from ablation.app.training.philox import uniform

_SEED_STATE = keras.random.SeedGenerator


def initial_values(network: keras.Model, seed: int) -> list[Any]:
    """The values with which a seed starts, in the order of `network.variables`.

    Args:
        network: a built network.
        seed: of the run, at least 0.

    Returns:
        One tensor for each variable: weights from their layers' initialisers, states of random generators.

    Raises:
        ValueError: a layer has a variable without a known initialiser.
    """
    values = {id(v): value for v, value in _drawn(network, seed)}
    unknown = [v.path for v in network.variables if id(v) not in values]
    if unknown:
        raise ValueError(
            "Every weight must be initialised again for every seed: expected a layer attribute "
            f"`<weight>_initializer` beside each weight. Received none for: {', '.join(unknown)}"
        )
    return [values[id(v)] for v in network.variables]


def epoch_order(seed: int, epoch: int, n: int, batch_size: int, n_ways: int = 1) -> np.ndarray:
    """The images of each step, (n // batch_size, batch_size) indices; a remainder is left out.

    Where images move, an index is the image's, plus n times the way that it moves, below `n_ways`.
    """
    steps = n // batch_size
    order = np.random.default_rng([seed, epoch]).permutation(n)
    if n_ways > 1:
        order += n * np.random.default_rng([seed, epoch, n_ways]).integers(n_ways, size=n)
    return order[: steps * batch_size].reshape(steps, batch_size).astype(np.int32)


def _drawn(network: keras.Model, seed: int) -> Iterator[tuple[Any, Any]]:
    """Pairs of variable and first value."""
    for layer in network._flatten_layers():  # Keras offers no public walk through nested layers
        for name, value in vars(layer).items():
            if isinstance(value, _SEED_STATE):
                # Its own path counts the generators made before it, so it differs between cells.
                path = f"{layer.path or layer.name}/{name}"
                yield value.state, np.array([_derived(seed, path), 0], dtype="uint32")
            elif name.endswith("_initializer"):
                variable = getattr(layer, name.removesuffix("_initializer"), None)
                if variable is not None:
                    yield variable, _first_value(variable, value, seed)


def _first_value(variable: Any, initializer: Any, seed: int) -> Any:
    """What the initialiser draws for this variable and seed."""
    config = initializer.get_config()
    if "seed" in config:
        config["seed"] = _derived(seed, variable.path)
        limits = _uniform_limits(initializer, variable.shape)
        if limits and variable.dtype == "float32":
            return uniform(config["seed"], variable.shape, *limits)
    return type(initializer).from_config(config)(variable.shape, variable.dtype)


def _uniform_limits(initializer: Any, shape: tuple[int, ...]) -> tuple[float, float] | None:
    """Between what values a uniform initialiser draws; None for others."""
    if isinstance(initializer, keras.initializers.RandomUniform):
        return initializer.minval, initializer.maxval
    has_axes = getattr(initializer, "input_axes", None) is not None
    if has_axes or getattr(initializer, "distribution", None) != "uniform":
        return None
    scale = initializer.scale / max(1.0, _fan(initializer.mode, shape))
    limit = math.sqrt(3.0 * scale)
    return -limit, limit


def _fan(mode: str, shape: tuple[int, ...]) -> float:
    """Connections into a unit, out of it, or their mean, as Keras counts them."""
    *window, fan_in, fan_out = (1, 1, *shape)[-max(2, len(shape)) :]
    if len(shape) == 1:
        fan_in = fan_out  # a vector is taken for as many units with as many connections
    size = math.prod(window)
    return {
        "fan_in": size * fan_in,
        "fan_out": size * fan_out,
        "fan_avg": size * (fan_in + fan_out) / 2,
    }[mode]


def _derived(seed: int, path: str) -> int:
    """A seed of its own for each variable of a run, below 2³¹."""
    return int(np.random.SeedSequence([seed, zlib.crc32(path.encode())]).generate_state(1)[0] >> 1)
