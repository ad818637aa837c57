"""Operations and forward passes on JAX; see `backends.Costs`."""

from typing import Any

import jax
import keras

from ablation.app.training.backends import ForwardPass


def forward(network: keras.Model, inputs: Any) -> ForwardPass:
    """A compiled forward pass, and its operations by XLA's cost analysis of what it compiled."""
    program, arguments = _compiled(network, inputs)

    def call() -> None:
        jax.block_until_ready(program(*arguments))

    return ForwardPass(call, lambda: float(program.cost_analysis()["flops"]))


def _compiled(network: keras.Model, inputs: Any) -> tuple[Any, Any]:
    trained = [v.value for v in network.trainable_variables]
    others = [v.value for v in network.non_trainable_variables]
    arguments = jax.device_put((trained, others, inputs))

    def function(trained: Any, others: Any, inputs: Any) -> Any:
        return network.stateless_call(trained, others, inputs, training=False)[0]

    return jax.jit(function).lower(*arguments).compile(), arguments
