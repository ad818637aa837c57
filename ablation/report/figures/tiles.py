"""Many small images as one: one axes per image would take seconds and megabytes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]

GAP = 2
"""Pixels between images."""


def as_images(array: object) -> Image | None:
    """Images of the form (n, height, width) or (n, height, width, 3); None for what is none.

    Args:
        array: images with one channel, RGB, or any other number of channels, which are averaged.
    """
    numbers = np.asarray(array)
    if numbers.dtype.kind not in "fiub" or numbers.ndim not in (3, 4) or 0 in numbers.shape:
        return None
    images = numbers.astype(np.float32) / (255.0 if numbers.dtype == np.uint8 else 1.0)
    if images.ndim == 4:
        n_channels = images.shape[3]
        images = images[..., :3] if n_channels in (3, 4) else images.mean(axis=3)
    return images


def grey(images: Image) -> Image:
    """One channel: the mean of the three."""
    return images.mean(axis=3) if images.ndim == 4 else images


def tiled(rows: Sequence[Sequence[Image]]) -> Image:
    """Rows of equally large images as one image, NaN between them.

    Args:
        rows: (height, width) or (height, width, 3) each; all rows have the same length.
    """
    shape = rows[0][0].shape
    height, width = shape[0] + GAP, shape[1] + GAP
    canvas = np.full((len(rows) * height - GAP, len(rows[0]) * width - GAP, *shape[2:]), np.nan, np.float32)
    for r, row in enumerate(rows):
        for c, image in enumerate(row):
            canvas[r * height : r * height + shape[0], c * width : c * width + shape[1]] = image
    return canvas


def centres(n: int, size: int) -> NDArray[np.float64]:
    """Pixel coordinates of the centres of n images of `size` pixels in a row of tiles."""
    return np.arange(n, dtype=np.float64) * (size + GAP) + (size - 1) / 2
