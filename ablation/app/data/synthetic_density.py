"""Three pictures and a number, made so that the picture and the place to look at are known."""

from functools import lru_cache

import numpy as np

from ablation.app.data.samples import BACKGROUND, DISTRACTOR, TARGET, Samples
from ablation.app.data.shapes import draw_scenes
from ablation.errors import UsageError

VERSION = "synthetic_density 1"
"""Enters keys of runs: another drawing is another data set."""

WEIGHTS = {"rgb": 1.0, "fixed": 0.0, "dynamic": 0.5}
"""What the area of an input's discs counts."""

_N_TRAIN, _N_TEST, _SMALLEST = 1000, 250, 24


@lru_cache(maxsize=1)  # a process trains many cells on the same pictures
def synthetic_density(
    size: int = 64, n_train: int | None = None, n_test: int | None = None, seed: int = 0
) -> Samples:
    """Draw the data set.

    Three scenes of discs and crosses, drawn independently. The number is

        y = area of the discs in `rgb` + ½ · area of the discs in `dynamic`

    in tenths of a picture. Crosses count nothing, and `fixed` counts nothing: it is irrelevant by
    construction, so its mask calls every shape a distractor.

    Args:
        size: height and width in pixels, from 24.
        n_train: how many; None means 1000.
        n_test: likewise; None means 250.
        seed: of everything drawn.

    Raises:
        UsageError: the picture is so small that shapes would be single pixels, or `n_train` or `n_test` is
            below 1.
    """
    if size < _SMALLEST:
        raise UsageError(f"data.size: expected {_SMALLEST} or more pixels. Received: {size}")
    train, train_y, _ = _draw("n_train", _N_TRAIN if n_train is None else n_train, size, [seed, 0])
    test, test_y, masks = _draw("n_test", _N_TEST if n_test is None else n_test, size, [seed, 1])
    return Samples(train, test, train_y, test_y, masks)


def _draw(
    key: str, n: int, size: int, seed: list[int]
) -> tuple[dict[str, np.ndarray], np.ndarray, dict[str, np.ndarray]]:
    """Images and masks by input, and the numbers."""
    if n < 1:
        raise UsageError(f"data.{key}: expected at least 1, or null. Received: {n}")
    images, masks, y = {}, {}, np.zeros(n)
    for i, (name, weight) in enumerate(WEIGHTS.items()):
        scenes = draw_scenes(n, size, [*seed, i])
        y += 10 * weight * (scenes.masks == TARGET).mean(axis=(1, 2))
        images[name] = scenes.images
        shown = DISTRACTOR * (scenes.masks != BACKGROUND).astype(np.uint8)
        masks[name] = scenes.masks if weight else shown
    return images, y.astype(np.float32), masks
