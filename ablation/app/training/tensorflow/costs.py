"""Operations and forward passes on TensorFlow; see `backends.Costs`."""

from functools import partial
from typing import Any

import keras
import tensorflow as tf

from ablation.app.training.backends import ForwardPass


def forward(network: keras.Model, inputs: Any) -> ForwardPass:
    """A compiled forward pass, and its operations by TensorFlow's profiler."""
    traced, tensors = _traced(network, inputs)

    def call() -> None:
        for tensor in tf.nest.flatten(traced(tensors)):
            tensor.numpy()

    return ForwardPass(call, partial(_flops, traced.graph))


def _flops(graph: tf.Graph) -> float:
    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation())
    level = tf.get_logger().level
    tf.get_logger().setLevel("ERROR")  # it says that it is old
    try:
        profile = profiler.profile(graph, options=options.with_empty_output().build())
    finally:
        tf.get_logger().setLevel(level)
    return float(profile.total_float_ops)


def _traced(network: keras.Model, inputs: Any) -> tuple[Any, Any]:
    on_gpu = bool(tf.config.list_logical_devices("GPU"))  # as the loop compiles
    function = tf.function(lambda x: network(x, training=False), autograph=False, jit_compile=on_gpu)
    tensors = tf.nest.map_structure(tf.constant, inputs)
    return function.get_concrete_function(tensors), tensors
