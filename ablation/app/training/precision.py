"""In what precision a network computes."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from ablation.errors import UsageError

_POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


@contextmanager
def precision(name: str) -> Iterator[None]:
    """Build the networks of a `with` block so that they compute in this precision.

    Weights, statistics and losses are float32 in either.

    Args:
        name: `float32` or `bfloat16`.

    Raises:
        UsageError: the device cannot train in this precision.
    """
    if name != "float32" and not _has_bfloat16():
        raise UsageError(
            "training.precision=bfloat16: expected a device that trains in it. Received: a processor on "
            "which PyTorch has no gradient of a convolution to one channel in bfloat16. Use float32, or "
            "KERAS_BACKEND=tensorflow or jax, which compute it on any processor."
        )
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(_POLICIES[name])
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _has_bfloat16() -> bool:
    if keras.backend.backend() != "torch":
        return True
    from ablation.app.training.torch.device import has_bfloat16

    return has_bfloat16()
