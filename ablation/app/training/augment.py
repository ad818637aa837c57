"""Training images moved at random. Which way is a part of the order in which a run sees its images.

So a seed moves the same images the same way in every cell and on every backend.
"""

from typing import Any

from keras import ops

_FARTHEST = 2
"""Pixels to each side."""

_SIDE = 2 * _FARTHEST + 1

WAYS = _SIDE**2
"""To move an image, none of them included."""


def moved(images: Any, ways: Any) -> Any:
    """Images moved up or down and to a side; what comes in is 0.

    Args:
        images: (…, height, width, channels).
        ways: below `WAYS`, integers (…). The middle one moves nothing.
    """
    height, width = images.shape[-3:-1]
    border = (_FARTHEST, _FARTHEST)
    padded = ops.pad(images, [*[(0, 0)] * (len(images.shape) - 3), border, border, (0, 0)])
    down, aside = (ops.expand_dims(first, (-3, -2, -1)) for first in (ways // _SIDE, ways % _SIDE))
    rows = sum(ops.where(down == k, padded[..., k : k + height, :, :], 0.0) for k in range(_SIDE))
    return sum(ops.where(aside == k, rows[..., k : k + width, :], 0.0) for k in range(_SIDE))
