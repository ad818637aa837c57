"""Operations and forward passes on JAX; see `backends.Costs`."""

from collections.abc import Callable
from typing import Any

import jax
import keras


def forward(network: keras.Model, inputs: Any) -> Callable[[], None]:
    """A compiled forward pass that waits for its result."""
    program, given = _compiled(network, inputs)

    def call() -> None:
        jax.block_until_ready(program(*given))

    return call


def flops(network: keras.Model, inputs: Any) -> float:
    """Operations of a forward pass, by XLA's cost analysis of what it compiled."""
    program, _ = _compiled(network, inputs)
    return float(program.cost_analysis()["flops"])


def _compiled(network: keras.Model, inputs: Any) -> tuple[Any, Any]:
    trained = [v.value for v in network.trainable_variables]
    others = [v.value for v in network.non_trainable_variables]
    given = jax.device_put((trained, others, inputs))

    def function(trained: Any, others: Any, inputs: Any) -> Any:
        return network.stateless_call(trained, others, inputs, training=False)[0]

    return jax.jit(function).lower(*given).compile(), given
