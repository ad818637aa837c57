"""Operations and forward passes on TensorFlow; see `backends.Costs`."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf


def forward(network: keras.Model, inputs: Any) -> Callable[[], None]:
    """A compiled forward pass that waits for its result."""
    traced, given = _traced(network, inputs)

    def call() -> None:
        for tensor in tf.nest.flatten(traced(given)):
            tensor.numpy()

    return call


def flops(network: keras.Model, inputs: Any) -> float:
    """Operations of a forward pass, by TensorFlow's profiler."""
    traced, _ = _traced(network, inputs)
    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation())
    level = tf.get_logger().level
    tf.get_logger().setLevel("ERROR")  # it says that it is old
    try:
        found = profiler.profile(traced.graph, options=options.with_empty_output().build())
    finally:
        tf.get_logger().setLevel(level)
    return float(found.total_float_ops)


def _traced(network: keras.Model, inputs: Any) -> tuple[Any, Any]:
    on_gpu = bool(tf.config.list_logical_devices("GPU"))  # as the loop compiles
    function = tf.function(lambda x: network(x, training=False), autograph=False, jit_compile=on_gpu)
    given = tf.nest.map_structure(tf.constant, inputs)
    return function.get_concrete_function(given), given
