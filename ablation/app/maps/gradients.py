"""Gradients on either backend: the one place of `networks` that names them.

Keras 3 has no gradient of its own. Everything else here is written in `keras.ops`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from ablation.errors import UsageError


def value_and_gradients(
    function: Callable[[list[Any]], Any], tensors: Sequence[Any]
) -> tuple[Any, list[Any]]:
    """What a function gives, and the gradient of its sum.

    It can be traced: inside `tf.function`, and inside `jax.jit` and `jax.vmap` under a
    `keras.StatelessScope`.

    Args:
        function: tensors → a tensor of any shape. It must change no variable.
        tensors: where to differentiate.

    Returns:
        The tensor, and for each of `tensors` a gradient of its shape, zeros where nothing depends on it.

    Raises:
        UsageError: Keras runs on another backend.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        return _tensorflow(function, tensors)
    if backend == "jax":
        return _jax(function, tensors)
    raise UsageError(f"Gradients need Keras' tensorflow or jax backend. Received: {backend}.")


def _tensorflow(function: Callable[[list[Any]], Any], tensors: Sequence[Any]) -> tuple[Any, list[Any]]:
    import tensorflow as tf

    tensors = [tf.convert_to_tensor(t) for t in tensors]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(tensors)
        value = function(tensors)
    return value, tape.gradient(value, tensors, unconnected_gradients="zero")


def _jax(function: Callable[[list[Any]], Any], tensors: Sequence[Any]) -> tuple[Any, list[Any]]:
    import jax

    value, pull_back = jax.vjp(function, list(tensors))
    return value, pull_back(jax.numpy.ones_like(value))[0]
