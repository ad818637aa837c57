"""Several pictures and a number per sample, from which the density network learns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

BACKGROUND, TARGET, DISTRACTOR = 0, 1, 2
"""What a pixel of a mask shows."""


@dataclass(frozen=True)
class Samples:
    """A data set of several pictures per sample.

    Args:
        train: input → images to learn from, float32 (n, height, width, channels), the same n everywhere.
        test: input → images to measure on, likewise.
        train_y: the number that belongs to each sample, float32 (n,).
        test_y: likewise.
        test_masks: input → what each pixel of `test` shows, uint8 (n, height, width): 0 background,
            1 target, 2 distractor. Inputs without a known mask are left out.
    """

    train: Mapping[str, np.ndarray]
    test: Mapping[str, np.ndarray]
    train_y: np.ndarray
    test_y: np.ndarray
    test_masks: Mapping[str, np.ndarray] = field(default_factory=dict)
