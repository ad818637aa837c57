"""In what precision a network computes."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras

_POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


@contextmanager
def precision(name: str) -> Iterator[None]:
    """Build the networks of a `with` block so that they compute in this precision.

    Weights, statistics and losses are float32 in either.

    Args:
        name: `float32` or `bfloat16`.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(_POLICIES[name])
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
