"""Training images moved at random. Which way is a part of the order in which a run sees its images.

So a seed moves the same images the same way in every cell and on every backend.
"""

from typing import Any

from keras import ops

_FARTHEST = 2
"""Pixels to each side."""

WAYS = (2 * _FARTHEST + 1) ** 2
"""To move an image, none of them included."""


def moved(images: Any, ways: Any) -> Any:
    """Images moved up or down and to a side; what comes in is 0.

    Args:
        images: (…, height, width, channels).
        ways: below `WAYS`, integers (…). The middle one moves nothing.
    """
    *before, height, width, _ = range(len(images.shape))
    border = [
        (_FARTHEST, _FARTHEST) if axis in (height, width) else (0, 0) for axis in range(len(images.shape))
    ]
    n_side = 2 * _FARTHEST + 1
    sizes, found = images.shape, ops.pad(images, border)
    for axis, first in ((height, ways // n_side), (width, ways % n_side)):
        shape = [sizes[axis] if a == axis else 1 for a in (height, width)]
        places = ops.reshape(ops.arange(sizes[axis], dtype="int32"), (*[1] * len(before), *shape, 1))
        found = ops.take_along_axis(
            found, ops.reshape(first, (*ops.shape(first), 1, 1, 1)) + places, axis=axis
        )
    return found
